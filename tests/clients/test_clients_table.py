"""docs/clients.rst tells what the suite does today."""

import pytest

from clients import environments, table


def test_the_committed_table_is_of_these_tests_and_pins() -> None:
    assert table.FILE.read_text() == table.wanted(), "run pytest tests/clients --write-clients-table"


def test_every_test_file_is_about_a_pinned_client() -> None:
    assert table.strays() == []


@pytest.mark.parametrize("client", environments.in_python())
def test_every_requirement_is_pinned_exactly(client: str) -> None:
    lines = (environments.HERE / "requirements" / f"{client}.txt").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#") and "==" not in line] == []


@pytest.mark.parametrize("client", environments.in_javascript())
def test_every_locked_package_is_known_by_its_digest(client: str) -> None:
    packages = {path: package for path, package in environments.lock_of(client)["packages"].items() if path}
    assert [path for path, package in packages.items() if not package["integrity"].startswith("sha512-")] == []


@pytest.mark.parametrize("client", environments.in_javascript())
def test_the_lock_file_is_of_the_pinned_version(client: str) -> None:
    packages = environments.lock_of(client)["packages"]
    [(name, pinned)] = packages[""]["dependencies"].items()
    assert packages[f"node_modules/{name}"]["version"] == pinned == environments.version(client)


@pytest.mark.parametrize("client", environments.in_javascript())
def test_the_lock_file_names_no_registry(client: str) -> None:
    packages = environments.lock_of(client)["packages"].items()
    assert [path for path, package in packages if "resolved" in package] == []


@pytest.mark.parametrize("client", environments.names())
def test_every_pinned_client_is_tested(client: str) -> None:
    assert environments.sources(client, sorted(environments.HERE.glob("test_*.py"))) != []
