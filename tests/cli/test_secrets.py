"""``sluice secrets``."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.bootstrap import build_prepared
from app.identity.identity import system
from app.registry.datasource import ByName, NewDataSource
from app.services import Services
from app.settings import Settings as ServiceSettings
from cli.commands import printed, refusal, sluice
from cli.conftest import Settings

CALLER = system(1, "test")
OLD, NEW = {"GF_SECURITY_SECRET_KEY": "the-old-secret-key"}, {"GF_SECURITY_SECRET_KEY": "the-new-secret-key"}


@contextmanager
def services(settings: Settings) -> Iterator[Services]:
    built = build_prepared(ServiceSettings.from_environment(settings))
    yield built
    built.storage.database.close()


def create(settings: Settings, name: str) -> None:
    new = NewDataSource(name=name, type="prometheus", access="proxy", secure_json_data={"password": name})
    with services(settings) as built:
        built.registry.create(CALLER, new)


def fields(settings: Settings, name: str) -> dict[str, bool]:
    with services(settings) as built:
        return dict(built.registry.get(CALLER, ByName(name)).secure_json_fields)


def test_without_forgetting_another_key_is_refused_and_told_how_to_go_on(settings: Settings) -> None:
    printed(sluice({**settings, **OLD}, "db", "migrate"))
    assert "sluice secrets forget" in refusal(sluice({**settings, **NEW}, "db", "migrate"))


def test_after_forgetting_data_sources_stay_and_their_credentials_read_as_not_set(settings: Settings) -> None:
    printed(sluice({**settings, **OLD}, "db", "migrate"))
    create({**settings, **OLD}, "before")
    assert printed(sluice({**settings, **NEW}, "secrets", "forget", "--yes"))
    create({**settings, **NEW}, "after")
    assert fields({**settings, **NEW}, "before") == {}
    assert fields({**settings, **NEW}, "after") == {"password": True}


def test_a_lost_key_file_can_be_replaced(prepared: Settings) -> None:
    create(prepared, "before")
    key = Path(prepared["GF_PATHS_DATA"]) / "secret_key"
    old = key.read_text()
    key.unlink()
    assert str(key) in refusal(sluice(prepared, "db", "migrate"))
    assert not key.exists()
    assert printed(sluice(prepared, "secrets", "forget", "--yes"))
    assert key.read_text() != old
    create(prepared, "after")
    assert fields(prepared, "after") == {"password": True}


def test_with_the_old_key_back_and_forgetting_once_more_old_credentials_open_again(settings: Settings) -> None:
    printed(sluice({**settings, **OLD}, "db", "migrate"))
    create({**settings, **OLD}, "before")
    printed(sluice({**settings, **NEW}, "secrets", "forget", "--yes"))
    printed(sluice({**settings, **OLD}, "secrets", "forget", "--yes"))
    assert fields({**settings, **OLD}, "before") == {"password": True}


def test_forgetting_with_the_right_key_changes_nothing_and_says_so(settings: Settings) -> None:
    printed(sluice({**settings, **OLD}, "db", "migrate"))
    with services({**settings, **OLD}) as built:
        before = built.storage.data_keys.all()
    assert "Nothing was changed" in printed(sluice({**settings, **OLD}, "secrets", "forget", "--yes"))
    with services({**settings, **OLD}) as built:
        assert built.storage.data_keys.all() == before


def test_forgetting_asks_first_and_changes_nothing_without_a_yes(settings: Settings) -> None:
    printed(sluice({**settings, **OLD}, "db", "migrate"))
    done = sluice({**settings, **NEW}, "secrets", "forget", typed="n\n")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert refusal(sluice({**settings, **NEW}, "db", "migrate"))


def test_forgetting_before_the_first_start_is_told_what_to_do(settings: Settings) -> None:
    Path(settings["GF_PATHS_DATA"]).mkdir()
    assert "sluice db migrate" in refusal(sluice(settings, "secrets", "forget", "--yes"))
