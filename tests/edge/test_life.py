"""The request log: who asked what, and never the query."""

import logging
from collections.abc import Iterable
from typing import Any

import pytest

from app.edge.authentication import IDENTITY
from app.edge.inbound import Environ
from app.edge.life import RequestLog
from identity.callers import admin


def answered(environ: Environ, start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [b"{}"]


def logged(caplog: pytest.LogCaptureFixture, more: dict[str, Any]) -> dict[str, Any]:
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/api/org", "QUERY_STRING": "token=secret", **more}
    with caplog.at_level(logging.INFO, logger="app.requests"):
        assert list(RequestLog(answered)(environ, lambda *_: None)) == [b"{}"]
    (record,) = caplog.records
    return vars(record)


def test_a_request_is_logged_with_who_asked_and_in_which_org(caplog: pytest.LogCaptureFixture) -> None:
    line = logged(caplog, {IDENTITY: admin(3)})
    assert (line["actor"], line["org_id"], line["method"], line["path"], line["status"]) == (
        "user:7",
        3,
        "GET",
        "/api/org",
        200,
    )


def test_a_request_of_nobody_is_logged_too(caplog: pytest.LogCaptureFixture) -> None:
    line = logged(caplog, {})
    assert (line["actor"], line["org_id"]) == (None, None)


def test_the_query_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert "secret" not in str(logged(caplog, {IDENTITY: admin(3)}))
