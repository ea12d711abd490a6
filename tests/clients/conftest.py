"""Fixtures of the client suite: one served installation, and an org of its own for each test."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import pytest

from app.identity.identity import Identity, system
from app.identity.roles import Role
from app.registry.datasource import ByUid, DataSource
from app.services import Services
from clients import table
from clients.environments import Script, running_script
from installations import Installation, install

_PASSWORD = "a-long-password"
_WRITE = "--write-clients-table"


@dataclass(frozen=True)
class Org:
    """An org that a test has to itself. ``login`` with ``password`` is an Admin there; tokens are service accounts'."""

    url: str
    org_id: int
    admin_token: str
    editor_token: str
    viewer_token: str
    login: str
    password: str
    services: Services = field(repr=False)

    @property
    def identity(self) -> Identity:
        """The operator, in this org: what a test looks into the registry with."""
        return system(self.org_id, "test")

    def stored(self) -> Sequence[DataSource]:
        """All that the registry holds for this org."""
        return self.services.registry.all(self.identity)

    def stored_one(self, uid: str) -> DataSource:
        """Raises DataSourceNotFound."""
        return self.services.registry.get(self.identity, ByUid(uid))

    def secrets_of(self, uid: str) -> dict[str, str]:
        """The plain secrets of a data source, as the proxy would get them."""
        found = self.services.registry.for_request(self.identity, ByUid(uid))
        return dict(self.services.registry.secrets_of(found))


@pytest.fixture(scope="session")
def shared_installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One installation on SQLite for all clients, whose server runs until the end."""
    made = install(tmp_path_factory.mktemp("for_clients"), "")
    yield made
    made.close()


@pytest.fixture(scope="module")
def new_installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation that nobody has used: README's lines begin there, in its first org."""
    made = install(tmp_path_factory.mktemp("new"), "")
    yield made
    made.close()


@pytest.fixture
def org(shared_installation: Installation) -> Org:
    """A new org of the served installation."""
    return new_org(shared_installation)


@pytest.fixture(scope="session")
def lasting_org(shared_installation: Installation) -> Org:
    """The org of ``reused_org``."""
    return new_org(shared_installation)


@pytest.fixture
def reused_org(lasting_org: Org) -> Iterator[Org]:
    """An org without data sources, which is not new: to make one takes a quarter of a second."""
    yield lasting_org
    for row in lasting_org.stored():
        lasting_org.services.registry.delete(lasting_org.identity, ByUid(row.uid))


@pytest.fixture
def other_org(shared_installation: Installation) -> Org:
    """A second new org, for what must stay apart."""
    return new_org(shared_installation)


@pytest.fixture(scope="session")
def grafana_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Script]:
    """The library grafana-client, synchronous, in a process of its own."""
    with running_script("grafana-client", "calls.py", tmp_path_factory.mktemp("grafana_client")) as running:
        yield running


@pytest.fixture(scope="session")
def grafana_api_sdk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Script]:
    """The library grafana-api-sdk in a process of its own."""
    with running_script("grafana-api-sdk", "calls.py", tmp_path_factory.mktemp("grafana_api_sdk")) as running:
        yield running


@pytest.fixture(scope="session")
def opensearch_py(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Script]:
    """The library opensearch-py, synchronous, in a process of its own."""
    with running_script("opensearch-py", "calls.py", tmp_path_factory.mktemp("opensearch_py")) as running:
        yield running


@pytest.fixture(scope="session")
def opensearch_js(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Script]:
    """The library @opensearch-project/opensearch in a process of its own."""
    with running_script("opensearch-js", "calls.js", tmp_path_factory.mktemp("opensearch_js")) as running:
        yield running


@pytest.fixture(scope="session")
def boto3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Script]:
    """The library boto3 in a process of its own."""
    with running_script("boto3", "calls.py", tmp_path_factory.mktemp("boto3")) as running:
        yield running


@pytest.fixture(scope="session")
def aws_sdk_js(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Script]:
    """The library @aws-sdk/client-opensearch in a process of its own."""
    with running_script("aws-sdk-js", "calls.js", tmp_path_factory.mktemp("aws_sdk_js")) as running:
        yield running


@pytest.fixture
def org_like_the_server(reused_org: Org, shared_installation: Installation) -> Org:
    """``reused_org``, at a server that answers as OpenSearch's own server does, not as it is documented."""
    return replace(reused_org, url=shared_installation.served({"SLUICE_OPENSEARCH_PROFILE": "server"}).url)


def new_org(installation: Installation) -> Org:
    """An org with an Admin who signs in, and one token for each role."""
    services = installation.services
    org_id = services.orgs.create(system(0, "test"), f"org {secrets.token_hex(6)}").id
    caller, login = system(org_id, "test"), f"user-{secrets.token_hex(6)}"
    services.users.create(caller, login=login, password=_PASSWORD, email="", role=Role.ADMIN, is_server_admin=False)
    return Org(
        url=installation.served({}).url,
        org_id=org_id,
        admin_token=_token(services, caller, Role.ADMIN),
        editor_token=_token(services, caller, Role.EDITOR),
        viewer_token=_token(services, caller, Role.VIEWER),
        login=login,
        password=_PASSWORD,
        services=services,
    )


def _token(services: Services, caller: Identity, role: Role) -> str:
    account = services.service_accounts.create(caller, name=f"client {role.value}", role=role, is_disabled=False)
    _, text = services.service_accounts.add_token(caller, account.id, name=role.value, seconds_to_live=0)
    return text


# The table of docs/clients.rst


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(_WRITE, action="store_true", help="write docs/clients.rst when the whole suite has passed")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption(_WRITE, default=False):
        return
    # The table that is about to be written cannot be right already.
    items[:] = [item for item in items if item.path.name != table.ITS_OWN_TEST]
    config.pluginmanager.register(_Writer(), "clients table")


class _Writer:
    """Sees which tests passed, and writes the table when those are all."""

    def __init__(self) -> None:
        self._passed: set[str] = set()
        self._others: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name = report.nodeid.partition("[")[0].rpartition("/")[2]
        if report.passed and report.when == "call":
            self._passed.add(name)
        elif not report.passed:
            self._others.add(name)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        missing = table.all_tests() - (self._passed - self._others)
        if missing:
            shown = f"{len(missing)} tests did not pass, such as {min(missing)}"
            raise pytest.UsageError(f"docs/clients.rst is not written: {shown}")
        table.FILE.write_text(table.wanted())
