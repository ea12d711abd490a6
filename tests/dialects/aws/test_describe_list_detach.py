"""DescribeDataSourceAttachment, ListDataSourceAttachments and DetachDataSource by boto3."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.registry.datasource import Status
from dialects.aws.account import DAY, SLOW_TO_ACTIVATE, Account, outcome, send_as_it_is


@pytest.fixture
def arn(account: Account) -> str:
    """Of an active data source."""
    return account.register("logs")


def _pages(aws: Any, application: str, **members: Any) -> Iterator[list[str]]:
    """The ARNs on each page. boto3 has no paginator for this list."""
    page = aws.list_data_source_attachments(id=application, **members)
    yield [one["dataSourceArn"] for one in page["attachments"]]
    while "nextToken" in page:
        page = aws.list_data_source_attachments(id=application, nextToken=page["nextToken"], **members)
        yield [one["dataSourceArn"] for one in page["attachments"]]


def _attach_one_of_each_state(account: Account, aws: Any, application: str) -> list[str]:
    gone = account.register("gone")
    aws.attach_data_source(id=application, dataSourceArn=gone)
    account.delete_source("gone")
    arns = [account.register("waiting", status=Status.DISABLED), account.register("attached")]
    for arn in arns:
        aws.attach_data_source(id=application, dataSourceArn=arn)
    return [gone, *arns]


# Describe


def test_an_attachment_is_described_as_it_was_answered(aws: Any, application: str, arn: str) -> None:
    answered = aws.attach_data_source(id=application, dataSourceArn=arn)
    described = outcome(aws.describe_data_source_attachment(id=application, dataSourceArn=arn))
    assert described == outcome(answered)
    assert described.keys() == {"attachmentId", "id", "arn", "dataSourceArn", "status"}


def test_an_attachment_is_described_by_the_name_of_the_application(aws: Any, application: str, arn: str) -> None:
    answered = aws.attach_data_source(id=application, dataSourceArn=arn)
    described = aws.describe_data_source_attachment(id="my-app", dataSourceArn=arn)
    assert outcome(described) == outcome(answered)


def test_what_was_never_attached_is_not_described(aws: Any, application: str, arn: str) -> None:
    with pytest.raises(aws.exceptions.ResourceNotFoundException) as refused:
        aws.describe_data_source_attachment(id=application, dataSourceArn=arn)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409


def test_what_is_attached_to_another_application_is_not_described(
    account: Account, aws: Any, application: str, arn: str
) -> None:
    aws.attach_data_source(id=application, dataSourceArn=arn)
    with pytest.raises(aws.exceptions.ResourceNotFoundException):
        aws.describe_data_source_attachment(id=account.application("other-app"), dataSourceArn=arn)


# All three


@pytest.mark.parametrize("operation", ["describe_data_source_attachment", "detach_data_source"])
def test_an_unknown_application_has_no_attachment(aws: Any, arn: str, operation: str) -> None:
    with pytest.raises(aws.exceptions.ResourceNotFoundException):
        getattr(aws, operation)(id="nosuchapp", dataSourceArn=arn)


@pytest.mark.parametrize("operation", ["describe_data_source_attachment", "detach_data_source"])
def test_what_is_no_arn_of_a_data_source_is_refused(aws: Any, application: str, operation: str) -> None:
    with pytest.raises(aws.exceptions.ValidationException):
        getattr(aws, operation)(id=application, dataSourceArn="arn:aws:s3:::my-bucket-name-x")


@pytest.mark.parametrize("operation", ["describe_data_source_attachment", "detach_data_source"])
def test_a_data_source_of_another_account_is_denied(
    other_account: Account, aws: Any, application: str, operation: str
) -> None:
    with pytest.raises(aws.exceptions.AccessDeniedException):
        getattr(aws, operation)(id=application, dataSourceArn=other_account.arn("logs"))


@pytest.mark.parametrize("operation", ["describe_data_source_attachment", "detach_data_source"])
@pytest.mark.parametrize("body", [{}, {"dataSourceArn": None}, {"dataSourceArn": "short"}], ids=repr)
def test_a_request_without_a_sound_arn_is_refused(
    account: Account, application: str, operation: str, body: dict[str, Any]
) -> None:
    unchecked = account.client(parameter_validation=False)
    send_as_it_is(unchecked, body)
    with pytest.raises(unchecked.exceptions.ValidationException, match="dataSourceArn"):
        getattr(unchecked, operation)(id=application)


# List


def test_a_new_application_has_no_attachments(aws: Any, application: str) -> None:
    assert outcome(aws.list_data_source_attachments(id=application)) == {"attachments": []}


def test_attachments_of_an_unknown_application_are_not_found(aws: Any) -> None:
    with pytest.raises(aws.exceptions.ResourceNotFoundException):
        aws.list_data_source_attachments(id="nosuchapp")


def test_attachments_in_every_state_are_listed_in_the_order_of_their_making(account_anywhere: Account) -> None:
    aws, application = account_anywhere.client(), account_anywhere.application()
    arns = _attach_one_of_each_state(account_anywhere, aws, application)
    listed = aws.list_data_source_attachments(id="my-app")["attachments"]
    assert [(one["dataSourceArn"], one["status"]) for one in listed] == [
        (arns[0], "FAILED"),
        (arns[1], "PENDING"),
        (arns[2], "ATTACHED"),
    ]
    described = [aws.describe_data_source_attachment(id=application, dataSourceArn=arn) for arn in arns]
    assert [one["attachmentId"] for one in listed] == [one["attachmentId"] for one in described]


def test_a_list_says_what_has_become_of_each_by_now(account: Account, aws: Any, application: str) -> None:
    aws.attach_data_source(id=application, dataSourceArn=account.register("late", status=Status.DISABLED))
    account.pass_time(DAY)
    aws.attach_data_source(id=application, dataSourceArn=account.register("soon", status=Status.DISABLED))
    account.set_status("soon", Status.ACTIVE)
    listed = aws.list_data_source_attachments(id=application)["attachments"]
    assert [one["status"] for one in listed] == ["FAILED", "ATTACHED"]


def test_a_list_is_given_out_in_pages_on_demand(account_anywhere: Account) -> None:
    aws, application = account_anywhere.client(), account_anywhere.application()
    arns = _attach_one_of_each_state(account_anywhere, aws, application)
    assert list(_pages(aws, application, maxResults=2)) == [arns[:2], arns[2:]]


def test_a_full_page_that_is_the_last_one_has_no_token(account: Account, aws: Any, application: str) -> None:
    arns = _attach_one_of_each_state(account, aws, application)
    assert list(_pages(aws, application, maxResults=3)) == [arns]
    assert list(_pages(aws, application, maxResults=1)) == [[arn] for arn in arns]


def test_a_list_goes_on_behind_what_was_detached_meanwhile(account: Account, aws: Any, application: str) -> None:
    arns = [account.register(f"logs-{number}") for number in range(3)]
    for arn in arns:
        aws.attach_data_source(id=application, dataSourceArn=arn)
    page = aws.list_data_source_attachments(id=application, maxResults=2)
    aws.detach_data_source(id=application, dataSourceArn=arns[1])
    rest = aws.list_data_source_attachments(id=application, nextToken=page["nextToken"])
    assert [one["dataSourceArn"] for one in rest["attachments"]] == [arns[2]]


def test_a_page_has_fifty_attachments_unless_another_number_is_asked_for(
    account: Account, aws: Any, application: str
) -> None:
    arns = [account.register(f"logs-{number}") for number in range(51)]
    for arn in arns:
        aws.attach_data_source(id=application, dataSourceArn=arn)
    assert list(_pages(aws, application)) == [arns[:50], arns[50:]]
    assert list(_pages(aws, application, maxResults=100)) == [arns]


@pytest.mark.parametrize("token", ["garbage", "", "é", "AAAAAAAAAAAAAAAAAAAAAA==", "0"], ids=repr)
def test_a_token_that_no_list_gave_out_is_refused(aws: Any, application: str, token: str) -> None:
    with pytest.raises(aws.exceptions.ValidationException, match="nextToken"):
        aws.list_data_source_attachments(id=application, nextToken=token)


def test_a_token_of_another_list_is_refused(account: Account, aws: Any, application: str) -> None:
    _attach_one_of_each_state(account, aws, application)
    token = aws.list_data_source_attachments(id=application, maxResults=1)["nextToken"]
    with pytest.raises(aws.exceptions.ValidationException, match="nextToken"):
        aws.list_data_source_attachments(id=account.application("other-app"), nextToken=token)


def test_a_token_is_good_whether_the_application_is_named_or_numbered(
    account: Account, aws: Any, application: str
) -> None:
    arns = _attach_one_of_each_state(account, aws, application)
    token = aws.list_data_source_attachments(id=application, maxResults=1)["nextToken"]
    rest = aws.list_data_source_attachments(id="my-app", nextToken=token)["attachments"]
    assert [one["dataSourceArn"] for one in rest] == arns[1:]


@pytest.mark.parametrize("size", [0, -1, 101, 2**70])
def test_a_page_has_at_least_one_attachment_and_at_most_a_hundred(aws: Any, application: str, size: int) -> None:
    with pytest.raises(aws.exceptions.ValidationException, match="maxResults"):
        aws.list_data_source_attachments(id=application, maxResults=size)


@pytest.mark.parametrize(
    ("member", "value"),
    [("maxResults", "5"), ("maxResults", True), ("maxResults", 1.5), ("maxResults", [5]), ("nextToken", 1)],
    ids=repr,
)
def test_members_of_a_list_have_their_types(account: Account, application: str, member: str, value: Any) -> None:
    unchecked = account.client(parameter_validation=False)
    send_as_it_is(unchecked, {member: value})
    with pytest.raises(unchecked.exceptions.ValidationException, match=member):
        unchecked.list_data_source_attachments(id=application)


# Detach


def test_what_is_detached_is_gone_and_the_data_source_stays(account_anywhere: Account) -> None:
    aws, application = account_anywhere.client(), account_anywhere.application()
    arn = account_anywhere.register("logs")
    aws.attach_data_source(id=application, dataSourceArn=arn)
    before = account_anywhere.source("logs")
    assert outcome(aws.detach_data_source(id="my-app", dataSourceArn=arn)) == {
        "id": application,
        "arn": account_anywhere.application_arn(application),
        "dataSourceArn": arn,
    }
    with pytest.raises(aws.exceptions.ResourceNotFoundException):
        aws.describe_data_source_attachment(id=application, dataSourceArn=arn)
    assert aws.list_data_source_attachments(id=application)["attachments"] == []
    assert account_anywhere.source("logs") == before


def test_to_detach_from_one_application_leaves_the_others(
    account: Account, aws: Any, application: str, arn: str
) -> None:
    other = account.application("other-app")
    for one in (application, other):
        aws.attach_data_source(id=one, dataSourceArn=arn)
    aws.detach_data_source(id=application, dataSourceArn=arn)
    assert aws.describe_data_source_attachment(id=other, dataSourceArn=arn)["status"] == "ATTACHED"


def test_what_waits_cannot_be_detached(account: Account, aws: Any, application: str) -> None:
    arn = account.register("logs", status=Status.DISABLED)
    aws.attach_data_source(id=application, dataSourceArn=arn)
    with pytest.raises(aws.exceptions.ConflictException):
        aws.detach_data_source(id=application, dataSourceArn=arn)
    assert account.stored_attachments() == [(arn, "PENDING")]


def test_what_waited_can_be_detached_once_the_data_source_is_active(
    account: Account, aws: Any, application: str
) -> None:
    arn = account.register("logs", status=Status.DISABLED)
    aws.attach_data_source(id=application, dataSourceArn=arn)
    account.set_status("logs", Status.ACTIVE)
    aws.detach_data_source(id=application, dataSourceArn=arn)
    assert account.stored_attachments() == []


@pytest.mark.parametrize("how", ["overdue", "source deleted"])
def test_what_failed_is_not_there_to_be_detached(account: Account, aws: Any, application: str, how: str) -> None:
    arn = account.register("logs", status=Status.DISABLED)
    aws.attach_data_source(id=application, dataSourceArn=arn)
    if how == "overdue":
        account.pass_time(DAY)
    else:
        account.delete_source("logs")
    with pytest.raises(aws.exceptions.ResourceNotFoundException):
        aws.detach_data_source(id=application, dataSourceArn=arn)
    assert aws.describe_data_source_attachment(id=application, dataSourceArn=arn)["status"] == "FAILED"


def test_what_was_never_attached_cannot_be_detached(aws: Any, application: str, arn: str) -> None:
    with pytest.raises(aws.exceptions.ResourceNotFoundException):
        aws.detach_data_source(id=application, dataSourceArn=arn)


def test_nothing_can_be_detached_twice(aws: Any, application: str, arn: str) -> None:
    aws.attach_data_source(id=application, dataSourceArn=arn)
    aws.detach_data_source(id=application, dataSourceArn=arn)
    with pytest.raises(aws.exceptions.ResourceNotFoundException):
        aws.detach_data_source(id=application, dataSourceArn=arn)


def test_nothing_can_be_detached_while_the_application_is_updated(account: Account) -> None:
    slow = account.served(SLOW_TO_ACTIVATE)
    aws, application, arn = slow.client(), slow.application(), slow.register("logs")
    slow.finish_activation()
    assert aws.attach_data_source(id=application, dataSourceArn=arn)["status"] == "ATTACHED"
    aws.update_application(id=application, appConfigs=[])
    with pytest.raises(aws.exceptions.ConflictException):
        aws.detach_data_source(id=application, dataSourceArn=arn)
    slow.finish_activation()
    aws.detach_data_source(id=application, dataSourceArn=arn)
    assert slow.stored_attachments() == []


def test_what_was_detached_can_be_attached_anew(account_anywhere: Account) -> None:
    aws, application = account_anywhere.client(), account_anywhere.application()
    arn = account_anywhere.register("logs")
    first = aws.attach_data_source(id=application, dataSourceArn=arn)
    aws.detach_data_source(id=application, dataSourceArn=arn)
    anew = aws.attach_data_source(id=application, dataSourceArn=arn)
    assert anew["status"] == "ATTACHED"
    assert anew["attachmentId"] != first["attachmentId"]
