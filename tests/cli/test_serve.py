"""``sluice serve``: greets, serves, keeps what it acknowledged, and refuses in one sentence."""

import json
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from app.bootstrap import Prepared, prepare
from app.cli.serve import greeting
from app.setting_values import GRAFANA_DEFAULT_SECRET_KEY
from app.settings import Settings as ServiceSettings
from cli.commands import refusal, sluice
from cli.conftest import Settings
from cli.requests import basic, get, post
from servers.gunicorn import ADMIN_PASSWORD, Served, gunicorn_server
from servers.missing import need
from servers.ports import LOOPBACK, free_port

SMALL = {"SLUICE_HTTP_WORKERS": "2", "SLUICE_HTTP_THREADS": "4"}
GENERATED = re.compile(r"login (\S+), password (\S+)$", re.MULTILINE)


@contextmanager
def serving(folder: Path, settings: Settings) -> Iterator[tuple[Served, str]]:
    """The running service, and what it has printed so far; an empty password means that it makes one."""
    with gunicorn_server(folder, {**SMALL, **settings}) as served:
        yield served, served.log.read_text()


def run_printed_curl(shown: str) -> subprocess.CompletedProcess[str]:
    need("curl", "curl")
    [line] = [line.strip() for line in shown.splitlines() if line.strip().startswith("curl ")]
    return subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=30, check=False)


def test_the_greeting_says_where_it_listens(tmp_path: Path) -> None:
    with serving(tmp_path, {}) as (served, shown):
        assert f"Sluice listens on {served.url}\n" in shown
        assert f"{served.url}/docs/" in shown


def test_the_first_start_shows_a_command_that_works_as_it_is(tmp_path: Path) -> None:
    with serving(tmp_path, {"GF_SECURITY_ADMIN_PASSWORD": ""}) as (_, shown):
        done = run_printed_curl(shown)
    assert (done.returncode, json.loads(done.stdout)) == (0, [])


def test_the_generated_password_signs_the_first_admin_in(tmp_path: Path) -> None:
    with serving(tmp_path, {"GF_SECURITY_ADMIN_PASSWORD": "", "GF_SECURITY_ADMIN_USER": "root"}) as (served, shown):
        [(login, password)] = GENERATED.findall(shown)
        assert login == "root"
        assert get(served.port, "/api/datasources", basic(login, password)) == (200, [])
        assert get(served.port, "/api/datasources", basic(login, f"{password}x"))[0] == 401


def test_a_second_start_keeps_the_data_the_key_and_the_password_and_shows_no_password(tmp_path: Path) -> None:
    key = tmp_path / "data" / "secret_key"
    with serving(tmp_path, {"GF_SECURITY_ADMIN_PASSWORD": ""}) as (served, shown):
        [(login, password)] = GENERATED.findall(shown)
        create(served, "kept", basic(login, password))
        first_key = key.read_text()
        assert str(key) in shown
    with serving(tmp_path, {"GF_SECURITY_ADMIN_PASSWORD": ""}) as (served, shown):
        assert names(served, basic(login, password)) == ["kept"]
        assert password not in shown
        assert GENERATED.search(shown) is None
        assert str(key) not in shown
    assert key.read_text() == first_key


def test_a_password_from_the_settings_is_not_shown(tmp_path: Path) -> None:
    with serving(tmp_path, {}) as (served, shown):
        assert names(served) == []
        assert ADMIN_PASSWORD not in shown


def test_a_polite_stop_ends_with_status_0(tmp_path: Path) -> None:
    with serving(tmp_path, {}) as (served, _):
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(30) == 0


def test_ctrl_c_ends_with_status_0(tmp_path: Path) -> None:
    with serving(tmp_path, {}) as (served, _):
        served.process.send_signal(signal.SIGINT)
        assert served.process.wait(30) == 0
        assert "Traceback" not in served.log.read_text()


def test_what_was_acknowledged_is_there_after_a_kill(tmp_path: Path) -> None:
    with serving(tmp_path, {}) as (served, _):
        for number in range(10):
            create(served, f"name {number}")
        served.kill()
    with serving(tmp_path, {}) as (served, _):
        assert names(served) == [f"name {number}" for number in range(10)]


def create(served: Served, name: str, authorization: str = "") -> None:
    document = {"name": name, "type": "prometheus", "access": "proxy", "url": "http://127.0.0.1:9090"}
    authorization = authorization or basic("admin", ADMIN_PASSWORD)
    status, answer = post(served.port, "/api/datasources", authorization, document)
    assert status == 200, answer


def names(served: Served, authorization: str = "") -> list[str]:
    status, answer = get(served.port, "/api/datasources", authorization or basic("admin", ADMIN_PASSWORD))
    assert status == 200, answer
    return [one["name"] for one in answer]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"GF_SERVER_HTTP_PORT": "many"}, "GF_SERVER_HTTP_PORT"),
        ({"GF_SERVER_HTTP_ADDR": "example.org"}, "GF_SERVER_HTTP_ADDR"),
        ({"GF_SECURITY_SECRET_KEY": GRAFANA_DEFAULT_SECRET_KEY}, "GF_SECURITY_SECRET_KEY"),
        ({"GF_SECURITY_SECRET_KEY": "short"}, "16 characters"),
        ({"GF_SECURITY_ADMIN_PASSWORD__FILE": "/no/such/file", "GF_SECURITY_ADMIN_PASSWORD": ""}, "/no/such/file"),
        ({"GF_SECURITY_ADMIN_PASSWORD": "abc"}, "GF_SECURITY_ADMIN_PASSWORD"),
        ({"GF_PATHS_DATA": "/dev/null/data"}, "GF_PATHS_DATA"),
        ({"GF_DATABASE_URL": "mongodb://127.0.0.1/sluice"}, "GF_DATABASE_URL"),
        ({"GF_DATABASE_URL": "postgresql://sluice:hidden-word@127.0.0.1:{closed}/sluice"}, "cannot be reached"),
        ({"GF_DATABASE_URL": "mysql://sluice:hidden-word@127.0.0.1:{closed}/sluice"}, "cannot be reached"),
        ({"GF_DATABASE_URL": "sqlite:////no/such/folder/sluice.db"}, "/no/such/folder/sluice.db"),
    ],
    ids=lambda value: next(iter(value.values()))[:40] if isinstance(value, dict) else "",
)
def test_a_start_that_cannot_be_is_refused_in_one_sentence(settings: Settings, given: Settings, words: str) -> None:
    filled = {name: value.replace("{closed}", str(free_port())) for name, value in given.items()}
    sentence = refusal(sluice({**settings, **filled}, "serve"))
    assert words in sentence
    assert "hidden-word" not in sentence


def test_another_secret_key_is_refused(prepared: Settings) -> None:
    other = {**prepared, "GF_SECURITY_SECRET_KEY": "not-the-key-of-the-first-start"}
    assert "secret key" in refusal(sluice(other, "serve"))


def test_a_lost_key_file_is_refused_and_not_made_anew(prepared: Settings) -> None:
    key = Path(prepared["GF_PATHS_DATA"]) / "secret_key"
    key.unlink()
    assert str(key) in refusal(sluice(prepared, "serve"))
    assert not key.exists()


def test_an_empty_key_file_is_refused(prepared: Settings) -> None:
    (Path(prepared["GF_PATHS_DATA"]) / "secret_key").write_text("")
    assert "secret_key" in refusal(sluice(prepared, "serve"))


def test_a_database_file_that_is_none_is_refused(prepared: Settings) -> None:
    (Path(prepared["GF_PATHS_DATA"]) / "sluice.db").write_bytes(b"this is no database file at all" * 100)
    assert "sluice.db" in refusal(sluice(prepared, "serve"))


def test_a_port_that_is_taken_is_refused(prepared: Settings) -> None:
    with closing(socket.create_server((LOOPBACK, 0))) as taken:
        port = str(taken.getsockname()[1])
        assert port in refusal(sluice({**prepared, "GF_SERVER_HTTP_PORT": port}, "serve"))


@pytest.fixture
def made(settings: Settings) -> Iterator[Prepared]:
    """A first start, without the server."""
    made = prepare(ServiceSettings.from_environment({**settings, "GF_SECURITY_ADMIN_PASSWORD": ""}))
    yield made
    made.services.storage.database.close()


@pytest.mark.parametrize(
    ("address", "url"), [("::1", "http://[::1]:3000"), ("127.0.0.2", "http://127.0.0.2:3000")], ids=["IPv6", "IPv4"]
)
def test_the_greeting_names_the_address_as_a_url_needs_it(made: Prepared, address: str, url: str) -> None:
    lines = greeting(ServiceSettings(http_addr=address), made)
    assert f"Sluice listens on {url}" in lines


def test_a_login_with_a_quote_does_not_break_the_command_to_type(settings: Settings, tmp_path: Path) -> None:
    given = {"GF_SECURITY_ADMIN_PASSWORD": "", "GF_SECURITY_ADMIN_USER": "o'hara"}
    with serving(tmp_path, given) as (_, shown):
        assert run_printed_curl(shown).stdout.strip() == "[]"
