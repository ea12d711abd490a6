import io
from typing import Any

import pytest
from gunicorn.http.errors import InvalidChunkSize

from app.edge.inbound import inbound_body, inbound_headers, raw_target
from app.upstream.errors import BodyUnavailable


@pytest.mark.parametrize(
    ("raw", "path", "query"),
    [
        ("/a/b", "/a/b", ""),
        ("/a%2Fb?c=%20", "/a%2Fb", "c=%20"),
        ("/a?b?c", "/a", "b?c"),
        ("/a?", "/a", ""),
        ("//a//b", "//a//b", ""),
        ("http://h/a%2Fb?c", "/a%2Fb", "c"),
        ("http://h:80//a", "//a", ""),
        ("http://h", "/", ""),
        ("http://h?c=d", "/", "c=d"),
        ("/http://h/a", "/http://h/a", ""),
    ],
)
@pytest.mark.parametrize("name", ["RAW_URI", "REQUEST_URI"])
def test_a_target_is_cut_without_decoding(name: str, raw: str, path: str, query: str) -> None:
    assert raw_target({name: raw, "PATH_INFO": "/decoded"}) == (path, query)


def test_headers_are_those_of_the_request_but_host() -> None:
    environ: dict[str, Any] = {
        "HTTP_HOST": "h",
        "HTTP_ACCEPT": "a",
        "HTTP_X_SCOPE_ORGID": "\xe4",
        "CONTENT_TYPE": "text/csv",
        "CONTENT_LENGTH": "3",
        "PATH_INFO": "/",
        "REMOTE_ADDR": "::1",
    }
    assert inbound_headers(environ) == [("Accept", "a"), ("X-Scope-Orgid", "\xe4"), ("Content-Type", "text/csv")]


def test_no_content_type_is_made_up() -> None:
    assert inbound_headers({"CONTENT_TYPE": ""}) == []
    assert inbound_headers({}) == []


def _environ(data: bytes, **members: str) -> dict[str, Any]:
    return {"wsgi.input": io.BytesIO(data), "REQUEST_METHOD": "POST", **members}


def _read(environ: dict[str, Any]) -> tuple[int | None, bytes]:
    body = inbound_body(environ)
    assert body is not None
    return body.length, b"".join(body.chunks)


def test_a_body_with_a_length_is_read_to_it_and_no_further() -> None:
    assert _read(_environ(b"abcdef", CONTENT_LENGTH="3")) == (3, b"abc")


def test_a_chunked_body_has_no_length_and_is_read_to_its_end() -> None:
    assert _read(_environ(b"abcdef", HTTP_TRANSFER_ENCODING="Chunked")) == (None, b"abcdef")


def test_a_large_body_comes_in_pieces() -> None:
    body = inbound_body(_environ(bytes(200_000), CONTENT_LENGTH="200000"))
    assert body is not None
    pieces = list(body.chunks)
    assert len(pieces) > 1
    assert sum(map(len, pieces)) == 200_000
    assert b"" not in pieces


def test_a_length_of_0_is_an_empty_body() -> None:
    assert _read(_environ(b"", CONTENT_LENGTH="0")) == (0, b"")


def test_a_request_without_framing_has_no_body() -> None:
    assert inbound_body(_environ(b"abc")) is None
    assert inbound_body(_environ(b"abc", CONTENT_LENGTH="")) is None


def test_a_body_that_ends_early_is_unavailable() -> None:
    with pytest.raises(BodyUnavailable):
        _read(_environ(b"ab", CONTENT_LENGTH="3"))


@pytest.mark.parametrize(
    "failure", [ConnectionResetError(), TimeoutError(), InvalidChunkSize(b"zz")], ids=lambda exc: type(exc).__name__
)
@pytest.mark.parametrize("framing", [{"CONTENT_LENGTH": "3"}, {"HTTP_TRANSFER_ENCODING": "chunked"}], ids=repr)
def test_a_body_that_breaks_off_is_unavailable(failure: Exception, framing: dict[str, str]) -> None:
    class Broken:
        def read(self, size: int) -> bytes:
            raise failure

    with pytest.raises(BodyUnavailable):
        _read({**_environ(b""), **framing, "wsgi.input": Broken()})
