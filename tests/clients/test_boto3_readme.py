"""boto3: the lines of README, as they stand there."""

import ast
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from app.identity.identity import system
from clients import environments, readme
from installations import Installation

_FIRST_ORG = system(1, "test")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where README's lines are typed."""
    return tmp_path_factory.mktemp("checkout")


@pytest.fixture(scope="module")
def variables(new_installation: Installation, folder: Path) -> Mapping[str, str]:
    """What README's lines for a shell leave for boto3."""
    return readme.variables(new_installation, folder)


@pytest.fixture(scope="module")
def printed(variables: Mapping[str, str], folder: Path) -> Sequence[str]:
    """The lines that README's Python prints."""
    done = environments.run("boto3", "python", "-c", readme.lines_of_python(), cwd=folder, environ=variables)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def listed(printed: Sequence[str]) -> Any:
    """The attachments that README's Python prints."""
    return ast.literal_eval(printed[1])


def test_the_lines_for_a_shell_leave_a_key_that_lasts_and_where_to_go(
    variables: Mapping[str, str], new_installation: Installation
) -> None:
    assert variables.keys() == {
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_ENDPOINT_URL_OPENSEARCH",
        "AWS_DEFAULT_REGION",
        "AWS_REGION",
    }
    [key] = new_installation.services.access_keys.all(_FIRST_ORG)
    assert (key.access_key_id, key.login, key.expires_at) == (variables["AWS_ACCESS_KEY_ID"], "admin", None)


def test_five_lines_of_readme_print_attached_and_the_attachment(printed: Sequence[str], listed: Any) -> None:
    assert len(readme.lines_of_python().splitlines()) == 5
    assert (len(printed), printed[0]) == (2, "ATTACHED")
    [attachment] = listed
    assert (attachment["dataSourceArn"].endswith(":domain/logs"), attachment["status"]) == (True, "ATTACHED")


def test_the_domain_of_readme_is_a_data_source(new_installation: Installation, listed: Any) -> None:
    [source] = new_installation.services.registry.all(_FIRST_ORG)
    [standing] = new_installation.services.attachments.of_data_source(_FIRST_ORG, source.uid)
    assert (source.name, standing.attachment.id) == ("logs", listed[0]["attachmentId"])
