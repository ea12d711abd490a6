"""What the wire shows when keys or the database are lost; these cases break things that a data file cannot."""

import http.client
import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import forget_secrets
from app.registry.datasource import ByUid
from app.settings import Settings
from installations import Installation, install
from servers import mariadb, postgresql
from servers.gunicorn import ADMIN_PASSWORD
from servers.ports import LOOPBACK

_BASIC = "Basic " + b64encode(f"admin:{ADMIN_PASSWORD}".encode()).decode()
_BODY = {
    "name": "metrics",
    "uid": "metrics",
    "type": "prometheus",
    "access": "proxy",
    "url": "http://127.0.0.1:9",
    "secureJsonData": {"basicAuthPassword": "plain-secret"},
}


def ask(port: int, method: str, path: str, body: object = None) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=30)
    try:
        text = None if body is None else json.dumps(body)
        connection.request(method, path, body=text, headers={"Authorization": _BASIC})
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


@pytest.fixture
def own_installation(
    new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory, database_kind: str
) -> Iterator[Installation]:
    made = install(tmp_path_factory.mktemp(f"own_{database_kind}"), new_database())
    yield made
    made.close()


def test_secrets_that_cannot_be_decrypted_read_as_none_set(own_installation: Installation) -> None:
    port = own_installation.served({}).port
    assert ask(port, "POST", "/api/datasources", _BODY)[0] == 200
    stored = own_installation.services.storage.data_sources
    with stored.writing(1):
        row = stored.find(1, ByUid("metrics"))
        assert row is not None
        stored.set_ciphertexts(1, row.id, {"basicAuthPassword": "g1.0000000000000000.AAAA"})
    status, body = ask(port, "GET", "/api/datasources/uid/metrics")
    assert (status, body["secureJsonFields"]) == (200, {})


def test_secrets_of_another_secret_key_read_as_none_set(own_installation: Installation) -> None:
    assert ask(own_installation.served({}).port, "POST", "/api/datasources", _BODY)[0] == 200
    other = {"GF_SECURITY_SECRET_KEY": "another-secret-key-of-length"}
    forget_secrets(Settings.from_environment(own_installation.environment(other)))
    status, body = ask(own_installation.served(other).port, "GET", "/api/datasources/uid/metrics")
    assert (status, body["secureJsonFields"]) == (200, {})


def test_health_needs_no_credentials(installation: Installation) -> None:
    connection = http.client.HTTPConnection(LOOPBACK, installation.served({}).port, timeout=30)
    connection.request("GET", "/api/health")
    response = connection.getresponse()
    assert (response.status, json.loads(response.read())["database"]) == (200, "ok")
    connection.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
def test_health_is_503_when_the_database_is_gone(kind: str, tmp_path: Path) -> None:
    with ExitStack() as database:
        url = ""
        if kind == "postgresql":
            url = database.enter_context(postgresql.postgresql_server(tmp_path))
        elif kind == "mariadb":
            url = database.enter_context(mariadb.mariadb_server(tmp_path))
        made = install(tmp_path, url)
        port = made.served({}).port
        made.services.storage.database.close()
        database.close()
        if kind == "sqlite":
            for file in (tmp_path / "data").glob("sluice.db*"):
                file.unlink()
        try:
            status, body = ask(port, "GET", "/api/health")
            assert (status, body["database"]) == (503, "failing")
        finally:
            made.close()
