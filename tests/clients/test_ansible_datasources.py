"""community.grafana.grafana_datasource, played with a service account's token."""

import pytest

from app.registry.datasource import DataSource
from clients.conftest import Org, new_org
from clients.playbook import Outcome, assert_unchanged, changed, play
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
        "org_id": played_org.org_id,
        "token": played_org.admin_token,
        "viewer_token": played_org.viewer_token,
        "upstream": UPSTREAM,
    }
    return play("datasources", variables, tmp_path_factory.mktemp("ansible"))


@pytest.fixture(scope="module")
def stored(outcomes: Outcomes, played_org: Org) -> dict[str, DataSource]:
    return {data_source.name: data_source for data_source in played_org.stored()}


def test_the_module_creates_a_data_source_with_the_uid_it_asks_for(
    outcomes: Outcomes, stored: dict[str, DataSource]
) -> None:
    assert changed(outcomes["create prometheus"])["datasource"]["uid"] == "metrics-of-all"
    assert stored["metrics"].uid == "metrics-of-all"


def test_the_module_gets_its_json_data_back_as_it_sent_them(outcomes: Outcomes, stored: dict[str, DataSource]) -> None:
    expected = {
        "httpHeaderName1": "Authorization",
        "timeInterval": "15s",
        "tlsAuth": False,
        "tlsAuthWithCACert": False,
        "tlsSkipVerify": True,
    }
    assert changed(outcomes["create prometheus"])["datasource"]["jsonData"] == expected
    assert dict(stored["metrics"].json_data) == expected


def test_the_module_sees_of_a_secret_only_that_it_is_set(outcomes: Outcomes, played_org: Org) -> None:
    assert changed(outcomes["create prometheus"])["datasource"]["secureJsonFields"] == {"httpHeaderValue1": True}
    assert played_org.secrets_of("metrics-of-all") == {"httpHeaderValue1": "the first header"}


def test_the_first_data_source_is_not_the_default_when_the_module_says_so(outcomes: Outcomes) -> None:
    assert changed(outcomes["create prometheus"])["datasource"]["isDefault"] is False


def test_rerunning_the_module_for_prometheus_reports_no_change(outcomes: Outcomes) -> None:
    assert_unchanged(outcomes["rerun prometheus"])


def test_a_module_that_sends_null_for_the_uid_gets_one(outcomes: Outcomes, stored: dict[str, DataSource]) -> None:
    assert outcomes["create elasticsearch"].said["invocation"]["module_args"]["uid"] is None
    assert changed(outcomes["create elasticsearch"])["datasource"]["uid"] == stored["logs / today"].uid != ""


def test_the_module_creates_elasticsearch_under_a_name_with_a_slash(stored: dict[str, DataSource]) -> None:
    found = stored["logs / today"]
    assert (found.type, found.database, found.basic_auth, found.basic_auth_user) == (
        "elasticsearch",
        "[logstash_]YYYY.MM.DD",
        True,
        "reader",
    )


def test_rerunning_the_module_for_elasticsearch_reports_no_change(outcomes: Outcomes) -> None:
    assert_unchanged(outcomes["rerun elasticsearch"])


def test_the_module_creates_postgres_with_its_password_among_the_secrets(
    stored: dict[str, DataSource], played_org: Org
) -> None:
    found = stored["warehouse"]
    assert (found.url, found.database, found.user) == ("127.0.0.1:5432", "sales", "reporting")
    assert played_org.secrets_of(found.uid) == {"password": "of-the-database", "tlsCACert": "a certificate"}


def test_rerunning_the_module_for_postgres_reports_no_change(outcomes: Outcomes) -> None:
    assert_unchanged(outcomes["rerun postgres"])


def test_rerunning_the_module_for_influxdb_reports_no_change(outcomes: Outcomes) -> None:
    assert_unchanged(outcomes["rerun influxdb"])


def test_a_secret_that_the_module_enforces_replaces_the_stored_one(
    outcomes: Outcomes, stored: dict[str, DataSource], played_org: Org
) -> None:
    assert changed(outcomes["enforce the secret of influxdb"])["datasource"]["secureJsonFields"] == {"token": True}
    assert played_org.secrets_of(stored["sensors"].uid) == {"token": "the second token"}


def test_the_module_updates_a_data_source_in_place_without_naming_its_version(
    outcomes: Outcomes, stored: dict[str, DataSource]
) -> None:
    created, updated = changed(outcomes["create loki"])["datasource"], changed(outcomes["update loki"])["datasource"]
    assert [updated[name] for name in ("id", "uid", "url")] == [created["id"], created["uid"], UPSTREAM]
    assert (stored["lines"].url, stored["lines"].json_data["maxLines"]) == (UPSTREAM, 500)


def test_the_module_makes_a_data_source_the_default(outcomes: Outcomes, stored: dict[str, DataSource]) -> None:
    assert changed(outcomes["update loki"])["datasource"]["isDefault"] is True
    assert [name for name, found in stored.items() if found.is_default] == ["lines"]


def test_a_secret_that_the_module_no_longer_names_is_kept(stored: dict[str, DataSource], played_org: Org) -> None:
    assert played_org.secrets_of(stored["lines"].uid) == {"httpHeaderValue1": "kept by the update"}


def test_the_module_deletes_a_data_source_under_a_name_with_a_slash_and_a_question_mark(
    outcomes: Outcomes, stored: dict[str, DataSource]
) -> None:
    assert changed(outcomes["create what is deleted"])["datasource"]["name"] == "a/b c?d"
    assert outcomes["delete"].changed
    assert outcomes["delete"].said["msg"] == "Datasource a/b c?d deleted."
    assert "a/b c?d" not in stored


def test_deleting_again_reports_no_change(outcomes: Outcomes) -> None:
    assert_unchanged(outcomes["delete again"])


def test_the_module_in_check_mode_makes_nothing(outcomes: Outcomes, stored: dict[str, DataSource]) -> None:
    assert outcomes["check mode"].skipped
    assert "never made" not in stored


def test_the_module_is_denied_with_a_viewers_token(outcomes: Outcomes, stored: dict[str, DataSource]) -> None:
    assert outcomes["create as a viewer"].said["msg"] == "Permission Denied"
    assert "made by a viewer" not in stored


def test_the_module_is_unauthorized_with_a_token_of_nobody(outcomes: Outcomes) -> None:
    assert outcomes["create with a token of nobody"].said["msg"].startswith("Unauthorized to perform action 'GET'")
