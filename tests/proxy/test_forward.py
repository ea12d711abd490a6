"""One request carried through, over a real database and to a real server."""

import re
from collections.abc import Iterator

import pytest

from app.identity.errors import PermissionDenied
from app.identity.identity import Identity
from app.proxy.errors import PathClimbs
from app.registry.access import Level
from app.registry.datasource import ById, ByUid, DataSource, DataSourceChange
from app.registry.errors import DataSourceNotFound, InvalidUrl, SecretsUnreadable
from app.registry.json_data import JsonData
from app.upstream.errors import UpstreamUnreachable
from app.upstream.request import OutboundBody
from proxy.gateway import Gateway
from proxy.proxied import inbound
from servers.upstream import Answer, Upstream, recording_upstream


def test_an_answer_comes_back(gateway: Gateway, upstream: Upstream) -> None:
    upstream.answer(207, [("X-A", "1"), ("X-A", "2")], b"hello", close=True)
    answer = gateway.forward(gateway.data_source())
    assert answer.status == 207
    assert [value for name, value in answer.headers if name == "X-A"] == ["1", "2"]
    assert b"".join(answer.body) == b"hello"


def test_a_data_source_is_found_by_its_uid_too(gateway: Gateway, upstream: Upstream) -> None:
    row = gateway.data_source()
    answer = gateway.services.proxy.forward(gateway.admin, ByUid(row.uid), inbound("render", query="target=a"))
    assert answer.status == 200
    assert upstream.last.target == "/render?target=a"
    assert list(answer.body) == []


def test_a_refusal_of_the_credentials_becomes_400_in_plain_words(gateway: Gateway, upstream: Upstream) -> None:
    upstream.answer(401, [("WWW-Authenticate", "Basic"), ("X-A", "1")], b"who are you?", close=True)
    answer = gateway.forward(gateway.data_source())
    assert answer.status == 400
    headers = dict(answer.headers)
    assert re.fullmatch(r"upstream;dur=\d+\.\d", headers.pop("Server-Timing"))
    assert headers == {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Security-Policy": "sandbox",
        "X-Sluice-Origin": "upstream",
    }
    assert b"".join(answer.body) == b"Authentication to data source failed"


@pytest.mark.parametrize("status", [302, 403, 404, 500, 503])
def test_other_failures_of_the_upstream_pass(gateway: Gateway, upstream: Upstream, status: int) -> None:
    upstream.answer(status, [("Location", "/l")], b"words", close=True)
    answer = gateway.forward(gateway.data_source())
    assert (answer.status, dict(answer.headers)["Location"], b"".join(answer.body)) == (status, "/l", b"words")


def test_cookies_of_the_upstream_stay_behind(gateway: Gateway, upstream: Upstream) -> None:
    upstream.answer(headers=[("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")], close=True)
    answer = gateway.forward(gateway.data_source())
    assert "set-cookie" not in {name.lower() for name, _ in answer.headers}
    assert list(answer.body) == []


def test_an_answer_is_sandboxed_whatever_the_upstream_says(gateway: Gateway, upstream: Upstream) -> None:
    upstream.answer(headers=[("content-security-policy", "default-src *")], close=True)
    answer = gateway.forward(gateway.data_source())
    policies = [value for name, value in answer.headers if name.lower() == "content-security-policy"]
    assert policies == ["sandbox"]
    assert list(answer.body) == []


def test_the_callers_credentials_never_go_out(gateway: Gateway, upstream: Upstream) -> None:
    headers = [("Authorization", "Bearer glsa_mine"), ("Cookie", "grafana_session=mine"), ("X-Grafana-User", "mine")]
    row = gateway.data_source(json_data=JsonData.of({"keepCookies": ["[]"]}))
    assert list(gateway.forward(row, headers=headers).body) == []
    assert "mine" not in str(upstream.last.headers)


def test_the_data_sources_credentials_go_out(gateway: Gateway, upstream: Upstream) -> None:
    row = gateway.data_source(basic_auth=True, basic_auth_user="user", sealed={"basicAuthPassword": "password"})
    assert list(gateway.forward(row).body) == []
    assert upstream.last.values("Authorization") == ["Basic dXNlcjpwYXNzd29yZA=="]


def test_a_body_goes_out_unchanged(gateway: Gateway, upstream: Upstream) -> None:
    body = OutboundBody(None, iter([b"a\0", b"\xff"]))
    answer = gateway.forward(gateway.data_source(), method="POST", body=body, headers=[("Content-Type", "x/y")])
    assert list(answer.body) == []
    assert (upstream.last.body, upstream.last.values("Content-Type")) == (b"a\0\xff", ["x/y"])


def test_no_database_connection_is_held_while_the_answer_streams(gateway: Gateway, upstream: Upstream) -> None:
    database = gateway.services.storage.database.peewee
    upstream.answer(body=iter([b"one", b"two"]), close=True)
    answer = gateway.forward(gateway.data_source(sealed={"password": "p"}, user="u"))
    assert database.is_closed()
    for _ in answer.body:
        assert database.is_closed()


def test_no_database_connection_is_held_while_the_body_is_read(gateway: Gateway) -> None:
    database = gateway.services.storage.database.peewee
    held = []

    def pieces() -> Iterator[bytes]:
        held.append(not database.is_closed())
        yield b"x"

    answer = gateway.forward(gateway.data_source(), method="POST", body=OutboundBody(None, pieces()))
    assert list(answer.body) == []
    assert held == [False]


def test_unreadable_secrets_are_refused_before_anything_is_sent(gateway: Gateway, upstream: Upstream) -> None:
    row = gateway.data_source(basic_auth=True, basic_auth_user="user", sealed={"basicAuthPassword": "password"})
    stored = gateway.services.storage.data_sources
    with stored.writing(row.org_id):
        stored.set_ciphertexts(row.org_id, row.id, {"basicAuthPassword": "no ciphertext"})
    with pytest.raises(SecretsUnreadable):
        gateway.forward(row)
    assert upstream.connections == 0


def test_secrets_of_one_data_source_cannot_be_used_by_another(gateway: Gateway, upstream: Upstream) -> None:
    one = gateway.data_source(name="one", user="u", sealed={"password": "of-one"})
    other = gateway.data_source(name="other", user="u", sealed={"password": "of-other"})
    stored = gateway.services.storage.data_sources
    found = stored.find(one.org_id, ById(one.id))
    assert found is not None
    with stored.writing(other.org_id):
        stored.set_ciphertexts(other.org_id, other.id, found.ciphertexts)
    with pytest.raises(SecretsUnreadable):
        gateway.forward(other)
    assert upstream.connections == 0


def test_a_data_source_of_another_org_is_not_found(gateway: Gateway, upstream: Upstream) -> None:
    row = gateway.data_source()
    with pytest.raises(DataSourceNotFound):
        gateway.forward(row, gateway.other_admin)
    assert upstream.connections == 0


def test_a_caller_who_may_not_query_is_refused(gateway: Gateway, upstream: Upstream) -> None:
    nobody = Identity(
        kind="user",
        id=9,
        login="nobody",
        org_id=gateway.admin.org_id,
        role=None,
        is_server_admin=False,
        door="test",
        grants={},
    )
    with pytest.raises(PermissionDenied, match=re.escape("datasources:query")):
        gateway.forward(gateway.data_source(), nobody)
    assert upstream.connections == 0


def test_a_data_source_closed_to_a_caller_is_refused_before_anything_is_sent(
    gateway: Gateway, upstream: Upstream
) -> None:
    row, viewer = gateway.data_source(), gateway.viewer()
    gateway.permit(row, Level.NONE)
    for ref in (ById(row.id), ByUid(row.uid)):
        with pytest.raises((PermissionDenied, DataSourceNotFound)):
            gateway.services.proxy.forward(viewer, ref, inbound("x"))
    assert upstream.connections == 0


@pytest.mark.parametrize("level", [Level.QUERY, Level.EDIT, Level.ADMIN], ids=str)
def test_every_level_opens_a_data_source_to_queries(gateway: Gateway, upstream: Upstream, level: Level) -> None:
    row, viewer = gateway.data_source(), gateway.viewer()
    gateway.permit(row, Level.NONE)
    gateway.permit(row, level)
    assert list(gateway.forward(row, viewer).body) == []
    assert len(upstream.requests) == 1


def test_a_path_that_climbs_is_refused_before_anything_is_sent(gateway: Gateway, upstream: Upstream) -> None:
    row = gateway.data_source()
    with pytest.raises(PathClimbs):
        gateway.services.proxy.forward(gateway.admin, ById(row.id), inbound("%2e%2e/admin"))
    assert upstream.connections == 0


def test_a_url_that_is_missing_is_refused(gateway: Gateway) -> None:
    with pytest.raises(InvalidUrl):
        gateway.forward(gateway.data_source(url="", type="prometheus"))


def test_a_changed_url_counts_at_once(gateway: Gateway, upstream: Upstream) -> None:
    row = gateway.data_source()
    assert list(gateway.forward(row).body) == []
    with recording_upstream() as elsewhere:
        elsewhere.default = Answer(close=True)
        _point_to(gateway, row, elsewhere)
        assert list(gateway.forward(row).body) == []
        assert len(elsewhere.requests) == 1
    assert len(upstream.requests) == 1


def _point_to(gateway: Gateway, row: DataSource, upstream: Upstream) -> None:
    change = DataSourceChange(name=row.name, type=row.type, access=row.access, url=f"http://{upstream.address}")
    gateway.services.registry.replace(gateway.admin, ById(row.id), change)


def test_an_answer_that_breaks_off_is_an_error_and_never_a_short_body(gateway: Gateway, upstream: Upstream) -> None:
    upstream.answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
    answer = gateway.forward(gateway.data_source())
    with pytest.raises(UpstreamUnreachable):
        list(answer.body)
