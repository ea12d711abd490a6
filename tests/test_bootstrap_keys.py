"""Starts without the right secret key, and going on without it."""

import shutil
import stat
from pathlib import Path

import pytest

from app.bootstrap import StartRefused, build_prepared, forget_secrets, prepare
from app.encryption.errors import WrongSecretKey
from app.registry.datasource import ByName, DataSourceChange
from app.registry.errors import SecretsUnreadable
from starting import OPERATOR, PLAIN, add_secret, secrets_of, settings, sign_in, started

SECRET_KEY = "a-secret-key-of-the-operator"


@pytest.fixture(scope="module")
def once_started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data path of an installation with the data source ``metrics``, which has a secret."""
    data = tmp_path_factory.mktemp("once") / "data"
    services = started(data)
    add_secret(services)
    services.storage.database.close()
    return data


@pytest.fixture
def data(once_started: Path, tmp_path: Path) -> Path:
    """A copy of it that the test has to itself."""
    return Path(shutil.copytree(once_started, tmp_path / "data"))


def test_a_missing_key_file_is_not_made_anew_over_stored_keys(data: Path) -> None:
    (data / "secret_key").unlink()
    for start in (prepare, build_prepared):
        with pytest.raises(StartRefused) as refused:
            start(settings(data))
        assert str(data / "secret_key") in str(refused.value)
        assert "sluice secrets forget" in str(refused.value)
    assert not (data / "secret_key").exists()


def test_the_key_file_put_back_opens_everything(data: Path) -> None:
    key = (data / "secret_key").rename(data / "elsewhere")
    with pytest.raises(StartRefused):
        started(data)
    key.rename(data / "secret_key")
    assert secrets_of(started(data)) == {"password": PLAIN}


def test_the_key_of_the_file_may_move_into_the_settings(data: Path) -> None:
    key = (data / "secret_key").read_text().strip()
    (data / "secret_key").unlink()
    assert secrets_of(started(data, GF_SECURITY_SECRET_KEY=key)) == {"password": PLAIN}


def test_a_wrong_key_is_refused(data: Path) -> None:
    for start in (prepare, build_prepared):
        with pytest.raises(WrongSecretKey):
            start(settings(data, GF_SECURITY_SECRET_KEY=SECRET_KEY))


@pytest.mark.parametrize(
    "damaged", [b"", b"\n", b"short", b"\xff\xfe" * 32], ids=["empty", "blank", "cut off", "no text"]
)
def test_a_damaged_key_file_is_refused_in_one_sentence_that_names_it(data: Path, damaged: bytes) -> None:
    (data / "secret_key").write_bytes(damaged)
    with pytest.raises(StartRefused) as refused:
        started(data)
    assert str(data / "secret_key") in str(refused.value)
    assert (data / "secret_key").read_bytes() == damaged


def test_a_key_file_that_is_a_folder_is_refused_in_one_sentence(data: Path) -> None:
    (data / "secret_key").unlink()
    (data / "secret_key").mkdir()
    with pytest.raises(StartRefused, match="cannot be read"):
        started(data)


def test_after_forgetting_the_service_starts_and_the_old_secrets_are_unset(data: Path) -> None:
    (data / "secret_key").unlink()
    forget_secrets(settings(data))
    services = started(data)
    assert services.registry.get(OPERATOR, ByName("metrics")).secure_json_fields == {}
    with pytest.raises(SecretsUnreadable):
        secrets_of(services)


def test_after_forgetting_new_secrets_work(data: Path) -> None:
    (data / "secret_key").unlink()
    forget_secrets(settings(data))
    add_secret(started(data), "new", "battery staple")
    services = started(data)
    assert secrets_of(services, "new") == {"password": "battery staple"}
    services.registry.replace(
        OPERATOR,
        ByName("metrics"),
        DataSourceChange(name="metrics", type="testdata", access="proxy", secure_json_data={"password": "set again"}),
    )
    assert secrets_of(services) == {"password": "set again"}


def test_forgetting_takes_the_key_of_the_settings_and_makes_no_file(data: Path) -> None:
    (data / "secret_key").unlink()
    forget_secrets(settings(data, GF_SECURITY_SECRET_KEY=SECRET_KEY))
    assert sign_in(started(data, GF_SECURITY_SECRET_KEY=SECRET_KEY)).is_server_admin
    assert not (data / "secret_key").exists()


def test_the_key_file_that_forgetting_makes_is_only_its_owners(data: Path) -> None:
    (data / "secret_key").unlink()
    forget_secrets(settings(data))
    assert stat.S_IMODE((data / "secret_key").stat().st_mode) == 0o600


def test_forgetting_keeps_the_old_secrets_for_the_day_their_key_is_back(data: Path) -> None:
    key = (data / "secret_key").read_text()
    (data / "secret_key").unlink()
    forget_secrets(settings(data))
    (data / "secret_key").write_text(key)
    forget_secrets(settings(data))
    assert secrets_of(started(data)) == {"password": PLAIN}


def test_forgetting_works_on_a_new_machine_that_has_only_the_database(tmp_path: Path, data: Path) -> None:
    database = f"sqlite:///{data / 'sluice.db'}"
    forget_secrets(settings(tmp_path / "new", GF_DATABASE_URL=database))
    assert sign_in(started(tmp_path / "new", GF_DATABASE_URL=database)).is_server_admin
