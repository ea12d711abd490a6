"""@aws-sdk/client-opensearch, AWS's client in JavaScript: applications, attachments and refusals."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.identity.roles import Role
from app.registry.datasource import ByUid, Status
from clients.aws import (
    NO_ARNS,
    SEARCHING,
    WORKSPACE_TYPES,
    Key,
    activate,
    collection_beside,
    domain_beside,
    key_of_admin,
    key_of_member,
    key_of_role,
    register,
)
from clients.conftest import Org
from clients.environments import Script
from clients.library import Call, Library, call

CREATE = call("CreateApplicationCommand", name="my-app")
LIST = call("ListApplicationsCommand")


def domain(name: str) -> Call:
    return call("CreateDomainCommand", DomainName=name)


def attach(application: str, arn: str, **more: Any) -> Call:
    return call("AttachDataSourceCommand", id=application, dataSourceArn=arn, **more)


def detach(application: str, arn: str) -> Call:
    return call("DetachDataSourceCommand", id=application, dataSourceArn=arn)


def describe(application: str, arn: str) -> Call:
    return call("DescribeDataSourceAttachmentCommand", id=application, dataSourceArn=arn)


def attachments(application: str, **more: Any) -> Call:
    return call("ListDataSourceAttachmentsCommand", id=application, **more)


def get(application: str) -> Call:
    return call("GetApplicationCommand", id=application)


@pytest.fixture
def key(org: Org) -> Key:
    """A lasting access key of an admin."""
    return key_of_admin(org)


@pytest.fixture
def admin(org: Org, aws_sdk_js: Script, key: Key) -> Library:
    return Library(aws_sdk_js, org.url, key)


@pytest.fixture
def my_app(admin: Library) -> str:
    """The id of a new application, my-app."""
    return str(admin.gives(CREATE)["id"])


@pytest.fixture
def shop(admin: Library) -> str:
    """The ARN of a new domain, shop."""
    return str(admin.gives(domain("shop"))["DomainStatus"]["ARN"])


def test_a_source_is_attached_described_listed_and_detached(admin: Library, my_app: str, shop: str) -> None:
    attached, described, listed, detached, after = admin.give(
        attach(my_app, shop), describe(my_app, shop), attachments(my_app), detach(my_app, shop), attachments(my_app)
    )
    assert (attached["id"], attached["dataSourceArn"], attached["status"]) == (my_app, shop, "ATTACHED")
    assert described == attached
    assert listed == {"attachments": [{key: attached[key] for key in ("attachmentId", "dataSourceArn", "status")}]}
    assert detached == {key: attached[key] for key in ("id", "arn", "dataSourceArn")}
    assert after == {"attachments": []}


def test_a_domain_is_created_described_and_deleted(admin: Library, org: Org) -> None:
    named = {"DomainName": "shop"}
    answers = admin.give(
        call("CreateDomainCommand", **named),
        call("DescribeDomainCommand", **named),
        call("DeleteDomainCommand", **named),
    )
    assert [one["DomainStatus"]["DomainName"] for one in answers] == ["shop"] * 3
    assert list(org.stored()) == []


def test_the_time_of_an_application_is_a_date(admin: Library) -> None:
    # A Date of JavaScript has milliseconds.
    before = datetime.now(UTC).replace(microsecond=0)
    made = admin.gives(CREATE)
    assert before <= datetime.fromisoformat(made["createdAt"]) <= datetime.now(UTC)


def test_a_deleted_application_is_gone(admin: Library, my_app: str) -> None:
    deleted, refused = admin.outcomes(call("DeleteApplicationCommand", id=my_app), get(my_app))
    assert deleted.given() == {}
    assert (refused.raised, refused.status) == ("ResourceNotFoundException", 409)


def test_applications_are_listed_page_after_page(admin: Library) -> None:
    made = admin.give(*(call("CreateApplicationCommand", name=name) for name in ("app-a", "app-b", "app-c")))
    pages = admin.gives(call("paginateListApplications", statuses=["FAILED", "ACTIVE"], maxResults=2))
    assert [len(page["ApplicationSummaries"]) for page in pages] == [2, 1]
    listed = [one["id"] for page in pages for one in page["ApplicationSummaries"]]
    assert sorted(listed) == sorted(one["id"] for one in made)


def test_attachments_are_listed_page_after_page(admin: Library, my_app: str) -> None:
    made = admin.give(*(domain(name) for name in ("shop-a", "shop-b", "shop-c")))
    arns = [one["DomainStatus"]["ARN"] for one in made]
    admin.give(*(attach(my_app, arn) for arn in arns))
    first = admin.gives(attachments(my_app, maxResults=2))
    second = admin.gives(attachments(my_app, maxResults=2, nextToken=first["nextToken"]))
    assert [one["dataSourceArn"] for one in first["attachments"] + second["attachments"]] == arns
    assert (len(first["attachments"]), "nextToken" in second) == (2, False)


def test_an_update_without_data_sources_detaches_all(admin: Library, my_app: str, shop: str) -> None:
    admin.give(attach(my_app, shop), call("UpdateApplicationCommand", id=my_app, dataSources=[]))
    assert admin.gives(attachments(my_app)) == {"attachments": []}


def test_a_source_that_is_not_active_is_attached_when_it_is(admin: Library, my_app: str, org: Org) -> None:
    register(org, "sleeper", status=Status.DISABLED)
    arn = domain_beside(admin.gives(get(my_app))["arn"], "sleeper")
    pending = admin.gives(attach(my_app, arn))
    activate(org, "sleeper")
    assert (pending["status"], admin.gives(describe(my_app, arn))) == ("PENDING", {**pending, "status": "ATTACHED"})


def test_a_source_born_in_grafana_is_attached_by_the_arn_it_was_given(admin: Library, my_app: str, org: Org) -> None:
    arn = collection_beside(admin.gives(get(my_app))["arn"], "1234abcd")
    row = register(org, "My collection 1.0", arn=arn)
    assert admin.gives(attach(my_app, arn))["status"] == "ATTACHED"
    org.services.registry.delete(org.identity, ByUid(row.uid))
    assert admin.gives(describe(my_app, arn))["status"] == "FAILED"


@pytest.mark.parametrize("kind", WORKSPACE_TYPES)
def test_a_workspace_may_be_asked_for(admin: Library, my_app: str, shop: str, kind: str) -> None:
    asked = attach(my_app, shop, workspaceConfiguration={**SEARCHING, "workspaceType": kind})
    assert admin.gives(asked)["status"] == "ATTACHED"


def test_a_client_token_answers_the_same_and_refuses_another_call(admin: Library, my_app: str, shop: str) -> None:
    other = admin.gives(domain("other"))["DomainStatus"]["ARN"]
    first, again, refused = admin.outcomes(
        *(attach(my_app, arn, clientToken="t1") for arn in (shop, shop, other)),
    )
    assert first.given() == again.given()
    assert (refused.raised, refused.status) == ("ConflictException", 409)


def test_what_is_not_there_is_a_resource_not_found_exception(admin: Library, my_app: str, shop: str) -> None:
    refused = admin.outcomes(
        attach("nosuchapp", shop), attach(my_app, domain_beside(shop, "nosuch")), describe(my_app, shop)
    )
    assert [(one.raised, one.status) for one in refused] == [("ResourceNotFoundException", 409)] * 3


@pytest.mark.parametrize("arn", NO_ARNS.values(), ids=NO_ARNS.keys())
def test_what_is_no_arn_of_a_source_is_a_validation_exception(admin: Library, my_app: str, arn: str) -> None:
    refused = admin.refused(attach(my_app, arn))
    assert (refused.raised, refused.status) == ("ValidationException", 400)


@pytest.mark.parametrize(
    "wrong",
    [
        call("AttachDataSourceCommand", id="my-app"),
        call("AttachDataSourceCommand", id="my-app", dataSourceArn="short"),
        call("CreateApplicationCommand", name="ab"),
        call("CreateApplicationCommand"),
    ],
    ids=["no ARN", "short ARN", "short name", "no name"],
)
def test_what_this_client_does_not_check_is_a_validation_exception(admin: Library, wrong: Call) -> None:
    refused = admin.refused(wrong)
    assert (refused.raised, refused.status) == ("ValidationException", 400)


def test_an_operation_that_is_not_there_says_so(admin: Library) -> None:
    refused = admin.refused(call("DescribeDomainConfigCommand", DomainName="shop"))
    assert (refused.raised, refused.status) == ("DisabledOperationException", 409)
    assert "does not implement DescribeDomainConfig" in refused.said["message"]


def test_a_viewer_reads_and_does_not_write(
    admin: Library, my_app: str, shop: str, org: Org, aws_sdk_js: Script
) -> None:
    viewer = Library(aws_sdk_js, org.url, key_of_role(org, Role.VIEWER))
    found, *refused = viewer.outcomes(get(my_app), attach(my_app, shop), detach(my_app, shop), domain("another"))
    assert found.given()["id"] == my_app
    assert [(one.raised, one.status) for one in refused] == [("AccessDeniedException", 403)] * 3
    assert admin.gives(attachments(my_app)) == {"attachments": []}


def test_a_temporary_key_works_with_its_session_token(org: Org, aws_sdk_js: Script) -> None:
    key = key_of_member(org, org.login, seconds_to_live=3600)
    assert Library(aws_sdk_js, org.url, key).gives(CREATE)["name"] == "my-app"
    refused = Library(aws_sdk_js, org.url, key[:2]).refused(LIST)
    assert (refused.raised, refused.status) == ("OpenSearchServiceException", 403)


def test_a_wrong_secret_is_an_invalid_signature(org: Org, aws_sdk_js: Script, key: Key) -> None:
    refused = Library(aws_sdk_js, org.url, (key[0], "x" * len(key[1]))).refused(LIST)
    assert (refused.raised, refused.status) == ("OpenSearchServiceException", 403)
    assert refused.said["code"] == "InvalidSignatureException"


def test_an_unknown_key_is_unrecognized(org: Org, aws_sdk_js: Script, key: Key) -> None:
    refused = Library(aws_sdk_js, org.url, ("AKIA" + "A" * 16, key[1])).refused(LIST)
    assert (refused.status, refused.said["code"]) == (403, "UnrecognizedClientException")


def test_every_answer_has_a_request_id_of_its_own(admin: Library) -> None:
    ids = [outcome.said["request_id"] for outcome in admin.outcomes(LIST, LIST, get("nosuchapp"))]
    assert (all(ids), len(set(ids))) == (True, 3)
