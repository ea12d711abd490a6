"""The rooms and who may look into whom; and one library, one file."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Room -> the rooms it may import. A room may always import itself.
MAY_IMPORT: dict[str, set[str]] = {
    "setting_values": set(),
    "settings": {"setting_values"},
    "version": set(),
    "upstream": set(),
    "metrics": set(),
    "audit": set(),
    "encryption": set(),
    "identity": {"encryption", "audit"},
    "registry": {"identity", "encryption", "audit"},
    "proxy": {"registry", "identity", "upstream"},
    "query": {"proxy", "registry", "identity", "upstream"},
    "attachments": {"registry", "identity", "audit"},
    "storage": {"attachments", "registry", "identity", "encryption", "audit"},
    "services": {
        "settings",
        "metrics",
        "storage",
        "attachments",
        "proxy",
        "registry",
        "identity",
        "encryption",
        "upstream",
        "audit",
    },
    "bootstrap": {"services", "settings", "identity", "encryption"},
    "edge": {"services", "query", "proxy", "registry", "identity", "upstream", "version"},
    "dialects": {
        "edge",
        "services",
        "attachments",
        "query",
        "proxy",
        "registry",
        "identity",
        "upstream",
        "storage",
    },
    "cli": {
        "",
        "bootstrap",
        "services",
        "settings",
        "metrics",
        "edge",
        "identity",
        "registry",
        "encryption",
        "storage",
        "version",
    },
    "": {"bootstrap", "dialects", "edge", "services", "settings"},
}

# Narrower than the row above: of these rooms, only these modules.
ONLY: dict[tuple[str, str], set[str]] = {
    ("attachments", "registry"): {
        "app.registry.arns",
        "app.registry.authorization",
        "app.registry.datasource",
        "app.registry.errors",
        "app.registry.json_data",
        "app.registry.registry",
    },
    ("query", "proxy"): {"app.proxy.forward", "app.proxy.outbound"},
    ("query", "registry"): {"app.registry.datasource"},
    ("query", "upstream"): {"app.upstream.errors"},
    ("edge", "registry"): {"app.registry.json_data", "app.registry.datasource"},
    ("edge", "query"): {"app.query.errors"},
    ("edge", "proxy"): {"app.proxy.errors"},
    ("edge", "upstream"): {"app.upstream.errors", "app.upstream.request"},
    ("dialects", "storage"): set(),
    ("cli", "storage"): {"app.storage.errors"},
    ("cli", "registry"): {"app.registry.errors"},
    ("cli", "edge"): {"app.edge.logs"},
}

# Library -> where it may be imported.
ONLY_IN = {
    "peewee": {"app/storage/"},
    "playhouse": {"app/storage/"},
    "passlib": {"app/identity/passwords.py"},
    "cryptography": {"app/encryption/aead.py"},
    "lark": {"app/query/ppl/parser.py"},
    "httptools": {"app/upstream/connection.py", "app/upstream/dialer.py"},
    "prometheus_client": {"app/metrics.py"},
    "botocore": {"app/upstream/signing.py"},
    "socket": {
        "app/upstream/",
        "app/edge/streaming.py",
        "app/cli/serve.py",
        "app/cli/worker.py",
        "app/cli/client_socket.py",
    },
    "flask": {"app/__init__.py", "app/edge/", "app/dialects/", "app/cli/serve.py"},
    "flask_smorest": {"app/edge/"},
    "marshmallow": {"app/edge/", "app/dialects/"},
    "werkzeug": {"app/edge/", "app/dialects/"},
    "click": {"app/cli/"},
    "gunicorn": {"app/cli/serve.py", "app/cli/worker.py", "app/cli/client_socket.py", "app/edge/inbound.py"},
}

FILES = sorted((ROOT / "app").rglob("*.py"))


def imported_modules(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names if node.module.startswith("app"))


def room_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def module_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def existing(modules: Iterator[str]) -> set[str]:
    names = {module_of(file) for file in FILES}
    return {module for module in modules if module in names}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_file_imports_only_rooms_that_its_own_may_look_into(file: Path) -> None:
    room = room_of(module_of(file))
    for module in existing(imported_modules(file)) - {"app"}:
        other = room_of(module)
        if other == room:
            continue
        assert other in MAY_IMPORT[room], f"{room} must not import {module}"
        allowed = ONLY.get((room, other))
        is_package = module == f"app.{other}" and (ROOT / "app" / other).is_dir()
        assert allowed is None or is_package or module in allowed, f"of {other}, {room} must not import {module}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_library_is_imported_only_where_its_room_is(file: Path) -> None:
    path = str(file.relative_to(ROOT))
    for module in imported_modules(file):
        places = ONLY_IN.get(module.split(".")[0])
        assert places is None or any(path.startswith(place) for place in places), f"{path} imports {module}"


def test_dialects_do_not_know_each_other() -> None:
    for file in (ROOT / "app" / "dialects").rglob("*.py"):
        own = file.relative_to(ROOT / "app" / "dialects").parts[0]
        for module in existing(imported_modules(file)):
            parts = module.split(".")
            assert parts[1] != "dialects" or parts[2:3] in ([], [own]), f"{file.name} imports {module}"


def test_every_room_says_what_it_owns_and_what_it_must_not_know() -> None:
    for file in (ROOT / "app").rglob("__init__.py"):
        assert ast.get_docstring(ast.parse(file.read_text())), f"{file} has no docstring"


def test_every_room_has_a_row_in_the_table() -> None:
    assert {room_of(module_of(file)) for file in FILES} == set(MAY_IMPORT)


def test_a_module_beside_the_rooms_is_looked_at_too() -> None:
    assert "app.services" in existing(iter(["app.services", "app.services.build", "os"]))
    assert room_of("app.services") not in MAY_IMPORT["registry"]
