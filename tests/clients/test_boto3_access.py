"""boto3: who may do what, and how a refusal looks."""

import pytest

from app.identity.roles import Role
from clients.aws import Key, key_of_admin, key_of_member, key_of_role
from clients.conftest import Org
from clients.environments import Script
from clients.library import Credential, Library, call

APPLICATION = call("create_application", name="my-app")
DOMAIN = call("create_domain", DomainName="shop")
LIST = call("list_applications")
HOUR = 3600


@pytest.fixture
def key(org: Org) -> Key:
    """A lasting access key of an admin."""
    return key_of_admin(org)


@pytest.fixture
def admin(org: Org, boto3: Script, key: Key) -> Library:
    return Library(boto3, org.url, key)


def refusal(org: Org, boto3: Script, credential: Credential) -> tuple[str, int, str]:
    """Class, status and code of what a list of applications raises."""
    refused = Library(boto3, org.url, credential).refused(LIST)
    return refused.raised, refused.status, refused.said["code"]


def test_a_temporary_key_works_with_its_session_token(org: Org, boto3: Script) -> None:
    temporary = key_of_member(org, org.login, seconds_to_live=HOUR)
    made, listed = Library(boto3, org.url, temporary).give(APPLICATION, LIST)
    assert ([one["id"] for one in listed["ApplicationSummaries"]], len(temporary)) == ([made["id"]], 3)


def test_a_temporary_key_is_refused_without_its_session_token(org: Org, boto3: Script) -> None:
    key_id, secret, _ = key_of_member(org, org.login, seconds_to_live=HOUR)
    _, _, anothers = key_of_member(org, org.login, seconds_to_live=HOUR)
    refusals = [refusal(org, boto3, credential) for credential in [(key_id, secret), (key_id, secret, anothers)]]
    assert [(raised, status) for raised, status, _ in refusals] == [("ClientError", 403)] * 2


def test_a_wrong_secret_is_an_invalid_signature(org: Org, boto3: Script, key: Key) -> None:
    wrong = (key[0], "x" * len(key[1]))
    assert refusal(org, boto3, wrong) == ("ClientError", 403, "InvalidSignatureException")


def test_an_unknown_key_is_unrecognized(org: Org, boto3: Script, key: Key) -> None:
    unknown = ("AKIA" + "A" * 16, key[1])
    assert refusal(org, boto3, unknown) == ("ClientError", 403, "UnrecognizedClientException")


def test_a_deleted_key_is_unrecognized(org: Org, boto3: Script, admin: Library, key: Key) -> None:
    admin.gives(LIST)
    org.services.access_keys.delete(org.identity, key[0])
    assert refusal(org, boto3, key) == ("ClientError", 403, "UnrecognizedClientException")


def test_a_request_that_is_not_signed_is_told_what_is_missing(org: Org, boto3: Script) -> None:
    assert refusal(org, boto3, None) == ("ClientError", 403, "MissingAuthenticationTokenException")


def test_a_viewer_lists_and_describes(org: Org, boto3: Script, admin: Library) -> None:
    app, shop = admin.give(APPLICATION, DOMAIN)
    pair = {"id": app["id"], "dataSourceArn": shop["DomainStatus"]["ARN"]}
    attached = admin.gives(call("attach_data_source", **pair))
    found, described, listed = Library(boto3, org.url, key_of_role(org, Role.VIEWER)).give(
        call("get_application", id=app["id"]),
        call("describe_data_source_attachment", **pair),
        call("list_data_source_attachments", id=app["id"]),
    )
    assert (found["id"], described, len(listed["attachments"])) == (app["id"], attached, 1)


def test_a_viewers_writes_are_access_denied_exceptions(org: Org, boto3: Script, admin: Library) -> None:
    app, shop = admin.give(APPLICATION, DOMAIN)
    pair = {"id": app["id"], "dataSourceArn": shop["DomainStatus"]["ARN"]}
    refused = Library(boto3, org.url, key_of_role(org, Role.VIEWER)).outcomes(
        call("attach_data_source", **pair),
        call("detach_data_source", **pair),
        call("create_application", name="another"),
        call("delete_application", id=app["id"]),
        call("create_domain", DomainName="another"),
    )
    assert [(one.raised, one.status) for one in refused] == [("AccessDeniedException", 403)] * 5
    listed, attachments = admin.give(LIST, call("list_data_source_attachments", id=app["id"]))
    assert ([one["name"] for one in listed["ApplicationSummaries"]], attachments["attachments"]) == (["my-app"], [])


def test_an_access_denied_exception_names_the_operation(org: Org, boto3: Script, admin: Library) -> None:
    app, shop = admin.give(APPLICATION, DOMAIN)
    refused = Library(boto3, org.url, key_of_role(org, Role.VIEWER)).refused(
        call("attach_data_source", id=app["id"], dataSourceArn=shop["DomainStatus"]["ARN"])
    )
    assert "es:AttachDataSource" in refused.said["message"]


def test_an_editor_attaches_and_makes_no_application(org: Org, boto3: Script, admin: Library) -> None:
    app, shop = admin.give(APPLICATION, DOMAIN)
    pair = {"id": app["id"], "dataSourceArn": shop["DomainStatus"]["ARN"]}
    attached, detached, refused = Library(boto3, org.url, key_of_role(org, Role.EDITOR)).outcomes(
        call("attach_data_source", **pair),
        call("detach_data_source", **pair),
        call("create_application", name="another"),
    )
    assert (attached.given()["status"], detached.given()["id"]) == ("ATTACHED", app["id"])
    assert (refused.raised, refused.status) == ("AccessDeniedException", 403)


def test_an_application_of_another_org_is_not_found(org: Org, other_org: Org, boto3: Script, admin: Library) -> None:
    app = admin.gives(APPLICATION)
    listed, refused = Library(boto3, other_org.url, key_of_admin(other_org)).outcomes(
        LIST, call("get_application", id=app["id"])
    )
    assert listed.given()["ApplicationSummaries"] == []
    assert (refused.raised, refused.status) == ("ResourceNotFoundException", 409)


def test_an_application_of_the_same_name_may_be_in_another_org(
    org: Org, other_org: Org, boto3: Script, admin: Library
) -> None:
    first = admin.gives(APPLICATION)
    second = Library(boto3, other_org.url, key_of_admin(other_org)).gives(APPLICATION)
    assert (first["name"], first["id"] != second["id"]) == (second["name"], True)


def test_what_boto3_finds_wrong_is_not_sent(admin: Library) -> None:
    refused = admin.outcomes(
        call("attach_data_source", id="my-app"),
        call("attach_data_source", id="my-app", dataSourceArn="short"),
        call("create_application", name="ab"),
    )
    assert [(one.raised, one.status) for one in refused] == [("ParamValidationError", 0)] * 3


def test_an_operation_that_is_not_there_says_so(admin: Library) -> None:
    refused = admin.refused(call("describe_domain_config", DomainName="shop"))
    assert (refused.raised, refused.status) == ("DisabledOperationException", 409)
    assert "does not implement DescribeDomainConfig" in refused.said["message"]


def test_an_id_with_a_space_and_a_sign_is_signed_as_boto3_signs_it(admin: Library) -> None:
    refused = admin.refused(call("get_application", id="A B!"))
    assert refused.said["code"] not in {"InvalidSignatureException", "IncompleteSignatureException"}
    assert 400 <= refused.status < 500


def test_every_answer_has_a_request_id_of_its_own(admin: Library) -> None:
    outcomes = admin.outcomes(LIST, LIST, call("get_application", id="nosuchapp"))
    ids = [outcome.said["request_id"] for outcome in outcomes]
    assert (all(ids), len(set(ids))) == (True, 3)
