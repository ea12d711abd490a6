"""``sluice token``: what it prints is a bearer token and nothing else."""

import re
import time
from collections.abc import Iterator

import click
import pytest

from app.bootstrap import build_prepared
from app.cli.token import Lifetime
from app.identity.authentication import BearerToken
from app.identity.errors import TokenOfAnotherOrg
from app.identity.identity import system
from app.identity.roles import Role
from app.identity.store import Token
from app.services import Services
from app.settings import Settings as ServiceSettings
from cli.commands import printed, refusal, sluice
from cli.conftest import Settings
from cli.requests import get
from installations import Installation


@pytest.fixture
def services(prepared: Settings) -> Iterator[Services]:
    """The use cases over the installation that the commands work on."""
    built = build_prepared(ServiceSettings.from_environment(prepared))
    yield built
    built.storage.database.close()


def create(settings: Settings, *options: str, role: str = "Editor", name: str = "script") -> str:
    return printed(sluice(settings, "token", "create", "--org", "1", "--role", role, "--name", name, *options))


def only_token(services: Services) -> Token:
    caller = system(1, "test")
    _, [account] = services.service_accounts.search(
        caller, query="", page=1, per_page=10, disabled=False, expired_tokens=False
    )
    [token] = services.service_accounts.tokens(caller, account.id)
    return token


def test_create_prints_the_token_alone(prepared: Settings) -> None:
    assert re.fullmatch(r"glsa_[0-9A-Za-z]{32}_[0-9a-f]{8}\n", create(prepared))


@pytest.mark.parametrize("role", list(Role))
def test_the_token_opens_its_org_with_its_role(prepared: Settings, services: Services, role: Role) -> None:
    token = BearerToken(create(prepared, role=role).strip())
    identity = services.authenticator.authenticate(token, door="test", org_id=None)
    assert (identity.kind, identity.org_id, identity.role) == ("service_account", 1, role)
    with pytest.raises(TokenOfAnotherOrg):
        services.authenticator.authenticate(token, door="test", org_id=2)


def test_the_token_works_as_a_bearer_token_at_a_server_that_runs_already(sqlite_installation: Installation) -> None:
    served = sqlite_installation.served({})
    token = create(sqlite_installation.environment({}), role="Admin").strip()
    assert get(served.port, "/api/datasources", f"Bearer {token}") == (200, [])


def test_a_token_without_a_limit_never_expires(prepared: Settings, services: Services) -> None:
    create(prepared)
    assert only_token(services).expires_at is None


def test_expires_in_limits_the_life_of_the_token(prepared: Settings, services: Services) -> None:
    before = int(time.time())
    create(prepared, "--expires-in", "12h")
    token = only_token(services)
    assert token.expires_at == token.created_at + 43_200
    assert before <= token.created_at <= int(time.time())


@pytest.mark.parametrize(("given", "seconds"), [("45s", 45), ("30m", 1800), ("12h", 43_200), ("90d", 7_776_000)])
def test_a_time_is_written_in_seconds_minutes_hours_or_days(given: str, seconds: int) -> None:
    assert Lifetime().convert(given, None, None) == seconds


@pytest.mark.parametrize("given", ["90", "d", "-1d", "0d", "1w", "1.5h", "1 d", "", "1d\n", "\u0663d"])
def test_what_is_no_time_is_refused_with_an_example_of_one(given: str) -> None:
    with pytest.raises(click.BadParameter, match="90d"):
        Lifetime().convert(given, None, None)


def test_a_token_whose_life_is_no_time_is_not_made(prepared: Settings, services: Services) -> None:
    options = ("--org", "1", "--role", "Viewer", "--name", "script", "--expires-in", "soon")
    done = sluice(prepared, "token", "create", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--expires-in" in done.stderr


def test_a_second_token_of_the_same_name_is_refused_in_words(prepared: Settings) -> None:
    create(prepared)
    options = ("--org", "1", "--role", "Editor", "--name", "script")
    assert "script" in refusal(sluice(prepared, "token", "create", *options))


def test_a_name_with_another_role_is_refused_in_words(prepared: Settings) -> None:
    create(prepared, role="Viewer")
    options = ("--org", "1", "--role", "Admin", "--name", "script")
    assert "script" in refusal(sluice(prepared, "token", "create", *options))


def test_an_org_that_does_not_exist_is_refused(prepared: Settings) -> None:
    options = ("--org", "77", "--role", "Editor", "--name", "script")
    assert "no org 77" in refusal(sluice(prepared, "token", "create", *options))


def test_a_token_for_ever_is_refused_in_words_where_the_settings_limit_its_life(prepared: Settings) -> None:
    limited = {**prepared, "GF_AUTH_API_KEY_MAX_SECONDS_TO_LIVE": "3600"}
    options = ("--org", "1", "--role", "Editor", "--name", "script")
    assert refusal(sluice(limited, "token", "create", *options))


def test_a_token_beyond_the_limit_of_the_settings_is_refused_in_words(prepared: Settings) -> None:
    limited = {**prepared, "GF_AUTH_API_KEY_MAX_SECONDS_TO_LIVE": "3600"}
    options = ("--org", "1", "--role", "Editor", "--name", "script", "--expires-in", "2h")
    assert refusal(sluice(limited, "token", "create", *options))
