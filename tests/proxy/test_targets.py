"""Paths and queries that types want in ways of their own."""

from dataclasses import replace

import pytest

from app.proxy.targets import query_credentials, target_path, target_query
from app.registry.catalog import backend_type
from app.registry.datasource import DataSource
from proxy.proxied import built, data_source

_INFLUX = ("influxdb", "influxdb_08")


def _query(type_id: str, query: str) -> str:
    return target_query(backend_type(type_id), {}, query)


def _old_influx(database: str = "metrics", user: str = "ada") -> DataSource:
    return replace(data_source(type="influxdb_08", url="http://influx.test/base", user=user), database=database)


def _old_query(query: str, **secrets: str) -> str:
    kind = backend_type("influxdb_08")
    return target_query(kind, query_credentials(kind, _old_influx(), secrets), query)


@pytest.mark.parametrize("type_id", ["graphite", "prometheus", "influxdb", "opentsdb"])
def test_a_path_goes_out_as_it_came(type_id: str) -> None:
    assert target_path(backend_type(type_id), "metrics", "a%2Fb//c/") == "a%2Fb//c/"


@pytest.mark.parametrize(
    ("database", "path", "expected"),
    [
        ("metrics", "series", "db/metrics/series"),
        ("metrics", "/series", "db/metrics/series"),
        ("metrics", "", "db/metrics/"),
        ("a/b c", "series", "db/a%2Fb%20c/series"),
        ("..%2f", "series", "db/..%252f/series"),
    ],
)
def test_the_old_influx_has_its_database_in_the_path(database: str, path: str, expected: str) -> None:
    assert target_path(backend_type("influxdb_08"), database, path) == expected


@pytest.mark.parametrize("type_id", ["graphite", "prometheus", "elasticsearch"])
@pytest.mark.parametrize("query", ["b=2&a=1", "a=%2f+x;y", "&&", "a", "%zz"])
def test_a_query_goes_out_byte_for_byte(type_id: str, query: str) -> None:
    assert _query(type_id, query) == query


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("", "", id="empty"),
        pytest.param("q=1&db=x", "db=x&q=1", id="sorted by name"),
        pytest.param("b=2&a=9&b=1", "a=9&b=2&b=1", id="values of a name in their order"),
        pytest.param("q=SELECT%20a,b", "q=SELECT+a%2Cb", id="escaped anew"),
        pytest.param("a&b=", "a=&b=", id="empty values stay"),
        pytest.param("q=a%2bb+c~", "q=a%2Bb+c~", id="plus and space"),
        pytest.param("q=%c3%a9", "q=%C3%A9", id="beyond ascii"),
        pytest.param("q=%ff", "q=%FF", id="no utf-8"),
        pytest.param("q=\xc3\xa9", "q=%C3%A9", id="raw bytes"),
    ],
)
def test_a_query_of_influx_is_sorted_and_escaped(query: str, expected: str) -> None:
    assert _query("influxdb", query) == expected


def test_the_old_influx_has_user_and_password_in_its_query() -> None:
    found = _old_query("q=1", password="a&b é")
    assert found == "p=a%26b+%C3%A9&q=1&u=ada"


def test_a_missing_password_of_the_old_influx_counts_as_empty() -> None:
    assert _old_query("") == "p=&u=ada"


@pytest.mark.parametrize("query", ["u=root&p=x", "%75=root&%70=x", "u=a&u=b"])
def test_a_caller_cannot_give_the_old_influx_another_user(query: str) -> None:
    found = _old_query(query, password="mine")
    assert found == "p=mine&u=ada"


def test_the_old_influx_is_sent_both_below_the_path_of_its_url() -> None:
    sent = built(_old_influx(), "series", query="q=1", secrets={"password": "mine"})
    assert sent.target == "/base/db/metrics/series?p=mine&q=1&u=ada"


def test_the_password_of_the_old_influx_is_not_printed() -> None:
    assert "mine" not in repr(built(_old_influx(), "series", secrets={"password": "mine"}))


def test_influx_is_sent_its_credentials_in_a_header_even_if_they_are_empty() -> None:
    sent = built(data_source(type="influxdb"), "query")
    assert dict(sent.headers)["Authorization"] == "Basic Og=="
