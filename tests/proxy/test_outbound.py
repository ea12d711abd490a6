import pytest

from app.proxy.errors import PathClimbs, TypeNotHttp, TypeNotInstalled, UndecodablePath
from app.proxy.outbound import build_outbound, join_paths
from app.proxy.prepared import prepare
from app.registry.errors import InvalidUrl
from proxy.proxied import CALLER, RULES, built, data_source, inbound


@pytest.mark.parametrize(
    ("base", "path", "joined"),
    [
        ("", "", ""),
        ("", "render", "/render"),
        ("/", "render", "/render"),
        ("/root/", "api/x", "/root/api/x"),
        ("/root", "api/x", "/root/api/x"),
        ("/root", "", "/root"),
        ("/root/", "", "/root/"),
        ("/root", "/api", "/root/api"),
        ("/root/", "/api", "/root/api"),
        ("/root", "api/", "/root/api/"),
        ("/root", "api//", "/root/api//"),
        ("/root//", "api", "/root//api"),
    ],
)
def test_paths_are_joined_by_one_slash(base: str, path: str, joined: str) -> None:
    assert join_paths(base, path) == joined


@pytest.mark.parametrize(
    ("url", "path", "target"),
    [
        ("http://h", "", "/"),
        ("http://h/", "", "/"),
        ("http://h", "render", "/render"),
        ("http://h/root", "", "/root"),
        ("http://h/root/", "api/x", "/root/api/x"),
        ("http://h/root?a=1#top", "x", "/root/x"),
        ("http://h/a%2Fb", "x", "/a%2Fb/x"),
        ("127.0.0.1:9090", "x", "/x"),
    ],
)
def test_the_target_is_the_path_of_the_url_and_the_proxied_path(url: str, path: str, target: str) -> None:
    assert built(data_source(url=url), path).target == target


@pytest.mark.parametrize(
    "path",
    [
        "path/%2Ftest%2Ftest%2F",
        "a%20b",
        "a;b=c",
        "a//b",
        "label/job/values",
        "%E2%82%AC",
        "a%25b",
        ".../x",
        "a..b/..c",
        ".",
    ],
)
def test_a_proxied_path_goes_out_as_it_came(path: str) -> None:
    assert built(data_source(url="http://h"), path).target == f"/{path}"


@pytest.mark.parametrize("query", ["query=%2Ftest%2F", "b=2&a=1", "a=%zz", "q=a+b", "?", 'match[]={x="y"}', "a=.."])
def test_a_query_goes_out_byte_for_byte(query: str) -> None:
    assert built(data_source(url="http://h"), "x", query=query).target == f"/x?{query}"


def test_bytes_beyond_ascii_in_path_and_query_go_out_escaped() -> None:
    raw = "é".encode().decode("latin-1")
    assert built(data_source(url="http://h"), f"{raw}%2F", query=f"a={raw}").target == "/%C3%A9%2F?a=%C3%A9"


@pytest.mark.parametrize(
    ("url", "target"),
    [
        pytest.param("http://h/a b", "/a%20b/x", id="space"),
        pytest.param("http://h/é", "/%C3%A9/x", id="latin"),
        pytest.param("http://h/日", "/%E6%97%A5/x", id="beyond-latin"),
    ],
)
def test_what_a_request_line_cannot_hold_is_escaped_in_the_path_of_the_url(url: str, target: str) -> None:
    assert built(data_source(url=url), "x").target == target


@pytest.mark.parametrize(
    "path",
    [
        "..",
        "../admin",
        "a/..",
        "a/../../admin",
        "%2e%2e/admin",
        "%2E%2e/admin",
        ".%2E/admin",
        "a%2F..%2Fadmin",
        "a%2f%2e%2e%2fadmin",
        "..%5Cadmin",
        "..\\admin",
        "a\\..\\admin",
        "a%5C%2e%2e",
        "//../x",
        "..;/secret",
        "a/..;x=1/..;/b",
        "..%3b/x",
        "..#x",
        "%2e%2e%23x",
        "..%00",
        "..%20",
        "..%09/x",
        "%252e%252e/x",
        "%c0%ae%c0%ae/x",
    ],
)
def test_a_path_that_climbs_is_refused(path: str) -> None:
    with pytest.raises(PathClimbs):
        built(data_source(), path)


@pytest.mark.parametrize("path", ["%", "a%", "a%2", "%zz", "%u002e", "a/%/b"])
def test_a_path_with_a_broken_escape_is_refused(path: str) -> None:
    with pytest.raises(UndecodablePath):
        built(data_source(), path)


@pytest.mark.parametrize(
    ("timeout", "seconds"),
    [
        (5, 5.0),
        (0.5, 0.5),
        ("1", 1.0),
        ("2.5", 2.5),
        (86_400, 3_600.0),
        (1e9, 3_600.0),
        ("inf", 3_600.0),
        (0, RULES.timeout),
        (-1, RULES.timeout),
        ("0", RULES.timeout),
        ("-3", RULES.timeout),
        ("", RULES.timeout),
        ("soon", RULES.timeout),
        ("nan", RULES.timeout),
        (True, RULES.timeout),
        (None, RULES.timeout),
        ([5], RULES.timeout),
        ({}, RULES.timeout),
    ],
    ids=repr,
)
def test_the_timeout_is_the_data_sources_own_or_that_of_the_settings(timeout: object, seconds: float) -> None:
    assert built(data_source(json_data={"timeout": timeout})).timeout == seconds


def test_without_a_timeout_of_its_own_that_of_the_settings_counts() -> None:
    assert built(data_source()).timeout == RULES.timeout


def test_a_timeout_beyond_all_bounds_is_bounded() -> None:
    assert 0 < built(data_source(json_data={"timeout": 10**400})).timeout <= 86_400


@pytest.mark.parametrize(
    ("url", "scheme", "host", "port", "host_header"),
    [
        ("http://g:8080/x", "http", "g", 8080, "g:8080"),
        ("https://g", "https", "g", 0, "g"),
        ("g:9090", "http", "g", 9090, "g:9090"),
        ("http://[::1]:8080", "http", "[::1]", 8080, "[::1]:8080"),
        ("http://me:secret@g:80", "http", "g", 80, "g:80"),
        ("HTTP://g", "http", "g", 0, "g"),
    ],
)
def test_the_server_is_the_one_of_the_url(url: str, scheme: str, host: str, port: int, host_header: str) -> None:
    request = built(data_source(url=url))
    assert (request.scheme, request.host, request.port, request.host_header) == (scheme, host, port, host_header)


def test_user_and_password_in_the_url_are_not_sent() -> None:
    request = built(data_source(url="http://me:secret@g/x"))
    assert "authorization" not in {name.lower() for name, _ in request.headers}
    assert "secret" not in f"{request.target} {request.host_header}"


def test_a_custom_host_header_changes_the_host_but_not_the_server() -> None:
    row = data_source(url="http://g:8080", json_data={"httpHeaderName1": "Host"})
    request = built(row, secrets={"httpHeaderValue1": "virtual.test"})
    assert (request.host, request.host_header) == ("g", "virtual.test")


def test_two_data_sources_on_one_server_have_different_pools() -> None:
    assert built(data_source(id=1)).pool != built(data_source(id=2)).pool


def test_a_request_keeps_its_method() -> None:
    prepared = prepare(data_source(), {}, RULES)
    assert build_outbound(prepared, inbound(method="PROPFIND"), RULES, CALLER).method == "PROPFIND"


@pytest.mark.parametrize("type_id", ["mysql", "mssql", "postgres", "grafana-postgresql-datasource"])
def test_a_type_that_does_not_speak_http_is_refused(type_id: str) -> None:
    with pytest.raises(TypeNotHttp) as caught:
        built(data_source(type=type_id, url="h:1"))
    assert caught.value.type_id == type_id


@pytest.mark.parametrize("type_id", ["", "my-own-plugin", "Prometheus"])
def test_a_type_that_nobody_knows_is_refused(type_id: str) -> None:
    with pytest.raises(TypeNotInstalled):
        built(data_source(type=type_id))


@pytest.mark.parametrize(
    "type_id", ["cloudwatch", "elasticsearch", "graphite", "influxdb", "loki", "prometheus", "tempo"]
)
def test_a_type_that_speaks_http_is_let_through(type_id: str) -> None:
    assert built(data_source(type=type_id, url="http://h"), "x").target == "/x"


@pytest.mark.parametrize(
    "url", ["", " ", "://x", "http://", "http://h:x", "ftp://h", "file:///etc/passwd", "http:///x"]
)
def test_a_url_that_no_request_can_go_to_is_refused(url: str) -> None:
    with pytest.raises(InvalidUrl):
        built(data_source(url=url))


def test_an_unknown_type_is_refused_before_a_bad_url() -> None:
    with pytest.raises(TypeNotInstalled):
        built(data_source(type="my-own-plugin", url="://x"))


def test_what_is_printed_of_an_inbound_request_shows_no_header() -> None:
    assert "c2VjcmV0" not in repr(inbound(headers=[("Authorization", "Basic c2VjcmV0")]))
