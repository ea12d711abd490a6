"""How many requests to one data source may be under way."""

import pytest

from app.upstream.errors import AnswerTooLarge, TooManyRequests, UpstreamTimeout, UpstreamUnreachable
from app.upstream.under_way import UnderWay
from servers.ports import free_port
from servers.upstream import Answer, recording_upstream
from upstream.exchanges import outbound, transport


def test_as_many_as_allowed_may_be_under_way() -> None:
    under_way = UnderWay(2)
    under_way.enter("a")
    under_way.enter("a")
    with pytest.raises(TooManyRequests, match="2 requests to it are under way") as caught:
        under_way.enter("a")
    assert (caught.value.phase, caught.value.limit) == ("connect", "GF_DATAPROXY_MAX_CONNS_PER_HOST")


def test_one_that_ended_makes_room_for_another() -> None:
    under_way = UnderWay(1)
    for _ in range(3):
        under_way.enter("a")
        under_way.leave("a")
    under_way.enter("a")
    with pytest.raises(TooManyRequests):
        under_way.enter("a")


def test_a_refused_one_takes_no_room() -> None:
    under_way = UnderWay(1)
    under_way.enter("a")
    for _ in range(2):
        with pytest.raises(TooManyRequests):
            under_way.enter("a")
    under_way.leave("a")
    under_way.enter("a")


def test_data_sources_are_counted_apart() -> None:
    under_way = UnderWay(1)
    under_way.enter("a")
    under_way.enter("b")
    with pytest.raises(TooManyRequests):
        under_way.enter("b")


def test_without_a_limit_nothing_is_refused() -> None:
    under_way = UnderWay(None)
    for _ in range(1_000):
        under_way.enter("a")
    under_way.leave("a")


# Requests


def test_a_request_beyond_the_bound_is_refused_and_not_sent() -> None:
    with recording_upstream() as upstream:
        upstream.answer(body=iter([b"one", b"two"]))
        bounded = transport(most=1)
        first = bounded.send(outbound(upstream.port), None)
        with pytest.raises(TooManyRequests):
            bounded.send(outbound(upstream.port), None)
        assert list(bounded.send(outbound(upstream.port, pool="other"), None)) == []
        assert len(upstream.requests) == 2
        assert b"".join(first) == b"onetwo"


def test_an_answer_that_was_read_makes_room() -> None:
    with recording_upstream() as upstream:
        bounded = transport(most=1)
        for _ in range(3):
            assert list(bounded.send(outbound(upstream.port), None)) == []


def test_an_answer_that_was_closed_makes_room_once() -> None:
    with recording_upstream() as upstream:
        upstream.default = Answer(body=b"ok")
        bounded = transport(most=1)
        first = bounded.send(outbound(upstream.port), None)
        first.close()
        second = bounded.send(outbound(upstream.port), None)
        first.close()
        with pytest.raises(TooManyRequests):
            bounded.send(outbound(upstream.port), None)
        second.close()


def test_a_request_that_failed_makes_room() -> None:
    with recording_upstream() as upstream:
        bounded = transport(most=1, max_answer=1)
        with pytest.raises(UpstreamUnreachable):
            bounded.send(outbound(free_port()), None)
        upstream.answer(hang=True)
        with pytest.raises(UpstreamTimeout):
            bounded.send(outbound(upstream.port, timeout=0.05), None)
        upstream.answer(body=b"too much")
        with pytest.raises(AnswerTooLarge):
            list(bounded.send(outbound(upstream.port), None))
        assert list(bounded.send(outbound(upstream.port), None)) == []


def test_the_next_request_of_a_caller_who_has_the_whole_answer_finds_none_under_way() -> None:
    with recording_upstream() as upstream:
        upstream.default = Answer(body=b"whole")
        bounded = transport(most=1)
        for _ in range(3):
            response = bounded.send(outbound(upstream.port), None)
            # It has all, and asks again before anybody looked for the end.
            assert next(response) == b"whole"


def test_an_answer_without_a_body_is_over_with_its_head() -> None:
    with recording_upstream() as upstream:
        bounded = transport(most=1)
        for _ in range(3):
            bounded.send(outbound(upstream.port, "HEAD"), None)
