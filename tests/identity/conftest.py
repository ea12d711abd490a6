"""One installation on SQLite for the use cases of this room; each test keeps to orgs of its own."""

from collections.abc import Iterator

import pytest

from app.services import Services
from identity.callers import new_org
from installations import install


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """The use cases over a real SQLite database."""
    made = install(tmp_path_factory.mktemp("identity"), "")
    yield made.services
    made.close()


@pytest.fixture
def org(services: Services) -> int:
    """An org that the test has to itself."""
    return new_org(services)


@pytest.fixture
def other_org(services: Services) -> int:
    """Another one."""
    return new_org(services)
