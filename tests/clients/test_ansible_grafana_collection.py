"""grafana.grafana.datasource, the module of the other collection."""

import pytest

from app.registry.datasource import DataSource
from clients.conftest import Org, new_org
from clients.playbook import Outcome, play
from installations import Installation

UPSTREAM = "http://127.0.0.1:9"
Outcomes = dict[str, Outcome]


@pytest.fixture(scope="module")
def played_org(shared_installation: Installation) -> Org:
    return new_org(shared_installation)


@pytest.fixture(scope="module")
def outcomes(played_org: Org, tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    variables = {
        "url": played_org.url,
        "token": played_org.admin_token,
        "viewer_token": played_org.viewer_token,
        "upstream": UPSTREAM,
    }
    return play("grafana_collection", variables, tmp_path_factory.mktemp("ansible"))


@pytest.fixture(scope="module")
def stored(outcomes: Outcomes, played_org: Org) -> dict[str, DataSource]:
    return {data_source.name: data_source for data_source in played_org.stored()}


def test_the_grafana_collection_creates_a_data_source(outcomes: Outcomes, stored: dict[str, DataSource]) -> None:
    output = outcomes["create"].said["output"]
    assert (output["message"], output["name"]) == ("Datasource added", "logs / today")
    assert output["datasource"]["uid"] == stored["logs / today"].uid


def test_the_grafana_collection_gets_json_data_back_as_it_sent_them(
    outcomes: Outcomes, stored: dict[str, DataSource]
) -> None:
    expected = {"timeField": "@timestamp", "nested": {"list": [1, 2.5, None, True]}}
    assert outcomes["create"].said["output"]["datasource"]["jsonData"] == expected
    assert dict(stored["logs / today"].json_data) == expected


def test_rerunning_the_grafana_collection_updates_the_same_data_source_by_its_id(
    outcomes: Outcomes, stored: dict[str, DataSource]
) -> None:
    created, updated = outcomes["create"].said["output"], outcomes["rerun"].said["output"]
    assert (updated["id"], updated["message"]) == (created["id"], "Datasource updated")
    assert stored["logs / today"].url == f"{UPSTREAM}/moved"


def test_rerunning_the_grafana_collection_keeps_the_secret(stored: dict[str, DataSource], played_org: Org) -> None:
    assert played_org.secrets_of(stored["logs / today"].uid) == {"basicAuthPassword": "of-the-upstream"}


def test_the_grafana_collection_deletes_under_a_name_with_an_unencoded_slash(
    outcomes: Outcomes, stored: dict[str, DataSource]
) -> None:
    assert not outcomes["create what is deleted"].failed
    assert outcomes["delete"].said["output"] == {"status": 200, "response": "Data source deleted"}
    assert "a / b" not in stored


def test_the_grafana_collection_is_told_that_there_is_nothing_to_delete(outcomes: Outcomes) -> None:
    assert outcomes["delete again"].said["msg"] == refusal(404, "Data source not found")


def test_the_grafana_collection_is_told_the_permission_that_a_viewer_lacks(
    outcomes: Outcomes, stored: dict[str, DataSource]
) -> None:
    told = outcomes["create as a viewer"].said["msg"]
    assert told.startswith("{'status': 403,")
    assert "Permissions needed: datasources:create" in told
    assert "made by a viewer" not in stored


def test_the_grafana_collection_is_told_what_a_bad_request_lacks(
    outcomes: Outcomes, stored: dict[str, DataSource]
) -> None:
    assert outcomes["create without a type"].said["msg"] == refusal(400, "bad request data")
    assert "without a type" not in stored


def refusal(status: int, message: str) -> str:
    # The module fails with an object, which Ansible shows as Python does.
    return str({"status": status, "response": message})
