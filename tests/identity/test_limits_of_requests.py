"""Which requests to a data source's server a narrow token opens."""

import pytest

from app.identity.errors import ProxyRefusedByToken
from app.identity.limits import TokenLimits

READ_ONLY = TokenLimits(data_sources=None, read_only=True, proxy=None)
QUERIES = TokenLimits(data_sources=None, read_only=False, proxy=("GET api/v1/query*", "POST api/v1/query"))
ANYTHING = TokenLimits(data_sources=None, read_only=False, proxy=("* **",))
NOT_NARROWED_HERE = TokenLimits(data_sources=frozenset({"one"}), read_only=False, proxy=None)


def admits(limits: TokenLimits, method: str, path: str, query: str = "", *headers: str) -> bool:
    try:
        limits.require_request(method, path, query, headers)
    except ProxyRefusedByToken:
        return False
    return True


def ruled(*rules: str, read_only: bool = False) -> TokenLimits:
    return TokenLimits(data_sources=None, read_only=read_only, proxy=rules)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_token_that_only_reads_sends_what_only_reads(method: str) -> None:
    assert admits(READ_ONLY, method, "api/v1/query")


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "REPORT", "get", "GETS", ""]
)
def test_a_token_that_only_reads_sends_nothing_else(method: str) -> None:
    assert not admits(READ_ONLY, method, "api/v1/query")


@pytest.mark.parametrize("rule", ["POST api", "* api", "* **"])
def test_rules_do_not_add_to_what_a_token_that_only_reads_may_send(rule: str) -> None:
    assert not admits(ruled(rule, "GET api", read_only=True), "POST", "api")
    assert admits(ruled(rule, "GET api", read_only=True), "GET", "api")


def test_a_token_that_only_reads_sends_only_what_its_rules_admit() -> None:
    assert not admits(ruled("GET api", read_only=True), "GET", "other")


def test_a_token_without_rules_sends_any_request() -> None:
    for method, path in (("DELETE", "a/%2e%2e/b;c//d"), ("POST", "")):
        assert admits(NOT_NARROWED_HERE, method, path, "_method=DELETE", "X-HTTP-Method-Override")


def test_a_token_with_no_rule_at_all_sends_nothing() -> None:
    assert not admits(ruled(), "GET", "")
    assert not admits(ruled(), "GET", "api")


@pytest.mark.parametrize(
    ("rule", "method", "path", "admitted"),
    [
        ("GET api/v1/query", "GET", "api/v1/query", True),
        ("GET api/v1/query", "GET", "/api/v1/query", True),
        ("GET /api/v1/query", "GET", "api/v1/query", True),
        ("GET api/v1/query", "GET", "api/v1/query_range", False),
        ("GET api/v1/query", "GET", "api/v1/query/", False),
        ("GET api/v1/query", "GET", "api/v1", False),
        ("GET api/v1/query", "GET", "x/api/v1/query", False),
        ("GET api/v1/query", "GET", "API/v1/query", False),
        ("GET api/v1/query", "POST", "api/v1/query", False),
        ("GET api/v1/query", "HEAD", "api/v1/query", False),
        ("GET api/v1/query", "get", "api/v1/query", False),
        ("GET api/v1/query*", "GET", "api/v1/query", True),
        ("GET api/v1/query*", "GET", "api/v1/query_range", True),
        ("GET api/v1/query*", "GET", "api/v1/query/more", False),
        ("GET api/*/query", "GET", "api/v1/query", True),
        ("GET api/*/query", "GET", "api/v1/v2/query", False),
        ("GET *", "GET", "api", True),
        ("GET *", "GET", "api/v1", False),
        ("GET api/v?", "GET", "api/v1", True),
        ("GET api/v?", "GET", "api/v", False),
        ("GET api/v?", "GET", "api/v/", False),
        ("GET api/v[12]", "GET", "api/v2", True),
        ("GET api/v[12]", "GET", "api/v3", False),
        ("GET api/v[!12]", "GET", "api/v3", True),
        ("GET api/v[!12]", "GET", "api/v/", False),
        ("GET api/**", "GET", "api/v1", True),
        ("GET api/**", "GET", "api/v1/query", True),
        ("GET api/**", "GET", "apis/v1", False),
        ("GET api/**", "GET", "x/api/v1", False),
        ("GET api/**", "POST", "api/v1", False),
        ("GET api/v*/**", "GET", "api/v1/labels/job/values", True),
        ("GET api/v*/**", "GET", "api/admin/tsdb", False),
        ("GET **", "GET", "", True),
        ("GET **", "GET", "api/v1/query", True),
        ("* api", "DELETE", "api", True),
        ("* api", "PROPFIND", "api", True),
        ("* api", "GET", "other", False),
        ("GET a.b", "GET", "axb", False),
        ("GET a+b", "GET", "aab", False),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_rule_admits_the_requests_that_it_matches(rule: str, method: str, path: str, admitted: bool) -> None:
    assert admits(ruled(rule), method, path) is admitted


def test_one_rule_of_many_is_enough() -> None:
    assert admits(QUERIES, "POST", "api/v1/query")
    assert not admits(QUERIES, "POST", "api/v1/query_range")


# Servers differ in what they make of these.
@pytest.mark.parametrize(
    "path",
    [
        "api/v1/%71uery",
        "api/v1/query%2f..%2fadmin",
        "api/%2e%2e/admin",
        "api%",
        "api//v1",
        "//api",
        "///",
        "api/v1//",
        "api/../admin",
        "../admin",
        "api/..",
        "api/.",
        "./api",
        "api/./v1",
        ".",
        "..",
        "api;v=1",
        "api/..;/admin",
        ";",
        "api\\..\\admin",
        "api v1",
        "api\tv1",
        "api\x00",
        "api\r\nX: y",
        "api\x7f",
        "api/admin#/query",
        "#",
    ],
    ids=repr,
)
def test_a_path_that_servers_could_read_otherwise_is_refused(path: str) -> None:
    assert not admits(ANYTHING, "GET", path)


@pytest.mark.parametrize("path", ["a.b", "a..b", "..a", "a..", ".well-known/x", "a/...", "a:b@c", "a,b=c", "größe"])
def test_a_path_with_harmless_dots_and_signs_is_not_refused(path: str) -> None:
    assert admits(ANYTHING, "GET", path)


@pytest.mark.parametrize("limits", [READ_ONLY, ANYTHING, QUERIES], ids=["only reads", "any request", "some requests"])
@pytest.mark.parametrize(
    "header",
    [
        "X-HTTP-Method-Override",
        "x-http-method-override",
        "X-HTTP-METHOD-OVERRIDE",
        "X-Http-Method",
        "X-Method-Override",
    ],
)
def test_a_header_that_names_another_method_is_refused(limits: TokenLimits, header: str) -> None:
    assert admits(limits, "GET", "api/v1/query", "", "Accept")
    assert not admits(limits, "GET", "api/v1/query", "", "Accept", header)


@pytest.mark.parametrize("limits", [READ_ONLY, ANYTHING, QUERIES], ids=["only reads", "any request", "some requests"])
@pytest.mark.parametrize(
    "query",
    [
        "_method=DELETE",
        "_method=",
        "_METHOD=DELETE",
        "a=1&_method=DELETE",
        "a=1&_method=DELETE&b=2",
        "a=1;_method=DELETE",
        "%5Fmethod=DELETE",
        "%5fmethod=DELETE",
        "_%6dethod=DELETE",
        "a=1&%5F%6D%65%74%68%6F%64=DELETE",
    ],
)
def test_a_parameter_that_names_another_method_is_refused(limits: TokenLimits, query: str) -> None:
    assert not admits(limits, "GET", "api/v1/query", query)


@pytest.mark.parametrize(
    "query", ["", "query=up", "method=GET", "my_method=1", "_methods=1", "q=_method=DELETE", "a=1&q=%5Fmethod", "%"]
)
def test_other_parameters_are_not_refused(query: str) -> None:
    assert admits(QUERIES, "GET", "api/v1/query", query)
    assert admits(READ_ONLY, "GET", "api/v1/query", query)


def test_a_refusal_names_the_method_and_the_path() -> None:
    with pytest.raises(ProxyRefusedByToken) as refused:
        QUERIES.require_request("DELETE", "api/v1/series", "secret=1", [])
    assert (refused.value.method, refused.value.path) == ("DELETE", "api/v1/series")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("query", [".method=DELETE", "a=1&method.override=DELETE", "%2emethod%5B%5D=DELETE"])
def test_a_parameter_that_php_reads_as_an_override_is_refused(query: str) -> None:
    assert not admits(ruled("GET api"), "GET", "api", query)
