"""From bodies to checked documents, in both profiles; texts that need no server to be seen."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from app.dialects.opensearch.bodies import (
    BodyRules,
    BuiltInSource,
    InvalidBody,
    patched,
    read_name,
    read_new,
    read_replacement,
)
from app.dialects.opensearch.connectors import InvalidProperties
from app.registry.datasource import Status

DOCUMENTED = BodyRules(like_the_plugin=False, denied=())
SERVER = BodyRules(like_the_plugin=True, denied=())
FULL: dict[str, Any] = {
    "name": "metrics",
    "connector": "graphite",
    "properties": {},
    "resultIndex": "results",
    "status": "ACTIVE",
}
COMPACT: dict[str, Any] = {
    "name": "prom",
    "connector": "prometheus",
    "properties": {"prometheus.uri": "http://h"},
}
STORED: dict[str, Any] = {
    **FULL,
    "id": "uid",
    "description": "d",
    "allowedRoles": ["a"],
    "properties": {"a": 1, "b": 2},
}
SIZE = "Result index name size must contains less than 255 characters."
CHARACTERS = "Result index name has invalid character. Valid characters are a-z, 0-9, -(hyphen) and _(underscore)."
PREFIX = "Result index must start with query_execution_result"


def required(*members: str) -> str:
    return f"Datasource configuration error: {', '.join(members)} cannot be null or empty."


def test_the_defaults_are_those_of_the_server() -> None:
    made = read_new(COMPACT, DOCUMENTED)
    assert (made.description, made.result_index, made.status) == ("", "query_execution_result_prom", Status.ACTIVE)
    assert (made.allowed_roles, made.configuration, made.connector) == ((), None, "PROMETHEUS")


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({}, required("name", "connector", "properties")),
        ({"name": "x"}, required("connector", "properties")),
        ({"connector": "opensearch"}, required("name")),
        ({**COMPACT, "status": "ACTIVE"}, required("resultIndex")),
        ({**COMPACT, "resultIndex": "r"}, required("status")),
        ({**FULL, "connector": ""}, required("connector")),
        ({**FULL, "foo": 1, "connector": "nosuch"}, "Unknown field: foo"),
        ({**FULL, "connector": "nosuch", "status": "x"}, "No DataSourceType with name nosuch found"),
        ({**FULL, "status": "PAUSED"}, "No DataSourceStatus with text PAUSED found"),
        ({**FULL, "resultIndex": "B" * 256}, SIZE + CHARACTERS),
        ({**FULL, "resultIndex": "a" * 256}, SIZE),
        ({**FULL, "resultIndex": "a b"}, CHARACTERS),
        (
            {**FULL, "name": "a.b", "resultIndex": "a b"},
            "DataSource Name: a.b contains illegal characters. Allowed characters: a-zA-Z0-9_-*@.",
        ),
    ],
)
def test_a_create_is_refused(given: Mapping[str, Any], text: str) -> None:
    with pytest.raises(InvalidBody, match=f"^{re.escape(text)}$"):
        read_new(given, DOCUMENTED)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({}, required("name", "connector")),
        ({**FULL, "configuration": {}}, "Unknown field: configuration"),
        (FULL, "No DataSourceType with name graphite found"),
        ({**COMPACT, "resultIndex": "B" * 256}, SIZE + CHARACTERS + PREFIX),
        ({**COMPACT, "resultIndex": "customer_data_results"}, PREFIX),
    ],
)
def test_a_create_is_refused_in_the_profile_of_the_server(given: Mapping[str, Any], text: str) -> None:
    with pytest.raises(InvalidBody, match=f"^{re.escape(text)}$"):
        read_new(given, SERVER)


def test_in_the_profile_of_the_server_a_status_needs_no_result_index() -> None:
    assert read_new({**COMPACT, "status": "disabled"}, SERVER).status is Status.DISABLED


@pytest.mark.parametrize("name", ["mysql-customer-database", "a", "*x", "a_1-b", "@b", "@", "Prom1"])
def test_a_name_is_taken(name: str) -> None:
    assert read_new({**FULL, "name": name}, DOCUMENTED).name == name


@pytest.mark.parametrize("name", ["", "1abc", "a.b", "a b", "_x", "-x", "a_@b", "Invalid$$$Name", "é", "a\n", "a/b"])
def test_a_name_is_refused_when_it_is_new_and_taken_when_it_is_there(name: str) -> None:
    with pytest.raises(InvalidBody, match="contains illegal characters"):
        read_new({**FULL, "name": name}, DOCUMENTED)
    assert read_replacement({**FULL, "name": name}, STORED, DOCUMENTED).name == name


def test_the_built_in_source_is_out_of_reach() -> None:
    with pytest.raises(BuiltInSource, match=r"^Not allowed to create datasource with name : @opensearch\Z"):
        read_new({**FULL, "name": "@opensearch"}, DOCUMENTED)
    for verb in ("update", "patch"):
        with pytest.raises(BuiltInSource):
            read_name({"name": "@opensearch"}, verb)


@pytest.mark.parametrize("member", ["connector", "properties", "resultIndex", "status"])
def test_a_replacement_says_all_that_is_documented(member: str) -> None:
    given = {key: value for key, value in FULL.items() if key != member}
    with pytest.raises(InvalidBody, match=f"^{re.escape(required(member))}$"):
        read_replacement(given, STORED, DOCUMENTED)


@pytest.mark.parametrize(
    ("configuration", "member"),
    [
        ({}, "configuration.credentials"),
        ([], "configuration.credentials"),
        ({"endpoint": "h", "credentials": "x"}, "configuration.credentials"),
        ({"credentials": {"username": "u", "password": "p"}}, "configuration.endpoint"),
        ({"endpoint": "", "credentials": {"username": "u", "password": "p"}}, "configuration.endpoint"),
        ({"endpoint": "h", "credentials": {"username": "u"}}, "configuration.credentials.password"),
        ({"endpoint": "h", "credentials": {"username": 1, "password": "p"}}, "configuration.credentials.username"),
    ],
)
def test_a_configuration_is_whole(configuration: object, member: str) -> None:
    with pytest.raises(InvalidBody, match=f"^{re.escape(required(member))}$"):
        read_new({**FULL, "configuration": configuration}, DOCUMENTED)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({}, "Name is a required field."),
        ({"name": None}, "Name is a required field."),
        ({"name": 1}, "name must be a text."),
    ],
)
def test_a_patch_says_its_name(given: Mapping[str, Any], text: str) -> None:
    with pytest.raises(InvalidBody, match=f"^{re.escape(text)}$"):
        read_name(given, "patch")


def test_a_patch_merges_properties_and_replaces_the_rest() -> None:
    given = {"name": "metrics", "properties": {"b": 3, "c": 4}, "allowedRoles": ["x"], "connector": "mysql"}
    made = patched(given, STORED, DOCUMENTED)
    assert made.properties == {"a": 1, "b": 3, "c": 4}
    assert (made.allowed_roles, made.description, made.connector) == (("x",), "d", "graphite")


def test_a_patch_that_says_nothing_of_roles_leaves_them_unsaid() -> None:
    unsaid = {**STORED, "allowedRoles": None}
    assert patched({"name": "metrics"}, unsaid, DOCUMENTED).allowed_roles is None
    assert patched({"name": "metrics", "allowedRoles": []}, unsaid, DOCUMENTED).allowed_roles == ()


def test_a_patch_of_the_result_index_leaves_the_status() -> None:
    stored = {**STORED, "status": "DISABLED"}
    assert patched({"name": "metrics", "resultIndex": "r"}, stored, DOCUMENTED).status is Status.DISABLED


def test_what_a_patch_makes_is_checked_as_a_whole() -> None:
    with pytest.raises(InvalidProperties, match=r"^Missing \[prometheus\.auth\.username, prometheus\.auth\.password\]"):
        patched(
            {"name": "prom", "properties": {"prometheus.auth.type": "basicauth"}}, {**STORED, **COMPACT}, DOCUMENTED
        )


@pytest.mark.parametrize("member", ["id", "dataSourceId"])
@pytest.mark.parametrize("other", ["other", 1, ["uid"], {}, ""], ids=repr)
def test_an_id_that_is_sent_back_is_the_data_sources_own(member: str, other: object) -> None:
    for own in ("uid", None):
        assert read_replacement({**FULL, member: own}, STORED, DOCUMENTED).name == "metrics"
        assert patched({"name": "metrics", member: own}, STORED, DOCUMENTED).name == "metrics"
    with pytest.raises(InvalidBody, match=member):
        read_replacement({**FULL, member: other}, STORED, DOCUMENTED)
    with pytest.raises(InvalidBody, match=member):
        patched({"name": "metrics", member: other}, STORED, DOCUMENTED)
