"""grafana-client: its health calls and its queries, through Sluice to real servers."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from back_ends import back_end
from back_ends.back_end import BackEnd
from clients.conftest import Org
from clients.environments import Script
from clients.library import Library, call
from servers.graphite import TARGET
from servers.influxdb import DATABASE
from servers.samples import FIRST, HOUR, LAST, METRIC, ROOM, SAMPLES

VALUES = [value for _, value in SAMPLES]
TYPES = ["prometheus", "influxdb", "graphite"]
_DESCRIBED: Mapping[str, Callable[[Any], BackEnd]] = {
    "prometheus": back_end.prometheus,
    "influxdb": back_end.influxdb,
    "graphite": back_end.graphite,
}


@pytest.fixture
def library(org: Org, grafana_client: Script) -> Library:
    return Library(grafana_client, org.url, org.admin_token)


@pytest.fixture
def body(kind: str, request: pytest.FixtureRequest) -> dict[str, Any]:
    """A body of create for the real server of that kind."""
    described = _DESCRIBED[kind](request.getfixturevalue(f"real_{kind}"))
    return {**described.data_source, "name": kind, "uid": kind}


@pytest.fixture
def stored(library: Library, body: dict[str, Any]) -> int:
    """The id of the data source."""
    return int(library.gives(call("datasource.create_datasource", body))["id"])


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("kind", TYPES)
def test_health_of_a_real_server_is_OK(library: Library, kind: str) -> None:
    assert library.gives(call("datasource.health", kind))["status"] == "OK"


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("kind", TYPES)
def test_health_inquiry_of_a_real_server_is_OK(library: Library, kind: str) -> None:
    told = library.gives(call("datasource.health_inquiry", datasource_uid=kind))
    assert (told["success"], told["status"], told["type"]) == (True, "OK", kind)


@pytest.mark.parametrize("kind", TYPES)
def test_health_inquiry_of_a_wrong_address_is_ERROR_and_says_what_to_check(
    library: Library, body: dict[str, Any], kind: str
) -> None:
    library.gives(call("datasource.create_datasource", {**body, "url": f"{body['url']}/elsewhere"}))
    told = library.gives(call("datasource.health_inquiry", datasource_uid=kind))
    assert (told["success"], told["status"]) == (False, "ERROR")
    assert "check that the URL is the base address" in told["message"]


# Of Prometheus the library asks /api/ds/query, and of Graphite a metric that play.grafana.org has.
@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("kind", ["influxdb"])
def test_the_librarys_own_health_check_of_a_real_influxdb_says_OK(library: Library, kind: str) -> None:
    told = library.gives(call("datasource.health_check", {"DatasourceIdentifier": {"uid": kind}}))
    assert (told["success"], told["status"]) == (True, "OK"), told


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("kind", ["influxdb"])
def test_smartquery_of_influxdb_gives_its_values(library: Library, kind: str) -> None:
    identifier = {"DatasourceIdentifier": {"uid": kind}}
    query = call("datasource.smartquery", identifier, f"SELECT value FROM {METRIC}", attrs={"database": DATABASE})
    [series] = library.gives(query)["results"][0]["series"]
    assert series["values"] == [[time * 1000, value] for time, value in SAMPLES]


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("kind", ["graphite"])
def test_smartquery_of_graphite_gives_its_values(library: Library, kind: str) -> None:
    identifier = {"DatasourceIdentifier": {"uid": kind}}
    hours = {"time_from": FIRST - 1, "time_to": LAST, "query": TARGET}
    [series] = library.gives(call("datasource.smartquery", identifier, TARGET, attrs=hours))
    assert series["datapoints"] == [[value, time] for time, value in SAMPLES]


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("kind", ["prometheus"])
def test_query_gives_the_value_of_prometheus(library: Library, kind: str) -> None:
    told = library.gives(call("datasource.query", datasource_uid=kind, query=METRIC, timestamp=FIRST))
    [sample] = told["data"]["result"]
    assert (sample["metric"]["room"], sample["value"]) == (ROOM, [FIRST, str(VALUES[0])])


@pytest.mark.parametrize("kind", ["prometheus"])
def test_query_range_gives_the_values_of_prometheus(library: Library, stored: int, kind: str) -> None:
    query = call("datasource.query_range", stored, query=METRIC, start=FIRST, end=LAST, step=HOUR)
    [series] = library.gives(query)["data"]["result"]
    assert series["values"] == [[time, str(value)] for time, value in SAMPLES]


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("kind", ["prometheus"])
def test_series_gives_those_that_prometheus_has(library: Library, kind: str) -> None:
    told = library.gives(call("datasource.series", datasource_uid=kind, match=METRIC, start=FIRST, end=LAST))
    assert told["data"] == [{"__name__": METRIC, "room": ROOM}]
