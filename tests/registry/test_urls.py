"""Which URLs a data source may have, rule by rule (Grafana reference 3.6), and the parts a request needs."""

import pytest

from app.registry.errors import InvalidUrl
from app.registry.urls import Target, check_url, read_target

NEED_A_URL = (
    "graphite",
    "influxdb",
    "influxdb_08",
    "elasticsearch",
    "prometheus",
    "alertmanager",
    "jaeger",
    "loki",
    "opentsdb",
    "tempo",
    "zipkin",
    "mysql",
    "grafana-postgresql-datasource",
    "mssql",
    "postgres",  # the name of 2021
)


@pytest.mark.parametrize("type_id", NEED_A_URL)
@pytest.mark.parametrize("url", ["", "  ", "\t"], ids=["empty", "spaces", "tab"])
def test_these_types_need_a_url(type_id: str, url: str) -> None:
    with pytest.raises(InvalidUrl):
        check_url(type_id, url)


@pytest.mark.parametrize("type_id", ["cloudwatch", "grafana-opensearch-datasource", "testdata", "somebody-elses-type"])
def test_other_types_go_without(type_id: str) -> None:
    check_url(type_id, "")


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:9090",
        "localhost:5432",
        "localhost",
        "127.0.0.1:9090",
        "https://user:p%40ss@example.org/a/b?x=1&y=%zz#top",
        "htttp://x",
        "tcp+tls.v1://x:1",
        "HTTP://EXAMPLE.ORG",
        "http://[::1]",
        "http://[::1]:9090/x",
        "http://[fe80::1%25eth0]:80",
        "http://host:",
        "http://host/a b",
        "http://host/%20%2F",
        "http://host?query=%zz",
        "http://bücher.example/ü",
        "http://host/x#fragment",
        "http:/host",
        "host/path:with:colons",
        "http://a_b.example",
        "http://$(host)",
    ],
    ids=str,
)
def test_these_urls_are_valid(url: str) -> None:
    check_url("prometheus", url)


@pytest.mark.parametrize(
    "url",
    [
        "://x",
        "://",
        "1http://x",
        "ht tp://x",
        "_x://y",
        "http://host/%zz",
        "http://host/%",
        "http://host/%2",
        "http://host/x#%zz",
        "http://ho%zzst",
        "http://us%zzer:p@host",
        "http://a b",
        "http://a b/c",
        "host name:80",
        "http://a\tb",
        "http://a\nb",
        "http://host/a\x7f",
        "http://host/a\x00",
        "http://host:port",
        "http://host:80x",
        "http://host:-80",
        "http://host: 80",
        "invalid:url",
        "x:y:z",
        "http://[::1",
        "http://[::1]x",
        "http://[::1]:x",
        "http://::1]",
        "http://host\\instance",
        "http://host:" + "1" * 5_000,
    ],
    ids=lambda url: ascii(url[:30]),
)
def test_these_urls_are_invalid(url: str) -> None:
    with pytest.raises(InvalidUrl):
        check_url("prometheus", url)


@pytest.mark.parametrize("type_id", ["prometheus", "cloudwatch", "somebody-elses-type", "mysql"])
def test_a_url_that_is_given_is_checked_for_every_type(type_id: str) -> None:
    with pytest.raises(InvalidUrl):
        check_url(type_id, "invalid:url")


@pytest.mark.parametrize(
    "url",
    ["localhost", "localhost:1433", "localhost\\instance", "localhost\\instance:1433", "db.example.org:1"],
    ids=str,
)
def test_mssql_takes_host_instance_and_port(url: str) -> None:
    check_url("mssql", url)


@pytest.mark.parametrize(
    "url",
    ["localhost\\instance::1433", "localhost:port", "localhost\\:1433", "\\instance", ":1433", "localhost\\a\\b", " "],
    ids=str,
)
def test_mssql_takes_nothing_else(url: str) -> None:
    with pytest.raises(InvalidUrl):
        check_url("mssql", url)


def test_the_error_carries_the_url_as_it_was_sent() -> None:
    with pytest.raises(InvalidUrl) as refused:
        read_target("invalid:url")
    assert refused.value.url == "invalid:url"


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://localhost:9090/base", Target("http", "localhost", 9090, "/base")),
        ("localhost:9090", Target("http", "localhost", 9090, "")),
        ("HTTPS://Example.org", Target("https", "Example.org", 0, "")),
        ("http://user:pa@ss@host/x", Target("http", "host", 0, "/x")),
        ("http://host/a%2Fb/?q=1#f", Target("http", "host", 0, "/a%2Fb/")),
        ("http://[::1]:80", Target("http", "[::1]", 80, "")),
        ("http://host:", Target("http", "host", 0, "")),
        ("http:///x", Target("http", "", 0, "/x")),
    ],
    ids=str,
)
def test_a_url_is_read_in_parts(url: str, target: Target) -> None:
    assert read_target(url) == target
