"""What no single request shows: two at once, and what is on the disk afterwards."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from app import create_app
from installations import Installation, install, on_disk
from servers.gunicorn import ADMIN_PASSWORD

_COLLECTION = "/_plugins/_query/_datasources"
_SECRETS = ("korrekt-battery", "staple-token", "scraper-password")


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = install(tmp_path_factory.mktemp("opensearch"), "")
    yield made
    made.close()


@pytest.fixture(scope="module")
def app(installation: Installation) -> Flask:
    return create_app(installation.services)


def _send(app: Flask, method: str, body: object) -> int:
    client = app.test_client()
    return client.open(_COLLECTION, method=method, json=body, auth=("admin", ADMIN_PASSWORD)).status_code


def _full(name: str, **members: object) -> dict[str, object]:
    plain = {"name": name, "connector": "mysql", "properties": {}, "resultIndex": "results", "status": "ACTIVE"}
    return {**plain, **members}


def test_of_two_creates_of_one_name_at_once_one_is_refused(app: Flask) -> None:
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda _: _send(app, "POST", _full("twin")), range(8)))
    assert sorted(statuses) == [201, *[400] * 7]


def test_patches_at_once_are_all_written(app: Flask) -> None:
    assert _send(app, "POST", _full("busy")) == 201
    with ThreadPoolExecutor(4) as pool:
        bodies = [{"name": "busy", "properties": {f"key{number}": number}} for number in range(4)]
        assert list(pool.map(lambda body: _send(app, "PATCH", body), bodies)) == [200] * 4
    client = app.test_client()
    found = client.get(f"{_COLLECTION}/busy", auth=("admin", ADMIN_PASSWORD)).get_json()
    assert found["properties"] == {f"key{number}": number for number in range(4)}


def test_no_secret_is_readable_on_the_disk(app: Flask, installation: Installation) -> None:
    where = {"endpoint": "h:3306", "credentials": {"username": "u", "password": _SECRETS[0]}}
    assert _send(app, "POST", _full("open", configuration=where, properties={"my.token": _SECRETS[1]})) == 201
    basic = {
        "prometheus.uri": "http://h:9090",
        "prometheus.auth.type": "basicauth",
        "prometheus.auth.username": "scraper",
        "prometheus.auth.password": _SECRETS[2],
    }
    assert _send(app, "POST", _full("flat", connector="prometheus", properties=basic)) == 201
    stored = on_disk(installation.directory)
    assert b"scraper" in stored
    assert [text for text in _SECRETS if text.encode() in stored] == []
