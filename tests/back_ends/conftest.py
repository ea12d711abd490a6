"""Fixtures of the real back ends: a Sluice before them, and each of them by its name."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from back_ends import back_end as back_ends
from back_ends.back_end import BackEnd, Gateway
from servers.gunicorn import ADMIN_PASSWORD, gunicorn_server
from servers.nginx import nginx_with_certificate, nginx_with_password
from servers.requests import Guarded, basic

NewDirectory = pytest.TempPathFactory


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: NewDirectory) -> Iterator[Gateway]:
    """A Sluice whose first admin has made a token with the role Admin."""
    settings = {"SLUICE_HTTP_WORKERS": "1", "SLUICE_HTTP_THREADS": "4"}
    with gunicorn_server(tmp_path_factory.mktemp("before_back_ends"), settings) as served:
        admin = Gateway(served.url, basic("admin", ADMIN_PASSWORD))
        account = admin.send("POST", "/api/serviceaccounts", {"name": "queries", "role": "Admin"})
        token = admin.send("POST", f"/api/serviceaccounts/{account['id']}/tokens", {"name": "queries"})
        yield Gateway(served.url, {"Authorization": f"Bearer {token['key']}"})


@pytest.fixture(scope="session")
def prometheus(real_prometheus: Guarded) -> BackEnd:
    return back_ends.prometheus(real_prometheus)


@pytest.fixture(scope="session")
def prometheus_behind_certificate(real_prometheus: Guarded, tmp_path_factory: NewDirectory) -> Iterator[BackEnd]:
    with nginx_with_certificate(tmp_path_factory.mktemp("nginx"), real_prometheus.url) as nginx:
        yield back_ends.prometheus_behind_certificate(nginx, real_prometheus)


@pytest.fixture(scope="session")
def victoria_metrics(real_victoria_metrics: Guarded) -> BackEnd:
    return back_ends.victoria_metrics(real_victoria_metrics)


@pytest.fixture(scope="session")
def influxdb(real_influxdb: Guarded) -> BackEnd:
    return back_ends.influxdb(real_influxdb)


@pytest.fixture(scope="session")
def graphite(real_graphite: str) -> BackEnd:
    return back_ends.graphite(real_graphite)


@pytest.fixture(scope="session")
def graphite_behind_password(real_graphite: str, tmp_path_factory: NewDirectory) -> Iterator[BackEnd]:
    with nginx_with_password(tmp_path_factory.mktemp("nginx"), real_graphite) as nginx:
        yield back_ends.graphite_behind_password(nginx)


@pytest.fixture
def back_end(name: str, request: pytest.FixtureRequest) -> BackEnd:
    """That of the test's parameter ``name``."""
    found: BackEnd = request.getfixturevalue(name)
    return found


@pytest.fixture(scope="session")
def kept() -> dict[str, Mapping[str, Any]]:
    """The data sources that ``stored`` has made."""
    return {}


@pytest.fixture
def stored(name: str, back_end: BackEnd, gateway: Gateway, kept: dict[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """The data source of ``back_end``, made once."""
    if name not in kept:
        kept[name] = gateway.create(name, back_end.data_source)
    return kept[name]
