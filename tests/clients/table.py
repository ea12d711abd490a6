"""The table of docs/clients.rst: which clients, at which versions, and what each of them was seen to do."""

import ast
from pathlib import Path

from clients import environments

FILE = Path(__file__).resolve().parents[2] / "docs" / "clients.rst"
ITS_OWN_TEST = "test_clients_table.py"

_HEAD = """\
Clients
=======

Programs and libraries of other people that are run, unchanged, against a real Sluice by ``make test``. Each is
installed from its package registry, at the version below, into an environment of its own; the pins are in
``tests/clients/requirements/``, those of a client in JavaScript beside its program in ``tests/clients/programs/``, the
tests in ``tests/clients/``. A line of the last column is the name of a test.

``pytest tests/clients --write-clients-table`` writes this page after a run in which every test passed.

.. list-table::
   :header-rows: 1
   :widths: 18 10 72

   * - Client
     - Version
     - What was seen
"""


def wanted() -> str:
    """The whole page, from the tests and pins that exist."""
    return _HEAD + "".join(_row(client) for client in environments.names())


def all_tests() -> set[str]:
    """All tests that the table lists, each as file::name."""
    return {f"{file}::{name}" for client in environments.names() for file, name in _tests(client)}


def strays() -> list[str]:
    """Test files that are about no pinned client, and would be missing in the table."""
    known = {file for client in environments.names() for file in environments.sources(client, _files())}
    return sorted(file.name for file in _files() if file not in known and file.name != ITS_OWN_TEST)


def _row(client: str) -> str:
    seen = [name.removeprefix("test_").replace("_", " ") for _, name in _tests(client)]
    bullets = "".join(f"       * {sentence}\n" for sentence in seen).lstrip()
    return f"   * - {client}\n     - {environments.version(client)}\n     - {bullets}"


def _tests(client: str) -> list[tuple[str, str]]:
    return [
        (file.name, node.name)
        for file in environments.sources(client, _files())
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]


def _files() -> list[Path]:
    return sorted(environments.HERE.glob("test_*.py"))
