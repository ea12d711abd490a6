"""The first start, the later ones, and what keeps the service from starting."""

import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.bootstrap import StartRefused, build_prepared, forget_secrets, prepare
from app.identity.errors import WrongPassword
from app.identity.people_store import Org
from app.identity.roles import Role
from app.settings import SettingError, Settings
from app.storage.errors import DatabaseUnreachable, SchemaBehind
from servers.gunicorn import PROJECT
from servers.missing import need_module
from servers.ports import LOOPBACK, free_port
from starting import ADMIN_PASSWORD, PLAIN, add_secret, secrets_of, settings, sign_in, started

SECRET_KEY = "a-secret-key-of-the-operator"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


# The first start


def test_the_first_start_makes_one_org(data: Path) -> None:
    services = started(data)
    assert services.storage.people.first_org() == Org(1, "Main Org.")


def test_the_first_start_makes_a_server_admin_of_the_settings(data: Path) -> None:
    identity = sign_in(started(data, GF_SECURITY_ADMIN_USER="root"), "root")
    assert (identity.org_id, identity.role, identity.is_server_admin) == (1, Role.ADMIN, True)


def test_without_a_password_in_the_settings_the_first_start_makes_one_and_tells_it(data: Path) -> None:
    prepared = prepare(settings(data, GF_SECURITY_ADMIN_PASSWORD=""))
    assert prepared.made_admin == "admin"
    assert prepared.made_password is not None
    assert len(prepared.made_password) >= 16
    assert sign_in(prepared.services, "admin", prepared.made_password).is_server_admin
    assert prepared.made_password not in repr(prepared)


def test_a_password_of_the_settings_is_not_told(data: Path) -> None:
    assert prepare(settings(data)).made_password is None


def test_the_first_start_makes_a_key_file_that_only_its_owner_reads(data: Path) -> None:
    made = prepare(settings(data)).made_key_file
    assert made == data / "secret_key"
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert len(made.read_text().strip()) >= 32


def test_the_data_path_is_made_for_its_owner_only(data: Path) -> None:
    started(data)
    assert stat.S_IMODE(data.stat().st_mode) == 0o700


def test_with_a_secret_key_in_the_settings_no_key_file_is_made(data: Path) -> None:
    assert prepare(settings(data, GF_SECURITY_SECRET_KEY=SECRET_KEY)).made_key_file is None
    assert not (data / "secret_key").exists()


def test_no_two_installations_have_the_same_key(tmp_path: Path) -> None:
    keys = []
    for name in ("one", "two"):
        started(tmp_path / name)
        keys.append((tmp_path / name / "secret_key").read_text())
    assert keys[0] != keys[1]


# Later starts


def test_a_second_start_keeps_key_admin_and_data(data: Path) -> None:
    add_secret(started(data))
    key = (data / "secret_key").read_text()
    again = prepare(settings(data, GF_SECURITY_ADMIN_PASSWORD="another password"))
    assert (again.applied_migrations, again.made_key_file, again.made_admin, again.made_password) == ([], *[None] * 3)
    assert (data / "secret_key").read_text() == key
    assert secrets_of(again.services) == {"password": PLAIN}
    assert sign_in(again.services).is_server_admin
    with pytest.raises(WrongPassword):
        sign_in(again.services, password="another password")


def test_what_was_prepared_before_is_built_without_preparing(data: Path) -> None:
    add_secret(started(data))
    assert secrets_of(build_prepared(settings(data))) == {"password": PLAIN}


def test_what_was_never_prepared_is_not_built(data: Path) -> None:
    data.mkdir()
    with pytest.raises(SchemaBehind, match="run 'sluice db migrate'"):
        build_prepared(settings(data))


@pytest.mark.parametrize("password", ["abc", "x" * 5_000], ids=["too short", "too long"])
def test_an_admin_password_that_cannot_be_is_refused_by_the_name_of_its_setting(data: Path, password: str) -> None:
    with pytest.raises((SettingError, StartRefused), match="GF_SECURITY_ADMIN_PASSWORD"):
        started(data, GF_SECURITY_ADMIN_PASSWORD=password)


def test_a_login_that_cannot_be_is_refused_by_the_name_of_its_setting(data: Path) -> None:
    with pytest.raises((SettingError, StartRefused), match="GF_SECURITY_ADMIN_USER"):
        started(data, GF_SECURITY_ADMIN_USER="a:b")


def test_a_data_path_that_is_a_file_is_refused_by_the_name_of_its_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(SettingError, match="GF_PATHS_DATA"):
            started(path)


# The database


DRIVERS = {"postgresql": ("psycopg", "psycopg[binary]"), "mysql": ("pymysql", "PyMySQL")}


def assert_one_sentence_without_secret(text: str) -> None:
    assert "hunter2" not in text
    assert "\n" not in text
    assert "GF_DATABASE_URL" in text


@pytest.mark.parametrize("scheme", DRIVERS)
def test_an_unreachable_database_is_one_sentence_without_the_password(data: Path, scheme: str) -> None:
    need_module(*DRIVERS[scheme])
    url = f"{scheme}://sluice:hunter2@{LOOPBACK}:{free_port()}/registry"
    for start in (prepare, build_prepared, forget_secrets):
        with pytest.raises(DatabaseUnreachable) as refused:
            start(settings(data, GF_DATABASE_URL=url))
        assert_one_sentence_without_secret(str(refused.value))
        assert LOOPBACK in str(refused.value)
        assert "registry" in str(refused.value)


def test_a_database_file_that_cannot_be_opened_is_one_sentence(data: Path) -> None:
    with pytest.raises(DatabaseUnreachable, match="cannot be written") as refused:
        started(data, GF_DATABASE_URL=f"sqlite:///{data}/no/such/folder/sluice.db")
    assert_one_sentence_without_secret(str(refused.value))


@pytest.mark.parametrize(
    "url",
    [
        "oracle://sluice:hunter2@host/name",
        "postgresql://sluice:hunter2@host:port/name",
        "postgresql://sluice:hunter2/more@host/name",
        "postgresql://sluice:hunter2[more@host/name",
        "postgresql://sluice:hunter2@host",
        "sqlite://",
        "sqlite:///:memory:",
        "hunter2",
    ],
    ids=[
        "unknown scheme",
        "port that is no number",
        "slash in the password",
        "bracket in the password",
        "no database",
        "no file",
        "in memory",
        "no URL",
    ],
)
def test_a_database_url_that_cannot_be_read_is_one_sentence_without_the_password(data: Path, url: str) -> None:
    with pytest.raises(DatabaseUnreachable) as refused:
        started(data, GF_DATABASE_URL=url)
    assert_one_sentence_without_secret(str(refused.value))


# Two at once


_START = """
import os, sys
from app.bootstrap import prepare
from app.settings import Settings
print("ready", flush=True)
sys.stdin.readline()
made = prepare(Settings.from_environment(os.environ))
print(bool(made.applied_migrations), bool(made.made_key_file), made.made_admin, flush=True)
"""


def test_of_starts_at_once_one_makes_org_admin_key_and_schema(new_database: Callable[[], str], tmp_path: Path) -> None:
    installation = {
        "GF_PATHS_DATA": str(tmp_path / "data"),
        "GF_DATABASE_URL": new_database(),
        "GF_SECURITY_ADMIN_PASSWORD": ADMIN_PASSWORD,
    }
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _START],
            cwd=PROJECT,
            env={"PYTHONPATH": str(PROJECT), **installation},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [process.communicate(timeout=60) for process in processes]
    assert sorted(told) == [("False False None\n", ""), ("True True admin\n", "")]
    services = build_prepared(Settings.from_environment(installation))
    assert sign_in(services).is_server_admin
    assert len(services.storage.data_keys.all()) == 1
    assert services.storage.database.rows("SELECT COUNT(*) FROM org") == [(1,)]
    services.storage.database.close()
