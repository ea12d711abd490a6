"""The property ``aws.arn`` is the ARN that every API can give a data source, and never kept twice."""

from dataclasses import replace
from typing import Any

import pytest

from app.dialects.opensearch.bodies import BodyRules, patched
from app.dialects.opensearch.document import Document
from app.dialects.opensearch.mapping import to_columns, to_document, to_editable, with_side
from app.registry.arns import given_arn, own_arn
from app.registry.datasource import DataSource, Status
from app.registry.errors import InvalidArn
from app.registry.json_data import JsonData
from dialects.opensearch.documents import stored

ARN = "arn:aws:es:us-east-1:123456789012:domain/logs"
OTHER = "arn:aws:aoss:us-east-1:123456789012:collection/abc123"
RULES = BodyRules(like_the_plugin=False, denied=())
# A connector with free properties, and one with a fixed set of them.
KINDS = [("grafana-opensearch-datasource", "OPENSEARCH"), ("prometheus", "PROMETHEUS")]
of_both_kinds = pytest.mark.parametrize("kind", KINDS, ids=["free properties", "fixed properties"])


def document(kind: tuple[str, str], **properties: Any) -> Document:
    """With the URL that a flat connector has as a property."""
    uri = {"prometheus.uri": "http://h"} if kind[0] == "prometheus" else {}
    return Document(
        name="metrics",
        connector=kind[1],
        type=kind[0],
        properties={**uri, **properties},
        result_index="results",
        status=Status.ACTIVE,
        allowed_roles=(),
    )


def with_arn(kind: tuple[str, str], arn: Any = ARN) -> Document:
    return document(kind, **{"aws.arn": arn})


def arn_of(row: DataSource) -> str | None:
    return own_arn(row.json_data)


def shown(row: DataSource) -> Any:
    return to_document(row)["properties"].get("aws.arn", "nothing")


@of_both_kinds
def test_the_property_is_the_member_of_json_data(kind: tuple[str, str]) -> None:
    row = stored(with_arn(kind))
    assert (row.json_data["awsArn"], arn_of(row), shown(row)) == (ARN, ARN, ARN)
    assert "aws.arn" not in row.json_data
    assert row.opensearch.document is not None
    assert ARN not in row.opensearch.document.text


@of_both_kinds
def test_what_grafana_gives_is_the_property(kind: tuple[str, str]) -> None:
    row = stored(document(kind))
    given = replace(row, json_data=JsonData.of({**row.json_data, "awsArn": OTHER}))
    assert shown(given) == OTHER
    assert "awsArn" not in to_document(given)["properties"]


@of_both_kinds
def test_what_grafana_takes_away_is_no_property(kind: tuple[str, str]) -> None:
    assert shown(replace(stored(with_arn(kind)), json_data=JsonData())) == "nothing"


@of_both_kinds
def test_written_anew_without_it_the_arn_is_gone(kind: tuple[str, str]) -> None:
    row = stored(document(kind), stored(with_arn(kind)))
    assert (arn_of(row), shown(row)) == (None, "nothing")


@of_both_kinds
def test_written_anew_with_another_it_is_the_other(kind: tuple[str, str]) -> None:
    row = stored(with_arn(kind, OTHER), stored(with_arn(kind)))
    assert (arn_of(row), shown(row)) == (OTHER, OTHER)


@of_both_kinds
def test_an_edit_that_says_nothing_of_it_keeps_it(kind: tuple[str, str]) -> None:
    row = stored(with_arn(kind))
    edited = stored(patched({"name": "metrics", "description": "new"}, to_editable(row), RULES), row)
    assert (arn_of(edited), shown(edited)) == (ARN, ARN)


@of_both_kinds
def test_a_change_of_description_status_and_roles_alone_keeps_it(kind: tuple[str, str]) -> None:
    row = stored(with_arn(kind))
    assert with_side(replace(with_arn(kind), status=Status.DISABLED), row).json_data["awsArn"] == ARN


@of_both_kinds
def test_an_empty_one_is_none(kind: tuple[str, str]) -> None:
    assert arn_of(stored(with_arn(kind, ""))) is None


@of_both_kinds
@pytest.mark.parametrize("given", ["logs", 5, True, [], {"a": ARN}], ids=repr)
def test_what_is_no_arn_is_there_to_be_refused(kind: tuple[str, str], given: object) -> None:
    columns = to_columns(with_arn(kind, given), None)
    with pytest.raises(InvalidArn):
        given_arn(columns.json_data)


def test_the_arn_does_not_go_over_to_another_connector() -> None:
    row = stored(document(KINDS[1]), stored(with_arn(KINDS[0])))
    assert arn_of(row) is None


def test_a_property_of_grafanas_name_is_shown_by_the_name_of_this_api() -> None:
    row = stored(document(KINDS[0], awsArn=ARN))
    assert (arn_of(row), shown(row)) == (ARN, ARN)
