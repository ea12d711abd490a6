from dataclasses import dataclass
from typing import Any

import pytest
from marshmallow import Schema, ValidationError, fields

from app.edge.schemas import Flag, FreeObject, Secrets, Text, View, Whole


class _Given(Schema):
    text = Text(longest=5)
    flag = Flag()
    whole = Whole()
    free = FreeObject()
    sealed = Secrets()


def _loaded(**members: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = _Given().load(members)
    return loaded


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", ""),
        ("text", "ab é"),
        ("flag", True),
        ("flag", False),
        ("whole", 0),
        ("whole", -7),
        ("whole", 2**63 - 2),
        ("sealed", {"a": "b"}),
        ("sealed", {}),
        ("sealed", {"a" * 190: "b"}),
    ],
)
def test_a_json_type_is_taken_as_it_is(name: str, value: object) -> None:
    assert _loaded(**{name: value}) == {name: value}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", 1),
        ("text", True),
        ("text", ["a"]),
        ("text", {}),
        ("text", "a\0b"),
        ("text", "sixsix"),
        ("flag", "true"),
        ("flag", 1),
        ("flag", 0),
        ("flag", "on"),
        ("flag", []),
        ("whole", "1"),
        ("whole", 1.0),
        ("whole", 1.5),
        ("whole", True),
        ("whole", 2**63),
        ("whole", -(2**63)),
        ("whole", 10**400),
        ("free", []),
        ("free", "{}"),
        ("free", 1),
        ("free", {"a": float("inf")}),
        ("free", {"a": [float("nan")]}),
        ("sealed", []),
        ("sealed", "a"),
        ("sealed", {"a": 1}),
        ("sealed", {"a": True}),
        ("sealed", {"a": {}}),
        ("sealed", {"a" * 191: "b"}),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_only_looks_like_the_type_is_refused(name: str, value: object) -> None:
    with pytest.raises(ValidationError):
        _loaded(**{name: value})


def test_a_secret_that_is_null_is_an_empty_one() -> None:
    assert _loaded(sealed={"a": None}) == {"sealed": {"a": ""}}


@pytest.mark.parametrize(
    "members", [{}, {"a": 1, "b": [None, {"c": 1.0}]}, {"é": "\U0001f600"}, {"n": 10**30}], ids=repr
)
def test_a_free_object_holds_what_was_given(members: dict[str, Any]) -> None:
    assert dict(_loaded(free=members)["free"]) == members


@dataclass
class _Part:
    number: int


@dataclass
class _Whole:
    part: _Part
    parts: list[_Part]
    given_name: str
    hidden: str = "hidden"


class _PartView(View):
    number = fields.Integer()


class _WholeView(View):
    part = fields.Nested(_PartView)
    parts = fields.Nested(_PartView(many=True))
    given_name = fields.String(data_key="givenName")
    number = fields.Integer(attribute="part.number")
    always = fields.Constant("")
    computed = fields.Function(lambda whole: whole.given_name.upper())


_ROW = _Whole(_Part(1), [_Part(2), _Part(3)], "metrics")
_DUMPED = {
    "part": {"number": 1},
    "parts": [{"number": 2}, {"number": 3}],
    "givenName": "metrics",
    "number": 1,
    "always": "",
    "computed": "METRICS",
}


def test_a_view_shows_exactly_its_members() -> None:
    assert _WholeView().dump(_ROW) == _DUMPED


def test_a_view_of_many_shows_each() -> None:
    assert _WholeView(many=True).dump([_ROW, _ROW]) == [_DUMPED, _DUMPED]
    assert _WholeView().dump([_ROW], many=True) == [_DUMPED]
    assert _WholeView(many=True).dump([]) == []


def test_a_view_shows_one_where_many_are_usual() -> None:
    assert _WholeView(many=True).dump(_ROW, many=False) == _DUMPED
