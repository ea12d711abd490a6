"""The page of boto3's ``attach_data_source``, member by member: what it sends, what it shows, what it raises."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from app.identity.roles import Role
from app.registry.datasource import Status
from dialects.aws.account import Account, outcome
from servers.upstream import Upstream

_STATUSES = {"PENDING", "ATTACHED", "FAILED"}
_CONFIGURATION = {"name": "w 1", "workspaceType": "SEARCH"}


def test_the_members_of_the_request_are_those_of_the_page(aws: Any) -> None:
    shape = aws.meta.service_model.operation_model("AttachDataSource").input_shape
    assert shape.members.keys() == {"id", "dataSourceArn", "workspaceId", "workspaceConfiguration", "clientToken"}
    assert set(shape.required_members) == {"id", "dataSourceArn"}
    configuration = shape.members["workspaceConfiguration"]
    assert configuration.members.keys() == set(configuration.required_members) == {"name", "workspaceType"}


def test_the_members_of_the_request_go_where_this_service_reads_them(account: Account, recorder: Upstream) -> None:
    members = {
        "dataSourceArn": account.arn("logs"),
        "workspaceId": "abc123",
        "workspaceConfiguration": _CONFIGURATION,
        "clientToken": "t1",
    }
    account.at(f"http://{recorder.address}").client().attach_data_source(id="my-app", **members)
    sent = recorder.last
    assert (sent.method, sent.target) == ("POST", "/2021-01-01/opensearch/application/my-app/attachDataSource")
    assert json.loads(sent.body) == members


def test_every_member_of_the_request_is_taken(account: Account, aws: Any, application: str) -> None:
    first, second = account.register("logs"), account.register("metrics")
    aws.attach_data_source(id=application, dataSourceArn=first, workspaceConfiguration=_CONFIGURATION, clientToken="t1")
    workspace = account.workspaces()[0]
    aws.attach_data_source(id=application, dataSourceArn=second, workspaceId=workspace["id"], clientToken="t2")
    assert (workspace["name"], workspace["type"]) == ("w 1", "SEARCH")
    assert account.workspaces()[0]["dataSourceArns"] == [first, second]
    with pytest.raises(aws.exceptions.ConflictException):
        aws.attach_data_source(id=application, dataSourceArn=account.register("traces"), clientToken="t2")


def test_the_members_of_the_response_are_those_of_the_page(account: Account, aws: Any, application: str) -> None:
    answer = outcome(aws.attach_data_source(id=application, dataSourceArn=account.register("logs")))
    assert answer.keys() == {"attachmentId", "id", "arn", "dataSourceArn", "status"}
    assert all(isinstance(value, str) and value for value in answer.values())


def test_all_three_statuses_of_the_page_are_answered(account: Account, aws: Any, application: str) -> None:
    for name, status in (("active", Status.ACTIVE), ("waiting", Status.DISABLED), ("gone", Status.ACTIVE)):
        arn = account.register(name, status=status)
        aws.attach_data_source(id=application, dataSourceArn=arn)
    account.delete_source("gone")
    listed = aws.list_data_source_attachments(id=application)["attachments"]
    assert {one["status"] for one in listed} == _STATUSES


@pytest.mark.parametrize("again", ["ATTACHED", "PENDING"])
def test_what_is_attached_or_pending_is_returned_as_it_is(
    account: Account, aws: Any, application: str, again: str
) -> None:
    status = Status.ACTIVE if again == "ATTACHED" else Status.DISABLED
    arn = account.register("logs", status=status)
    first = aws.attach_data_source(id=application, dataSourceArn=arn)
    assert first["status"] == again
    assert outcome(aws.attach_data_source(id=application, dataSourceArn=arn)) == outcome(first)


# Its exceptions


def _raised(client: Any, **members: Any) -> ClientError:
    with pytest.raises(ClientError) as raised:
        client.attach_data_source(**members)
    error = raised.value
    assert type(error) is getattr(client.exceptions, error.response["Error"]["Code"])
    return error


def test_validation_exception(aws: Any, application: str) -> None:
    error = _raised(aws, id=application, dataSourceArn="not-an-arn-but-long-enough")
    assert isinstance(error, aws.exceptions.ValidationException)


def test_access_denied_exception(account: Account, application: str) -> None:
    viewer = account.client(Role.VIEWER)
    error = _raised(viewer, id=application, dataSourceArn=account.register("logs"))
    assert isinstance(error, viewer.exceptions.AccessDeniedException)


def test_internal_exception(account: Account, aws: Any, application: str) -> None:
    arn = account.register("logs")
    aws.attach_data_source(id=application, dataSourceArn=arn)
    account.damage_attachments()
    error = _raised(aws, id=application, dataSourceArn=arn)
    assert isinstance(error, aws.exceptions.InternalException)
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 500


def test_conflict_exception(account: Account, aws: Any, application: str) -> None:
    aws.attach_data_source(id=application, dataSourceArn=account.register("logs"), clientToken="t1")
    error = _raised(aws, id=application, dataSourceArn=account.register("metrics"), clientToken="t1")
    assert isinstance(error, aws.exceptions.ConflictException)


def test_resource_not_found_exception(account: Account, aws: Any) -> None:
    error = _raised(aws, id="nosuchapp", dataSourceArn=account.register("logs"))
    assert isinstance(error, aws.exceptions.ResourceNotFoundException)


def test_disabled_operation_exception(account: Account, application: str) -> None:
    switched_off = account.served({"SLUICE_AWS_ENABLED": "false"}).client()
    error = _raised(switched_off, id=application, dataSourceArn=account.register("logs"))
    assert isinstance(error, switched_off.exceptions.DisabledOperationException)
