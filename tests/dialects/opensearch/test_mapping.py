"""Nothing is lost between OpenSearch's documents and the columns that all dialects share, in either direction."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings

from app.dialects.opensearch.bodies import BodyRules, patched
from app.dialects.opensearch.document import Configuration, Document
from app.dialects.opensearch.mapping import (
    NothingToKeep,
    default_result_index,
    to_columns,
    to_document,
    to_editable,
)
from app.registry.datasource import ByUid, DataSource, NewDataSource, Status
from app.services import Services
from dialects.opensearch.documents import Given, documents, ordered, rows_of_grafana, stored, whole_change
from identity.callers import admin, new_org
from installations import install

RULES = BodyRules(like_the_plugin=False, denied=())


def document(type_id: str = "graphite", connector: str = "graphite", **members: object) -> Document:
    """One with as little said as a test needs."""
    plain = Document(
        name="metrics",
        connector=connector,
        type=type_id,
        properties={},
        result_index="results",
        status=Status.ACTIVE,
        allowed_roles=(),
    )
    return replace(plain, **members)  # type: ignore[arg-type]


def edited(row: DataSource) -> DataSource:
    """After a patch that says nothing."""
    return stored(patched({"name": row.name}, to_editable(row), RULES), row)


@given(documents())
def test_what_is_read_is_what_was_written_less_its_secrets(written: Given) -> None:
    assert to_document(stored(written.document)) == written.answered("uid")


@given(documents())
def test_the_secrets_of_the_row_are_those_that_were_given(written: Given) -> None:
    assert sorted(stored(written.document).ciphertexts.values()) == sorted(written.secrets)


@given(documents())
def test_no_secret_is_outside_the_secrets(written: Given) -> None:
    row = stored(written.document)
    assert row.opensearch.document is not None
    columns = repr(replace(row, ciphertexts={})) + row.json_data.text + row.opensearch.document.text
    assert [secret for secret in written.secrets if secret in columns] == []


@given(documents())
def test_written_again_with_stars_for_secrets_only_the_version_grows(written: Given) -> None:
    row = stored(written.document)
    assert ordered(stored(written.masked(), row)) == ordered(replace(row, version=row.version + 1))


@given(documents(), documents())
def test_what_was_there_before_leaves_no_trace(before: Given, after: Given) -> None:
    row = stored(after.document, stored(before.document))
    assert to_document(row) == after.answered("uid")
    assert sorted(row.ciphertexts.values()) == sorted(after.secrets)


@given(documents())
def test_an_edit_that_says_nothing_changes_nothing(written: Given) -> None:
    row = stored(written.document)
    assert ordered(edited(row)) == ordered(replace(row, version=row.version + 1))


@given(rows_of_grafana())
def test_a_row_of_grafanas_keeps_all_through_an_edit(row: DataSource) -> None:
    after = edited(row)
    assert ordered(after) == ordered(replace(row, version=row.version + 1, opensearch=after.opensearch))
    assert (after.opensearch.status, after.opensearch.allowed_roles) == (Status.ACTIVE, None)


@given(rows_of_grafana())
def test_nothing_that_is_answered_of_a_row_of_grafanas_is_a_secret(row: DataSource) -> None:
    shown = repr(to_document(row))
    assert [text for text in (*row.ciphertexts.values(), "//u:p@") if text in shown] == []


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    made = install(tmp_path_factory.mktemp("mapping"), "")
    yield made.services
    made.close()


@settings(max_examples=25)
@given(documents())
def test_the_registry_keeps_all_of_it_too(services: Services, written: Given) -> None:
    registry, caller = services.registry, admin(new_org(services))
    columns = to_columns(written.document, None)
    made = registry.create(
        caller, NewDataSource(name=written.document.name, opensearch=columns.side, **columns.given())
    )
    row = registry.get(caller, ByUid(made.uid))
    assert to_document(row) == written.answered(made.uid)
    secrets = registry.secrets_of(row)
    assert sorted(secrets.values()) == sorted(written.secrets)
    again = to_columns(written.masked(), row)
    registry.replace(caller, ByUid(made.uid), whole_change(again, row))
    after = registry.get(caller, ByUid(made.uid))
    assert ordered(after) == ordered(replace(row, version=row.version + 1))
    assert registry.secrets_of(after) == secrets


# What a property test would not find


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("prom", "query_execution_result_prom"),
        ("My_Prom", "query_execution_result_my_prom"),
        ("a*b@c", "query_execution_result_abc"),
        ("My DS 1.0", "query_execution_result_myds10"),
        ("é", "query_execution_result_"),
        ("x" * 300, "query_execution_result_" + "x" * 232),
    ],
)
def test_the_default_result_index_is_made_from_the_name(name: str, index: str) -> None:
    assert default_result_index(name) == index


def test_stars_are_refused_where_nothing_is_stored() -> None:
    where = Configuration(endpoint="http://h", username="u", password="******")
    with pytest.raises(NothingToKeep, match=r"configuration\.credentials\.password"):
        to_columns(document(configuration=where), None)
    with pytest.raises(NothingToKeep, match=r"properties\.token"):
        to_columns(document(properties={"token": "******"}), None)
    basic = {"prometheus.auth.type": "basicauth", "prometheus.auth.password": "******"}
    with pytest.raises(NothingToKeep, match=r"properties\.prometheus\.auth\.password"):
        to_columns(document("prometheus", "PROMETHEUS", properties=basic), None)


def test_a_property_and_the_configuration_can_both_have_a_password() -> None:
    where = Configuration(endpoint="h:3306", username="u", password="of the configuration")
    row = stored(document("mysql", "mysql", properties={"password": "of the property"}, configuration=where))
    assert sorted(row.ciphertexts.values()) == ["of the configuration", "of the property"]


def test_stars_for_the_user_name_of_prometheus_keep_it() -> None:
    basic = {
        "prometheus.uri": "http://h",
        "prometheus.auth.type": "basicauth",
        "prometheus.auth.username": "scraper",
        "prometheus.auth.password": "acorn",
    }
    row = stored(document("prometheus", "PROMETHEUS", properties=basic))
    hidden = {**basic, "prometheus.auth.username": "******", "prometheus.auth.password": "******"}
    assert stored(document("prometheus", "PROMETHEUS", properties=hidden), row).basic_auth_user == "scraper"


def test_a_configuration_without_user_and_password_does_not_sign_in() -> None:
    row = stored(document(configuration=Configuration(endpoint="http://h", username="", password="")))
    assert (row.basic_auth, row.basic_auth_user, dict(row.ciphertexts)) == (False, "", {})


def test_what_grafana_changes_is_what_is_read() -> None:
    where = Configuration(endpoint="jdbc:mysql://h:3306/customers?useSSL=true", username="u", password="p")
    row = stored(document("mysql", "mysql", configuration=where))
    changed = replace(row, url="other:3307", database="orders", user="eve")
    assert to_document(changed)["configuration"] == {
        "endpoint": "jdbc:mysql://other:3307/orders?useSSL=true",
        "credentials": {"username": "eve", "password": "******"},
    }


def test_basic_auth_that_grafana_switches_off_is_not_read() -> None:
    basic = {
        "prometheus.uri": "http://h",
        "prometheus.auth.type": "basicauth",
        "prometheus.auth.username": "u",
        "prometheus.auth.password": "p",
    }
    row = stored(document("prometheus", "PROMETHEUS", properties=basic))
    assert to_document(replace(row, basic_auth=False, url="http://other"))["properties"] == {
        "prometheus.uri": "http://other"
    }
