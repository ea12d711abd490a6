"""grafana-client over data sources: each test with its synchronous and with its asynchronous interface."""

from collections.abc import Iterator
from typing import Any

import pytest

from clients.conftest import Org
from clients.environments import Script, running_script
from clients.library import Library, call

JSON_DATA = {
    "httpMethod": "POST",
    "timeInterval": "15s",
    "tlsSkipVerify": False,
    "ratio": 0.5,
    "large": 12345678901234567890,
    "nothing": None,
    "exemplarTraceIdDestinations": [{"name": "trace-id", "datasourceUid": "tempo"}],
}
PROMETHEUS: dict[str, Any] = {
    "name": "Prometheus",
    "uid": "prom",
    "type": "prometheus",
    "access": "proxy",
    "url": "http://127.0.0.1:9090",
    "basicAuth": True,
    "basicAuthUser": "reader",
    "isDefault": True,
    "jsonData": JSON_DATA,
    "secureJsonData": {"basicAuthPassword": "secret of reader"},
}
CREATE = call("datasource.create_datasource", PROMETHEUS)
LIST = call("datasource.list_datasources")
BY_UID = call("datasource.get_datasource_by_uid", "prom")


@pytest.fixture(scope="module", params=["calls.py", "calls_async.py"], ids=["sync", "async"])
def script(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Script]:
    with running_script("grafana-client", request.param, tmp_path_factory.mktemp("grafana_client")) as running:
        yield running


@pytest.fixture
def library(org: Org, script: Script) -> Library:
    return Library(script, org.url, org.admin_token)


def test_create_answers_id_name_message_and_the_data_source_with_its_uid(library: Library, org: Org) -> None:
    made = library.gives(CREATE)
    [stored] = org.stored()
    assert (made["id"], made["name"], made["message"]) == (stored.id, "Prometheus", "Datasource added")
    assert made["datasource"]["uid"] == stored.uid == "prom"


def test_what_is_created_is_what_the_registry_holds(library: Library, org: Org) -> None:
    library.gives(CREATE)
    stored = org.stored_one("prom")
    assert (stored.name, stored.type, stored.access, stored.url) == (
        "Prometheus",
        "prometheus",
        "proxy",
        "http://127.0.0.1:9090",
    )
    assert (stored.basic_auth, stored.basic_auth_user, stored.is_default) == (True, "reader", True)


def test_jsonData_comes_back_exactly_as_sent(library: Library) -> None:
    _, one, listed = library.give(CREATE, BY_UID, LIST)
    assert one["jsonData"] == JSON_DATA
    assert [item["jsonData"] for item in listed] == [JSON_DATA]


def test_secureJsonFields_is_an_object_on_single_reads_and_absent_in_lists(library: Library) -> None:
    _, one, listed = library.give(CREATE, BY_UID, LIST)
    assert one["secureJsonFields"] == {"basicAuthPassword": True}
    assert ["secureJsonFields" in item for item in listed] == [False]


def test_secureJsonFields_is_an_empty_object_without_secrets(library: Library) -> None:
    bare = {"name": "Bare", "uid": "prom", "type": "prometheus", "access": "proxy", "url": "http://127.0.0.1:9090"}
    _, one = library.give(call("datasource.create_datasource", bare), BY_UID)
    assert one["secureJsonFields"] == {}


def test_a_secret_is_kept_and_in_no_answer(library: Library, org: Org) -> None:
    answers = library.give(CREATE, BY_UID, LIST, call("datasource.get_datasource_by_name", "Prometheus"))
    assert "secret of reader" not in str(answers)
    assert org.secrets_of("prom") == {"basicAuthPassword": "secret of reader"}


def test_null_for_user_database_and_secrets_is_legal(library: Library, org: Org) -> None:
    model = {"name": "Modelled", "type": "prometheus", "url": "http://127.0.0.1:9090", "access": "proxy"}
    made = library.gives(call("datasource.create_datasource", {"DatasourceModel": model}))
    [stored] = org.stored()
    assert made["id"] == stored.id
    assert (stored.user, stored.database, dict(stored.json_data), dict(stored.secure_json_fields)) == ("", "", {}, {})


def test_null_for_uid_jsonData_and_secureJsonData_is_legal(library: Library, org: Org) -> None:
    body = {**PROMETHEUS, "uid": None, "jsonData": None, "secureJsonData": None}
    made = library.gives(call("datasource.create_datasource", body))
    [stored] = org.stored()
    assert made["datasource"]["uid"] == stored.uid != ""
    assert (dict(stored.json_data), dict(stored.secure_json_fields)) == ({}, {})


def test_one_data_source_is_found_by_id_uid_and_name(library: Library, org: Org) -> None:
    library.gives(CREATE)
    number = org.stored_one("prom").id
    found = library.give(
        call("datasource.get_datasource_by_id", number),
        BY_UID,
        call("datasource.get_datasource_by_name", "Prometheus"),
        call("datasource.find_datasource", "Prometheus"),
        call("datasource.get", {"DatasourceIdentifier": {"uid": "prom"}}),
    )
    assert [one["id"] for one in found] == [number] * 5
    assert found[0] == found[1] == found[2]


def test_the_id_is_found_by_name(library: Library, org: Org) -> None:
    _, found = library.give(CREATE, call("datasource.get_datasource_id_by_name", "Prometheus"))
    assert found == {"id": org.stored_one("prom").id}


@pytest.mark.parametrize("written", ["a/b", "a%2Fb"], ids=["unencoded", "encoded"])
def test_a_name_with_a_slash_arrives_encoded_and_unencoded(library: Library, org: Org, written: str) -> None:
    body = {**PROMETHEUS, "name": "a/b"}
    _, by_name, by_id = library.give(
        call("datasource.create_datasource", body),
        call("datasource.get_datasource_by_name", written),
        call("datasource.get_datasource_id_by_name", written),
    )
    assert (by_name["name"], by_id["id"]) == ("a/b", org.stored_one("prom").id)


def test_a_name_with_spaces_and_letters_of_any_language_is_found(library: Library) -> None:
    name = "Zähler für 東京"
    _, found = library.give(
        call("datasource.create_datasource", {**PROMETHEUS, "name": name}),
        call("datasource.get_datasource_by_name", name),
    )
    assert found["name"] == name


def test_update_by_uid_without_version_works(library: Library, org: Org) -> None:
    change = {**PROMETHEUS, "url": "http://127.0.0.1:9091"}
    _, changed = library.give(CREATE, call("datasource.update_datasource_by_uid", "prom", change))
    assert changed["message"] == "Datasource updated"
    assert org.stored_one("prom").url == "http://127.0.0.1:9091"


def test_update_by_id_works(library: Library, org: Org) -> None:
    library.gives(CREATE)
    change = {**PROMETHEUS, "name": "Renamed"}
    changed = library.gives(call("datasource.update_datasource", org.stored_one("prom").id, change))
    assert (changed["name"], org.stored_one("prom").name) == ("Renamed", "Renamed")


def test_what_was_read_can_be_sent_back_with_its_version(library: Library, org: Org) -> None:
    _, read = library.give(CREATE, BY_UID)
    changed = library.gives(call("datasource.update_datasource_by_uid", "prom", {**read, "url": "http://127.0.0.1:1"}))
    assert changed["datasource"]["version"] == read["version"] + 1
    assert org.stored_one("prom").url == "http://127.0.0.1:1"


def test_an_old_version_is_a_conflict(library: Library, org: Org) -> None:
    _, read = library.give(CREATE, BY_UID)
    library.gives(call("datasource.update_datasource_by_uid", "prom", read))
    refused = library.refused(
        call("datasource.update_datasource_by_uid", "prom", {**read, "url": "http://127.0.0.1:1"})
    )
    assert (refused.raised, refused.status) == ("GrafanaClientError", 409)
    assert org.stored_one("prom").url == PROMETHEUS["url"]


def test_an_update_without_secrets_keeps_them(library: Library, org: Org) -> None:
    without = {name: value for name, value in PROMETHEUS.items() if name != "secureJsonData"}
    library.give(CREATE, call("datasource.update_datasource_by_uid", "prom", without))
    assert org.secrets_of("prom") == {"basicAuthPassword": "secret of reader"}


@pytest.mark.parametrize("key", ["uid", "id", "name"])
def test_delete_by_each_key_removes_it(library: Library, org: Org, key: str) -> None:
    made = library.gives(CREATE)
    value = made["datasource"][key]
    deleted = library.gives(call(f"datasource.delete_datasource_by_{key}", value))
    assert deleted["message"] == "Data source deleted"
    assert list(org.stored()) == []


def test_a_list_item_posted_back_verbatim_creates_it_again(library: Library, org: Org) -> None:
    _, [item], _ = library.give(CREATE, LIST, call("datasource.delete_datasource_by_uid", "prom"))
    library.gives(call("datasource.create_datasource", item))
    again = library.gives(LIST)
    assert again == [{**item, "id": org.stored_one("prom").id}]


def test_a_list_is_sorted_by_name(library: Library) -> None:
    names = ["beta", "Alpha", "gamma"]
    made = [call("datasource.create_datasource", {**PROMETHEUS, "name": name, "uid": name}) for name in names]
    listed = library.give(*made, LIST)[-1]
    assert [item["name"] for item in listed] == ["Alpha", "beta", "gamma"]
