"""Plays an Ansible playbook of this folder with ansible-playbook, and tells what came of each of its tasks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clients import environments

_PLAYBOOKS = environments.HERE / "programs" / "ansible"


@dataclass(frozen=True)
class Outcome:
    """What a module answered; ``said`` is all of it, with the values that are secret replaced by Ansible."""

    changed: bool
    failed: bool
    skipped: bool
    said: Mapping[str, Any]


def play(name: str, variables: Mapping[str, object], directory: Path) -> dict[str, Outcome]:
    """The outcomes by the names of the tasks. ``directory`` is for Ansible's own files.

    Raises RuntimeError when Ansible could not play the playbook to its end. A task that failed is no reason.
    """
    given = directory / "variables.json"
    given.write_text(json.dumps(variables))
    done = environments.run(
        "ansible",
        "ansible-playbook",
        "--extra-vars",
        f"@{given}",
        str(_PLAYBOOKS / f"{name}.yml"),
        cwd=directory,
        environ=_settings(directory),
    )
    try:
        plays = json.loads(done.stdout)["plays"]
    except (ValueError, KeyError) as error:
        raise RuntimeError(f"ansible-playbook answered {done.returncode}: {done.stdout}{done.stderr}") from error
    if done.returncode != 0:
        raise RuntimeError(f"ansible-playbook answered {done.returncode}: {done.stderr}")
    return {task["task"]["name"]: _outcome(task["hosts"]["localhost"]) for one in plays for task in one["tasks"]}


def changed(outcome: Outcome) -> Mapping[str, Any]:
    """What the module said; the test fails unless it changed something."""
    assert not outcome.failed, outcome.said
    assert outcome.changed, outcome.said
    return outcome.said


def assert_unchanged(outcome: Outcome) -> None:
    """The test fails unless the module was content and changed nothing."""
    assert not outcome.failed, outcome.said
    assert not outcome.changed, outcome.said.get("diff", outcome.said)


def _outcome(said: Mapping[str, Any]) -> Outcome:
    return Outcome(
        changed=said.get("changed", False),
        failed=said.get("failed", False),
        skipped=said.get("skipped", False),
        said=said,
    )


def _settings(directory: Path) -> dict[str, str]:
    return {
        "ANSIBLE_HOME": str(directory / "ansible"),
        "ANSIBLE_LOCAL_TEMP": str(directory / "local"),
        "ANSIBLE_REMOTE_TEMP": str(directory / "remote"),
        # Those of the machine stay out: the collections come with the pinned distribution.
        "ANSIBLE_COLLECTIONS_PATH": str(directory / "collections"),
        "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
        "ANSIBLE_PIPELINING": "1",
        "ANSIBLE_DEPRECATION_WARNINGS": "0",
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
        "LC_ALL": "C.UTF-8",
    }
