import logging
from typing import Any

import pytest
from flask import Flask
from werkzeug.wrappers import Response

from app.edge.errors import BodyTooLarge, ErrorDoor, register_error_doors


def _door(prefix: str, words: str, status: int = 400) -> ErrorDoor:
    return ErrorDoor(prefix, lambda exc: Response(f"{words}: {type(exc).__name__}", status=status))


@pytest.fixture
def app() -> Flask:
    app = Flask("test")

    def fail(**_: Any) -> Any:
        raise LookupError("hidden")

    for path in ("/api/x", "/_plugins/x", "/other"):
        app.add_url_rule(path, path, fail)
    register_error_doors(app, [_door("/api", "one"), _door("/_plugins", "two", 503)])
    return app


def _text(app: Flask, path: str) -> tuple[int, str]:
    response = app.test_client().get(path)
    return response.status_code, response.text


def test_the_prefix_of_the_path_picks_the_words(app: Flask) -> None:
    assert _text(app, "/api/x") == (400, "one: LookupError")
    assert _text(app, "/_plugins/x") == (503, "two: LookupError")


def test_an_unknown_path_is_answered_by_the_door_of_its_prefix(app: Flask) -> None:
    assert _text(app, "/api/unknown") == (400, "one: NotFound")
    assert _text(app, "/_plugins/unknown") == (503, "two: NotFound")


def test_an_unknown_method_is_answered_by_the_door_of_its_prefix(app: Flask) -> None:
    assert app.test_client().post("/api/x").text == "one: MethodNotAllowed"


def test_an_unknown_path_outside_all_prefixes_is_plain_text(app: Flask) -> None:
    response = app.test_client().get("/unknown")
    assert (response.status_code, response.mimetype, response.text) == (404, "text/plain", "Not Found\n")


def test_a_path_that_only_begins_like_a_prefix_is_outside_of_it(app: Flask) -> None:
    assert _text(app, "/apiary") == (404, "Not Found\n")


def test_what_nobody_foresaw_tells_nothing_of_itself(app: Flask) -> None:
    assert _text(app, "/other") == (500, "Internal Server Error\n")


@pytest.mark.parametrize(("path", "logged"), [("/api/x", 0), ("/_plugins/x", 1), ("/other", 1), ("/unknown", 0)])
def test_only_failures_of_the_service_are_logged(
    app: Flask, caplog: pytest.LogCaptureFixture, path: str, logged: int
) -> None:
    with caplog.at_level(logging.ERROR, logger="app"):
        app.test_client().get(f"{path}?token=hidden-in-query")
    assert len(caplog.records) == logged
    assert "hidden-in-query" not in caplog.text


def test_a_body_that_is_too_large_carries_the_limit() -> None:
    assert BodyTooLarge(7).limit == 7
