"""A database that cannot be used is refused in words that help and give nothing away."""

import re

import pytest

from app.storage.errors import DatabaseUnreachable
from conftest import DATABASES
from servers.ports import free_port
from storage.conftest import OpenDatabase


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://sluice:hidden-word@127.0.0.1:{closed}/sluice",
        "mysql://sluice:hidden-word@127.0.0.1:{closed}/sluice",
        "sqlite:////no/such/folder/sluice.db",
        "mongodb://sluice:hidden-word@127.0.0.1/sluice",
        "postgresql://sluice:hidden-word@127.0.0.1:5432",
        "postgresql://sluice:hidden-word@127.0.0.1:port/sluice",
        "postgresql://sluice:hidden-word@127.0.0.1:{closed}/sluice?connect_timeout=soon",
        "sqlite:///:memory:",
        "sqlite://",
        "sluice.db",
    ],
)
def test_a_database_that_cannot_be_used_is_refused_in_one_sentence_without_the_password(
    url: str, open_database: OpenDatabase
) -> None:
    with pytest.raises(DatabaseUnreachable) as refusal:
        open_database(url.replace("{closed}", str(free_port()))).ping()
    assert re.fullmatch(r"[^\n]+\.", str(refusal.value))
    assert "hidden-word" not in str(refusal.value)


@pytest.mark.parametrize("database_kind", DATABASES[1:], indirect=True, scope="session")
def test_a_wrong_password_is_reported_without_it(empty_url: str, open_database: OpenDatabase) -> None:
    with pytest.raises(DatabaseUnreachable) as refusal:
        open_database(empty_url.replace(":secret@", ":hidden-word@")).ping()
    assert "hidden-word" not in str(refusal.value)
