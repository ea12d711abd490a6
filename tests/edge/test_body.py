"""Bodies as Go's encoding/json reads them, asked for through a view as a dialect has it."""

import io
from typing import Any

import pytest
from flask import Flask, jsonify, request
from marshmallow import EXCLUDE, Schema, fields

from app.edge.body import BODY_LIMIT, SluiceBlueprint, read_json_object
from app.edge.errors import BodyTooLarge, MalformedBody
from app.edge.schemas import Flag, FreeObject, Text, Whole

_LIMIT = 1_024


class _Body(Schema):
    class Meta:
        unknown = EXCLUDE

    name = Text()
    is_default = Flag(data_key="isDefault")
    version = Whole()
    json_data = FreeObject(data_key="jsonData")


class _Query(Schema):
    limit = fields.Integer(load_default=5)


@pytest.fixture(scope="module")
def app() -> Flask:
    app = Flask("test")
    app.config[BODY_LIMIT] = _LIMIT
    blueprint = SluiceBlueprint("things", "things")

    def take(given: dict[str, Any]) -> Any:
        return jsonify({name: dict(value) if name == "json_data" else value for name, value in given.items()})

    def page(query: dict[str, Any]) -> Any:
        return jsonify(query)

    @app.errorhandler(MalformedBody)
    def malformed(exc: MalformedBody) -> Any:
        return str(exc), 400

    @app.errorhandler(BodyTooLarge)
    def too_large(exc: BodyTooLarge) -> Any:
        return str(exc), 413

    # As decorators they would have to be typed, which the library is not.
    blueprint.post("/things")(blueprint.arguments(_Body)(take))
    blueprint.get("/things")(blueprint.arguments(_Query, location="query")(page))
    app.register_blueprint(blueprint)
    return app


def _taken(app: Flask, body: bytes, **headers: str) -> Any:
    response = app.test_client().post("/things", data=body, headers=headers)
    assert response.status_code == 200, response.text
    return response.get_json()


def _refused(app: Flask, body: bytes) -> str:
    response = app.test_client().post("/things", data=body)
    assert response.status_code == 400
    return response.text


@pytest.mark.parametrize("name", ["isDefault", "ISDEFAULT", "isdefault", "IsDefault"])
def test_a_member_is_found_in_any_letter_case(app: Flask, name: str) -> None:
    assert _taken(app, b'{"%b": true}' % name.encode()) == {"is_default": True}


def test_the_last_of_two_members_that_match_wins(app: Flask) -> None:
    assert _taken(app, b'{"name": "a", "Name": "b"}') == {"name": "b"}
    assert _taken(app, b'{"name": "a", "name": "b"}') == {"name": "b"}


def test_unknown_members_are_ignored_whatever_they_hold(app: Flask) -> None:
    assert _taken(app, b'{"id": "x", "orgId": [], "name": "a"}') == {"name": "a"}


def test_a_member_that_is_null_counts_as_not_given(app: Flask) -> None:
    assert _taken(app, b'{"name": null, "isDefault": null, "version": null, "jsonData": null}') == {}


def test_null_after_a_value_leaves_the_value(app: Flask) -> None:
    assert _taken(app, b'{"Name": "a", "name": null}') == {"name": "a"}


@pytest.mark.parametrize("body", [b"", b"null", b"{}", b"  \r\n\t", b" null ", b"{}\n"], ids=repr)
def test_nothing_and_null_count_as_an_empty_object(app: Flask, body: bytes) -> None:
    assert _taken(app, body) == {}


@pytest.mark.parametrize("tail", [b" x", b"{}", b"]", b'{"name": "b"}', b"\n\n\0"], ids=repr)
def test_what_follows_the_object_is_ignored(app: Flask, tail: bytes) -> None:
    assert _taken(app, b'{"name": "a"}' + tail) == {"name": "a"}


def test_the_content_type_is_not_looked_at(app: Flask) -> None:
    assert _taken(app, b'{"name": "a"}', **{"Content-Type": "application/x-www-form-urlencoded"}) == {"name": "a"}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"{", id="cut-off"),
        pytest.param(b'{"name": "a"', id="without-its-end"),
        pytest.param(b"{'name': 'a'}", id="single-quotes"),
        pytest.param(b'{"name": "a",}', id="trailing-comma"),
        pytest.param(b'{"name": "\xff"}', id="no-utf-8"),
        pytest.param(b'{"name": "\\ud800"}', id="half-a-character"),
        pytest.param(b'{"jsonData": {"a": "\\udc00"}}', id="half-a-character-inside"),
        pytest.param(b'{"name": "a\nb"}', id="raw-line-break"),
        pytest.param(b'{"version": NaN}', id="nan"),
        pytest.param(b'{"jsonData": {"a": Infinity}}', id="infinity"),
        pytest.param(b'{"jsonData": {"a": -Infinity}}', id="minus-infinity"),
        pytest.param(b'{"jsonData": {"a": 1e999}}', id="number-beyond-a-double"),
        pytest.param(b'{"version": 01}', id="leading-zero"),
        pytest.param(b"\xef\xbb\xbf{}", id="byte-order-mark"),
        pytest.param(b"[" * 900, id="deep-and-cut-off"),
    ],
)
def test_what_is_no_json_is_refused(app: Flask, body: bytes) -> None:
    _refused(app, body)


def test_json_that_is_too_deep_is_refused(app: Flask) -> None:
    deep = b'{"a":' * 50_000 + b"1" + b"}" * 50_000
    with app.test_request_context("/", method="POST", data=deep), pytest.raises(MalformedBody):
        read_json_object(request, len(deep))


@pytest.mark.parametrize("body", [b"[]", b'[{"name": "a"}]', b'"name"', b"1", b"true"], ids=repr)
def test_what_is_no_object_is_refused(app: Flask, body: bytes) -> None:
    _refused(app, body)


@pytest.mark.parametrize("body", [b'{"name": 1}', b'{"isDefault": "yes"}', b'{"version": 1.0}', b'{"jsonData": []}'])
def test_a_member_of_another_type_is_refused(app: Flask, body: bytes) -> None:
    _refused(app, body)


def test_a_refusal_quotes_no_value(app: Flask) -> None:
    assert "hidden" not in _refused(app, b'{"isDefault": "hidden"}')
    assert "hidden" not in _refused(app, b'{"name": "hidden"')


@pytest.mark.parametrize(("size", "status"), [(_LIMIT, 200), (_LIMIT + 1, 413)])
def test_a_body_may_be_as_large_as_the_limit(app: Flask, size: int, status: int) -> None:
    assert app.test_client().post("/things", data=b"{}".ljust(size)).status_code == status


@pytest.mark.parametrize(("size", "status"), [(_LIMIT, 200), (_LIMIT + 1, 413), (_LIMIT * 100, 413)])
def test_the_limit_counts_for_chunked_bodies_too(app: Flask, size: int, status: int) -> None:
    response = app.test_client().post(
        "/things",
        input_stream=io.BytesIO(b"{}".ljust(size)),
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"CONTENT_LENGTH": ""},
    )
    assert response.status_code == status


def test_unknown_query_parameters_are_ignored(app: Flask) -> None:
    assert app.test_client().get("/things?limit=7&other=x").get_json() == {"limit": 7}


def test_a_query_parameter_that_is_not_given_has_its_default(app: Flask) -> None:
    assert app.test_client().get("/things").get_json() == {"limit": 5}
