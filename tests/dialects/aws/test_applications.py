"""Applications through boto3: create, get, list, update, delete."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from app.identity.roles import Role
from app.registry.datasource import Status
from dialects.aws.account import SLOW_TO_ACTIVATE, Account, outcome

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


# Create


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


def test_a_token_of_an_application_that_is_deleted_creates_none(aws: Any) -> None:
    aws.delete_application(id=aws.create_application(name="my-app", clientToken="t1")["id"])
    with pytest.raises(aws.exceptions.ResourceNotFoundException):
        aws.create_application(name="my-app", clientToken="t1")
    assert aws.list_applications()["ApplicationSummaries"] == []


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
