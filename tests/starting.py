"""Starts of the service in the test's own process, and what tests of them look at."""

from pathlib import Path

from app.bootstrap import prepare
from app.identity.authentication import Password
from app.identity.identity import Identity, system
from app.registry.datasource import ByName, NewDataSource
from app.services import Services
from app.settings import Settings

ADMIN_PASSWORD = "correct horse"
PLAIN = "hunter2-of-the-upstream"
OPERATOR = system(1, "test")


def settings(data: Path, **more: str) -> Settings:
    """Those of an installation in ``data``, and ``more``."""
    return Settings.from_environment(
        {
            "GF_PATHS_DATA": str(data),
            "GF_SECURITY_ADMIN_PASSWORD": ADMIN_PASSWORD,
            "SLUICE_DATABASE_TIMEOUT": "5",
            **more,
        }
    )


def started(data: Path, **more: str) -> Services:
    """The services after a start."""
    return prepare(settings(data, **more)).services


def sign_in(services: Services, login: str = "admin", password: str = ADMIN_PASSWORD) -> Identity:
    """The user by their password."""
    return services.authenticator.authenticate(Password(login, password), door="test", org_id=None)


def add_secret(services: Services, name: str = "metrics", plain: str = PLAIN) -> None:
    """A data source of the first org with one secret."""
    services.registry.create(
        OPERATOR, NewDataSource(name=name, type="testdata", access="proxy", secure_json_data={"password": plain})
    )


def secrets_of(services: Services, name: str = "metrics") -> dict[str, str]:
    """Its secrets in plain text."""
    return dict(services.registry.secrets_of(services.registry.for_request(OPERATOR, ByName(name))))
