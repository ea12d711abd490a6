import socket
from collections.abc import Iterator
from typing import Any

import pytest

from app.edge.streaming import Stream
from app.upstream.errors import CallerGone, UpstreamError, UpstreamTimeout, UpstreamUnreachable


def _ignore(exc: UpstreamError) -> None:
    """Nobody counts."""


def _breaking(exc: Exception) -> Iterator[bytes]:
    yield b"half"
    raise exc


def test_pieces_pass_one_by_one() -> None:
    stream = Stream(iter([b"a", b"b"]), {}, None, _ignore)
    assert (next(stream), next(stream), list(stream)) == (b"a", b"b", [])


@pytest.mark.parametrize("exc", [UpstreamUnreachable("body", "x"), UpstreamTimeout("body", "x")])
def test_an_upstream_that_breaks_off_cuts_the_clients_connection(exc: Exception) -> None:
    near, far = socket.socketpair()
    with near, far:
        far.settimeout(10)
        environ: dict[str, Any] = {"gunicorn.socket": near, "PATH_INFO": "/api/x"}
        assert list(Stream(_breaking(exc), environ, None, _ignore)) == [b"half"]
        assert far.recv(1) == b""
        with pytest.raises(BrokenPipeError):
            near.send(b"0\r\n\r\n")


def test_a_client_that_is_gone_already_is_no_error() -> None:
    near, far = socket.socketpair()
    far.close()
    near.close()
    environ: dict[str, Any] = {"gunicorn.socket": near}
    assert list(Stream(_breaking(UpstreamUnreachable("body", "x")), environ, None, _ignore)) == [b"half"]


def test_without_a_connection_to_cut_the_failure_goes_on() -> None:
    with pytest.raises(UpstreamUnreachable):
        list(Stream(_breaking(UpstreamUnreachable("body", "x")), {}, None, _ignore))


def test_an_upstream_that_breaks_off_is_told_of() -> None:
    told: list[UpstreamError] = []
    near, far = socket.socketpair()
    with near, far:
        list(Stream(_breaking(UpstreamTimeout("body", "x", "limit")), {"gunicorn.socket": near}, None, told.append))
    assert [(exc.phase, exc.limit) for exc in told] == [("body", "limit")]


def test_an_answer_that_the_caller_stopped_waiting_for_ends_without_its_end() -> None:
    near, far = socket.socketpair()
    with near, far:
        assert list(Stream(_breaking(CallerGone()), {"gunicorn.socket": near}, None, _ignore)) == [b"half"]
        with pytest.raises(BrokenPipeError):
            near.send(b"0\r\n\r\n")


def test_another_failure_goes_on() -> None:
    near, far = socket.socketpair()
    with near, far, pytest.raises(ZeroDivisionError):
        list(Stream(_breaking(ZeroDivisionError()), {"gunicorn.socket": near}, None, _ignore))


def test_the_end_of_the_answer_closes_the_upstream() -> None:
    closed = []
    Stream([b"a"], {}, lambda: closed.append(True), _ignore).close()
    assert closed == [True]


def test_an_answer_without_an_upstream_can_be_closed() -> None:
    Stream([b"a"], {}, None, _ignore).close()
