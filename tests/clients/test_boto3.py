"""boto3: domains, applications, and the attachments of data sources to them."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from app.registry.datasource import ByUid, Status
from clients.aws import (
    NO_ARNS,
    SEARCHING,
    WORKSPACE_TYPES,
    activate,
    collection_beside,
    domain_beside,
    key_of_admin,
    register,
)
from clients.conftest import Org
from clients.environments import Script
from clients.library import Call, Library, call

CREATE = call("create_application", name="my-app")


def domain(name: str) -> Call:
    return call("create_domain", DomainName=name)


def attach(application: str, arn: str, **more: Any) -> Call:
    return call("attach_data_source", id=application, dataSourceArn=arn, **more)


def detach(application: str, arn: str) -> Call:
    return call("detach_data_source", id=application, dataSourceArn=arn)


def describe(application: str, arn: str) -> Call:
    return call("describe_data_source_attachment", id=application, dataSourceArn=arn)


def attachments(application: str, **more: Any) -> Call:
    return call("list_data_source_attachments", id=application, **more)


def get(application: str) -> Call:
    return call("get_application", id=application)


@pytest.fixture
def admin(org: Org, boto3: Script) -> Library:
    return Library(boto3, org.url, key_of_admin(org))


@pytest.fixture
def my_app(admin: Library) -> str:
    """The id of a new application, my-app."""
    return str(admin.gives(CREATE)["id"])


@pytest.fixture
def shop(admin: Library) -> str:
    """The ARN of a new domain, shop."""
    return str(admin.gives(domain("shop"))["DomainStatus"]["ARN"])


def test_a_domain_is_created_described_listed_and_deleted(admin: Library, org: Org) -> None:
    made, described, listed, deleted = admin.give(
        domain("shop"),
        call("describe_domain", DomainName="shop"),
        call("list_domain_names"),
        call("delete_domain", DomainName="shop"),
    )
    assert made["DomainStatus"]["ARN"].endswith(":domain/shop")
    assert [found["DomainStatus"]["ARN"] for found in (described, deleted)] == [made["DomainStatus"]["ARN"]] * 2
    assert [one["DomainName"] for one in listed["DomainNames"]] == ["shop"]
    assert list(org.stored()) == []


def test_a_domain_is_a_data_source(shop: str, org: Org) -> None:
    assert shop.endswith(":domain/shop")
    assert [row.name for row in org.stored()] == ["shop"]


@pytest.mark.usefixtures("shop")
def test_a_taken_name_of_a_domain_is_told_so(admin: Library) -> None:
    refused = admin.refused(domain("shop"))
    assert (refused.raised, refused.status) == ("ResourceAlreadyExistsException", 409)


def test_a_new_application_has_an_id_an_arn_and_a_time(admin: Library) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    made = admin.gives(CREATE)
    assert re.fullmatch("[a-z0-9]{3,30}", made["id"])
    assert (made["name"], made["arn"].endswith(f":application/{made['id']}")) == ("my-app", True)
    assert before <= datetime.fromisoformat(made["createdAt"]) <= datetime.now(UTC)


def test_an_application_is_read_as_it_was_created(admin: Library) -> None:
    made = admin.gives(CREATE)
    found = admin.gives(get(made["id"]))
    assert {key: found[key] for key in ("id", "arn", "name", "createdAt")} == {
        key: made[key] for key in ("id", "arn", "name", "createdAt")
    }
    assert (found["status"], found["endpoint"] != "") == ("ACTIVE", True)


def test_an_application_with_a_taken_name_is_a_conflict(admin: Library, my_app: str) -> None:
    refused = admin.refused(CREATE)
    assert (refused.raised, refused.status) == ("ConflictException", 409)
    assert [one["id"] for one in admin.gives(call("list_applications"))["ApplicationSummaries"]] == [my_app]


def test_an_application_is_created_once_for_a_client_token(admin: Library) -> None:
    again = call("create_application", name="my-app", clientToken="t1")
    first, second = admin.give(again, again)
    assert first["id"] == second["id"]


def test_applications_are_listed_page_after_page(admin: Library) -> None:
    names = ["app-a", "app-b", "app-c"]
    made = admin.give(*(call("create_application", name=name) for name in names))
    [pages] = admin.give(
        call(
            "paginate.list_applications",
            statuses=["FAILED", "ACTIVE"],
            PaginationConfig={"PageSize": 2},
        )
    )
    assert [len(page["ApplicationSummaries"]) for page in pages] == [2, 1]
    listed = [one["id"] for page in pages for one in page["ApplicationSummaries"]]
    assert sorted(listed) == sorted(one["id"] for one in made)


def test_a_deleted_application_is_gone_with_its_attachments(admin: Library, my_app: str, shop: str) -> None:
    delete = call("delete_application", id=my_app)
    _, deleted, *refused = admin.outcomes(attach(my_app, shop), delete, get(my_app), describe(my_app, shop), delete)
    assert deleted.given() == {}
    assert [(one.raised, one.status) for one in refused] == [("ResourceNotFoundException", 409)] * 3


def test_attach_answers_the_five_members(admin: Library, my_app: str, shop: str) -> None:
    found, made = admin.give(get(my_app), attach(my_app, shop))
    assert made.pop("attachmentId") != ""
    assert made == {"id": my_app, "arn": found["arn"], "dataSourceArn": shop, "status": "ATTACHED"}


def test_an_attached_source_is_described_listed_and_shown_by_its_application(
    admin: Library, my_app: str, shop: str
) -> None:
    made, described, listed, found = admin.give(
        attach(my_app, shop), describe(my_app, shop), attachments(my_app), get(my_app)
    )
    assert described == made
    assert listed == {"attachments": [{key: made[key] for key in ("attachmentId", "dataSourceArn", "status")}]}
    assert [one["dataSourceArn"] for one in found["dataSources"]] == [shop]


def test_attaching_again_gives_the_same_attachment(admin: Library, my_app: str, shop: str) -> None:
    first, second, by_name = admin.give(attach(my_app, shop), attach(my_app, shop), attach("my-app", shop))
    assert first == second == by_name


def test_attaches_of_one_pair_at_once_make_one(admin: Library, my_app: str, shop: str) -> None:
    made = admin.give(*[attach(my_app, shop)] * 8, together=True)
    assert len({one["attachmentId"] for one in made}) == 1
    assert len(admin.gives(attachments(my_app))["attachments"]) == 1


def test_attachments_are_listed_page_after_page(admin: Library, my_app: str) -> None:
    made = admin.give(*(domain(name) for name in ("shop-a", "shop-b", "shop-c")))
    arns = [one["DomainStatus"]["ARN"] for one in made]
    admin.give(*(attach(my_app, arn) for arn in arns))
    first = admin.gives(attachments(my_app, maxResults=2))
    second = admin.gives(attachments(my_app, maxResults=2, nextToken=first["nextToken"]))
    assert [one["dataSourceArn"] for one in first["attachments"] + second["attachments"]] == arns
    assert (len(first["attachments"]), "nextToken" in second) == (2, False)


def test_an_application_without_attachments_lists_none(admin: Library, my_app: str) -> None:
    assert admin.gives(attachments(my_app)) == {"attachments": []}


def test_a_detached_source_is_no_longer_attached_and_stays(admin: Library, my_app: str, shop: str, org: Org) -> None:
    made, detached = admin.give(attach(my_app, shop), detach(my_app, shop))
    assert detached == {key: made[key] for key in ("id", "arn", "dataSourceArn")}
    assert [one.raised for one in admin.outcomes(describe(my_app, shop), detach(my_app, shop))] == [
        "ResourceNotFoundException"
    ] * 2
    assert [row.name for row in org.stored()] == ["shop"]


def test_attaching_after_detaching_makes_a_new_attachment(admin: Library, my_app: str, shop: str) -> None:
    first, _, second = admin.give(attach(my_app, shop), detach(my_app, shop), attach(my_app, shop))
    assert (second["status"], first["attachmentId"] != second["attachmentId"]) == ("ATTACHED", True)


def test_an_update_without_data_sources_detaches_all(admin: Library, my_app: str, shop: str) -> None:
    admin.give(attach(my_app, shop), call("update_application", id=my_app, dataSources=[]))
    assert admin.gives(attachments(my_app)) == {"attachments": []}


def test_a_source_that_is_not_active_is_attached_when_it_is(admin: Library, my_app: str, org: Org) -> None:
    register(org, "sleeper", status=Status.DISABLED)
    arn = domain_beside(admin.gives(get(my_app))["arn"], "sleeper")
    pending, refused = admin.outcomes(attach(my_app, arn), detach(my_app, arn))
    assert (pending.given()["status"], refused.raised) == ("PENDING", "ConflictException")
    activate(org, "sleeper")
    assert admin.gives(describe(my_app, arn)) == {**pending.given(), "status": "ATTACHED"}


def test_a_source_born_in_grafana_is_attached_by_the_arn_it_was_given(admin: Library, my_app: str, org: Org) -> None:
    arn = collection_beside(admin.gives(get(my_app))["arn"], "1234abcd")
    row = register(org, "My collection 1.0", arn=arn)
    assert admin.gives(attach(my_app, arn))["status"] == "ATTACHED"
    org.services.registry.delete(org.identity, ByUid(row.uid))
    assert admin.gives(describe(my_app, arn))["status"] == "FAILED"


@pytest.mark.parametrize("kind", WORKSPACE_TYPES)
def test_a_workspace_may_be_asked_for(admin: Library, my_app: str, shop: str, kind: str) -> None:
    asked = attach(my_app, shop, workspaceConfiguration={"name": "A-b_c (d) [e]", "workspaceType": kind})
    assert admin.gives(asked)["status"] == "ATTACHED"


@pytest.mark.parametrize(
    "more",
    [
        {"workspaceConfiguration": {**SEARCHING, "workspaceType": "search"}},
        {"workspaceConfiguration": {**SEARCHING, "name": "a/b"}},
        {"workspaceConfiguration": SEARCHING, "workspaceId": "abc123"},
        {"clientToken": "t" * 65},
    ],
    ids=["type", "name", "two workspaces", "token"],
)
def test_a_wrong_member_is_a_validation_exception(admin: Library, my_app: str, shop: str, more: dict[str, Any]) -> None:
    refused = admin.refused(attach(my_app, shop, **more))
    assert (refused.raised, refused.status) == ("ValidationException", 400)
    assert admin.gives(attachments(my_app)) == {"attachments": []}


@pytest.mark.parametrize("arn", NO_ARNS.values(), ids=NO_ARNS.keys())
def test_what_is_no_arn_of_a_source_is_a_validation_exception(admin: Library, my_app: str, arn: str) -> None:
    refused = admin.refused(attach(my_app, arn))
    assert (refused.raised, refused.status) == ("ValidationException", 400)


def test_what_is_not_there_is_a_resource_not_found_exception(admin: Library, my_app: str, shop: str) -> None:
    missing = domain_beside(shop, "nosuch")
    refused = admin.outcomes(
        attach("nosuchapp", shop), attach(my_app, missing), describe(my_app, shop), get("nosuchapp")
    )
    assert [(one.raised, one.status) for one in refused] == [("ResourceNotFoundException", 409)] * 4


def test_a_client_token_answers_the_same_and_refuses_another_call(admin: Library, my_app: str, shop: str) -> None:
    other = admin.gives(domain("other"))["DomainStatus"]["ARN"]
    first, again, refused = admin.outcomes(
        attach(my_app, shop, clientToken="t1"),
        attach(my_app, shop, clientToken="t1"),
        attach(my_app, other, clientToken="t1"),
    )
    assert first.given() == again.given()
    assert (refused.raised, refused.status) == ("ConflictException", 409)
    assert [one["dataSourceArn"] for one in admin.gives(attachments(my_app))["attachments"]] == [shop]
