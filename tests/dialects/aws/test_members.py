"""Members of a body: exact names, unknown ones ignored, null as absent, the first complaint with its path."""

from collections.abc import Mapping
from contextlib import suppress
from enum import StrEnum
from typing import Any, cast

import pytest
from flask import Flask, g
from marshmallow import validates_schema
from marshmallow.exceptions import ValidationError

from app.dialects.aws.members import (
    AwsBlueprint,
    Members,
    matching,
    one_of,
    read_object,
    several,
    sized,
    within,
)
from app.dialects.aws.refusals import InvalidRequest


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"", {}),
        (b"{}", {}),
        (b' {"a": 1} \n', {"a": 1}),
        ('{"\u00e9":"\U0001f525"}'.encode(), {"\u00e9": "\U0001f525"}),
        (b'{"a":"\\ud83d\\ude00 \\u0000"}', {"a": "\U0001f600 \0"}),
        (b'{"a":12345678901234567890123}', {"a": 12345678901234567890123}),
    ],
    ids=["no body", "empty", "with spaces", "UTF-8", "escapes", "large number"],
)
def test_a_body_is_a_json_object(body: bytes, value: Mapping[str, Any]) -> None:
    assert read_object(body) == value


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b" ",
        b"{}{}",
        b"{'a':1}",
        b'{"a":1,}',
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b"\xff",
        b'{"a":"\xc3"}',
        b"\xef\xbb\xbf{}",
        b'{"a":"\\ud800"}',
        b'{"\\udfff":1}',
        b'{"a":"\n"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
    ids=lambda body: ascii(body[:16]),
)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest, match=r"^The body is not JSON\.$"):
        read_object(body)


@pytest.mark.parametrize("body", [b"null", b"[]", b"[{}]", b'"text"', b"5", b"true"])
def test_json_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest, match=r"^The body is not a JSON object\.$"):
        read_object(body)


@pytest.mark.parametrize("depth", [100, 600, 900, 5_000, 100_000])
def test_a_body_of_any_depth_is_read_or_refused(depth: int) -> None:
    body = b'{"x":' + b"[" * depth + b"]" * depth + b"}"
    with suppress(InvalidRequest):
        assert [*read_object(body)] == ["x"]


# A body with all kinds of members


class Colour(StrEnum):
    RED = "RED"
    BLUE = "BLUE"


class Inner(Members):
    name = matching("[a-z]{1,3}", "must have 1 to 3 small letters", required=True)
    colour = one_of(Colour, load_default="RED")


class Outer(Members):
    id = sized(2, 4, required=True, data_key="theId")
    inner = within(Inner, load_default=None, data_key="theInner")
    inners = several(within(Inner), most=3, load_default=(), data_key="theInners")

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        if data["id"] == "none":
            raise ValidationError("None of these go together.")


@pytest.fixture(scope="module")
def app() -> Flask:
    """Answers with what it read."""
    blueprint = AwsBlueprint("members", __name__)

    @blueprint.route("/", methods=["POST"])  # type: ignore[untyped-decorator]
    @blueprint.arguments(Outer())  # type: ignore[untyped-decorator]
    def read(body: dict[str, Any]) -> dict[str, Any]:
        return body

    made = Flask(__name__)
    made.testing = True
    made.register_blueprint(blueprint)
    return made


def loaded(app: Flask, body: bytes) -> dict[str, Any]:
    with app.test_request_context("/", method="POST", content_type="application/json"):
        g.body = body
        return cast(dict[str, Any], app.view_functions["members.read"]())


def test_members_are_read_by_their_exact_names(app: Flask) -> None:
    body = b'{"theId":"abc","theInner":{"name":"x","colour":"BLUE"},"theInners":[{"name":"y"}]}'
    assert loaded(app, body) == {
        "id": "abc",
        "inner": {"name": "x", "colour": "BLUE"},
        "inners": [{"name": "y", "colour": "RED"}],
    }


@pytest.mark.parametrize(
    "body",
    [
        b'{"theId":"abc","other":1,"theID":2}',
        b'{"theId":"abc","theInner":null,"theInners":null}',
    ],
    ids=["unknown", "null"],
)
def test_unknown_members_are_ignored_and_null_is_absent(app: Flask, body: bytes) -> None:
    assert loaded(app, body) == {"id": "abc", "inner": None, "inners": ()}


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("{}", "theId is required."),
        ('{"theId":null}', "theId is required."),
        ('{"theid":"abc"}', "theId is required."),
        ('{"theId":"a"}', "theId must have 2 to 4 characters."),
        ('{"theId":"abcde"}', "theId must have 2 to 4 characters."),
        ('{"theId":"abc","theInner":{}}', "theInner.name is required."),
        ('{"theId":"abc","theInner":[]}', "theInner must be an object."),
        ('{"theId":"abc","theInner":"x"}', "theInner must be an object."),
        ('{"theId":"abc","theInner":{"name":"X"}}', "theInner.name must have 1 to 3 small letters."),
        ('{"theId":"abc","theInner":{"name":"x\\n"}}', "theInner.name must have 1 to 3 small letters."),
        ('{"theId":"abc","theInner":{"name":"x","colour":"red"}}', "theInner.colour must be one of RED, BLUE."),
        ('{"theId":"abc","theInners":{}}', "theInners must be a list."),
        ('{"theId":"abc","theInners":[{"name":"x"},{}]}', "theInners[1].name is required."),
        ('{"theId":"abc","theInners":[5]}', "theInners[0] must be an object."),
        ('{"theId":"none"}', "None of these go together."),
    ],
)
def test_the_first_complaint_names_the_member_and_the_rule(app: Flask, body: str, complaint: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        loaded(app, body.encode())
    assert str(refused.value) == complaint


@pytest.mark.parametrize("value", ["5", "true", "[]", "{}", "1.5"])
def test_only_a_text_is_a_text(app: Flask, value: str) -> None:
    with pytest.raises(InvalidRequest, match=r"^theId "):
        loaded(app, f'{{"theId":{value}}}'.encode())


def test_no_complaint_quotes_what_was_given(app: Flask) -> None:
    with pytest.raises(InvalidRequest) as refused:
        loaded(app, b'{"theId":"hunter2-hunter2"}')
    assert "hunter2" not in str(refused.value)


def test_null_is_absent_on_every_level(app: Flask) -> None:
    body = b'{"theId":"abc","theInner":{"name":"x","colour":null},"theInners":null,"x":null}'
    assert loaded(app, body) == {"id": "abc", "inner": {"name": "x", "colour": "RED"}, "inners": ()}


def test_a_list_that_is_too_long_is_not_looked_into(app: Flask) -> None:
    with pytest.raises(InvalidRequest, match=r"^theInners must have at most 3 items\.$"):
        loaded(app, b'{"theId":"abc","theInners":[{},{},{},{}]}')
