"""A gateway over one SQLite installation, and the server that its data sources point to."""

from collections.abc import Iterator

import pytest

from installations import Installation, install
from proxy.gateway import Gateway
from servers.upstream import Answer, Upstream, recording_upstream


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """Ends each connection with its answer: the services of a test keep none that would outlive it."""
    with recording_upstream() as running:
        running.default = Answer(close=True)
        yield running


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation on SQLite whose tests keep to orgs of their own."""
    made = install(tmp_path_factory.mktemp("forward"), "")
    yield made
    made.close()


@pytest.fixture
def gateway(shared: Installation, upstream: Upstream) -> Gateway:
    return Gateway(shared, upstream)
