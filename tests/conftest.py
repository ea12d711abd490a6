"""Fixtures for all tests: real servers, each started once and only when a test asks for it."""

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from installations import Installation, install
from servers import mariadb, postgresql
from servers.graphite import graphite_server
from servers.influxdb import influxdb_server
from servers.prometheus import prometheus_server
from servers.requests import Guarded
from servers.victoria_metrics import victoria_metrics_server

DATABASES = ("sqlite", "postgresql", "mariadb")

NewDatabase = Callable[[], str]


@pytest.fixture(scope="session")
def new_postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewDatabase]:
    """Makes an empty database on one real PostgreSQL server, and gives its URL."""
    numbers = count(1)
    with postgresql.postgresql_server(tmp_path_factory.mktemp("postgresql")) as url:
        yield lambda: postgresql.create_database(url, f"test_{next(numbers)}")


@pytest.fixture(scope="session")
def new_mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewDatabase]:
    """Makes an empty database on one real MariaDB server, and gives its URL."""
    numbers = count(1)
    with mariadb.mariadb_server(tmp_path_factory.mktemp("mariadb")) as url:
        yield lambda: mariadb.create_database(url, f"test_{next(numbers)}")


@pytest.fixture(scope="session", params=DATABASES)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Each of the three databases in turn."""
    return str(request.param)


@pytest.fixture(scope="session")
def new_database(database_kind: str, request: pytest.FixtureRequest) -> NewDatabase:
    """Makes an empty database of the kind, and gives its URL; for SQLite that is the empty setting."""
    if database_kind == "sqlite":
        return lambda: ""
    made: NewDatabase = request.getfixturevalue(f"new_{database_kind}")
    return made


@pytest.fixture(scope="session")
def installation(
    database_kind: str, new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """One prepared installation on each database, shared by tests that keep to an org of their own."""
    made = install(tmp_path_factory.mktemp(f"on_{database_kind}"), new_database())
    yield made
    made.close()


@pytest.fixture
def sqlite_installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation on SQLite that the test has to itself."""
    made = install(tmp_path_factory.mktemp("alone"), "")
    yield made
    made.close()


# Back ends, all with the samples of ``servers.samples``


@pytest.fixture(scope="session")
def real_prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with prometheus_server(tmp_path_factory.mktemp("prometheus")) as running:
        yield running


@pytest.fixture(scope="session")
def real_influxdb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with influxdb_server(tmp_path_factory.mktemp("influxdb")) as running:
        yield running


@pytest.fixture(scope="session")
def real_graphite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with graphite_server(tmp_path_factory.mktemp("graphite")) as running:
        yield running


@pytest.fixture(scope="session")
def real_victoria_metrics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with victoria_metrics_server(tmp_path_factory.mktemp("victoria_metrics")) as running:
        yield running
