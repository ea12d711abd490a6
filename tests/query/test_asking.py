"""A query asks through the proxy, as the caller, and holds no more of an answer than it may."""

from dataclasses import replace

import pytest

from app.identity.errors import PermissionDenied
from app.identity.identity import Identity
from app.query.answers import document
from app.query.asking import MOST_BYTES, Answered, Ask, through
from app.query.errors import AnswerTooLong, RequestUnsuccessful
from app.registry.datasource import ById, NewDataSource
from app.upstream.errors import UpstreamUnreachable
from installations import Installation
from servers.upstream import Answer, Upstream


def new(url: str) -> NewDataSource:
    return NewDataSource(
        type="prometheus",
        access="proxy",
        url=url,
        basic_auth=True,
        basic_auth_user="ada",
        secure_json_data={"basicAuthPassword": "sesame"},
    )


@pytest.fixture
def ask(queried: Installation, admin: Identity, upstream: Upstream) -> Ask:
    row = queried.services.registry.create(admin, new(f"http://{upstream.address}/below"))
    return through(queried.services.proxy, admin, ById(row.id), client_address="192.0.2.7")


def test_the_server_is_asked_below_the_url_with_the_stored_credentials(ask: Ask, upstream: Upstream) -> None:
    upstream.answer(200, body=b"hello")
    assert ask("GET", "api/v1/query", "query=up%7B%7D&time=1") == Answered(200, b"hello")
    assert (upstream.last.method, upstream.last.target) == ("GET", "/below/api/v1/query?query=up%7B%7D&time=1")
    headers = {name.lower(): value for name, value in upstream.last.headers}
    assert headers["authorization"] == "Basic YWRhOnNlc2FtZQ=="
    assert "accept-encoding" not in headers


def test_wrong_credentials_are_told_without_the_server_s_words(ask: Ask, upstream: Upstream) -> None:
    upstream.answer(401, body=b"sesame is wrong")
    with pytest.raises(RequestUnsuccessful) as refused:
        document(ask("GET", "api/v1/query", ""))
    assert str(refused.value).endswith("with code: 400. Error details: Authentication to data source failed")


def test_an_answer_of_the_greatest_length_is_read(ask: Ask, upstream: Upstream) -> None:
    upstream.answer(200, body=b"x" * MOST_BYTES)
    assert len(ask("GET", "", "").body) == MOST_BYTES


def test_a_longer_answer_is_given_up(ask: Ask, upstream: Upstream) -> None:
    upstream.answer(200, body=(b"x" * 1_048_576 for _ in range(17)), chunked=True)
    with pytest.raises(AnswerTooLong):
        ask("GET", "", "")


def test_an_answer_that_breaks_off_is_no_answer(ask: Ask, upstream: Upstream) -> None:
    upstream.default = Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", close=True)
    with pytest.raises(UpstreamUnreachable):
        ask("GET", "", "")


def test_who_may_not_query_the_data_source_asks_nothing(
    queried: Installation, admin: Identity, upstream: Upstream
) -> None:
    row = queried.services.registry.create(admin, new(f"http://{upstream.address}"))
    nobody = replace(admin, kind="user", id=9, role=None, is_server_admin=False, grants={})
    with pytest.raises(PermissionDenied):
        through(queried.services.proxy, nobody, ById(row.id), client_address="")("GET", "", "")
    assert upstream.requests == []
