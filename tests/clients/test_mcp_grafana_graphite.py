"""mcp-grafana: its Graphite tools, through Sluice to a real Graphite."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.registry.datasource import DataSource, NewDataSource
from clients.conftest import Org
from clients.mcp import Session, mcp_grafana
from servers.graphite import TARGET
from servers.ports import LOOPBACK, free_port
from servers.samples import HOUR, SAMPLES

HOURS = {"from": "2023-11-14T21:59:59Z", "until": "2023-11-15T00:00:00Z"}


@pytest.fixture
def viewer(org: Org, tmp_path: Path) -> Iterator[Session]:
    """The program with these tools alone and a token that may query and no more."""
    arguments = ("--enabled-tools", "graphite,datasource")
    with mcp_grafana(org.url, tmp_path, *arguments, GRAFANA_SERVICE_ACCOUNT_TOKEN=org.viewer_token) as started:
        yield started


@pytest.fixture
def graphite(org: Org, real_graphite: str) -> DataSource:
    return graphite_in(org, real_graphite)


def graphite_in(org: Org, url: str) -> DataSource:
    new = NewDataSource(name="house", type="graphite", access="proxy", url=url)
    return org.services.registry.create(org.identity, new)


def test_it_offers_its_tools_for_graphite(viewer: Session) -> None:
    wanted = {"query_graphite", "query_graphite_density", "list_graphite_metrics", "list_graphite_tags"}
    assert {name for name in viewer.tools() if "graphite" in name} == wanted


def test_query_graphite_gives_the_values(viewer: Session, graphite: DataSource) -> None:
    told = viewer.call("query_graphite", datasourceUid=graphite.uid, target=TARGET, **HOURS).json
    [series] = told["series"]
    assert series["target"] == TARGET
    assert [(point["timestamp"], point["value"]) for point in series["datapoints"]] == list(SAMPLES)


def test_query_graphite_takes_functions(viewer: Session, graphite: DataSource) -> None:
    target = "alias(scale(house.*.temperature, 2), 'twice')"
    told = viewer.call("query_graphite", datasourceUid=graphite.uid, target=target, **HOURS).json
    [series] = told["series"]
    assert [point["value"] for point in series["datapoints"]] == [2 * value for _, value in SAMPLES]


def test_query_graphite_density_tells_what_is_missing(viewer: Session, graphite: DataSource) -> None:
    told = viewer.call("query_graphite_density", datasourceUid=graphite.uid, target=TARGET, **HOURS).json
    [series] = told["series"]
    assert (series["fillRatio"], series["nonNullPoints"], series["estimatedInterval"]) == (1, len(SAMPLES), HOUR)


def test_list_graphite_metrics_walks_the_tree(viewer: Session, graphite: DataSource) -> None:
    told = viewer.call("list_graphite_metrics", datasourceUid=graphite.uid, query="house.*").text
    assert "house.attic" in told


def test_list_graphite_tags_gives_the_names_of_tags(viewer: Session, graphite: DataSource) -> None:
    assert viewer.call("list_graphite_tags", datasourceUid=graphite.uid).json == ["name", "room"]


def test_check_datasources_health_finds_the_graphite_that_answers(
    org: Org, viewer: Session, graphite: DataSource
) -> None:
    told = viewer.call("check_datasources_health").json
    assert (told["healthy"], told["unhealthy"]) == (1, 0)


def test_a_graphite_that_is_not_there_is_an_error(org: Org, viewer: Session) -> None:
    gone = graphite_in(org, f"http://{LOOPBACK}:{free_port()}")
    told = viewer.call("query_graphite", datasourceUid=gone.uid, target=TARGET, **HOURS)
    assert told.is_error
    assert "502" in told.text


def test_another_orgs_graphite_is_not_found(other_org: Org, viewer: Session, real_graphite: str) -> None:
    foreign = graphite_in(other_org, real_graphite)
    told = viewer.call("query_graphite", datasourceUid=foreign.uid, target=TARGET, **HOURS)
    assert told.is_error
    assert "not found" in told.text
