"""Applications through boto3: get, list, update, delete."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from app.identity.roles import Role
from app.registry.datasource import Status
from dialects.aws.account import SLOW_TO_ACTIVATE, Account, outcome

_USERS = "opensearchDashboards.dashboardAdmin.users"
_KEY = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"


def _refused(error: pytest.ExceptionInfo[ClientError], status: int) -> bool:
    return bool(error.value.response["ResponseMetadata"]["HTTPStatusCode"] == status)


def _is_recent(time: datetime) -> bool:
    return abs(datetime.now(UTC) - time) < timedelta(minutes=5)


def _attached(aws: Any, application: str) -> dict[str, str]:
    found = aws.list_data_source_attachments(id=application)["attachments"]
    return {one["dataSourceArn"]: one["status"] for one in found}


# Get


def test_an_application_is_shown_with_status_endpoint_and_times(account: Account, aws: Any, application: str) -> None:
    found = outcome(aws.get_application(id=application))
    times = [found.pop("createdAt"), found.pop("lastUpdatedAt")]
    assert all(map(_is_recent, times))
    assert found == {
        "id": application,
        "arn": account.application_arn(application),
        "name": "my-app",
        "endpoint": account.url,
        "status": "ACTIVE",
        "iamIdentityCenterOptions": {"enabled": False},
        "dataSources": [],
        "appConfigs": [],
    }


def test_an_application_is_found_by_its_name_too(aws: Any, application: str) -> None:
    assert outcome(aws.get_application(id="my-app")) == outcome(aws.get_application(id=application))


def test_an_application_shows_what_is_attached_to_it(account: Account, aws: Any, application: str) -> None:
    arn, pending = account.register("logs"), account.register("later", status=Status.DISABLED)
    aws.attach_data_source(id=application, dataSourceArn=arn)
    aws.attach_data_source(id=application, dataSourceArn=pending)
    assert aws.get_application(id=application)["dataSources"] == [{"dataSourceArn": arn}]


def test_an_application_that_is_slow_to_activate_is_creating(account: Account) -> None:
    slow = account.served(SLOW_TO_ACTIVATE)
    aws = slow.client()
    created = aws.create_application(name="my-app")["id"]
    assert aws.get_application(id=created)["status"] == "CREATING"
    with pytest.raises(aws.exceptions.ConflictException):
        aws.update_application(id=created, dataSources=[])
    slow.finish_activation()
    assert aws.get_application(id=created)["status"] == "ACTIVE"
    aws.update_application(id=created)
    assert aws.get_application(id=created)["status"] == "UPDATING"


@pytest.mark.parametrize("id", ["nosuch", "0nosuchnosuchnosuch0"], ids=["name", "id"])
def test_an_application_that_is_not_there_is_not_found(aws: Any, application: str, id: str) -> None:
    for call in (aws.get_application, aws.delete_application, aws.update_application):
        with pytest.raises(aws.exceptions.ResourceNotFoundException) as error:
            call(id=id)
        assert _refused(error, 409)


def test_an_application_of_another_account_or_region_is_not_found(
    account: Account, other_account: Account, application: str
) -> None:
    for aws in (other_account.client(), account.client(region="eu-west-1")):
        for id in (application, "my-app"):
            for call in (aws.get_application, aws.delete_application, aws.update_application):
                with pytest.raises(aws.exceptions.ResourceNotFoundException):
                    call(id=id)
        assert aws.list_applications()["ApplicationSummaries"] == []
    assert account.client().get_application(id=application)["status"] == "ACTIVE"


# Update


def test_an_empty_list_of_data_sources_detaches_all(account: Account, aws: Any, application: str) -> None:
    arn = account.register("logs")
    aws.attach_data_source(id=application, dataSourceArn=arn)
    assert aws.update_application(id=application, dataSources=[])["dataSources"] == []
    assert aws.get_application(id=application)["dataSources"] == []
    with pytest.raises(aws.exceptions.ResourceNotFoundException):
        aws.describe_data_source_attachment(id=application, dataSourceArn=arn)
    assert account.source("logs").name == "logs"


def test_no_list_of_data_sources_changes_none(account: Account, aws: Any, application: str) -> None:
    arn = account.register("logs")
    attached = aws.attach_data_source(id=application, dataSourceArn=arn)
    aws.update_application(id=application, appConfigs=[{"key": _USERS, "value": "ann"}])
    found = aws.describe_data_source_attachment(id=application, dataSourceArn=arn)
    assert outcome(found) == outcome(attached)


def test_a_list_of_data_sources_is_all_that_is_attached_then(account: Account, aws: Any, application: str) -> None:
    leaves, stays, comes = (account.register(name) for name in ("leaves", "stays", "comes"))
    aws.attach_data_source(id=application, dataSourceArn=leaves)
    kept = aws.attach_data_source(id=application, dataSourceArn=stays)["attachmentId"]
    wanted = [{"dataSourceArn": comes, "dataSourceDescription": "New"}, {"dataSourceArn": stays}]
    changed = aws.update_application(id=application, dataSources=wanted)
    assert sorted(changed["dataSources"], key=str) == sorted(wanted, key=str)
    assert _attached(aws, application) == {stays: "ATTACHED", comes: "ATTACHED"}
    assert aws.describe_data_source_attachment(id=application, dataSourceArn=stays)["attachmentId"] == kept


def test_an_update_of_which_one_data_source_is_not_there_changes_nothing(
    account: Account, aws: Any, application: str
) -> None:
    arn = account.register("logs")
    aws.attach_data_source(id=application, dataSourceArn=arn)
    with pytest.raises(aws.exceptions.ResourceNotFoundException):
        aws.update_application(
            id=application,
            dataSources=[{"dataSourceArn": account.arn("nosuch")}],
            appConfigs=[{"key": _USERS, "value": "ann"}],
        )
    found = aws.get_application(id=application)
    assert (found["dataSources"], found["appConfigs"]) == ([{"dataSourceArn": arn}], [])


def test_what_an_update_does_not_name_stays(aws: Any) -> None:
    configs = [{"key": _USERS, "value": "ann"}]
    created = aws.create_application(name="my-app", appConfigs=configs, kmsKeyArn=_KEY)
    changed = outcome(aws.update_application(id="my-app", iamIdentityCenterOptions={"enabled": True}))
    assert (changed["id"], changed["name"], changed["arn"]) == (created["id"], "my-app", created["arn"])
    assert changed["appConfigs"] == configs
    assert changed["lastUpdatedAt"] >= changed["createdAt"] == created["createdAt"]
    assert aws.get_application(id="my-app")["kmsKeyArn"] == _KEY


# List


def test_applications_are_listed_page_by_page_each_once(account: Account, aws: Any) -> None:
    ids = [aws.create_application(name=f"app-{number}")["id"] for number in range(3)]
    statuses = ["ACTIVE", "FAILED"]
    page = aws.list_applications(statuses=statuses, maxResults=1)
    seen = page["ApplicationSummaries"]
    while token := page.get("nextToken"):
        page = aws.list_applications(statuses=statuses, maxResults=1, nextToken=token)
        seen += page["ApplicationSummaries"]
    assert [one["id"] for one in seen] == ids
    first = {name: value for name, value in seen[0].items() if not isinstance(value, datetime)}
    assert first == {
        "id": ids[0],
        "arn": account.application_arn(ids[0]),
        "name": "app-0",
        "endpoint": account.url,
        "status": "ACTIVE",
    }
    assert _is_recent(seen[0]["createdAt"])
    assert _is_recent(seen[0]["lastUpdatedAt"])


def test_the_paginator_of_boto3_finds_each_application_once(aws: Any) -> None:
    ids = [aws.create_application(name=f"app-{number}")["id"] for number in range(5)]
    pages = aws.get_paginator("list_applications").paginate(statuses=["ACTIVE"], PaginationConfig={"PageSize": 2})
    assert [[one["id"] for one in page["ApplicationSummaries"]] for page in pages] == [ids[:2], ids[2:4], ids[4:]]


def test_the_last_page_has_no_token_when_it_is_full(aws: Any) -> None:
    for number in range(2):
        aws.create_application(name=f"app-{number}")
    assert "nextToken" not in aws.list_applications(maxResults=2)


def test_applications_are_listed_by_their_status(account: Account, aws: Any, application: str) -> None:
    slow = account.served(SLOW_TO_ACTIVATE).client().create_application(name="slow")["id"]

    def ids(*statuses: str) -> list[str]:
        return [one["id"] for one in aws.list_applications(statuses=[*statuses])["ApplicationSummaries"]]

    assert (ids("ACTIVE"), ids("CREATING"), ids("FAILED")) == ([application], [slow], [])
    assert ids() == ids("CREATING", "ACTIVE") == [application, slow]


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"statuses": ["BAD"]}, id="unknown status"),
        pytest.param({"statuses": ["ACTIVE", "DELETED"]}, id="status that the model does not have"),
        pytest.param({"nextToken": "garbage"}, id="token that none gave out"),
        pytest.param({"maxResults": 0}, id="no results"),
        pytest.param({"maxResults": -1}, id="less than none"),
        pytest.param({"maxResults": 101}, id="too many results"),
    ],
)
def test_a_list_that_cannot_be_is_refused(aws: Any, asked: Mapping[str, Any]) -> None:
    with pytest.raises(aws.exceptions.ValidationException) as error:
        aws.list_applications(**asked)
    assert _refused(error, 400)


def test_a_token_goes_on_with_its_own_list_only(account: Account, other_account: Account, aws: Any) -> None:
    for number in range(2):
        aws.create_application(name=f"app-{number}")
    token = aws.list_applications(maxResults=1)["nextToken"]
    for client, asked in (
        (aws, {"statuses": ["ACTIVE"]}),
        (account.client(region="eu-west-1"), {}),
        (other_account.client(), {}),
    ):
        with pytest.raises(client.exceptions.ValidationException):
            client.list_applications(nextToken=token, **asked)
    with pytest.raises(aws.exceptions.ValidationException):
        aws.list_data_source_attachments(id="app-0", nextToken=token)


# Delete


def test_an_application_is_deleted_once(aws: Any, application: str) -> None:
    assert outcome(aws.delete_application(id=application)) == {}
    for call in (aws.get_application, aws.delete_application):
        with pytest.raises(aws.exceptions.ResourceNotFoundException) as error:
            call(id=application)
        assert _refused(error, 409)


def test_an_application_is_deleted_with_its_attachments_and_workspaces_in_every_state(
    account: Account, aws: Any, application: str
) -> None:
    other = aws.create_application(name="stays")["id"]
    attached, pending, failed = (
        account.register("attached"),
        account.register("pending", status=Status.DISABLED),
        account.register("failed"),
    )
    for arn in (attached, pending, failed):
        workspace = {"name": arn.rpartition("/")[2], "workspaceType": "SEARCH"}
        aws.attach_data_source(id=application, dataSourceArn=arn, workspaceConfiguration=workspace)
    aws.attach_data_source(id=other, dataSourceArn=attached)
    account.delete_source("failed")
    assert _attached(aws, application) == {attached: "ATTACHED", pending: "PENDING", failed: "FAILED"}
    aws.delete_application(id="my-app")
    assert account.stored_attachments() == [(attached, "ATTACHED")]
    assert account.workspaces() == []
    assert _attached(aws, other) == {attached: "ATTACHED"}
    assert account.source("attached").name == "attached"
    # What was pending failed by it; nothing else did, but for the one whose data source was deleted.
    assert account.audited().count("attachments:fail") == 2


# Who may


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_only_admins_change_applications_and_all_read_them(account: Account, application: str, role: Role) -> None:
    aws = account.client(role)
    calls: dict[str, Callable[[], Any]] = {
        "CreateApplication": lambda: aws.create_application(name="another"),
        "UpdateApplication": lambda: aws.update_application(id=application, dataSources=[]),
        "DeleteApplication": lambda: aws.delete_application(id=application),
    }
    for operation, call in calls.items():
        with pytest.raises(aws.exceptions.AccessDeniedException, match=f"perform: es:{operation} on") as error:
            call()
        assert _refused(error, 403)
    assert aws.get_application(id=application)["status"] == "ACTIVE"
    assert len(aws.list_applications()["ApplicationSummaries"]) == 1
