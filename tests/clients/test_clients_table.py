"""docs/clients.rst tells what the suite does today."""

import pytest

from clients import environments, table


def test_the_committed_table_is_of_these_tests_and_pins() -> None:
    assert table.FILE.read_text() == table.wanted(), "run pytest tests/clients --write-clients-table"


def test_every_test_file_is_about_a_pinned_client() -> None:
    assert table.strays() == []


@pytest.mark.parametrize("client", environments.names())
def test_every_requirement_is_pinned_exactly(client: str) -> None:
    lines = (environments.HERE / "requirements" / f"{client}.txt").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#") and "==" not in line] == []


@pytest.mark.parametrize("client", environments.names())
def test_every_pinned_client_is_tested(client: str) -> None:
    assert environments.sources(client, sorted(environments.HERE.glob("test_*.py"))) != []
