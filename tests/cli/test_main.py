"""The command as a whole: help that can be believed."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import fields

import click
import pytest
from click.testing import CliRunner

from app.cli.main import sluice
from app.settings import Settings
from app.version import __version__
from cli import commands

SETTINGS = {field.metadata["name"] for field in fields(Settings)}


def with_commands_below(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        for below in command.commands.values():
            yield from with_commands_below(f"{name} {below.name}", below)


EVERY = dict(with_commands_below("sluice", sluice))
# A group only leads on to its commands; the whole command shows the first things to type.
WITH_EXAMPLE = [name for name, command in EVERY.items() if name == "sluice" or not isinstance(command, click.Group)]


def help_of(name: str) -> str:
    done = CliRunner().invoke(sluice, [*name.split()[1:], "--help"], catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def examples_of(name: str) -> list[str]:
    _, _, after = help_of(name).partition("Example:\n")
    paragraph, _, _ = after.partition("\n\n")
    return [line.strip() for line in paragraph.splitlines()]


def words_of(example: str) -> tuple[dict[str, str], list[str]]:
    """The variables that are set in front of the command, and the command."""
    found = re.fullmatch(r'(?:[A-Z_]+=|eval ")\$\((.*)\)"?', example)
    words = shlex.split(found[1] if found else example)
    variables = {}
    while re.match(r"[A-Z_]+=", words[0]):
        name, _, value = words.pop(0).partition("=")
        variables[name] = value
    return variables, words


def parse(words: list[str]) -> list[click.Context]:
    """The contexts from the outermost to the command itself; raises UsageError."""
    command: click.Command = sluice
    contexts: list[click.Context] = []
    rest = words[1:]
    while True:
        parent = contexts[-1] if contexts else None
        context = command.make_context(command.name, list(rest), parent=parent)
        contexts.append(context)
        if not isinstance(command, click.Group):
            return contexts
        rest = [*context._protected_args, *context.args]
        found = command.get_command(context, rest.pop(0))
        assert found is not None, words
        command = found


@pytest.mark.parametrize("name", EVERY)
def test_every_command_says_what_it_does(name: str) -> None:
    assert EVERY[name].help


@pytest.mark.parametrize("name", EVERY)
def test_every_option_of_a_command_is_in_its_help(name: str) -> None:
    shown = help_of(name)
    assert [option for option in EVERY[name].params if option.opts[-1] not in shown] == []


@pytest.mark.parametrize("name", WITH_EXAMPLE)
def test_the_help_of_a_command_has_an_example_of_it(name: str) -> None:
    assert any(name in example for example in examples_of(name))


@pytest.mark.parametrize("name", WITH_EXAMPLE)
def test_the_example_of_a_command_can_be_typed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for example in examples_of(name):
        variables, words = words_of(example)
        for variable, value in variables.items():
            monkeypatch.setenv(variable, value)
        assert words[0] == "sluice"
        assert parse(words)[-1].command in EVERY.values()


@pytest.mark.parametrize("name", WITH_EXAMPLE)
def test_an_example_sets_only_what_is_read(name: str) -> None:
    read = SETTINGS | {str(option.envvar) for option in EVERY[name].params}
    variables = {variable for example in examples_of(name) for variable in words_of(example)[0]}
    assert variables <= read


def test_the_version_is_that_of_the_package() -> None:
    assert __version__ in CliRunner().invoke(sluice, ["--version"]).output


def test_a_command_that_does_not_exist_is_a_mistake_of_usage() -> None:
    done = CliRunner().invoke(sluice, ["plough"])
    assert done.exit_code == 2
    assert "plough" in done.output


def test_a_setting_that_cannot_be_is_refused_before_anything_is_done(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("refused") / "data"
    given = {"GF_PATHS_DATA": str(folder), "GF_SERVER_HTTP_PORT": "many"}
    assert "GF_SERVER_HTTP_PORT" in commands.refusal(commands.sluice(given, "db", "migrate"))
    assert not folder.exists()


def test_an_argument_that_is_no_text_is_refused_in_one_sentence(prepared: dict[str, str]) -> None:
    done = commands.sluice(prepared, "token", "create", "--org", "1", "--role", "Viewer", "--name", "caf\udce9")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "sluice: An argument is not UTF-8 text: type it again, or look at the locale (LANG).\n"
