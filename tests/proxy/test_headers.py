from collections.abc import Sequence
from typing import Any

import pytest

from app.proxy.errors import GoesInCircles
from app.proxy.headers import answer_headers
from proxy.proxied import CLIENT, sent


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Accept", "application/json"),
        ("Accept-Encoding", "br"),
        ("Content-Type", "application/x-ndjson"),
        ("Content-Encoding", "snappy"),
        ("If-None-Match", '"1"'),
        ("Range", "bytes=0-1"),
        ("X-Panel-Id", "4"),
        ("X-Dashboard-Id", "9"),
        ("X-Anything", "\xe4"),
    ],
)
def test_a_header_of_the_caller_passes(name: str, value: str) -> None:
    assert sent((name, value))[name.lower()] == value


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "Cookie",
        "Origin",
        "Referer",
        "X-Forwarded-Host",
        "X-Forwarded-Port",
        "X-Forwarded-Proto",
        "X-Grafana-User",
        "X-Grafana-Device-Id",
        "X-DS-Authorization",
        "Connection",
        "Keep-Alive",
        "Proxy-Authorization",
        "Proxy-Authenticate",
        "Proxy-Connection",
        "Te",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
        "Content-Length",
        "Expect",
        "Host",
    ],
)
@pytest.mark.parametrize("write", [str.lower, str.upper, str.title], ids=["lower", "upper", "title"])
def test_a_header_of_the_caller_stays_behind(name: str, write: Any) -> None:
    assert name.lower() not in {
        key for key, value in sent((write(name), "from-caller")).items() if key != "authorization"
    }


def test_the_callers_authorization_never_goes_out() -> None:
    assert "authorization" not in sent(("Authorization", "Bearer glsa_secret"))


def test_headers_that_the_caller_names_in_connection_stay_behind() -> None:
    headers = sent(("Connection", "close, X-One ,x-two"), ("X-One", "1"), ("X-Two", "2"), ("X-Three", "3"))
    assert {"x-one", "x-two", "connection"} & headers.keys() == set()
    assert headers["x-three"] == "3"


def test_the_referer_goes_out_under_another_name() -> None:
    headers = sent(("Referer", "http://gateway.test/d/1"))
    assert (headers["x-grafana-referer"], "referer" in headers) == ("http://gateway.test/d/1", False)


def test_without_a_referer_its_other_name_is_empty() -> None:
    assert sent()["x-grafana-referer"] == ""


def test_a_caller_cannot_give_the_referers_other_name() -> None:
    assert sent(("X-Grafana-Referer", "forged"))["x-grafana-referer"] == ""


def test_the_callers_address_is_told() -> None:
    assert sent()["x-forwarded-for"] == CLIENT


def test_the_callers_address_is_added_to_those_before_it() -> None:
    assert sent(("X-Forwarded-For", "1.1.1.1"))["x-forwarded-for"] == f"1.1.1.1, {CLIENT}"


def test_the_user_agent_is_the_gateways_own() -> None:
    assert sent(("User-Agent", "curl/8"))["user-agent"] == "Grafana/12.3.0"


def test_the_reserved_header_of_the_caller_stays_behind() -> None:
    assert "x-webauth-user" not in sent(("X-Webauth-User", "admin"))


def test_without_a_reserved_header_none_stays_behind() -> None:
    assert sent(("X-Webauth-User", "admin"), reserved=None)["x-webauth-user"] == "admin"


# The caller's login


def test_without_a_login_to_tell_the_server_gets_none() -> None:
    assert "x-grafana-user" not in sent(("X-Grafana-User", "forged"))


def test_the_callers_login_is_told_and_never_the_one_that_they_claim() -> None:
    assert sent(("x-grafana-user", "forged"), login="ada")["x-grafana-user"] == "ada"


def test_a_login_beyond_ascii_goes_out_as_utf_8() -> None:
    assert sent(login="zoë")["x-grafana-user"].encode("latin-1") == "zoë".encode()


def test_a_login_cannot_begin_another_header() -> None:
    assert sent(login="ada\r\nX-Admin: 1\x00")["x-grafana-user"] == "adaX-Admin: 1"


# Hops


def test_a_request_says_that_it_came_through_one_gateway() -> None:
    assert sent()["x-sluice-hops"] == "1"


@pytest.mark.parametrize(("before", "after"), [("0", "1"), ("1", "2"), ("3", "4")])
def test_each_gateway_on_the_way_is_counted(before: str, after: str) -> None:
    assert sent(("x-Sluice-hops", before))["x-sluice-hops"] == after


@pytest.mark.parametrize("hops", ["4", "9", "10", "-1", "", "x", "1, 1", " 1", "\xb2"])
def test_a_request_that_goes_in_circles_is_refused(hops: str) -> None:
    with pytest.raises(GoesInCircles):
        sent(("X-Sluice-Hops", hops))


def test_hops_that_the_caller_names_in_connection_are_counted_all_the_same() -> None:
    assert sent(("Connection", "X-Sluice-Hops"), ("X-Sluice-Hops", "3"))["x-sluice-hops"] == "4"


# Answers

_SANDBOX = ("Content-Security-Policy", "sandbox")


@pytest.mark.parametrize(
    "name",
    [
        "Set-Cookie",
        "set-cookie",
        "Content-Security-Policy",
        "Connection",
        "Keep-Alive",
        "Proxy-Authenticate",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
        "Date",
        "Server",
    ],
)
def test_a_header_of_the_upstream_stays_behind(name: str) -> None:
    assert answer_headers([(name, "x"), ("X-Kept", "1")]) == [("X-Kept", "1"), _SANDBOX]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([("Content-Length", "5"), ("Content-Type", "text/csv")], id="of-the-body"),
        pytest.param([("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")], id="of-the-encoding"),
        pytest.param([("Location", "/elsewhere")], id="location"),
        pytest.param([("Warning", "1"), ("X-A", "2"), ("Warning", "3")], id="repeated-and-in-order"),
        pytest.param([("Cache-Control", "max-age=60")], id="caching"),
    ],
)
def test_other_headers_of_the_upstream_pass(headers: Sequence[tuple[str, str]]) -> None:
    assert answer_headers(headers) == [*headers, _SANDBOX]


def test_headers_that_the_upstream_names_in_connection_stay_behind() -> None:
    headers = [("Connection", "X-One"), ("connection", "keep-alive, x-two"), ("X-One", "1"), ("X-Two", "2")]
    assert answer_headers(headers) == [_SANDBOX]


@pytest.mark.parametrize("name", ["X-Sluice-Origin", "x-sluice-phase", "X-SLUICE-LIMIT", "X-Sluice-Anything"])
def test_an_upstream_cannot_say_whose_answer_it_is(name: str) -> None:
    assert answer_headers([(name, "policy"), ("X-Sluices", "1")]) == [("X-Sluices", "1"), _SANDBOX]
