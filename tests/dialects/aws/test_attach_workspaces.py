"""AttachDataSource with a workspace: made after the attachment completed, or joined."""

from typing import Any

import pytest

from app.registry.datasource import Status
from dialects.aws.account import DAY, Account, send_as_it_is

_W = {"name": "w 1", "workspaceType": "SEARCH"}


@pytest.fixture
def arn(account: Account) -> str:
    """Of an active data source."""
    return account.register("logs")


def _shown(account: Account) -> list[tuple[str, str, list[str]]]:
    return [(one["name"], one["type"], one["dataSourceArns"]) for one in account.workspaces()]


# A new one


def test_a_workspace_is_made_and_linked_to_the_data_source(account_anywhere: Account) -> None:
    application, arn = account_anywhere.application(), account_anywhere.register("logs")
    answer = account_anywhere.client().attach_data_source(id=application, dataSourceArn=arn, workspaceConfiguration=_W)
    assert answer["status"] == "ATTACHED"
    assert _shown(account_anywhere) == [("w 1", "SEARCH", [arn])]
    assert account_anywhere.workspaces()[0]["application"]["id"] == application


def test_a_workspace_is_made_when_the_attachment_completes_and_not_before(
    account: Account, aws: Any, application: str
) -> None:
    arn = account.register("logs", status=Status.DISABLED)
    answer = aws.attach_data_source(id=application, dataSourceArn=arn, workspaceConfiguration=_W)
    assert answer["status"] == "PENDING"
    assert account.workspaces() == []
    account.set_status("logs", Status.ACTIVE)
    assert aws.describe_data_source_attachment(id=application, dataSourceArn=arn)["status"] == "ATTACHED"
    assert _shown(account) == [("w 1", "SEARCH", [arn])]


def test_an_attachment_that_fails_makes_no_workspace(account: Account, aws: Any, application: str) -> None:
    arn = account.register("logs", status=Status.DISABLED)
    aws.attach_data_source(id=application, dataSourceArn=arn, workspaceConfiguration=_W)
    account.pass_time(DAY)
    assert aws.describe_data_source_attachment(id=application, dataSourceArn=arn)["status"] == "FAILED"
    account.set_status("logs", Status.ACTIVE)
    assert aws.attach_data_source(id=application, dataSourceArn=arn)["status"] == "ATTACHED"
    assert account.workspaces() == []


def test_what_is_attached_already_makes_no_workspace(account: Account, aws: Any, application: str, arn: str) -> None:
    number = aws.attach_data_source(id=application, dataSourceArn=arn)["attachmentId"]
    again = aws.attach_data_source(id=application, dataSourceArn=arn, workspaceConfiguration=_W)
    assert again["attachmentId"] == number
    assert account.workspaces() == []


def test_the_workspace_does_not_matter_for_what_is_attached_already(aws: Any, application: str, arn: str) -> None:
    number = aws.attach_data_source(id=application, dataSourceArn=arn)["attachmentId"]
    again = aws.attach_data_source(id=application, dataSourceArn=arn, workspaceId="nosuch")
    assert again["attachmentId"] == number


def test_what_waits_without_a_workspace_makes_none_later(account: Account, aws: Any, application: str) -> None:
    arn = account.register("logs", status=Status.DISABLED)
    aws.attach_data_source(id=application, dataSourceArn=arn)
    aws.attach_data_source(id=application, dataSourceArn=arn, workspaceConfiguration=_W)
    account.set_status("logs", Status.ACTIVE)
    assert aws.describe_data_source_attachment(id=application, dataSourceArn=arn)["status"] == "ATTACHED"
    assert account.workspaces() == []


@pytest.mark.parametrize(
    "name",
    ["w", "a" * 40, "A-b_c (d) [e]", "0", " w ", "()[]-_"],
    ids=["1", "40", "all kinds", "digit", "spaces", "no letter"],
)
def test_these_are_names_of_workspaces(account: Account, aws: Any, application: str, arn: str, name: str) -> None:
    wanted = {"name": name, "workspaceType": "SEARCH"}
    assert aws.attach_data_source(id=application, dataSourceArn=arn, workspaceConfiguration=wanted)["status"]
    assert _shown(account) == [(name, "SEARCH", [arn])]


@pytest.mark.parametrize(
    "name",
    ["", "a" * 41, "a/b", "a.b", "name!", "a\tb", "a\n", "é", "٣", "   ", "{w}", "a\0"],
    ids=[
        *("empty", "41", "slash", "dot", "exclamation", "tab", "line end", "accent", "arabic digit", "spaces"),
        *("brace", "nul"),
    ],
)
def test_these_are_no_names_of_workspaces(account: Account, aws: Any, application: str, arn: str, name: str) -> None:
    wanted = {"name": name, "workspaceType": "SEARCH"}
    with pytest.raises(aws.exceptions.ValidationException, match=r"workspaceConfiguration\.name"):
        aws.attach_data_source(id=application, dataSourceArn=arn, workspaceConfiguration=wanted)
    assert account.stored_attachments() == []


@pytest.mark.parametrize("kind", ["OBSERVABILITY", "SECURITY_ANALYTICS", "SEARCH"])
def test_these_are_types_of_workspaces(account: Account, aws: Any, application: str, arn: str, kind: str) -> None:
    wanted = {"name": "w 1", "workspaceType": kind}
    aws.attach_data_source(id=application, dataSourceArn=arn, workspaceConfiguration=wanted)
    assert _shown(account) == [("w 1", kind, [arn])]


@pytest.mark.parametrize(
    "kind", ["search", "ANALYTICS", "SEARCH ", ""], ids=["lower case", "unknown", "space", "empty"]
)
def test_these_are_no_types_of_workspaces(account: Account, aws: Any, application: str, arn: str, kind: str) -> None:
    wanted = {"name": "w 1", "workspaceType": kind}
    with pytest.raises(aws.exceptions.ValidationException, match=r"workspaceConfiguration\.workspaceType"):
        aws.attach_data_source(id=application, dataSourceArn=arn, workspaceConfiguration=wanted)
    assert account.stored_attachments() == []


@pytest.mark.parametrize("given", [{}, {"name": "w 1"}, {"workspaceType": "SEARCH"}, [], "w 1", 1], ids=repr)
def test_half_a_workspace_is_refused_here_too(account: Account, application: str, arn: str, given: Any) -> None:
    unchecked = account.client(parameter_validation=False)
    send_as_it_is(unchecked, {"dataSourceArn": arn, "workspaceConfiguration": given})
    with pytest.raises(unchecked.exceptions.ValidationException, match="workspaceConfiguration"):
        unchecked.attach_data_source(id=application)
    assert account.stored_attachments() == []


# Its name


def test_a_workspace_needs_a_name_that_no_other_of_the_application_has(
    account: Account, aws: Any, application: str, arn: str
) -> None:
    aws.attach_data_source(id=application, dataSourceArn=arn, workspaceConfiguration=_W)
    other = account.register("metrics")
    with pytest.raises(aws.exceptions.ConflictException):
        aws.attach_data_source(id=application, dataSourceArn=other, workspaceConfiguration=_W)
    assert account.stored_attachments() == [(arn, "ATTACHED")]


def test_a_name_is_taken_by_an_attachment_that_waits(account: Account, aws: Any, application: str, arn: str) -> None:
    waiting = account.register("metrics", status=Status.DISABLED)
    aws.attach_data_source(id=application, dataSourceArn=waiting, workspaceConfiguration=_W)
    with pytest.raises(aws.exceptions.ConflictException):
        aws.attach_data_source(id=application, dataSourceArn=arn, workspaceConfiguration=_W)


@pytest.mark.parametrize("how", ["overdue", "source deleted"])
def test_a_name_is_free_again_when_what_waited_has_failed_though_nobody_had_looked(
    account: Account, aws: Any, application: str, arn: str, how: str
) -> None:
    waiting = account.register("metrics", status=Status.DISABLED)
    aws.attach_data_source(id=application, dataSourceArn=waiting, workspaceConfiguration=_W)
    if how == "overdue":
        account.pass_time(DAY)
    else:
        account.delete_source("metrics")
    aws.attach_data_source(id=application, dataSourceArn=arn, workspaceConfiguration=_W)
    assert _shown(account) == [("w 1", "SEARCH", [arn])]


def test_names_in_two_applications_may_be_the_same(account: Account, aws: Any, application: str, arn: str) -> None:
    for one in (application, account.application("other-app")):
        aws.attach_data_source(id=one, dataSourceArn=arn, workspaceConfiguration=_W)
    assert _shown(account) == [("w 1", "SEARCH", [arn])] * 2


def test_names_that_differ_in_case_alone_are_two(account_anywhere: Account) -> None:
    aws, application = account_anywhere.client(), account_anywhere.application()
    for source, name in (("logs", "w"), ("metrics", "W")):
        wanted = {"name": name, "workspaceType": "SEARCH"}
        arn = account_anywhere.register(source)
        aws.attach_data_source(id=application, dataSourceArn=arn, workspaceConfiguration=wanted)
    assert [name for name, _, _ in _shown(account_anywhere)] == ["w", "W"]


# One that there is


def test_a_second_data_source_joins_a_workspace(account_anywhere: Account) -> None:
    aws, application = account_anywhere.client(), account_anywhere.application()
    first, second = account_anywhere.register("logs"), account_anywhere.register("metrics")
    aws.attach_data_source(id=application, dataSourceArn=first, workspaceConfiguration=_W)
    workspace = account_anywhere.workspaces()[0]["id"]
    answer = aws.attach_data_source(id=application, dataSourceArn=second, workspaceId=workspace)
    assert answer["status"] == "ATTACHED"
    assert _shown(account_anywhere) == [("w 1", "SEARCH", [first, second])]


def test_a_data_source_joins_a_workspace_when_its_attachment_completes(
    account: Account, aws: Any, application: str, arn: str
) -> None:
    aws.attach_data_source(id=application, dataSourceArn=arn, workspaceConfiguration=_W)
    workspace = account.workspaces()[0]["id"]
    waiting = account.register("metrics", status=Status.DISABLED)
    aws.attach_data_source(id=application, dataSourceArn=waiting, workspaceId=workspace)
    assert _shown(account) == [("w 1", "SEARCH", [arn])]
    account.set_status("metrics", Status.ACTIVE)
    assert aws.describe_data_source_attachment(id=application, dataSourceArn=waiting)["status"] == "ATTACHED"
    assert _shown(account) == [("w 1", "SEARCH", [arn, waiting])]


@pytest.mark.parametrize("workspace", ["nosuch", "é", "x" * 100], ids=["plain", "accent", "long"])
def test_an_unknown_workspace_is_not_found(
    account: Account, aws: Any, application: str, arn: str, workspace: str
) -> None:
    with pytest.raises(aws.exceptions.ResourceNotFoundException):
        aws.attach_data_source(id=application, dataSourceArn=arn, workspaceId=workspace)
    assert account.stored_attachments() == []


def test_a_workspace_of_another_application_is_not_found(
    account: Account, aws: Any, application: str, arn: str
) -> None:
    aws.attach_data_source(id=application, dataSourceArn=arn, workspaceConfiguration=_W)
    workspace, other = account.workspaces()[0]["id"], account.application("other-app")
    with pytest.raises(aws.exceptions.ResourceNotFoundException):
        aws.attach_data_source(id=other, dataSourceArn=arn, workspaceId=workspace)


def test_a_workspace_that_there_is_and_a_new_one_are_refused_together(
    account: Account, aws: Any, application: str, arn: str
) -> None:
    with pytest.raises(aws.exceptions.ValidationException, match="workspaceId"):
        aws.attach_data_source(id=application, dataSourceArn=arn, workspaceId="nosuch", workspaceConfiguration=_W)
    assert account.stored_attachments() == []


# What becomes of it


def test_a_workspace_stays_without_a_data_source_that_is_detached(
    account: Account, aws: Any, application: str, arn: str
) -> None:
    aws.attach_data_source(id=application, dataSourceArn=arn, workspaceConfiguration=_W)
    aws.detach_data_source(id=application, dataSourceArn=arn)
    assert _shown(account) == [("w 1", "SEARCH", [])]


def test_a_workspace_stays_without_a_data_source_that_is_deleted(
    account: Account, aws: Any, application: str, arn: str
) -> None:
    aws.attach_data_source(id=application, dataSourceArn=arn, workspaceConfiguration=_W)
    account.delete_source("logs")
    assert _shown(account) == [("w 1", "SEARCH", [])]
