"""From the first call to the last: through boto3 alone, and through the three APIs together."""

import json
from typing import Any

import pytest

from dialects.aws.account import Account, outcome


def test_boto3_alone_makes_attaches_looks_detaches_and_deletes(account: Account) -> None:
    aws = account.client()
    domain = aws.create_domain(DomainName="logs", EngineVersion="OpenSearch_2.19")["DomainStatus"]
    arn = domain["ARN"]
    assert (arn, domain["DomainId"]) == (account.arn("logs"), f"{account.number}/logs")
    assert aws.describe_domain(DomainName="logs")["DomainStatus"] == domain
    assert aws.list_domain_names()["DomainNames"] == [{"DomainName": "logs", "EngineType": "OpenSearch"}]

    application = aws.create_application(name="my-app")
    id = application["id"]
    attached = outcome(
        aws.attach_data_source(
            id=id,
            dataSourceArn=arn,
            workspaceConfiguration={"name": "w 1", "workspaceType": "OBSERVABILITY"},
            clientToken="t1",
        )
    )
    assert attached == {
        "attachmentId": attached["attachmentId"],
        "id": id,
        "arn": application["arn"],
        "dataSourceArn": arn,
        "status": "ATTACHED",
    }
    listed = {name: attached[name] for name in ("attachmentId", "dataSourceArn", "status")}
    assert outcome(aws.list_data_source_attachments(id=id)) == {"attachments": [listed]}
    assert outcome(aws.describe_data_source_attachment(id=id, dataSourceArn=arn)) == attached
    assert aws.get_application(id=id)["dataSources"] == [{"dataSourceArn": arn}]

    detached = {name: attached[name] for name in ("id", "arn", "dataSourceArn")}
    assert outcome(aws.detach_data_source(id=id, dataSourceArn=arn)) == detached
    assert outcome(aws.list_data_source_attachments(id=id)) == {"attachments": []}

    assert aws.delete_domain(DomainName="logs")["DomainStatus"] == {**domain, "Deleted": True}
    assert outcome(aws.delete_application(id=id)) == {}
    assert aws.list_domain_names()["DomainNames"] == []
    assert aws.list_applications()["ApplicationSummaries"] == []


def _json(account: Account, method: str, path: str, body: Any = None) -> Any:
    answer = account.ask(method, path, body)
    assert answer.status == 200, answer
    return json.loads(answer.body)


@pytest.mark.parametrize("kind", ["domain", "collection"])
def test_a_data_source_of_grafana_is_attached_seen_by_opensearch_and_deleted(account: Account, kind: str) -> None:
    aws = account.client()
    arns = {
        "domain": account.arn("search-of-somebody"),
        "collection": f"arn:aws:aoss:us-east-1:{account.number}:collection/0a1b2c3d4e5f6g7h8i9j",
    }
    arn = arns[kind]
    created = _json(
        account,
        "POST",
        "/api/datasources",
        {
            "name": "My logs",
            "type": "grafana-opensearch-datasource",
            "access": "proxy",
            "url": "https://search.example.com",
            "jsonData": {"awsArn": arn},
        },
    )["datasource"]

    id = aws.create_application(name="my-app")["id"]
    attached = aws.attach_data_source(id="my-app", dataSourceArn=arn)
    assert (attached["id"], attached["status"]) == (id, "ATTACHED")

    sources = _json(account, "GET", "/_plugins/_query/_datasources")
    assert [source["name"] for source in sources] == ["My logs"]
    assert sources[0]["properties"]["aws.arn"] == arn

    uid = created["uid"]
    assert _json(account, "GET", f"/api/datasources/uid/{uid}")["jsonData"]["awsArn"] == arn
    assert _json(account, "DELETE", f"/api/datasources/uid/{uid}")["message"] == "Data source deleted"

    found = aws.describe_data_source_attachment(id=id, dataSourceArn=arn)
    assert (found["attachmentId"], found["status"]) == (attached["attachmentId"], "FAILED")
    assert _json(account, "GET", "/_plugins/_query/_datasources") == []


def test_a_domain_of_boto3_is_a_data_source_of_the_other_apis(account: Account) -> None:
    aws = account.client()
    arn = aws.create_domain(DomainName="logs")["DomainStatus"]["ARN"]
    (listed,) = _json(account, "GET", "/api/datasources")
    assert (listed["name"], listed["type"], listed["url"]) == ("logs", "grafana-opensearch-datasource", "https://logs")
    assert listed["jsonData"]["awsArn"] == arn
    (source,) = _json(account, "GET", "/_plugins/_query/_datasources")
    assert (source["name"], source["properties"]["aws.arn"]) == ("logs", arn)
