"""An installation whose data sources the queries of a test go through."""

import secrets
from collections.abc import Iterator

import pytest

from app.bootstrap import prepare
from app.identity.identity import Identity, system
from app.settings import Settings
from installations import Installation
from servers.gunicorn import ADMIN_PASSWORD
from servers.upstream import Upstream, recording_upstream


@pytest.fixture(scope="session")
def queried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """On SQLite; its tests keep to orgs of their own. It keeps no idle connections, which would outlive the tests."""
    directory = tmp_path_factory.mktemp("queried")
    settings = {
        "GF_PATHS_DATA": str(directory / "data"),
        "GF_SECURITY_ADMIN_PASSWORD": ADMIN_PASSWORD,
        "GF_DATAPROXY_MAX_IDLE_CONNECTIONS": "0",
    }
    made = Installation(directory, "", prepare(Settings.from_environment(settings)).services)
    yield made
    made.close()


@pytest.fixture(scope="module")
def admin(queried: Installation) -> Identity:
    """Of an org of the module's own."""
    return system(queried.services.orgs.create(system(0, "test"), secrets.token_hex(6)).id, "test")


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with recording_upstream() as running:
        yield running
