"""What the native routes show of attachments that time, or another Region, has made; the wire cases have the rest."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from app.registry.datasource import Status
from dialects.aws.account import DAY, Account, new_account
from installations import Installation, install


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = install(tmp_path_factory.mktemp("native_attachments"), "")
    yield made
    made.close()


@pytest.fixture
def account(installed: Installation) -> Iterator[Account]:
    made = new_account(installed)
    yield made
    made.close()


def _attachments(account: Account, name: str) -> list[tuple[Any, ...]]:
    """Application, Region and status of each."""
    answer = account.ask("GET", f"/api/sluice/datasources/{account.source(name).uid}/attachments")
    assert answer.status == 200, answer
    found = json.loads(answer.body)
    return [(one["application"]["name"], one["application"]["region"], one["status"]) for one in found]


def test_each_status_is_shown(account: Account) -> None:
    arn = account.register("logs", status=Status.DISABLED)
    account.client().attach_data_source(id=account.application("late"), dataSourceArn=arn)
    account.pass_time(DAY)
    account.client().attach_data_source(id=account.application("waits"), dataSourceArn=arn)
    assert _attachments(account, "logs") == [("late", "us-east-1", "FAILED"), ("waits", "us-east-1", "PENDING")]
    account.set_status("logs", Status.ACTIVE)
    assert _attachments(account, "logs") == [("late", "us-east-1", "FAILED"), ("waits", "us-east-1", "ATTACHED")]


def test_what_has_failed_has_left_its_workspace(account: Account) -> None:
    workspace = {"name": "w 1", "workspaceType": "SEARCH"}
    arn, aws = account.register("logs"), account.client()
    aws.attach_data_source(id=account.application(), dataSourceArn=arn, workspaceConfiguration=workspace)
    assert [one["dataSourceArns"] for one in account.workspaces()] == [[arn]]
    account.delete_source("logs")
    assert [one["dataSourceArns"] for one in account.workspaces()] == [[]]


def test_all_regions_are_shown(account: Account) -> None:
    account.register("logs")
    for region in ("us-east-1", "cn-north-1"):
        account.client(region=region).attach_data_source(
            id=account.application("my-app", region=region),
            dataSourceArn=account.arn("logs", region=region).replace("aws:es:cn-", "aws-cn:es:cn-"),
            workspaceConfiguration={"name": "w 1", "workspaceType": "SEARCH"},
        )
    assert _attachments(account, "logs") == [("my-app", "us-east-1", "ATTACHED"), ("my-app", "cn-north-1", "ATTACHED")]
    assert [one["application"]["region"] for one in account.workspaces()] == ["us-east-1", "cn-north-1"]
