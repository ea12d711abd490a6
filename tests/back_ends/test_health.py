"""Health of real back ends: while they run, when they are stopped, and when they do not let the gateway in."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from back_ends import back_end as back_ends
from back_ends.back_end import BackEnd, Gateway
from servers.graphite import graphite_server
from servers.influxdb import influxdb_server
from servers.nginx import nginx_with_password
from servers.ports import LOOPBACK, free_port
from servers.prometheus import prometheus_server
from servers.victoria_metrics import victoria_metrics_server

WITH_PASSWORD = ["prometheus", "victoria_metrics", "influxdb", "graphite_behind_password"]
ALL = [*WITH_PASSWORD, "graphite", "prometheus_behind_certificate"]


def health(gateway: Gateway, data_source: Mapping[str, Any]) -> tuple[int, Any]:
    """The HTTP status and the document."""
    answer = gateway.ask("GET", f"/api/datasources/uid/{data_source['uid']}/health")
    return answer.status, json.loads(answer.body)


@pytest.mark.parametrize("name", ALL)
def test_a_server_that_runs_is_healthy(gateway: Gateway, stored: Mapping[str, Any], name: str) -> None:
    status, said = health(gateway, stored)
    assert (status, said["status"]) == (200, "OK"), said


@pytest.mark.parametrize("name", ALL)
def test_a_server_that_runs_is_healthy_before_it_is_stored(gateway: Gateway, back_end: BackEnd, name: str) -> None:
    said = gateway.send("POST", "/api/sluice/datasources/test", {**back_end.data_source, "name": f"not stored, {name}"})
    assert said["status"] == "OK", said


@pytest.mark.parametrize("name", WITH_PASSWORD)
def test_a_wrong_password_is_not_healthy(gateway: Gateway, back_end: BackEnd, name: str) -> None:
    wrong = dict.fromkeys(back_end.data_source["secureJsonData"], "not-the-password")
    made = gateway.create(f"health, wrong, {name}", {**back_end.data_source, "secureJsonData": wrong})
    status, said = health(gateway, made)
    assert (status, said["status"]) == (400, "ERROR"), said
    assert "refused the credentials (401)" in said["message"]


@pytest.mark.parametrize("name", ALL)
def test_a_wrong_path_is_not_healthy(gateway: Gateway, back_end: BackEnd, name: str) -> None:
    url = f"{back_end.data_source['url']}/elsewhere"
    made = gateway.create(f"health, elsewhere, {name}", {**back_end.data_source, "url": url})
    status, said = health(gateway, made)
    assert (status, said["status"]) == (400, "ERROR"), said
    assert said["details"]["asked"].startswith("GET /elsewhere/")


@contextmanager
def _prometheus(directory: Path) -> Iterator[BackEnd]:
    with prometheus_server(directory) as server:
        yield back_ends.prometheus(server)


@contextmanager
def _victoria_metrics(directory: Path) -> Iterator[BackEnd]:
    with victoria_metrics_server(directory) as server:
        yield back_ends.victoria_metrics(server)


@contextmanager
def _influxdb(directory: Path) -> Iterator[BackEnd]:
    with influxdb_server(directory) as server:
        yield back_ends.influxdb(server)


@contextmanager
def _graphite(directory: Path) -> Iterator[BackEnd]:
    with graphite_server(directory) as server:
        yield back_ends.graphite(server)


_STARTED: Mapping[str, Callable[[Path], AbstractContextManager[BackEnd]]] = {
    "prometheus": _prometheus,
    "victoria_metrics": _victoria_metrics,
    "influxdb": _influxdb,
    "graphite": _graphite,
}


@pytest.mark.parametrize("name", _STARTED)
def test_a_server_that_is_stopped_is_no_longer_healthy(gateway: Gateway, tmp_path: Path, name: str) -> None:
    with _STARTED[name](tmp_path) as back_end:
        made = gateway.create(f"health, stopped, {name}", back_end.data_source)
        assert health(gateway, made)[1]["status"] == "OK"
    status, said = health(gateway, made)
    assert (status, said["status"], said["details"]["phase"]) == (400, "ERROR", "connect"), said


def test_a_front_whose_server_is_stopped_is_not_healthy(gateway: Gateway, tmp_path: Path) -> None:
    with nginx_with_password(tmp_path, f"http://{LOOPBACK}:{free_port()}") as nginx:
        made = gateway.create("health, behind nginx", back_ends.graphite_behind_password(nginx).data_source)
        status, said = health(gateway, made)
    assert (status, said["status"], said["details"]["status"]) == (400, "ERROR", 502), said
