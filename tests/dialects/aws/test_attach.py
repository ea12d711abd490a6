"""AttachDataSource by boto3: what is attached at once, what waits, what is refused."""

from typing import Any

import pytest
from botocore.exceptions import ParamValidationError

from app.registry.datasource import Status
from dialects.aws.account import Account, outcome, send_as_it_is
from servers.upstream import Upstream

_COLLECTION = "arn:aws:aoss:us-east-1:{account}:collection/07tjusf2h91cunochc"
_SOUND = "arn:aws:es:us-east-1:123456789012:domain/logs"


@pytest.fixture
def arn(account: Account) -> str:
    """Of an active data source."""
    return account.register("logs")


def test_an_active_data_source_is_attached_at_once(account_anywhere: Account) -> None:
    application, arn = account_anywhere.application(), account_anywhere.register("logs")
    answer = outcome(account_anywhere.client().attach_data_source(id=application, dataSourceArn=arn))
    assert answer.pop("attachmentId")
    assert answer == {
        "id": application,
        "arn": account_anywhere.application_arn(application),
        "dataSourceArn": arn,
        "status": "ATTACHED",
    }


def test_each_answer_has_an_id_of_its_own(aws: Any, application: str, arn: str) -> None:
    said = [aws.attach_data_source(id=application, dataSourceArn=arn)["ResponseMetadata"] for _ in range(2)]
    assert [one["RequestId"] for one in said] == [one["HTTPHeaders"]["x-amzn-requestid"] for one in said]
    assert len({one["RequestId"] for one in said}) == 2


def test_what_is_attached_is_answered_and_not_attached_again(aws: Any, application: str, arn: str) -> None:
    first = aws.attach_data_source(id=application, dataSourceArn=arn)
    assert outcome(aws.attach_data_source(id=application, dataSourceArn=arn)) == outcome(first)
    listed = aws.list_data_source_attachments(id=application)["attachments"]
    assert [one["attachmentId"] for one in listed] == [first["attachmentId"]]


@pytest.mark.parametrize("status", [Status.DISABLED, Status.ERROR])
def test_a_data_source_that_is_not_active_is_waited_for(
    account: Account, aws: Any, application: str, status: Status
) -> None:
    arn = account.register("logs", status=status)
    assert aws.attach_data_source(id=application, dataSourceArn=arn)["status"] == "PENDING"


def test_one_data_source_is_attached_to_several_applications(account: Account, aws: Any, arn: str) -> None:
    answers = [aws.attach_data_source(id=account.application(name), dataSourceArn=arn) for name in ("one", "two")]
    assert [one["status"] for one in answers] == ["ATTACHED", "ATTACHED"]
    assert answers[0]["attachmentId"] != answers[1]["attachmentId"]


# The application


def test_an_application_is_meant_by_its_name_too(aws: Any, application: str, arn: str) -> None:
    answer = aws.attach_data_source(id="my-app", dataSourceArn=arn)
    assert (answer["id"], answer["status"]) == (application, "ATTACHED")


def test_id_and_name_mean_the_same_application(aws: Any, application: str, arn: str) -> None:
    by_id = aws.attach_data_source(id=application, dataSourceArn=arn)
    assert outcome(aws.attach_data_source(id="my-app", dataSourceArn=arn)) == outcome(by_id)


def test_an_unknown_application_is_not_found(aws: Any, arn: str) -> None:
    with pytest.raises(aws.exceptions.ResourceNotFoundException) as refused:
        aws.attach_data_source(id="nosuchapp", dataSourceArn=arn)
    # Not 404: the service's model has it so.
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409


def test_an_application_of_another_account_is_not_found(other_account: Account, aws: Any, arn: str) -> None:
    with pytest.raises(aws.exceptions.ResourceNotFoundException):
        aws.attach_data_source(id=other_account.application(), dataSourceArn=arn)


def test_an_application_of_another_region_is_not_found(account: Account, aws: Any, arn: str) -> None:
    with pytest.raises(aws.exceptions.ResourceNotFoundException):
        aws.attach_data_source(id=account.application(region="eu-west-1"), dataSourceArn=arn)


@pytest.mark.parametrize("named", ["ab", "A B!", "a" * 31, "-app", "my_app", "My-app"])
def test_what_can_name_no_application_is_refused(account: Account, aws: Any, arn: str, named: str) -> None:
    with pytest.raises(aws.exceptions.ValidationException):
        aws.attach_data_source(id=named, dataSourceArn=arn)


# The data source


def test_a_domain_that_nobody_registered_is_not_found(account: Account, aws: Any, application: str) -> None:
    with pytest.raises(aws.exceptions.ResourceNotFoundException):
        aws.attach_data_source(id=application, dataSourceArn=account.arn("unregistered"))
    assert account.stored_attachments() == []


@pytest.mark.parametrize("type_id", ["grafana-opensearch-datasource", "elasticsearch"])
def test_the_arn_of_a_domain_finds_the_data_source_of_its_name(
    account: Account, aws: Any, application: str, type_id: str
) -> None:
    arn = account.register("logs", type=type_id)
    assert aws.attach_data_source(id=application, dataSourceArn=arn)["status"] == "ATTACHED"


def test_what_is_no_domain_is_not_found_by_its_name(account: Account, aws: Any, application: str) -> None:
    arn = account.register("logs", type="prometheus")
    with pytest.raises(aws.exceptions.ResourceNotFoundException):
        aws.attach_data_source(id=application, dataSourceArn=arn)


def test_what_was_given_an_arn_is_found_by_it_whatever_its_type(account: Account, aws: Any, application: str) -> None:
    arn = account.register("metrics", arn=account.arn("logs"), type="prometheus")
    assert aws.attach_data_source(id=application, dataSourceArn=arn)["status"] == "ATTACHED"


def test_what_was_given_an_arn_is_not_found_by_its_name(account: Account, aws: Any, application: str) -> None:
    account.register("logs", arn=account.arn("metrics"))
    with pytest.raises(aws.exceptions.ResourceNotFoundException):
        aws.attach_data_source(id=application, dataSourceArn=account.arn("logs"))


def test_a_domain_of_another_region_is_not_found(account: Account, aws: Any, application: str, arn: str) -> None:
    with pytest.raises(aws.exceptions.ResourceNotFoundException):
        aws.attach_data_source(id=application, dataSourceArn=account.arn("logs", region="eu-west-1"))


def test_a_collection_is_attached_by_the_arn_that_it_was_given(account: Account, aws: Any, application: str) -> None:
    arn = account.register("vectors", arn=_COLLECTION.format(account=account.number))
    answer = aws.attach_data_source(id=application, dataSourceArn=arn)
    assert (answer["dataSourceArn"], answer["status"]) == (arn, "ATTACHED")


def test_a_collection_that_nobody_registered_is_not_found(account: Account, aws: Any, application: str) -> None:
    with pytest.raises(aws.exceptions.ResourceNotFoundException):
        aws.attach_data_source(id=application, dataSourceArn=_COLLECTION.format(account=account.number))


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:s3:::my-bucket-name-x",
        "arn:aws:iam::123456789012:role/reader",
        "arn:aws:es:us-east-1:12345678901:domain/abc",
        "arn:aws:es:us-east-1:{account}:domain/Abc",
        "arn:aws:es:us-east-1:{account}:domain/ab",
        "arn:aws:es:us-east-1:{account}:domain/a23456789012345678901234567890",
        "arn:aws:es:us-east-1:{account}:domain/logs/index",
        "arn:aws:es:us-east-1:{account}:domain/logs\n",
        "arn:aws:es::{account}:domain/abc",
        "arn:aws:opensearch:us-east-1:{account}:datasource/logs",
        "arn:aws:aoss:us-east-1:{account}:collection/AB",
        "arn:azure:es:us-east-1:{account}:domain/logs",
        "not-an-arn-but-long-enough",
    ],
)
def test_what_is_no_arn_of_a_domain_or_collection_is_refused(
    account: Account, aws: Any, application: str, arn: str
) -> None:
    with pytest.raises(aws.exceptions.ValidationException):
        aws.attach_data_source(id=application, dataSourceArn=arn.format(account=account.number))
    assert account.stored_attachments() == []


@pytest.mark.parametrize(
    ("partition", "region"),
    [
        ("aws-cn", "cn-north-1"),
        ("aws-us-gov", "us-gov-west-1"),
        ("aws-iso", "us-iso-east-1"),
        ("aws-iso-b", "us-isob-east-1"),
        ("aws-cn", "us-east-1"),
        ("aws-us-gov", "us-east-1"),
    ],
)
def test_a_domain_of_another_partition_is_attached(account: Account, partition: str, region: str) -> None:
    application = account.application(region=region)
    arn = account.register("logs", arn=f"arn:{partition}:es:{region}:{account.number}:domain/logs")
    answer = account.client(region=region).attach_data_source(id=application, dataSourceArn=arn)
    assert (answer["dataSourceArn"], answer["status"]) == (arn, "ATTACHED")


def test_an_arn_of_more_than_2048_characters_is_refused(account: Account, aws: Any, application: str) -> None:
    arn = account.arn("logs").ljust(2049, "x")
    with pytest.raises(aws.exceptions.ValidationException, match="2048"):
        aws.attach_data_source(id=application, dataSourceArn=arn)


def test_a_domain_of_another_account_is_denied(
    account: Account, other_account: Account, aws: Any, application: str
) -> None:
    with pytest.raises(aws.exceptions.AccessDeniedException):
        aws.attach_data_source(id=application, dataSourceArn=other_account.register("logs"))
    assert account.stored_attachments() == []


# What boto3 does not send


@pytest.mark.parametrize(
    "members",
    [
        {"dataSourceArn": "short"},
        {},
        {"dataSourceArn": _SOUND, "workspaceConfiguration": {"name": "w 1"}},
        {"dataSourceArn": _SOUND, "workspaceConfiguration": {"workspaceType": "SEARCH"}},
        {"dataSourceArn": _SOUND, "clientToken": ""},
        {"dataSourceArn": _SOUND, "workspace": "w 1"},
    ],
    ids=["short ARN", "no ARN", "no workspace type", "no workspace name", "empty token", "unknown member"],
)
def test_boto3_refuses_by_itself_and_the_server_sees_nothing(
    account: Account, recorder: Upstream, members: dict[str, Any]
) -> None:
    with pytest.raises(ParamValidationError):
        account.at(f"http://{recorder.address}").client().attach_data_source(id="my-app", **members)
    assert recorder.connections == 0


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"dataSourceArn": None},
        {"dataSourceArn": ""},
        {"dataSourceArn": "short"},
        {"dataSourceArn": 20_000_000_000_000_000_000},
        {"dataSourceArn": True},
        {"dataSourceArn": [_SOUND]},
        {"dataSourceArn": {}},
    ],
    ids=["absent", "null", "empty", "short", "number", "boolean", "list", "object"],
)
def test_a_request_without_a_sound_arn_is_refused_here_too(
    account: Account, application: str, members: dict[str, Any]
) -> None:
    unchecked = account.client(parameter_validation=False)
    send_as_it_is(unchecked, members)
    with pytest.raises(unchecked.exceptions.ValidationException, match="dataSourceArn"):
        unchecked.attach_data_source(id=application)
