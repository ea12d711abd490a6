"""Fixtures for the tests of storage: an org of the test's own, and databases that nobody has prepared."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.identity.identity import system
from app.services import Storage, open_storage
from app.settings import Settings
from app.storage.database import Database
from conftest import NewDatabase
from installations import Installation

OpenDatabase = Callable[..., Database]


@pytest.fixture
def storage(installation: Installation) -> Storage:
    """The stores of the shared installation."""
    return installation.services.storage


@pytest.fixture
def org(installation: Installation) -> int:
    """The id of an org that the test has to itself."""
    return _new_org(installation)


@pytest.fixture
def other_org(installation: Installation) -> int:
    """The id of another one."""
    return _new_org(installation)


@pytest.fixture
def second_storage(installation: Installation) -> Iterator[Storage]:
    """The stores of another process over the same database: they share neither connections nor locks with ours."""
    opened = open_storage(Settings.from_environment(installation.environment({})))
    yield opened
    opened.database.close()


@pytest.fixture
def empty_url(new_database: NewDatabase, tmp_path: Path) -> str:
    """The URL of a database without a table."""
    return new_database() or f"sqlite:///{tmp_path / 'empty.db'}"


@pytest.fixture
def open_database() -> Iterator[OpenDatabase]:
    """Opens databases by URL and closes them at the end of the test."""
    with ExitStack() as stack:

        def opened(url: str, *, connections: int = 4, timeout: float = 10) -> Database:
            database = Database(url, connections=connections, timeout=timeout)
            stack.callback(database.close)
            return database

        yield opened


@pytest.fixture
def empty_storage(new_database: NewDatabase, tmp_path: Path) -> Iterator[Storage]:
    """Stores over migrated tables without a row."""
    opened = open_storage(Settings(data_path=tmp_path, database_url=new_database()))
    opened.migrations.apply()
    yield opened
    opened.database.close()


def _new_org(installation: Installation) -> int:
    name = f"org {secrets.token_hex(6)}"
    return installation.services.orgs.create(system(0, "test"), name).id
