"""What was worked out from a row stays for as long as the row is the same."""

from dataclasses import replace

import pytest

from app.registry.datasource import DataSource
from app.registry.derived import Derived
from app.registry.json_data import JsonData
from app.registry.rows import new_row
from registry.given import new


def row(number: int = 1, json: str = "{}") -> DataSource:
    made = new_row(new("metrics", json=json), org_id=1, uid="uid", name="metrics")
    return replace(made, id=number)


def test_a_row_is_worked_out_once() -> None:
    asked: list[int] = []
    derived = Derived(lambda one: asked.append(one.id), most=10)
    same = row()
    for one in (same, same, row()):
        derived.of(one)
    assert asked == [1]


@pytest.mark.parametrize(
    "changed", [row(json='{"a":true}'), replace(row(json='{"a":1}'), url="http://new.test")], ids=["json", "url"]
)
def test_a_changed_row_is_worked_out_anew(changed: DataSource) -> None:
    derived = Derived(lambda one: (one.url, one.json_data.text), most=10)
    derived.of(row(json='{"a":1}'))
    assert derived.of(changed) == (changed.url, changed.json_data.text)


def test_what_was_not_asked_for_longest_makes_room() -> None:
    asked: list[int] = []
    derived = Derived(lambda one: asked.append(one.id), most=2)
    for number in (1, 2, 3, 3, 2, 1):
        derived.of(row(number))
    assert asked == [1, 2, 3, 1]


def test_a_failure_is_not_kept() -> None:
    failures = [ZeroDivisionError()]

    def make(one: DataSource) -> JsonData:
        if failures:
            raise failures.pop()
        return one.json_data

    derived = Derived(make, most=2)
    with pytest.raises(ZeroDivisionError):
        derived.of(row())
    assert derived.of(row()) == JsonData("{}")
