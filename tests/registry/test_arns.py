"""Which texts are ARNs of a domain or a serverless collection, and which data source an ARN stands for."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from app.registry.arns import SourceArn, find, given_arn, is_domain, own_arn, read_arn
from app.registry.datasource import ByArn, ById, ByName, ByUid, DataSource, Ref
from app.registry.errors import InvalidArn
from app.registry.json_data import JsonData
from app.registry.store import DataSourceStore
from storage.rows import data_source_row

ACCOUNT = "123456789012"
LOGS = f"arn:aws:es:us-east-1:{ACCOUNT}:domain/logs"
COLLECTION = f"arn:aws:aoss:us-east-1:{ACCOUNT}:collection/abc123"


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b"])
def test_the_arn_of_a_domain_says_region_account_and_name(partition: str) -> None:
    text = f"arn:{partition}:es:eu-central-1:{ACCOUNT}:domain/my-logs-1"
    assert read_arn(text) == SourceArn(text, partition, "eu-central-1", ACCOUNT, "my-logs-1")


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b"])
def test_the_arn_of_a_collection_has_no_domain(partition: str) -> None:
    text = f"arn:{partition}:aoss:us-gov-west-1:{ACCOUNT}:collection/07tjusf2h91cunochc"
    assert read_arn(text) == SourceArn(text, partition, "us-gov-west-1", ACCOUNT, "")


@pytest.mark.parametrize("name", ["abc", "a" * 28, "a-1", "a--"], ids=len)
def test_the_name_of_a_domain_has_3_to_28_characters(name: str) -> None:
    found = read_arn(f"arn:aws:es:us-east-1:{ACCOUNT}:domain/{name}")
    assert found is not None
    assert found.domain == name


@pytest.mark.parametrize("id", ["abc", "1" * 40], ids=len)
def test_the_id_of_a_collection_has_3_to_40_characters(id: str) -> None:
    assert read_arn(f"arn:aws:aoss:us-east-1:{ACCOUNT}:collection/{id}") is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not-an-arn-but-long-enough",
        "arn:aws:s3:::my-bucket-name-x",
        f"arn:aws:iam::{ACCOUNT}:role/reader",
        f"arn:aws:opensearch:us-east-1:{ACCOUNT}:datasource/logs",
        f"arn:aws:opensearch:us-east-1:{ACCOUNT}:application/logs",
        "arn:aws:es:us-east-1:12345678901:domain/abc",
        "arn:aws:es:us-east-1:1234567890123:domain/abc",
        "arn:aws:es:us-east-1:12345678901\u0661:domain/abc",
        f"arn:aws:es::{ACCOUNT}:domain/abc",
        f"arn:aws:es:US-EAST-1:{ACCOUNT}:domain/abc",
        f"arn:aws:es:u:{ACCOUNT}:domain/abc",
        f"arn:aws:es:{'u' * 33}:{ACCOUNT}:domain/abc",
        f"arn:aws:es:us-east-1:{ACCOUNT}:domain/Abc",
        f"arn:aws:es:us-east-1:{ACCOUNT}:domain/1bc",
        f"arn:aws:es:us-east-1:{ACCOUNT}:domain/a_c",
        f"arn:aws:es:us-east-1:{ACCOUNT}:domain/ab",
        f"arn:aws:es:us-east-1:{ACCOUNT}:domain/{'a' * 29}",
        f"arn:aws:es:us-east-1:{ACCOUNT}:domain/",
        f"arn:aws:es:us-east-1:{ACCOUNT}:collection/abc",
        f"arn:aws:aoss:us-east-1:{ACCOUNT}:domain/abc",
        f"arn:aws:aoss:us-east-1:{ACCOUNT}:collection/ab",
        f"arn:aws:aoss:us-east-1:{ACCOUNT}:collection/{'a' * 41}",
        f"arn:aws:aoss:us-east-1:{ACCOUNT}:collection/ABC",
        f"arn:aws:aoss:us-east-1:{ACCOUNT}:collection/a-b-c",
        f"arn:azure:es:us-east-1:{ACCOUNT}:domain/abc",
        f"arn:aws-iso-x:es:us-east-1:{ACCOUNT}:domain/abc",
        f"ARN:aws:es:us-east-1:{ACCOUNT}:domain/abc",
        f"{LOGS}/",
        f"{LOGS}/*",
        f"{LOGS}\n",
        f" {LOGS}",
        f"{LOGS}\0",
        f"{LOGS}\u00e9",
    ],
    ids=ascii,
)
def test_everything_else_is_none(text: str) -> None:
    assert read_arn(text) is None


def test_every_arn_of_these_forms_fits_its_column() -> None:
    longest = [
        f"arn:aws-us-gov:es:{'u' * 32}:{ACCOUNT}:domain/{'a' * 28}",
        f"arn:aws-us-gov:aoss:{'u' * 32}:{ACCOUNT}:collection/{'a' * 40}",
    ]
    assert all(read_arn(text) is not None and len(text) <= 255 for text in longest)


# The ARN of a data source's own


@pytest.mark.parametrize("text", [LOGS, COLLECTION], ids=["domain", "collection"])
def test_an_arn_is_given_in_json_data(text: str) -> None:
    assert own_arn(JsonData.of({"awsArn": text, "timeout": 1})) == text


@pytest.mark.parametrize(
    "json",
    ["{}", '{"awsArn":null}', '{"awsArn":""}', '{"awsarn":"x"}', '{"deep":{"awsArn":"x"}}', '{"text":"awsArn"}'],
)
def test_without_one_it_has_none(json: str) -> None:
    assert own_arn(JsonData(json)) is None


@pytest.mark.parametrize(
    "json",
    [
        '{"awsArn":"x"}',
        '{"awsArn":" "}',
        '{"awsArn":5}',
        '{"awsArn":0}',
        '{"awsArn":false}',
        '{"awsArn":[]}',
        '{"awsArn":{}}',
        f'{{"awsArn":["{LOGS}"]}}',
    ],
)
def test_what_is_no_arn_is_refused_when_it_is_given_and_none_when_it_is_stored(json: str) -> None:
    with pytest.raises(InvalidArn, match=r"jsonData\.awsArn"):
        given_arn(JsonData(json))
    assert own_arn(JsonData(json)) is None


# Which data source an ARN stands for


class Rows:
    """A DataSourceStore that only finds, in one org."""

    def __init__(self, rows: Sequence[DataSource]) -> None:
        self._rows = rows

    def find(self, org_id: int, ref: Ref) -> DataSource | None:
        def is_meant(row: DataSource) -> bool:
            match ref:
                case ById(id):
                    return row.id == id
                case ByUid(uid):
                    return row.uid == uid
                case ByName(name):
                    return row.name == name
                case ByArn(arn):
                    return row.json_data.get("awsArn") == arn

        return next((row for row in self._rows if row.org_id == org_id and is_meant(row)), None)


def row(id: int, name: str, arn: str | None = None, *, type: str = "elasticsearch") -> DataSource:
    json_data = JsonData.of({} if arn is None else {"awsArn": arn})
    return data_source_row(1, id=id, uid=f"u{id}", name=name, type=type, json_data=json_data)


def found(arn: str, *rows: DataSource, org_id: int = 1) -> int | None:
    store: DataSourceStore = Rows(rows)  # type: ignore[assignment]
    data_source = find(store, org_id, ByArn(arn))
    return None if data_source is None else data_source.id


@pytest.mark.parametrize("arn", [LOGS, COLLECTION], ids=["domain", "collection"])
def test_the_one_that_was_given_the_arn_is_meant_whatever_its_name_and_type(arn: str) -> None:
    assert found(arn, row(1, "logs"), row(2, "other", arn, type="loki")) == 2


@pytest.mark.parametrize("type", ["grafana-opensearch-datasource", "opensearch", "elasticsearch"])
def test_else_the_one_of_the_domains_name_is_meant(type: str) -> None:
    assert found(LOGS, row(1, "other"), row(2, "logs", type=type)) == 2


@pytest.mark.parametrize(
    "type",
    ["prometheus", "loki", "grafana-amazonprometheus-datasource", "cloudwatch", "s3glue", "somebodys-own", ""],
)
def test_one_whose_server_is_no_domain_is_not_meant_by_its_name(type: str) -> None:
    assert found(LOGS, row(1, "logs", type=type)) is None
    assert not is_domain(row(1, "logs", type=type))


@pytest.mark.parametrize("name", ["Logs", "logs ", "log", ""], ids=repr)
def test_the_name_must_be_exactly_the_domains(name: str) -> None:
    assert found(LOGS, row(1, name)) is None


@pytest.mark.parametrize("own", [f"{LOGS}-2", COLLECTION], ids=["domain", "collection"])
def test_one_with_another_arn_of_its_own_is_not_meant_by_its_name(own: str) -> None:
    assert found(LOGS, row(1, "logs", own)) is None


def test_one_with_an_empty_arn_is_meant_by_its_name() -> None:
    assert found(LOGS, row(1, "logs", "")) == 1


def test_a_collection_is_not_meant_by_a_name() -> None:
    assert found(COLLECTION, row(1, "abc123")) is None


def test_what_is_no_arn_means_none() -> None:
    assert found("logs", row(1, "logs")) is None


def test_another_org_has_its_own() -> None:
    assert found(LOGS, row(1, "logs"), row(2, "other", LOGS), org_id=2) is None


def test_what_is_named_otherwise_is_found_as_ever() -> None:
    rows: DataSourceStore = Rows([row(1, "logs")])  # type: ignore[assignment]
    for ref in (ById(1), ByUid("u1"), ByName("logs")):
        assert find(rows, 1, ref) == replace(row(1, "logs"))
    assert find(rows, 1, ByName(LOGS)) is None
