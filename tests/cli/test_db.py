"""``sluice db``."""

import re
from pathlib import Path

from cli.commands import printed, refusal, sluice, start
from cli.conftest import Settings
from servers.gunicorn import PROJECT
from servers.ports import LOOPBACK, free_port

ALL = sorted(file.stem for file in (PROJECT / "migrations").glob("[0-9]*.py"))


def test_migrate_names_what_it_applied(settings: Settings) -> None:
    assert printed(sluice(settings, "db", "migrate")).splitlines() == [f"applied {name}" for name in ALL]


def test_migrate_again_says_that_nothing_is_left(prepared: Settings) -> None:
    assert printed(sluice(prepared, "db", "migrate")) == "The schema is up to date.\n"


def test_migrate_shows_the_generated_password_of_the_first_admin_once(settings: Settings) -> None:
    del settings["GF_SECURITY_ADMIN_PASSWORD"]
    first, second = printed(sluice(settings, "db", "migrate")), printed(sluice(settings, "db", "migrate"))
    assert re.search(r"login admin, password \S{12,}", first)
    assert "password" not in second


def test_migrate_keeps_the_data_and_the_key_to_its_user(prepared: Settings) -> None:
    folder = Path(prepared["GF_PATHS_DATA"])
    assert (folder / "secret_key").stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0


def test_two_that_migrate_at_the_same_time_apply_once_and_show_one_password(settings: Settings) -> None:
    del settings["GF_SECURITY_ADMIN_PASSWORD"]
    both = [start(settings, "db", "migrate") for _ in range(2)]
    outputs = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    shown = "".join(output for output, _ in outputs)
    assert [shown.count(f"applied {name}\n") for name in ALL] == [1] * len(ALL)
    assert shown.count("password") == 1


def test_status_of_an_empty_database_says_what_waits_and_fails(settings: Settings) -> None:
    Path(settings["GF_PATHS_DATA"]).mkdir()
    done = sluice(settings, "db", "status")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [f"{name}  waits" for name in ALL]


def test_status_of_a_migrated_database_says_when(prepared: Settings) -> None:
    lines = printed(sluice(prepared, "db", "status")).splitlines()
    assert [re.fullmatch(r"(\S+)  \d{4}-\d\d-\d\d \d\d:\d\d:\d\d", line) is not None for line in lines] == [True] * len(
        ALL
    )


def test_status_without_a_data_folder_is_refused(settings: Settings) -> None:
    assert "GF_DATABASE_URL" in refusal(sluice(settings, "db", "status"))


def test_status_of_a_database_that_is_not_there_is_refused(settings: Settings) -> None:
    settings["GF_DATABASE_URL"] = f"postgresql://sluice:hidden-word@{LOOPBACK}:{free_port()}/sluice"
    sentence = refusal(sluice(settings, "db", "status"))
    assert "cannot be reached" in sentence
    assert "hidden-word" not in sentence


def test_a_command_before_the_first_start_is_told_what_to_do(settings: Settings) -> None:
    Path(settings["GF_PATHS_DATA"]).mkdir()
    assert "sluice db migrate" in refusal(sluice(settings, "org", "create", "--name", "Acme"))
