"""Which rows are data sources of a domain, and what is written of one."""

from dataclasses import replace
from typing import Any

import pytest

from app.dialects.aws.domain_data_source_mapping import (
    DataSourceStatus,
    Domain,
    Said,
    is_of,
    to_columns,
    to_document,
)
from app.registry.datasource import DataSource, Status
from dialects.aws.rows import added, from_grafana, rewritten

ARN = "arn:aws:es:us-east-1:123456789012:domain/logs"
ELSEWHERE = "arn:aws:es:eu-west-1:123456789012:domain/logs"
ROLE = "arn:aws:iam::123456789012:role/reader"
URL = "https://search.example.com"
SERVER = "grafana-opensearch-datasource"
LOGS = Domain(from_grafana(SERVER, "logs", url=URL), ARN)
LOGS_BY_ARN = Domain(from_grafana(SERVER, "search", url="https://other.example.com", awsArn=ARN), ARN)
METRICS = Domain(from_grafana(SERVER, "metrics", url="https://metrics.example.com"), ARN.replace("logs", "metrics"))


def row_of(domain: Domain = LOGS, **members: Any) -> DataSource:
    return added("catalog", to_columns(Said(role=ROLE, **members), domain, None))


def changed(row: DataSource, **members: Any) -> DataSource:
    return rewritten(row, to_columns(Said(**members), LOGS, row))


def with_status(status: Status) -> DataSource:
    row = row_of()
    return replace(row, opensearch=replace(row.opensearch, status=status))


def test_what_is_read_is_what_was_said() -> None:
    row = row_of(description="sales", status=DataSourceStatus.DISABLED)
    assert to_document(row) == {
        "Name": "catalog",
        "DataSourceType": {"S3GlueDataCatalog": {"RoleArn": ROLE}},
        "Description": "sales",
        "Status": "DISABLED",
    }


def test_it_is_a_connector_whose_indices_are_in_the_domain() -> None:
    row = row_of()
    assert (row.type, row.url) == ("s3glue", URL)
    assert row.opensearch.document is not None
    assert row.opensearch.document["properties"] == {
        "glue.auth.type": "iam_role",
        "glue.auth.role_arn": ROLE,
        "glue.indexstore.opensearch.auth": "noauth",
    }


@pytest.mark.parametrize(
    ("row", "domain"),
    [
        pytest.param(row_of(LOGS), LOGS, id="added to it"),
        pytest.param(row_of(LOGS_BY_ARN), LOGS_BY_ARN, id="added to one with an ARN of its own"),
        pytest.param(row_of(LOGS), replace(LOGS, arn=ELSEWHERE), id="the same one, from another Region"),
        pytest.param(replace(row_of(LOGS), url="https://moved.example.com"), LOGS, id="its indices moved"),
        pytest.param(from_grafana("s3glue", url=f"{URL}/"), LOGS, id="born elsewhere, with its indices there"),
    ],
)
def test_a_data_source_is_of_the_domain(row: DataSource, domain: Domain) -> None:
    assert is_of(row, domain)


@pytest.mark.parametrize(
    ("row", "domain"),
    [
        pytest.param(row_of(METRICS), LOGS, id="added to another"),
        pytest.param(replace(row_of(METRICS), url=URL), LOGS, id="added to another, with its indices there"),
        pytest.param(from_grafana("s3glue", awsDomain=ELSEWHERE), LOGS_BY_ARN, id="of a domain in another Region"),
        pytest.param(from_grafana("s3glue"), Domain(from_grafana(SERVER, "logs"), ARN), id="no URLs"),
        pytest.param(from_grafana("s3glue", url=URL, awsDomain=7), LOGS, id="of a number"),
        pytest.param(from_grafana("s3glue", url=URL, awsDomain="logs"), LOGS, id="of what is no ARN"),
        pytest.param(from_grafana("s3glue", "My catalog", url=URL), LOGS, id="a name that this API has not"),
        pytest.param(from_grafana("security_lake", url=URL), LOGS, id="another type"),
    ],
)
def test_a_data_source_is_not_of_the_domain(row: DataSource, domain: Domain) -> None:
    assert not is_of(row, domain)


def test_what_is_not_said_stays() -> None:
    row = row_of(description="sales", status=DataSourceStatus.DISABLED)
    assert to_document(changed(row)) == to_document(row)


def test_the_domain_and_the_url_stay() -> None:
    row = replace(row_of(METRICS), url="https://moved.example.com")
    after = changed(row, description="new")
    assert (after.url, after.json_data) == (row.url, row.json_data)


def test_one_without_a_role_has_an_empty_type() -> None:
    assert to_document(from_grafana("s3glue"))["DataSourceType"] == {"S3GlueDataCatalog": {}}


def test_a_failed_test_leaves_it_active() -> None:
    assert to_document(with_status(Status.ERROR))["Status"] == "ACTIVE"


@pytest.mark.parametrize(
    ("before", "given", "after"),
    [
        pytest.param(Status.ACTIVE, DataSourceStatus.DISABLED, Status.DISABLED, id="off"),
        pytest.param(Status.DISABLED, DataSourceStatus.ACTIVE, Status.ACTIVE, id="on"),
        pytest.param(Status.ERROR, DataSourceStatus.DISABLED, Status.DISABLED, id="off after a failed test"),
        pytest.param(Status.ERROR, DataSourceStatus.ACTIVE, Status.ERROR, id="active as it was, with a failed test"),
    ],
)
def test_the_status_is_set(before: Status, given: DataSourceStatus, after: Status) -> None:
    assert changed(with_status(before), status=given).opensearch.status is after
