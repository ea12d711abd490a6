"""Scopes, as the one permission check gives them. What it decides is tested by the registry's use cases."""

import pytest

from app.identity.roles import EVERY_DATA_SOURCE
from app.registry.authorization import includes, scope_of
from storage.rows import data_source_row


def test_a_data_source_is_in_its_own_scope() -> None:
    row = data_source_row(1, uid="one")
    assert includes([scope_of(row)], "one")


@pytest.mark.parametrize("uid", ["on", "one2", "ONE", "*", ""])
def test_another_is_not(uid: str) -> None:
    assert not includes([scope_of(data_source_row(1, uid="one"))], uid)


def test_each_is_in_the_scope_of_all_and_none_in_no_scope() -> None:
    assert includes([EVERY_DATA_SOURCE], "one")
    assert not includes([], "one")
