"""Credentials, custom headers and kept cookies: what a data source adds to a request."""

from collections.abc import Mapping
from typing import Any

import pytest

from app.proxy.errors import UnsendableHeader
from app.proxy.headers import kept_cookies, own_headers
from proxy.proxied import data_source, sent


def _with_custom(names: Mapping[str, Any], **values: str) -> dict[str, str]:
    return sent(row=data_source(json_data=names), secrets=values)


def _host_of(names: Mapping[str, Any], **values: str) -> str | None:
    return own_headers(data_source(json_data=names), values, None).host


# Credentials


def test_basic_auth_of_the_data_source_goes_out() -> None:
    row = data_source(basic_auth=True, basic_auth_user="user")
    headers = sent(row=row, secrets={"basicAuthPassword": "password"})
    assert headers["authorization"] == "Basic dXNlcjpwYXNzd29yZA=="


def test_a_missing_basic_auth_password_counts_as_empty() -> None:
    assert sent(row=data_source(basic_auth=True, basic_auth_user="user"))["authorization"] == "Basic dXNlcjo="


def test_basic_auth_beyond_ascii_is_utf_8() -> None:
    row = data_source(basic_auth=True, basic_auth_user="ü")
    assert sent(row=row, secrets={"basicAuthPassword": "é"})["authorization"] == "Basic w7w6w6k="


def test_user_and_password_go_out_when_basic_auth_is_off() -> None:
    headers = sent(row=data_source(user="user"), secrets={"password": "password"})
    assert headers["authorization"] == "Basic dXNlcjpwYXNzd29yZA=="


def test_basic_auth_wins_over_user_and_password() -> None:
    row = data_source(basic_auth=True, basic_auth_user="user", user="other")
    secrets = {"basicAuthPassword": "password", "password": "other"}
    assert sent(row=row, secrets=secrets)["authorization"] == "Basic dXNlcjpwYXNzd29yZA=="


def test_secrets_of_a_data_source_without_user_do_not_go_out() -> None:
    headers = sent(row=data_source(basic_auth_user="user"), secrets={"basicAuthPassword": "p", "password": "p"})
    assert "authorization" not in headers


def test_the_callers_authorization_for_the_data_source_beats_basic_auth() -> None:
    row = data_source(basic_auth=True, basic_auth_user="user")
    headers = sent(("X-Ds-Authorization", "Bearer z"), ("Authorization", "Bearer mine"), row=row)
    assert (headers["authorization"], "x-ds-authorization" in headers) == ("Bearer z", False)


def test_an_empty_authorization_for_the_data_source_counts_as_none() -> None:
    row = data_source(basic_auth=True, basic_auth_user="user")
    assert sent(("X-Ds-Authorization", ""), row=row)["authorization"] == "Basic dXNlcjo="


# Custom headers


def test_custom_headers_go_out_in_number_order_up_to_the_first_gap() -> None:
    names = {"httpHeaderName1": "X-A", "httpHeaderName2": "X-B", "httpHeaderName4": "X-D"}
    headers = _with_custom(names, httpHeaderValue1="a", httpHeaderValue2="b", httpHeaderValue4="d")
    assert (headers["x-a"], headers["x-b"], "x-d" in headers) == ("a", "b", False)


def test_custom_headers_end_at_an_empty_name() -> None:
    names = {"httpHeaderName1": "", "httpHeaderName2": "X-B"}
    assert "x-b" not in _with_custom(names, httpHeaderValue1="a", httpHeaderValue2="b")


def test_a_custom_header_without_a_stored_value_is_left_out_and_ends_nothing() -> None:
    headers = _with_custom({"httpHeaderName1": "X-A", "httpHeaderName2": "X-B"}, httpHeaderValue2="b")
    assert ("x-a" in headers, headers["x-b"]) == (False, "b")


def test_a_custom_header_with_an_empty_value_goes_out_empty() -> None:
    assert _with_custom({"httpHeaderName1": "X-A"}, httpHeaderValue1="")["x-a"] == ""


def test_a_custom_header_replaces_that_of_the_caller() -> None:
    row = data_source(json_data={"httpHeaderName1": "x-scope-orgid"})
    headers = sent(("X-Scope-Orgid", "caller"), row=row, secrets={"httpHeaderValue1": "tenant"})
    assert headers["x-scope-orgid"] == "tenant"


@pytest.mark.parametrize("name", ["Authorization", "User-Agent", "X-Forwarded-For", "X-Grafana-Referer"])
def test_a_custom_header_replaces_what_the_gateway_sets(name: str) -> None:
    row = data_source(basic_auth=True, basic_auth_user="user", json_data={"httpHeaderName1": name})
    headers = sent(("X-Ds-Authorization", "Bearer z"), row=row, secrets={"httpHeaderValue1": "custom"})
    assert headers[name.lower()] == "custom"


@pytest.mark.parametrize("name", ["Host", "HOST"])
def test_a_custom_host_is_the_host_and_no_header(name: str) -> None:
    assert _host_of({"httpHeaderName1": name}, httpHeaderValue1="virtual.test") == "virtual.test"
    assert "host" not in _with_custom({"httpHeaderName1": name}, httpHeaderValue1="virtual.test")


@pytest.mark.parametrize("name", ["X-WEBAUTH-USER", "x-webauth-user"])
def test_the_reserved_header_cannot_be_a_custom_one_and_ends_nothing(name: str) -> None:
    names = {"httpHeaderName1": name, "httpHeaderName2": "X-B"}
    headers = _with_custom(names, httpHeaderValue1="admin", httpHeaderValue2="b")
    assert ("x-webauth-user" in headers, headers["x-b"]) == (False, "b")


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\0b", "a\x7fb", "\x1b[0m"], ids=ascii)
def test_a_custom_value_that_would_break_the_request_apart_is_refused(value: str) -> None:
    with pytest.raises(UnsendableHeader):
        _with_custom({"httpHeaderName1": "X-A"}, httpHeaderValue1=value)


@pytest.mark.parametrize("name", ["X-A: b\r\nX-Evil", "X A", "X:A", "X-\xe4", " X", "X\t", 7, ["X"]], ids=ascii)
def test_a_custom_name_that_is_no_header_name_is_refused(name: object) -> None:
    with pytest.raises(UnsendableHeader):
        _with_custom({"httpHeaderName1": name}, httpHeaderValue1="a")


@pytest.mark.parametrize("name", ["Transfer-Encoding", "content-length", "Connection", "Upgrade", "TE", "Trailer"])
def test_a_custom_header_that_would_change_the_framing_is_refused(name: str) -> None:
    with pytest.raises(UnsendableHeader):
        _with_custom({"httpHeaderName1": name}, httpHeaderValue1="chunked")


@pytest.mark.parametrize("name", ["X-Sluice-Hops", "x-sluice-origin"])
def test_a_custom_header_cannot_speak_for_the_gateway(name: str) -> None:
    with pytest.raises(UnsendableHeader):
        _with_custom({"httpHeaderName1": name}, httpHeaderValue1="0")


@pytest.mark.parametrize("host", ["evil.test/x HTTP/1.1", "a b", "a/b", "user@a", "a:b", "a:1:2", "", "[::1", "a?b"])
def test_a_custom_host_that_is_none_is_refused(host: str) -> None:
    with pytest.raises(UnsendableHeader):
        _host_of({"httpHeaderName1": "Host"}, httpHeaderValue1=host)


@pytest.mark.parametrize("host", ["a.test", "a.test:8080", "[::1]:80", "10.0.0.1", "a_b.test"])
def test_a_custom_host_may_have_a_port(host: str) -> None:
    assert _host_of({"httpHeaderName1": "Host"}, httpHeaderValue1=host) == host


def test_a_refused_custom_header_does_not_tell_its_value() -> None:
    with pytest.raises(UnsendableHeader) as caught:
        _with_custom({"httpHeaderName1": "X-A"}, httpHeaderValue1="secret\n")
    assert "secret" not in str(caught.value)


def test_a_custom_value_beyond_ascii_is_utf_8_on_the_wire() -> None:
    assert _with_custom({"httpHeaderName1": "X-A"}, httpHeaderValue1="é\tä")["x-a"].encode("latin-1") == "é\tä".encode()


# Cookies

_COOKIES = "b=2; ab=12; a=1; grafana_session=s"


@pytest.mark.parametrize(
    ("keep", "kept"),
    [
        pytest.param(["a"], "a=1", id="by-name"),
        pytest.param(["a[]"], "a=1; ab=12", id="by-prefix"),
        pytest.param(["[]"], "a=1; ab=12; b=2", id="all"),
        pytest.param(["b", "a"], "a=1; b=2", id="two-names-sorted"),
        pytest.param(["grafana_session", "grafana[]"], "", id="never-the-login-cookie"),
        pytest.param(["A"], "", id="letter-case-counts"),
        pytest.param([], "", id="empty-list"),
        pytest.param(None, "", id="no-list"),
        pytest.param("a", "", id="text-in-place-of-a-list"),
        pytest.param([1, None, "a"], "a=1", id="list-with-other-values"),
    ],
)
def test_only_cookies_that_the_data_source_lists_are_kept(keep: object, kept: str) -> None:
    row = data_source(json_data={"keepCookies": keep})
    assert sent(("Cookie", _COOKIES), row=row).get("cookie", "") == kept


@pytest.mark.parametrize(
    ("header", "kept"),
    [("a=b=c", "a=b=c"), ('a="x y"', 'a="x y"'), ("a=", "a="), ("a", ""), ("", ""), ("a=1;b=2", "a=1; b=2")],
)
def test_cookies_keep_their_text(header: str, kept: str) -> None:
    assert kept_cookies(header, ["[]"]) == kept


def test_kept_cookies_go_out() -> None:
    assert sent(("Cookie", _COOKIES), row=data_source(json_data={"keepCookies": ["a"]}))["cookie"] == "a=1"


def test_without_kept_cookies_there_is_no_cookie_header() -> None:
    assert "cookie" not in sent(("Cookie", _COOKIES), row=data_source(json_data={"keepCookies": ["zzz"]}))
