"""jsonData stays as it was sent."""

from typing import Any

import pytest

from app.registry.json_data import JsonData


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"b":1,"a":2}',
        '{"n":1.0}',
        '{"n":123456789012345678901234567890}',
        '{"n":1e400}',
        '{"a":1,"a":2}',
        '{ "spaced" : [ 1 , null ] }',
        '{"t":"\\u00e9"}',
    ],
    ids=["empty", "order", "fraction", "long integer", "beyond a float", "name twice", "spaces", "escape"],
)
def test_text_is_kept_as_it_is(text: str) -> None:
    assert JsonData(text).text == text


def test_without_text_it_is_an_empty_object() -> None:
    assert JsonData().text == "{}"
    assert len(JsonData()) == 0


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({}, "{}"),
        ({"b": 1, "a": [None, True]}, '{"b":1,"a":[null,true]}'),
        ({"n": 1, "f": 1.0}, '{"n":1,"f":1.0}'),
        ({"n": 10**30}, '{"n":1000000000000000000000000000000}'),
        ({"t": "é 密"}, '{"t":"é 密"}'),
    ],
    ids=["empty", "order", "integer and fraction", "long integer", "unicode"],
)
def test_members_become_compact_text(members: dict[str, Any], text: str) -> None:
    assert JsonData.of(members).text == text


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")], ids=str)
def test_numbers_that_json_has_no_words_for_are_refused(number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        JsonData.of({"n": number})


def test_members_are_read_like_those_of_a_dict() -> None:
    data = JsonData('{"timeout":30,"tlsSkipVerify":true}')
    assert data["timeout"] == 30
    assert data.get("missing") is None
    assert "tlsSkipVerify" in data
    assert list(data) == ["timeout", "tlsSkipVerify"]
    assert len(data) == 2


def test_a_member_that_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        JsonData()["missing"]


def test_objects_are_equal_when_their_texts_are() -> None:
    assert JsonData('{"a":1}') == JsonData('{"a":1}')
    assert JsonData('{"a":1}') == {"a": 1}


@pytest.mark.parametrize("other", ['{"a":2}', '{"a":true}', '{"a":1.0}', '{ "a": 1 }'])
def test_objects_whose_texts_differ_are_not_equal(other: str) -> None:
    assert JsonData('{"a":1}') != JsonData(other)


def test_it_prints_its_text() -> None:
    assert repr(JsonData('{"a":1}')) == """JsonData('{"a":1}')"""
