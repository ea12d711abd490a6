"""CreateApplication through boto3."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from app.registry.datasource import Status
from dialects.aws.account import Account, outcome

_USERS = "opensearchDashboards.dashboardAdmin.users"
_KEY = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
_ROLE = "arn:aws:iam::123456789012:role/reader"


def _refused(error: pytest.ExceptionInfo[ClientError], status: int) -> bool:
    return bool(error.value.response["ResponseMetadata"]["HTTPStatusCode"] == status)


def _is_recent(time: datetime) -> bool:
    return abs(datetime.now(UTC) - time) < timedelta(minutes=5)


def _attached(aws: Any, application: str) -> dict[str, str]:
    found = aws.list_data_source_attachments(id=application)["attachments"]
    return {one["dataSourceArn"]: one["status"] for one in found}


def test_an_application_is_created_with_an_id_of_its_own(account: Account, aws: Any) -> None:
    sent: list[dict[str, Any]] = []
    aws.meta.events.register(
        "before-send.opensearch.CreateApplication", lambda request, **_: sent.append(json.loads(request.body))
    )
    created = outcome(aws.create_application(name="my-app"))
    assert re.fullmatch("[a-z0-9]{3,30}", created["id"])
    assert _is_recent(created.pop("createdAt"))
    assert created == {
        "id": created["id"],
        "name": "my-app",
        "arn": account.application_arn(created["id"]),
        "dataSources": [],
        "iamIdentityCenterOptions": {"enabled": False},
        "appConfigs": [],
    }
    # boto3 makes up a token, so that its own retries create nothing more.
    (body,) = sent
    assert len(body["clientToken"]) == 36


def test_a_name_can_be_given_once(aws: Any, application: str) -> None:
    with pytest.raises(aws.exceptions.ConflictException) as error:
        aws.create_application(name="my-app")
    assert _refused(error, 409)
    assert len(aws.list_applications()["ApplicationSummaries"]) == 1


def test_a_name_is_free_in_another_account_and_in_another_region(
    account: Account, other_account: Account, application: str
) -> None:
    ids = {
        application,
        account.client(region="eu-west-1").create_application(name="my-app")["id"],
        other_account.client().create_application(name="my-app")["id"],
    }
    assert len(ids) == 3


def test_a_name_is_free_again_after_a_delete(aws: Any, application: str) -> None:
    aws.delete_application(id=application)
    assert aws.create_application(name="my-app")["id"] != application


def test_the_same_request_with_the_same_token_creates_once(aws: Any) -> None:
    first, second = (aws.create_application(name="my-app", clientToken="t1") for _ in range(2))
    assert outcome(first) == outcome(second)
    assert len(aws.list_applications()["ApplicationSummaries"]) == 1


def test_the_same_token_with_another_name_is_a_conflict(aws: Any) -> None:
    aws.create_application(name="my-app", clientToken="t1")
    with pytest.raises(aws.exceptions.ConflictException, match="client token") as error:
        aws.create_application(name="my-other-app", clientToken="t1")
    assert _refused(error, 409)
    assert len(aws.list_applications()["ApplicationSummaries"]) == 1


def test_a_token_that_a_refused_request_had_can_be_used(aws: Any) -> None:
    with pytest.raises(aws.exceptions.ValidationException):
        aws.create_application(name="1abc", clientToken="t1")
    assert aws.create_application(name="abc", clientToken="t1")["name"] == "abc"


def test_a_token_of_an_application_that_is_deleted_creates_it_anew(aws: Any) -> None:
    deleted = aws.create_application(name="my-app", clientToken="t1")["id"]
    aws.delete_application(id=deleted)
    again = aws.create_application(name="my-app", clientToken="t1")["id"]
    assert aws.create_application(name="my-app", clientToken="t1")["id"] == again != deleted
    assert [one["id"] for one in aws.list_applications()["ApplicationSummaries"]] == [again]


@pytest.mark.parametrize("name", ["1abc", "My-App", "a" * 31, "-abc", "a_b", "a.b", "a b", "äbc", "abc\n", "abc\0"])
def test_a_name_that_none_can_have_is_refused(aws: Any, name: str) -> None:
    with pytest.raises(aws.exceptions.ValidationException, match="name") as error:
        aws.create_application(name=name)
    assert _refused(error, 400)
    assert aws.list_applications()["ApplicationSummaries"] == []


def test_boto3_stops_a_name_that_is_too_short(aws: Any) -> None:
    with pytest.raises(ParamValidationError):
        aws.create_application(name="ab")


@pytest.mark.parametrize("name", ["abc", "a--", "a" * 30, "a1-2b"])
def test_a_name_that_one_can_have_is_taken(aws: Any, name: str) -> None:
    assert aws.create_application(name=name)["name"] == name


def test_an_application_is_created_with_its_data_sources(account: Account, aws: Any) -> None:
    source = {
        "dataSourceArn": account.register("logs"),
        "dataSourceDescription": "All logs",
        "iamRoleForDataSourceArn": _ROLE,
    }
    pending = {"dataSourceArn": account.register("later", status=Status.DISABLED)}
    created = aws.create_application(name="my-app", dataSources=[source, pending])
    assert created["dataSources"] == [source]
    assert aws.get_application(id=created["id"])["dataSources"] == [source]
    assert _attached(aws, created["id"]) == {source["dataSourceArn"]: "ATTACHED", pending["dataSourceArn"]: "PENDING"}


def test_nothing_is_created_when_one_of_its_data_sources_is_not_there(account: Account, aws: Any) -> None:
    sources = [{"dataSourceArn": account.register("logs")}, {"dataSourceArn": account.arn("nosuch")}]
    with pytest.raises(ClientError) as error:
        aws.create_application(name="my-app", dataSources=sources, clientToken="t1")
    assert error.value.response["Error"]["Code"] == "ResourceNotFoundException"
    assert aws.list_applications()["ApplicationSummaries"] == []
    assert account.stored_attachments() == []


def test_a_data_source_that_is_named_twice_is_attached_once(account: Account, aws: Any) -> None:
    source = {"dataSourceArn": account.register("logs")}
    created = aws.create_application(name="my-app", dataSources=[source, source])
    assert created["dataSources"] == [source]


def test_what_an_owner_says_of_an_application_is_read_back(account: Account, aws: Any) -> None:
    said = {
        "iamIdentityCenterOptions": {
            "enabled": True,
            "iamIdentityCenterInstanceArn": "arn:aws:sso:::instance/ssoins-0123456789abcdef",
            "iamRoleForIdentityCenterApplicationArn": _ROLE,
        },
        "appConfigs": [{"key": _USERS, "value": '["ann"]'}],
        "kmsKeyArn": _KEY,
    }
    tags = [{"Key": "team", "Value": "search"}]
    created = aws.create_application(name="my-app", tagList=tags, **said)
    assert {name: created[name] for name in [*said, "tagList"]} == {**said, "tagList": tags}
    found = aws.get_application(id=created["id"])
    assert {name: found[name] for name in said} == said


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"appConfigs": [{"key": "nosuch", "value": "x"}]}, id="unknown configuration"),
        pytest.param({"appConfigs": [{"key": _USERS, "value": "x" * 4097}]}, id="long configuration"),
        pytest.param({"appConfigs": [{"key": _USERS, "value": "x"}] * 201}, id="many configurations"),
        pytest.param({"kmsKeyArn": "arn:aws:kms:us-east-1:1:key/x"}, id="no KMS key"),
        pytest.param({"clientToken": "t" * 65}, id="long token"),
        pytest.param({"tagList": [{"Key": "k" * 129, "Value": ""}]}, id="long tag"),
        pytest.param({"dataSources": [{"dataSourceArn": "arn:aws:s3:::my-bucket-name-x"}]}, id="bucket"),
        pytest.param(
            {"dataSources": [{"dataSourceArn": "arn:aws:s3:::my-bucket-name-x", "dataSourceDescription": "d" * 1001}]},
            id="long description",
        ),
    ],
)
def test_what_breaks_a_rule_creates_nothing(aws: Any, members: Mapping[str, Any]) -> None:
    with pytest.raises(aws.exceptions.ValidationException) as error:
        aws.create_application(name="my-app", **members)
    assert _refused(error, 400)
    assert aws.list_applications()["ApplicationSummaries"] == []
