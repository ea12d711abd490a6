"""The environments of other people's clients, which ``make clients`` installs, and what runs inside them."""

import contextlib
import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servers.missing import need, need_file

HERE = Path(__file__).resolve().parent
_ENVIRONMENTS = HERE.parents[1] / ".venv" / "clients"
_REQUIREMENTS = HERE / "requirements"
_PROGRAMS = HERE / "programs"

# What the caller's shell says to such clients, or to their libraries, must not reach them.
_FOREIGN = (
    "GRAFANA",
    "GF_",
    "SLUICE_",
    "PYTHON",
    "PIP_",
    "NODE_",
    "HTTP_",
    "HTTPS_",
    "ALL_",
    "NO_",
    "ANSIBLE_",
    "AWS_",
)


def names() -> list[str]:
    """All clients that have an environment."""
    return sorted([*in_python(), *in_javascript()])


def in_python() -> list[str]:
    """Those with a file of pins."""
    return sorted(file.stem for file in _REQUIREMENTS.glob("*.txt"))


def in_javascript() -> list[str]:
    """Those with a package.json, which depends on the client alone, and a lock file."""
    return sorted(file.parent.name for file in _PROGRAMS.glob("*/package.json"))


def lock_of(client: str) -> Any:
    """The lock file of a client in JavaScript."""
    return json.loads((_PROGRAMS / client / "package-lock.json").read_text())


def version(client: str) -> str:
    """The pinned version of the client, which its requirements file is named for."""
    if client in in_javascript():
        [pinned] = json.loads((_PROGRAMS / client / "package.json").read_text())["dependencies"].values()
        return str(pinned)
    text = (_REQUIREMENTS / f"{client}.txt").read_text()
    [pinned] = re.findall(rf"^{re.escape(client)}==(\S+)", text, re.MULTILINE | re.IGNORECASE)
    return str(pinned)


def program(client: str, name: str) -> str:
    """The path of a program of the client's environment.

    Without it the running test is skipped, or fails when the environment has SLUICE_TEST_REQUIRE_SERVICES=1.
    """
    return str(need_file(_ENVIRONMENTS / client / "bin" / name, "make clients"))


def run(
    client: str, name: str, *arguments: str, cwd: Path, environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program of the client's environment to its end in ``cwd``, whatever its exit status is."""
    return subprocess.run(
        [program(client, name), *arguments],
        cwd=cwd,
        env={**_clean(cwd), **(environ or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@dataclass(frozen=True)
class Script:
    """A running ``programs/<client>/<script>``, which answers every line of JSON with one."""

    process: subprocess.Popen[str]
    errors: Path

    def ask(self, question: object) -> Any:
        """Raises RuntimeError with what the script printed when it ended instead of answering."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps(question) + "\n")
            self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self.process.args!r} ended: {self.errors.read_text()[-4000:]}")
        return json.loads(answer)


@contextlib.contextmanager
def running_script(client: str, script: str, cwd: Path) -> Iterator[Script]:
    """Run a script with the client's Python, or with node, in ``cwd`` until the block ends."""
    errors = cwd / "errors.log"
    modules = {}
    if script.endswith(".js"):
        interpreter = need("node", "nodejs")
        need("npm", "npm")
        modules["NODE_PATH"] = str(need_file(_ENVIRONMENTS / client / "node_modules", "make clients"))
    else:
        interpreter = program(client, "python")
    with errors.open("w") as log:
        process = subprocess.Popen(
            [interpreter, str(_PROGRAMS / client / script)],
            cwd=cwd,
            env={**_clean(cwd), **modules},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    with process:
        yield Script(process, errors)


def sources(client: str, tests: Sequence[Path]) -> list[Path]:
    """Those of the test files that are about the client: test_<client>.py and test_<client>_<something>.py."""
    stem = f"test_{client.replace('-', '_')}"
    return [file for file in tests if file.stem == stem or file.stem.startswith(f"{stem}_")]


def _clean(home: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.upper().startswith(_FOREIGN)}
    return {**inherited, "HOME": str(home), "NO_PROXY": "*"}
