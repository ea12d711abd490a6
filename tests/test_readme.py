"""README tells today's truth."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from click import Group

from app.cli.main import sluice
from app.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.rst").read_text()
ROWS = {row.metadata["name"]: row.metadata for row in fields(Settings)}
# What depends on the machine is said in words.
SAID_IN_WORDS = {"SLUICE_HTTP_WORKERS": "one a core"}


def settings_table() -> dict[str, tuple[str, str]]:
    """Setting to default and description, as README has them."""
    lines = re.findall(r"^((?:(?:GF|SLUICE)_[A-Z0-9_]+)|HTTPS?_PROXY|NO_PROXY) +(.*)$", README, re.MULTILINE)
    cells = {name: re.split(r"  +", rest, maxsplit=1) for name, rest in lines}
    return {name: (default, about.strip()) for name, (default, about) in cells.items()}


def test_the_settings_table_has_a_row_for_each_setting() -> None:
    assert list(settings_table()) == list(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_the_settings_table_gives_the_default(name: str) -> None:
    default = SAID_IN_WORDS.get(name, ROWS[name]["default"])
    assert settings_table()[name][0].removeprefix("\\") == default


@pytest.mark.parametrize("name", ROWS)
def test_the_settings_table_says_what_the_setting_does(name: str) -> None:
    assert settings_table()[name][1] == ROWS[name]["about"]


def test_every_room_of_the_app_is_listed() -> None:
    rooms = {path.name for path in (ROOT / "app").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert [room for room in rooms if f"      {room}/" not in README] == []


def test_every_file_that_it_names_exists() -> None:
    named = re.findall(r"``((?:[a-z_]+/)+[a-z_]+\.(?:py|rst))``", README)
    missing = [name for name in named if not (ROOT / name).exists() and not (ROOT / "app" / name).exists()]
    assert missing == []


def test_every_make_target_that_it_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make ([a-z]+)(?:``|$)", README, re.MULTILINE)) <= targets


def test_every_sluice_command_that_it_names_exists() -> None:
    named = set(re.findall(r"sluice ([a-z-]+)(?: ([a-z]+))?", " ".join(re.findall(r"``(sluice [^`]+)``", README))))
    for noun, verb in named:
        command = sluice.commands[noun]
        assert not isinstance(command, Group) or verb in command.commands
