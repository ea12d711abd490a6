"""The log of proxied requests: a line for each that a data source's server may have seen, without what is secret."""

import secrets
from collections.abc import Iterator

import pytest

from app.identity.identity import system
from app.registry.datasource import NewDataSource
from installations import Installation, install
from plain_http import ask
from servers.gunicorn import Served
from servers.upstream import Upstream, recording_upstream


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = install(tmp_path_factory.mktemp("log"), "")
    yield made
    made.close()


@pytest.fixture(scope="module")
def served(installed: Installation) -> Served:
    return installed.served({"GF_DATAPROXY_LOGGING": "true", "GF_DATAPROXY_TIMEOUT": "1"})


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with recording_upstream() as running:
        yield running


def _new(installed: Installation, upstream: Upstream) -> str:
    """The uid of a new data source with a password."""
    given = NewDataSource(
        name=secrets.token_hex(6),
        type="graphite",
        access="proxy",
        url=f"http://{upstream.address}",
        basic_auth=True,
        basic_auth_user="gateway",
        secure_json_data={"basicAuthPassword": "acorn"},
    )
    return installed.services.registry.create(system(1, "test"), given).uid


def _lines(served: Served, uid: str) -> list[str]:
    """The lines about proxied requests to this data source."""
    return [line for line in served.log.read_text().splitlines() if " event=proxied " in line and uid in line]


def test_a_proxied_request_is_logged_with_who_asked_what(
    installed: Installation, served: Served, upstream: Upstream
) -> None:
    uid = _new(installed, upstream)
    upstream.answer(404)
    assert ask(served.port, "PUT", f"/api/datasources/proxy/uid/{uid}/a/b")[0].status == 404
    (line,) = _lines(served, uid)
    assert {"org_id=1", "caller=user:1", f"data_source={uid}", "type=graphite", "method=PUT", "path=a/b"} < {
        *line.split(" ")
    }
    assert "status=404" in line


def test_a_request_for_resources_is_logged_like_any_other(
    installed: Installation, served: Served, upstream: Upstream
) -> None:
    uid = _new(installed, upstream)
    assert ask(served.port, "GET", f"/api/datasources/uid/{uid}/resources/a")[0].status == 200
    assert len(_lines(served, uid)) == 1


def test_neither_query_nor_body_nor_credentials_are_logged(
    installed: Installation, served: Served, upstream: Upstream
) -> None:
    uid = _new(installed, upstream)
    upstream.answer(headers=[("X-Token", "from-upstream")], body=b"of-upstream")
    headers = {"X-DS-Authorization": "Bearer birch", "Cookie": "a=cedar"}
    path = f"/api/datasources/proxy/uid/{uid}/a?token=beech"
    assert ask(served.port, "POST", path, body=b"hawthorn", headers=headers)[0].status == 200
    assert len(_lines(served, uid)) == 1
    log = served.log.read_text()
    words = ("acorn", "beech", "birch", "cedar", "hawthorn", "from-upstream", "of-upstream")
    assert [word for word in words if word in log] == []


@pytest.mark.parametrize("answers", ["too-late", "never"])
def test_a_request_whose_answer_never_came_is_logged_too(
    installed: Installation, served: Served, upstream: Upstream, answers: str
) -> None:
    uid = _new(installed, upstream)
    if answers == "too-late":
        upstream.answer(hang=True)
    else:
        upstream.answer(raw=b"")
    status = ask(served.port, "POST", f"/api/datasources/proxy/uid/{uid}/write", body=b"x")[0].status
    assert status == {"too-late": 504, "never": 502}[answers]
    # The server has it, and may have done what it says.
    assert upstream.last.body == b"x"
    assert len(_lines(served, uid)) == 1
