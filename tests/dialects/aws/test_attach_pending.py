"""Attachments that wait: until both are active, until a day is over, or until the data source is gone."""

from typing import Any

import pytest

from app.registry.datasource import Status
from dialects.aws.account import DAY, SLOW_TO_ACTIVATE, Account, outcome


@pytest.fixture
def waiting(account: Account) -> str:
    """The ARN of the data source ``logs``, which is disabled."""
    return account.register("logs", status=Status.DISABLED)


@pytest.fixture
def slow(account: Account) -> Account:
    """The account at a server where an application is not active for an hour after each change."""
    return account.served(SLOW_TO_ACTIVATE)


def _attach(client: Any, application: str, arn: str) -> tuple[str, str]:
    answer = client.attach_data_source(id=application, dataSourceArn=arn)
    return answer["attachmentId"], answer["status"]


def _describe(client: Any, application: str, arn: str) -> tuple[str, str]:
    answer = client.describe_data_source_attachment(id=application, dataSourceArn=arn)
    return answer["attachmentId"], answer["status"]


# The data source is not active


def test_what_waits_is_answered_and_does_not_wait_twice(aws: Any, application: str, waiting: str) -> None:
    first = aws.attach_data_source(id=application, dataSourceArn=waiting)
    again = aws.attach_data_source(id=application, dataSourceArn=waiting)
    assert outcome(again) == outcome(first)
    assert again["status"] == "PENDING"


def test_to_ask_again_does_not_move_the_deadline(account: Account, aws: Any, application: str, waiting: str) -> None:
    _attach(aws, application, waiting)
    account.pass_time(DAY // 2)
    assert _attach(aws, application, waiting)[1] == "PENDING"
    account.pass_time(DAY // 2)
    assert _describe(aws, application, waiting)[1] == "FAILED"


def test_it_is_attached_when_the_data_source_becomes_active(account_anywhere: Account) -> None:
    aws, application = account_anywhere.client(), account_anywhere.application()
    arn = account_anywhere.register("logs", status=Status.DISABLED)
    number, status = _attach(aws, application, arn)
    assert status == "PENDING"
    account_anywhere.set_status("logs", Status.ACTIVE)
    assert _describe(aws, application, arn) == (number, "ATTACHED")


def test_what_waited_is_attached_when_it_is_attached_again(
    account: Account, aws: Any, application: str, waiting: str
) -> None:
    number, _ = _attach(aws, application, waiting)
    account.set_status("logs", Status.ACTIVE)
    assert _attach(aws, application, waiting) == (number, "ATTACHED")


def test_what_is_attached_stays_so_when_the_data_source_is_disabled(
    account: Account, aws: Any, application: str
) -> None:
    arn = account.register("logs")
    number, _ = _attach(aws, application, arn)
    account.set_status("logs", Status.DISABLED)
    assert _describe(aws, application, arn) == (number, "ATTACHED")
    account.pass_time(DAY)
    assert _attach(aws, application, arn) == (number, "ATTACHED")


# The deadline


def test_it_waits_for_almost_a_day(account: Account, aws: Any, application: str, waiting: str) -> None:
    number, _ = _attach(aws, application, waiting)
    account.pass_time(DAY - 60)
    assert _describe(aws, application, waiting) == (number, "PENDING")


def test_it_fails_after_a_day(account_anywhere: Account) -> None:
    aws, application = account_anywhere.client(), account_anywhere.application()
    arn = account_anywhere.register("logs", status=Status.DISABLED)
    number, _ = _attach(aws, application, arn)
    account_anywhere.pass_time(DAY)
    assert _describe(aws, application, arn) == (number, "FAILED")


def test_what_failed_stays_so_when_the_data_source_becomes_active(
    account: Account, aws: Any, application: str, waiting: str
) -> None:
    number, _ = _attach(aws, application, waiting)
    account.pass_time(DAY)
    assert _describe(aws, application, waiting) == (number, "FAILED")
    account.set_status("logs", Status.ACTIVE)
    assert _describe(aws, application, waiting) == (number, "FAILED")


def test_a_data_source_that_became_active_after_the_deadline_was_too_late_though_nobody_had_looked(
    account: Account, aws: Any, application: str, waiting: str
) -> None:
    number, _ = _attach(aws, application, waiting)
    account.pass_time(DAY)
    account.set_status("logs", Status.ACTIVE)
    assert _describe(aws, application, waiting) == (number, "FAILED")


def test_a_data_source_that_became_active_before_the_deadline_was_in_time_though_nobody_had_looked(
    account: Account, aws: Any, application: str, waiting: str
) -> None:
    number, _ = _attach(aws, application, waiting)
    account.pass_time(DAY // 2)
    account.set_status("logs", Status.ACTIVE)
    account.pass_time(DAY)
    assert _describe(aws, application, waiting) == (number, "ATTACHED")


def test_what_failed_is_attached_anew(account: Account, aws: Any, application: str, waiting: str) -> None:
    failed, _ = _attach(aws, application, waiting)
    account.pass_time(DAY)
    account.set_status("logs", Status.ACTIVE)
    number, status = _attach(aws, application, waiting)
    assert status == "ATTACHED"
    assert number != failed
    listed = aws.list_data_source_attachments(id=application)["attachments"]
    assert [one["attachmentId"] for one in listed] == [number]


def test_what_failed_waits_anew_for_a_whole_day(account: Account, aws: Any, application: str, waiting: str) -> None:
    failed, _ = _attach(aws, application, waiting)
    account.pass_time(DAY)
    number, status = _attach(aws, application, waiting)
    assert status == "PENDING"
    assert number != failed
    account.pass_time(DAY - 60)
    assert _describe(aws, application, waiting) == (number, "PENDING")


# The data source is gone


def test_what_waits_fails_when_the_data_source_is_deleted(account_anywhere: Account) -> None:
    aws, application = account_anywhere.client(), account_anywhere.application()
    arn = account_anywhere.register("logs", status=Status.DISABLED)
    number, _ = _attach(aws, application, arn)
    account_anywhere.delete_source("logs")
    assert _describe(aws, application, arn) == (number, "FAILED")


def test_what_is_attached_fails_when_the_data_source_is_deleted(account_anywhere: Account) -> None:
    aws, application = account_anywhere.client(), account_anywhere.application()
    arn = account_anywhere.register("logs")
    number, _ = _attach(aws, application, arn)
    account_anywhere.delete_source("logs")
    assert _describe(aws, application, arn) == (number, "FAILED")


def test_a_data_source_of_the_same_name_does_not_revive_what_failed_with_another(
    account: Account, aws: Any, application: str
) -> None:
    arn = account.register("logs")
    number, _ = _attach(aws, application, arn)
    account.delete_source("logs")
    account.register("logs")
    assert _describe(aws, application, arn) == (number, "FAILED")
    anew, status = _attach(aws, application, arn)
    assert status == "ATTACHED"
    assert anew != number


def test_what_failed_is_not_attached_anew_without_its_data_source(
    account: Account, aws: Any, application: str, waiting: str
) -> None:
    number, _ = _attach(aws, application, waiting)
    account.delete_source("logs")
    with pytest.raises(aws.exceptions.ResourceNotFoundException):
        _attach(aws, application, waiting)
    assert _describe(aws, application, waiting) == (number, "FAILED")


# The application is not active


def test_an_application_that_is_being_created_is_waited_for(slow: Account) -> None:
    aws, arn = slow.client(), slow.register("logs")
    application = slow.application()
    assert aws.get_application(id=application)["status"] == "CREATING"
    number, status = _attach(aws, application, arn)
    assert status == "PENDING"
    assert _describe(aws, application, arn) == (number, "PENDING")
    slow.finish_activation()
    assert _describe(aws, application, arn) == (number, "ATTACHED")


def test_an_application_that_is_being_updated_is_waited_for(slow: Account) -> None:
    aws, application, arn = slow.client(), slow.application(), slow.register("logs")
    slow.finish_activation()
    aws.update_application(id=application, appConfigs=[])
    assert aws.get_application(id=application)["status"] == "UPDATING"
    number, status = _attach(aws, application, arn)
    assert status == "PENDING"
    slow.finish_activation()
    assert _describe(aws, application, arn) == (number, "ATTACHED")


def test_both_must_be_active(slow: Account) -> None:
    aws, application, arn = slow.client(), slow.application(), slow.register("logs", status=Status.DISABLED)
    number, _ = _attach(aws, application, arn)
    slow.finish_activation()
    assert _describe(aws, application, arn) == (number, "PENDING")
    slow.set_status("logs", Status.ACTIVE)
    assert _describe(aws, application, arn) == (number, "ATTACHED")
