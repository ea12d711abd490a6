"""Counters: of one process, and of all workers of a service, whichever of them is asked."""

import http.client
import secrets
import shutil
from base64 import b64encode
from collections.abc import Iterator

import pytest

from app.identity.identity import system
from app.metrics import Metrics
from app.registry.datasource import NewDataSource
from installations import Installation, install
from plain_http import ask
from servers.ports import LOOPBACK
from servers.upstream import Upstream, recording_upstream


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = install(tmp_path_factory.mktemp("metrics"), "")
    yield made
    made.close()


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with recording_upstream() as running:
        yield running


def test_what_was_counted_is_told_in_prometheus_format() -> None:
    metrics = Metrics()
    for _ in range(2):
        metrics.proxied("loki", "gateway", "connect", "GF_DATAPROXY_DIALTIMEOUT")
    line = (
        'sluice_proxied_requests_total{limit="GF_DATAPROXY_DIALTIMEOUT",origin="gateway",phase="connect",'
        'type="loki"} 2.0'
    )
    assert line in metrics.text().decode().splitlines()


def test_two_counts_do_not_mix() -> None:
    one, other = Metrics(), Metrics()
    one.proxied("loki", "upstream", "", "")
    assert b"loki" not in other.text()


def _counted(port: int, line: str) -> float:
    """The value of the series that has this text, 0 before it is there."""
    text = ask(port, "GET", "/metrics")[1].decode()
    values = [found.rpartition(" ")[2] for found in text.splitlines() if found.startswith(line)]
    return float(values[0]) if values else 0.0


def _new(installed: Installation, port: int, type_id: str = "graphite") -> str:
    given = NewDataSource(name=secrets.token_hex(6), type=type_id, access="proxy", url=f"http://{LOOPBACK}:{port}")
    return installed.services.registry.create(system(1, "test"), given).uid


def test_every_worker_tells_what_all_counted(installed: Installation, upstream: Upstream) -> None:
    port = installed.served({"SLUICE_HTTP_WORKERS": "3"}).port
    uid = _new(installed, upstream.port)
    for _ in range(12):
        assert ask(port, "GET", f"/api/datasources/proxy/uid/{uid}/x")[0].status == 200
    line = 'sluice_proxied_requests_total{limit="",origin="upstream",phase="",type="graphite"}'
    assert {_counted(port, line) for _ in range(12)} == {12.0}


@pytest.mark.parametrize(
    ("path", "labels"),
    [
        ("/x", 'limit="",origin="gateway",phase="connect",type="loki"'),
        ("/../x", 'limit="",origin="policy",phase="",type="loki"'),
    ],
    ids=["nobody answers", "refused"],
)
def test_the_words_are_those_of_the_headers(installed: Installation, path: str, labels: str) -> None:
    port = installed.served({}).port
    uid = _new(installed, 1, "loki")
    line = f"sluice_proxied_requests_total{{{labels}}}"
    before = _counted(port, line)
    response, _ = ask(port, "GET", f"/api/datasources/proxy/uid/{uid}{path}")
    origin, phase = response.getheader("X-Sluice-Origin"), response.getheader("X-Sluice-Phase", "")
    assert f'origin="{origin}",phase="{phase}"' in labels
    assert _counted(port, line) == before + 1


def test_types_that_nobody_knows_count_as_one(installed: Installation) -> None:
    port = installed.served({}).port
    uid = _new(installed, 1, secrets.token_hex(6))
    ask(port, "GET", f"/api/datasources/proxy/uid/{uid}/x")
    assert _counted(port, 'sluice_proxied_requests_total{limit="",origin="policy",phase="",type="other"}') == 1


def test_an_answer_that_breaks_off_is_counted(installed: Installation, upstream: Upstream) -> None:
    port = installed.served({}).port
    uid = _new(installed, upstream.port, "tempo")
    upstream.answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
    with pytest.raises(http.client.IncompleteRead):
        ask(port, "GET", f"/api/datasources/proxy/uid/{uid}/x")
    assert _counted(port, 'sluice_proxied_answers_broken_off_total{limit="",phase="body",type="tempo"}') == 1


def test_what_cannot_be_counted_fails_no_request(installed: Installation, upstream: Upstream) -> None:
    # Settings of its own, so that it has counted nothing yet.
    bounded = {"GF_DATAPROXY_MAX_CONNS_PER_HOST": "2"}
    port = installed.served(bounded).port
    for folder in (installed.directory / "data").glob("metrics-*"):
        shutil.rmtree(folder)
    uid = _new(installed, upstream.port)
    statuses = [ask(port, "GET", f"/api/datasources/proxy/uid/{uid}/x")[0].status for _ in range(4)]
    assert statuses == [200] * 4


@pytest.mark.parametrize(
    ("pair", "status"), [("prom:scrape", 200), ("prom:wrong", 401), ("other:scrape", 401), (None, 401)]
)
def test_metrics_can_have_a_login_of_their_own(installed: Installation, pair: str | None, status: int) -> None:
    settings = {"GF_METRICS_BASIC_AUTH_USERNAME": "prom", "GF_METRICS_BASIC_AUTH_PASSWORD": "scrape"}
    headers = {"Authorization": f"Basic {b64encode(pair.encode()).decode()}" if pair else ""}
    assert ask(installed.served(settings).port, "GET", "/metrics", headers=headers)[0].status == status


def test_metrics_can_be_turned_off(installed: Installation) -> None:
    assert ask(installed.served({"GF_METRICS_ENABLED": "false"}).port, "GET", "/metrics")[0].status == 404
