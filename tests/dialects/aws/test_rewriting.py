"""A change of a data source that somebody else changes at the same moment."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask, g

from app.dialects.aws.columns import Columns, change, side
from app.dialects.aws.rewriting import rewrite
from app.edge.authentication import EXTENSION
from app.registry.datasource import ById, DataSource
from app.registry.errors import VersionConflict
from dialects.aws.account import Account


@pytest.fixture(autouse=True)
def request_of_an_admin(account: Account) -> Iterator[None]:
    """Around the test, for what asks who asks."""
    app = Flask("test")
    app.extensions[EXTENSION] = account.services
    with app.test_request_context():
        g.identity = account.identity
        account.register("logs")
        yield


def moved_to(url: str, row: DataSource) -> Columns:
    return Columns(type=row.type, url=url, json_data=row.json_data, side=row.opensearch)


def somebody_describes(account: Account, row: DataSource, description: str) -> None:
    said = side(row, description=description, defaults={}, properties={})
    change_of_theirs = change(row, replace(moved_to(row.url, row), side=said))
    account.services.registry.replace(account.identity, ById(row.id), change_of_theirs)


def test_a_change_that_came_in_between_is_kept(account: Account) -> None:
    seen: list[DataSource] = []

    def columns_for(row: DataSource) -> Columns:
        seen.append(row)
        if len(seen) == 1:
            somebody_describes(account, row, "theirs")
        return moved_to("https://ours.example.com", row)

    written = rewrite("logs", lambda _: True, columns_for)
    assert written.url == "https://ours.example.com"
    assert written.opensearch.document is not None
    assert written.opensearch.document["description"] == "theirs"


def test_changes_that_always_come_in_between_are_a_conflict_in_the_end(account: Account) -> None:
    seen: list[DataSource] = []

    def columns_for(row: DataSource) -> Columns:
        seen.append(row)
        somebody_describes(account, row, f"theirs {len(seen)}")
        return moved_to("https://ours.example.com", row)

    with pytest.raises(VersionConflict):
        rewrite("logs", lambda _: True, columns_for)
    assert account.source("logs").url != "https://ours.example.com"
