"""AttachDataSource with a client token: what comes again does nothing more."""

import json
from typing import Any

import pytest

from app.registry.datasource import Status
from dialects.aws.account import DAY, Account, outcome, send_as_it_is
from servers.upstream import Upstream

_W = {"name": "w 1", "workspaceType": "SEARCH"}


@pytest.fixture
def arn(account: Account) -> str:
    """Of an active data source."""
    return account.register("logs")


def test_the_same_call_with_the_same_token_does_nothing_more(account_anywhere: Account) -> None:
    aws, application = account_anywhere.client(), account_anywhere.application()
    call = {"id": application, "dataSourceArn": account_anywhere.register("logs"), "clientToken": "t1"}
    first = aws.attach_data_source(**call, workspaceConfiguration=_W)
    again = aws.attach_data_source(**call, workspaceConfiguration=_W)
    assert outcome(again) == outcome(first)
    assert account_anywhere.stored_attachments() == [(call["dataSourceArn"], "ATTACHED")]
    assert len(account_anywhere.workspaces()) == 1


def test_the_application_may_be_named_or_numbered_in_the_same_call(aws: Any, application: str, arn: str) -> None:
    first = aws.attach_data_source(id=application, dataSourceArn=arn, clientToken="t1")
    again = aws.attach_data_source(id="my-app", dataSourceArn=arn, clientToken="t1")
    assert outcome(again) == outcome(first)


def test_a_token_is_not_for_another_data_source(account: Account, aws: Any, application: str, arn: str) -> None:
    aws.attach_data_source(id=application, dataSourceArn=arn, clientToken="t1")
    other = account.register("metrics")
    with pytest.raises(aws.exceptions.ConflictException) as refused:
        aws.attach_data_source(id=application, dataSourceArn=other, clientToken="t1")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409
    assert account.stored_attachments() == [(arn, "ATTACHED")]


def test_a_token_is_not_for_another_application(account: Account, aws: Any, application: str, arn: str) -> None:
    aws.attach_data_source(id=application, dataSourceArn=arn, clientToken="t1")
    other = account.application("other-app")
    with pytest.raises(aws.exceptions.ConflictException):
        aws.attach_data_source(id=other, dataSourceArn=arn, clientToken="t1")
    assert aws.list_data_source_attachments(id=other)["attachments"] == []


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"workspaceId": "nosuch"},
        {"workspaceConfiguration": {**_W, "name": "w 2"}},
        {"workspaceConfiguration": {**_W, "workspaceType": "OBSERVABILITY"}},
    ],
    ids=["none", "another by id", "another name", "another type"],
)
def test_a_token_is_not_for_another_workspace(aws: Any, application: str, arn: str, members: dict[str, Any]) -> None:
    call = {"id": application, "dataSourceArn": arn, "clientToken": "t1"}
    aws.attach_data_source(**call, workspaceConfiguration=_W)
    with pytest.raises(aws.exceptions.ConflictException):
        aws.attach_data_source(**call, **members)


def test_tokens_that_differ_in_case_are_two(account_anywhere: Account) -> None:
    aws, application = account_anywhere.client(), account_anywhere.application()
    for token, source in (("t1", "logs"), ("T1", "metrics")):
        arn = account_anywhere.register(source)
        answer = aws.attach_data_source(id=application, dataSourceArn=arn, clientToken=token)
        assert (answer["dataSourceArn"], answer["status"]) == (arn, "ATTACHED")


def test_tokens_that_differ_in_a_space_at_the_end_are_two(account_anywhere: Account) -> None:
    aws, application = account_anywhere.client(), account_anywhere.application()
    for token, source in (("t1", "logs"), ("t1 ", "metrics")):
        arn = account_anywhere.register(source)
        answer = aws.attach_data_source(id=application, dataSourceArn=arn, clientToken=token)
        assert (answer["dataSourceArn"], answer["status"]) == (arn, "ATTACHED")


def test_a_token_of_64_characters_is_accepted(aws: Any, application: str, arn: str) -> None:
    answer = aws.attach_data_source(id=application, dataSourceArn=arn, clientToken="é" * 64)
    assert answer["status"] == "ATTACHED"


def test_a_token_of_65_characters_is_refused(account: Account, aws: Any, application: str, arn: str) -> None:
    with pytest.raises(aws.exceptions.ValidationException, match="clientToken"):
        aws.attach_data_source(id=application, dataSourceArn=arn, clientToken="t" * 65)
    assert account.stored_attachments() == []


@pytest.mark.parametrize("token", ["", 1, True, ["t1"], {}], ids=repr)
def test_what_is_no_token_is_refused(account: Account, application: str, arn: str, token: Any) -> None:
    unchecked = account.client(parameter_validation=False)
    send_as_it_is(unchecked, {"dataSourceArn": arn, "clientToken": token})
    with pytest.raises(unchecked.exceptions.ValidationException, match="clientToken"):
        unchecked.attach_data_source(id=application)
    assert account.stored_attachments() == []


@pytest.mark.parametrize(
    "members",
    [
        {"workspaceConfiguration": {"name": "w 1", "workspaceType": "BAD"}},
        {"dataSourceArn": "not-an-arn-but-long-enough"},
        {"workspaceId": "nosuch"},
        {"id": "nosuchapp"},
    ],
    ids=["invalid workspace", "invalid ARN", "unknown workspace", "unknown application"],
)
def test_a_call_that_failed_does_not_use_up_its_token(
    aws: Any, application: str, arn: str, members: dict[str, Any]
) -> None:
    call = {"id": application, "dataSourceArn": arn, "clientToken": "t1"}
    with pytest.raises(aws.exceptions.ClientError):
        aws.attach_data_source(**{**call, **members})
    assert aws.attach_data_source(**call)["status"] == "ATTACHED"


def test_a_token_answers_with_the_status_that_there_is_by_now(account: Account, aws: Any, application: str) -> None:
    arn = account.register("logs", status=Status.DISABLED)
    call = {"id": application, "dataSourceArn": arn, "clientToken": "t1"}
    first = aws.attach_data_source(**call)
    assert first["status"] == "PENDING"
    account.set_status("logs", Status.ACTIVE)
    again = aws.attach_data_source(**call)
    assert (again["attachmentId"], again["status"]) == (first["attachmentId"], "ATTACHED")


def test_a_token_does_not_attach_anew_what_failed(account: Account, aws: Any, application: str) -> None:
    arn = account.register("logs", status=Status.DISABLED)
    call = {"id": application, "dataSourceArn": arn, "clientToken": "t1"}
    first = aws.attach_data_source(**call)
    account.delete_source("logs")
    again = aws.attach_data_source(**call)
    assert (again["attachmentId"], again["status"]) == (first["attachmentId"], "FAILED")


def test_a_token_of_what_is_detached_answers_as_before_and_attaches_nothing(
    account: Account, aws: Any, application: str, arn: str
) -> None:
    call = {"id": application, "dataSourceArn": arn, "clientToken": "t1"}
    first = aws.attach_data_source(**call)
    aws.detach_data_source(id=application, dataSourceArn=arn)
    assert outcome(aws.attach_data_source(**call)) == outcome(first)
    assert account.stored_attachments() == []


def test_a_token_attaches_what_another_call_attached_already(aws: Any, application: str, arn: str) -> None:
    first = aws.attach_data_source(id=application, dataSourceArn=arn)
    again = aws.attach_data_source(id=application, dataSourceArn=arn, clientToken="t1", workspaceConfiguration=_W)
    assert outcome(again) == outcome(first)


def test_a_token_is_good_for_almost_a_day(account: Account, aws: Any, application: str, arn: str) -> None:
    aws.attach_data_source(id=application, dataSourceArn=arn, clientToken="t1")
    account.pass_time(DAY - 60)
    with pytest.raises(aws.exceptions.ConflictException):
        aws.attach_data_source(id=application, dataSourceArn=account.register("metrics"), clientToken="t1")


def test_a_token_is_new_again_after_a_day(account: Account, aws: Any, application: str, arn: str) -> None:
    aws.attach_data_source(id=application, dataSourceArn=arn, clientToken="t1")
    account.pass_time(DAY + 60)
    other = account.register("metrics")
    answer = aws.attach_data_source(id=application, dataSourceArn=other, clientToken="t1")
    assert (answer["dataSourceArn"], answer["status"]) == (other, "ATTACHED")


def test_accounts_do_not_share_tokens(account: Account, other_account: Account) -> None:
    for one in (account, other_account):
        arn = one.register("logs")
        answer = one.client().attach_data_source(id=one.application(), dataSourceArn=arn, clientToken="t1")
        assert (answer["dataSourceArn"], answer["status"]) == (arn, "ATTACHED")


def test_regions_do_not_share_tokens(account: Account) -> None:
    for region in ("us-east-1", "eu-west-1"):
        application = account.application(region=region)
        arn = account.register(f"logs-{region}", arn=account.arn("logs", region=region))
        aws = account.client(region=region)
        assert aws.attach_data_source(id=application, dataSourceArn=arn, clientToken="t1")["status"] == "ATTACHED"


def test_operations_do_not_share_tokens(account: Account, aws: Any, arn: str) -> None:
    application = aws.create_application(name="my-app", clientToken="t1")["id"]
    assert aws.attach_data_source(id=application, dataSourceArn=arn, clientToken="t1")["status"] == "ATTACHED"


def test_boto3_makes_up_no_token(account: Account, recorder: Upstream) -> None:
    account.at(f"http://{recorder.address}").client().attach_data_source(id="my-app", dataSourceArn=account.arn("logs"))
    assert json.loads(recorder.last.body) == {"dataSourceArn": account.arn("logs")}
