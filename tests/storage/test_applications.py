"""Rows of applications and workspaces: kept as they are, found in their own org and Region only, gone with the org."""

from dataclasses import replace

import peewee
import pytest

from app.attachments.errors import ApplicationNameTaken
from app.attachments.values import Application, ApplicationStatus, AttachmentStatus, NewWorkspace, WorkspaceType
from app.identity.identity import system
from app.registry.json_data import JsonData
from app.services import Storage
from installations import Installation
from storage.attached import (
    ARN,
    REGION,
    add_application,
    add_attachment,
    add_data_source,
    add_workspace,
    application_row,
)

SAID = '{"tagList":[{"Key":"é","Value":"日志 🔥 \'quoted\' %s ? \\\\ \\u0000"}],"n":12345678901234567890123}'


@pytest.fixture
def application(storage: Storage, org: int) -> Application:
    return add_application(storage, org)


def test_every_member_comes_back_as_it_was_stored(storage: Storage, org: int) -> None:
    given = application_row(
        name="my-app-2",
        region="us-gov-west-1",
        settling=ApplicationStatus.UPDATING,
        ready_at=2**40,
        said=JsonData(SAID),
        created_at=2**40 + 1,
        updated_at=2**40 + 2,
    )
    with storage.applications.writing(org):
        added = storage.applications.add_application(org, given)
    assert replace(added, number=0) == given
    assert added.number > 0
    assert storage.applications.application(org, "us-gov-west-1", "my-app-2") == added


def test_long_texts_come_back(storage: Storage, org: int) -> None:
    said = JsonData.of({"appConfigs": ["é" * 100_000]})
    assert add_application(storage, org, said=said).said == said


def test_it_is_found_by_id_and_by_name(storage: Storage, org: int, application: Application) -> None:
    for named in (application.id, application.name):
        assert storage.applications.application(org, REGION, named) == application


@pytest.mark.parametrize("named", ["", "App", "app ", "ap", "0", "0app", "\0", "app\0", "é"], ids=ascii)
def test_names_are_compared_byte_by_byte(storage: Storage, org: int, application: Application, named: str) -> None:
    assert storage.applications.application(org, REGION, named) is None


def test_an_id_is_not_looked_for_among_names_nor_a_name_among_ids(storage: Storage, org: int) -> None:
    add_application(storage, org, name="0name")
    add_application(storage, org, name="other", id="aid")
    assert storage.applications.application(org, REGION, "0name") is None
    assert storage.applications.application(org, REGION, "aid") is None


def test_another_region_or_org_does_not_find_it(
    storage: Storage, org: int, other_org: int, application: Application
) -> None:
    for named in (application.id, application.name):
        assert storage.applications.application(other_org, REGION, named) is None
        assert storage.applications.application(org, "eu-central-1", named) is None
    assert storage.applications.applications(other_org, REGION) == []
    assert storage.applications.applications(org, "eu-central-1") == []


def test_a_name_is_taken_once_in_an_org_and_region(
    storage: Storage, org: int, other_org: int, application: Application
) -> None:
    with pytest.raises(ApplicationNameTaken):
        add_application(storage, org)
    there = add_application(storage, other_org)
    elsewhere = add_application(storage, org, region="eu-central-1")
    assert len({application.id, there.id, elsewhere.id}) == 3


def test_they_are_told_in_the_order_in_which_they_were_made(storage: Storage, org: int) -> None:
    made = [add_application(storage, org, name=name) for name in ("zoo", "bar", "foo")]
    assert storage.applications.applications(org, REGION) == made


def test_what_can_be_changed_is_replaced(storage: Storage, org: int, application: Application) -> None:
    other = add_application(storage, org, name="other")
    changed = replace(application, settling=ApplicationStatus.UPDATING, ready_at=60, said=JsonData(SAID), updated_at=61)
    with storage.applications.writing(org):
        storage.applications.change_application(org, changed)
    assert storage.applications.applications(org, REGION) == [changed, other]


def test_id_region_name_and_creation_are_never_changed(storage: Storage, org: int, application: Application) -> None:
    with storage.applications.writing(org):
        storage.applications.change_application(
            org, replace(application, id="0other", region="eu-central-1", name="other", created_at=99)
        )
    assert storage.applications.applications(org, REGION) == [application]


def test_no_other_org_writes_it(storage: Storage, org: int, other_org: int, application: Application) -> None:
    with storage.applications.writing(other_org):
        storage.applications.change_application(other_org, replace(application, updated_at=99))
        storage.applications.delete_application(other_org, application.number)
    assert storage.applications.applications(org, REGION) == [application]


# Workspaces


def test_a_workspace_comes_back_as_it_was_stored(storage: Storage, org: int, application: Application) -> None:
    new = NewWorkspace("A-b_c (d) [e]", WorkspaceType.SECURITY_ANALYTICS)
    with storage.applications.writing(org):
        number = storage.applications.add_workspace(org, application.number, "aB3xyz", new, 9)
    found = storage.applications.workspace(org, application.number, "aB3xyz")
    assert found is not None
    assert (found.number, found.id, found.name, found.type) == (number, "aB3xyz", new.name, new.type)
    [placed] = storage.applications.workspaces(org)
    assert (placed.workspace, placed.application, placed.attached) == (found, application, ())


@pytest.mark.parametrize("id", ["", "ABC123", "abc123 ", "abc12", "\0", "abc123\0"], ids=ascii)
def test_ids_of_workspaces_are_compared_byte_by_byte(
    storage: Storage, org: int, application: Application, id: str
) -> None:
    add_workspace(storage, org, application)
    assert storage.applications.workspace(org, application.number, id) is None


def test_a_workspace_is_found_in_its_own_application_and_org(
    storage: Storage, org: int, other_org: int, application: Application
) -> None:
    other = add_application(storage, org, name="other")
    add_workspace(storage, org, application)
    assert storage.applications.workspace(org, other.number, "abc123") is None
    assert storage.applications.workspace(other_org, application.number, "abc123") is None
    assert storage.applications.workspaces(other_org) == []
    assert not storage.applications.has_workspace_name(org, other.number, "w")
    assert not storage.applications.has_workspace_name(other_org, application.number, "w")


def test_names_and_ids_of_workspaces_are_taken_once_in_an_application(
    storage: Storage, org: int, application: Application
) -> None:
    add_workspace(storage, org, application)
    for id, name in (("abc123", "other"), ("other", "w")):
        with pytest.raises(peewee.IntegrityError):
            add_workspace(storage, org, application, id, name)
    add_workspace(storage, org, application, "ABC123", "W")
    add_workspace(storage, org, add_application(storage, org, name="other"))
    assert len(storage.applications.workspaces(org)) == 3


@pytest.mark.parametrize("name", ["W", "w ", "v", ""], ids=repr)
def test_names_of_workspaces_are_compared_byte_by_byte(
    storage: Storage, org: int, application: Application, name: str
) -> None:
    add_workspace(storage, org, application)
    assert storage.applications.has_workspace_name(org, application.number, "w")
    assert not storage.applications.has_workspace_name(org, application.number, name)


def test_a_name_that_an_attachment_wishes_is_taken_until_it_is_moved(
    storage: Storage, org: int, application: Application
) -> None:
    wish = NewWorkspace("wished", WorkspaceType.SEARCH)
    source = add_data_source(storage, org)
    standing = add_attachment(storage, org, application, source, new_workspace=wish)
    assert storage.applications.has_workspace_name(org, application.number, "wished")
    with storage.attachments.writing(org):
        number = standing.attachment.number
        storage.attachments.move(org, number, old=AttachmentStatus.PENDING, new=AttachmentStatus.FAILED)
    assert not storage.applications.has_workspace_name(org, application.number, "wished")


def test_a_workspace_tells_what_is_attached_through_it(storage: Storage, org: int, application: Application) -> None:
    number = add_workspace(storage, org, application)
    empty = add_workspace(storage, org, application, "empty", "empty")
    source = add_data_source(storage, org)
    inside = add_attachment(storage, org, application, source, workspace=number, status=AttachmentStatus.ATTACHED)
    for status in (AttachmentStatus.PENDING, AttachmentStatus.FAILED):
        arn = f"{ARN}-{status.lower()}"
        add_attachment(storage, org, application, source, workspace=empty, status=status, data_source_arn=arn)
    first, second = storage.applications.workspaces(org)
    assert (first.attached, second.attached) == ((inside,), ())


# What goes with what


def test_a_deleted_application_takes_its_attachments_and_workspaces_along(
    storage: Storage, org: int, application: Application
) -> None:
    other = add_application(storage, org, name="other")
    source = add_data_source(storage, org)
    for one in (application, other):
        number = add_workspace(storage, org, one)
        add_attachment(storage, org, one, source, workspace=number, status=AttachmentStatus.ATTACHED)
    with storage.applications.writing(org):
        storage.applications.delete_application(org, application.number)
    assert storage.applications.applications(org, REGION) == [other]
    assert [placed.application for placed in storage.applications.workspaces(org)] == [other]
    assert [one.application for one in storage.attachments.of_data_source(org, source)] == [other]


def test_a_deleted_org_takes_all_along(installation: Installation, storage: Storage, org: int, other_org: int) -> None:
    for one in (org, other_org):
        application = add_application(storage, one)
        number = add_workspace(storage, one, application)
        add_attachment(storage, one, application, add_data_source(storage, one), workspace=number)
    installation.services.orgs.delete(system(0, "test"), org)
    for table in ("application", "workspace", "attachment"):
        counted = [
            storage.database.rows(f"SELECT COUNT(*) FROM {table} WHERE org_id = {one}")[0][0]
            for one in (org, other_org)
        ]
        assert counted == [0, 1], table


def test_no_number_of_an_application_is_given_again(storage: Storage, org: int, application: Application) -> None:
    with storage.applications.writing(org):
        storage.applications.delete_application(org, application.number)
    assert add_application(storage, org).number > application.number
