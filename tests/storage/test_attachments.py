"""Rows of attachments: kept as they are, with what their status depends on; moved once; in their own org only."""

from dataclasses import replace

import peewee
import pytest

from app.attachments.values import Application, AttachmentStatus, NewWorkspace, Source, Standing, WorkspaceType
from app.registry.datasource import ById, OpenSearchSide, Status
from app.services import Storage
from storage.attached import (
    ARN,
    add_application,
    add_attachment,
    add_data_source,
    add_workspace,
    attachment_row,
)

PENDING, ATTACHED, FAILED = AttachmentStatus.PENDING, AttachmentStatus.ATTACHED, AttachmentStatus.FAILED
WISH = NewWorkspace("w 1", WorkspaceType.OBSERVABILITY)
# As long as the forms of an ARN allow, and a little more.
LONG_ARN = "arn:aws-us-gov:aoss:" + "a" * 32 + ":123456789012:collection/" + "c" * 140


@pytest.fixture
def application(storage: Storage, org: int) -> Application:
    return add_application(storage, org)


@pytest.fixture
def source(storage: Storage, org: int) -> int:
    return add_data_source(storage, org)


def found(storage: Storage, org: int, application: Application, arn: str = ARN) -> Standing:
    standing = storage.attachments.standing(org, application, arn)
    assert standing is not None
    return standing


def delete_source(storage: Storage, org: int, number: int) -> None:
    with storage.data_sources.writing(org):
        storage.data_sources.delete(org, number)


def test_every_member_comes_back_as_it_was_stored(
    storage: Storage, org: int, application: Application, source: int
) -> None:
    given = attachment_row(
        source,
        data_source_arn=LONG_ARN,
        status=FAILED,
        workspace=add_workspace(storage, org, application),
        new_workspace=WISH,
        description="é 🔥 'quoted' %s ? \\ " * 50,
        iam_role_arn="r" * 2048,
        created_at=2**40,
    )
    with storage.attachments.writing(org):
        storage.attachments.add(org, application, given)
    standing = found(storage, org, application, LONG_ARN)
    assert replace(standing.attachment, number=0) == given
    assert standing.application == application


def test_it_comes_with_what_its_status_depends_on(storage: Storage, org: int, application: Application) -> None:
    number = add_data_source(storage, org, opensearch=OpenSearchSide(status=Status.ERROR))
    standing = add_attachment(storage, org, application, number)
    [[changed_at]] = storage.database.rows(f"SELECT updated_at FROM data_source WHERE id = {number}")
    assert standing.source == Source("logs", Status.ERROR, changed_at)


def test_it_names_the_uid_and_the_status_that_its_data_source_has_now(
    storage: Storage, org: int, application: Application, source: int
) -> None:
    add_attachment(storage, org, application, source)
    row = storage.data_sources.find(org, ById(source))
    assert row is not None
    with storage.data_sources.writing(org):
        changed = replace(row, uid="renamed", name="renamed", opensearch=OpenSearchSide(status=Status.DISABLED))
        storage.data_sources.replace(org, changed)
    standing = found(storage, org, application)
    assert standing.source is not None
    assert (standing.source.uid, standing.source.status) == ("renamed", Status.DISABLED)


def test_without_its_data_source_it_stays(storage: Storage, org: int, application: Application, source: int) -> None:
    before = add_attachment(storage, org, application, source, status=ATTACHED)
    delete_source(storage, org, source)
    after = found(storage, org, application)
    assert after.source is None
    assert after.attachment == replace(before.attachment, data_source_id=None)


def test_a_data_source_is_in_an_application_once(
    storage: Storage, org: int, application: Application, source: int
) -> None:
    first = add_attachment(storage, org, application, source)
    with pytest.raises(peewee.IntegrityError):
        add_attachment(storage, org, application, source)
    assert storage.attachments.standings(org, application) == [first]


@pytest.mark.parametrize("arn", ["", ARN.upper(), ARN + " ", ARN[:-1]], ids=["none", "upper case", "space", "shorter"])
def test_arns_are_compared_byte_by_byte(
    storage: Storage, org: int, application: Application, source: int, arn: str
) -> None:
    add_attachment(storage, org, application, source)
    assert storage.attachments.standing(org, application, arn) is None


def test_it_is_found_in_its_own_application_and_org(
    storage: Storage, org: int, other_org: int, application: Application, source: int
) -> None:
    other = add_application(storage, org, name="other")
    add_attachment(storage, org, application, source)
    assert storage.attachments.standing(org, other, ARN) is None
    assert storage.attachments.standings(org, other) == []
    assert storage.attachments.standing(other_org, application, ARN) is None
    assert storage.attachments.standings(other_org, application) == []
    assert storage.attachments.of_data_source(other_org, source) == []
    assert storage.attachments.unsettled(other_org) == []


def test_no_other_org_writes_it(
    storage: Storage, org: int, other_org: int, application: Application, source: int
) -> None:
    before = add_attachment(storage, org, application, source)
    number = before.attachment.number
    with storage.attachments.writing(other_org):
        assert not storage.attachments.move(other_org, number, old=PENDING, new=FAILED)
        storage.attachments.describe(other_org, number, description="theirs", iam_role_arn="theirs")
        storage.attachments.put_into_workspace(other_org, number, 1)
        storage.attachments.delete(other_org, number)
    assert found(storage, org, application) == before


def test_they_are_listed_in_order_from_one_on(
    storage: Storage, org: int, application: Application, source: int
) -> None:
    made = [
        add_attachment(storage, org, application, source, data_source_arn=f"{ARN}-{name}") for name in ("z", "a", "m")
    ]
    assert storage.attachments.standings(org, application) == made
    assert storage.attachments.standings(org, application, limit=2) == made[:2]
    assert storage.attachments.standings(org, application, after=made[0].attachment.number) == made[1:]
    assert storage.attachments.standings(org, application, after=made[0].attachment.number, limit=1) == [made[1]]
    assert storage.attachments.standings(org, application, after=made[2].attachment.number) == []


def test_those_of_a_data_source_are_found_in_all_applications(
    storage: Storage, org: int, application: Application, source: int
) -> None:
    other = add_application(storage, org, name="other")
    second = add_data_source(storage, org, "metrics")
    made = [add_attachment(storage, org, one, source) for one in (application, other)]
    add_attachment(storage, org, application, second, data_source_arn=f"{ARN}-2")
    assert storage.attachments.of_data_source(org, source) == made


# Moving


@pytest.mark.parametrize("new", [ATTACHED, FAILED], ids=str)
def test_it_is_moved_once_and_forgets_its_wish(
    storage: Storage, org: int, application: Application, source: int, new: AttachmentStatus
) -> None:
    before = add_attachment(storage, org, application, source, new_workspace=WISH)
    with storage.attachments.writing(org):
        assert storage.attachments.move(org, before.attachment.number, old=PENDING, new=new)
    with storage.attachments.writing(org):
        assert not storage.attachments.move(org, before.attachment.number, old=PENDING, new=FAILED)
    after = found(storage, org, application)
    assert after.attachment == replace(before.attachment, status=new, new_workspace=None)


@pytest.mark.parametrize("old", [ATTACHED, FAILED], ids=str)
def test_it_is_moved_from_the_old_status_only(
    storage: Storage, org: int, application: Application, source: int, old: AttachmentStatus
) -> None:
    before = add_attachment(storage, org, application, source, new_workspace=WISH)
    with storage.attachments.writing(org):
        assert not storage.attachments.move(org, before.attachment.number, old=old, new=FAILED)
    assert found(storage, org, application) == before


def test_only_the_one_that_is_meant_is_moved_described_or_deleted(
    storage: Storage, org: int, application: Application, source: int
) -> None:
    first = add_attachment(storage, org, application, source)
    second = add_attachment(storage, org, application, source, data_source_arn=f"{ARN}-2")
    workspace, number = add_workspace(storage, org, application), first.attachment.number
    with storage.attachments.writing(org):
        storage.attachments.move(org, number, old=PENDING, new=ATTACHED)
        storage.attachments.describe(org, number, description="é", iam_role_arn="role")
        storage.attachments.put_into_workspace(org, number, workspace)
    changed = replace(first.attachment, status=ATTACHED, description="é", iam_role_arn="role", workspace=workspace)
    after = storage.attachments.standings(org, application)
    assert [standing.attachment for standing in after] == [changed, second.attachment]
    with storage.attachments.writing(org):
        storage.attachments.delete(org, number)
    assert storage.attachments.standings(org, application) == [second]


# Those that can change without anybody asking


def test_unsettled_are_those_that_are_pending_and_those_whose_data_source_went(
    storage: Storage, org: int, application: Application, source: int
) -> None:
    gone = add_data_source(storage, org, "gone")
    for status in AttachmentStatus:
        for name, number in (("here", source), ("gone", gone)):
            arn = f"{ARN}-{name}-{status.lower()}"
            add_attachment(storage, org, application, number, status=status, data_source_arn=arn)
    delete_source(storage, org, gone)
    assert [standing.attachment.data_source_arn for standing in storage.attachments.unsettled(org)] == [
        f"{ARN}-here-pending",
        f"{ARN}-gone-pending",
        f"{ARN}-gone-attached",
    ]


def test_orgs_to_settle_are_those_that_have_some(storage: Storage, org: int, other_org: int) -> None:
    for one, status in ((org, PENDING), (other_org, ATTACHED)):
        add_attachment(storage, one, add_application(storage, one), add_data_source(storage, one), status=status)
    [theirs] = storage.attachments.standings(other_org, found_application(storage, other_org))
    assert org in storage.attachments.orgs_to_settle()
    assert other_org not in storage.attachments.orgs_to_settle()
    assert theirs.attachment.data_source_id is not None
    delete_source(storage, other_org, theirs.attachment.data_source_id)
    assert other_org in storage.attachments.orgs_to_settle()


def found_application(storage: Storage, org: int) -> Application:
    application = storage.applications.application(org, "us-east-1", "app")
    assert application is not None
    return application


def test_an_org_is_named_once_however_many_it_has(
    storage: Storage, org: int, application: Application, source: int
) -> None:
    for number in range(3):
        add_attachment(storage, org, application, source, data_source_arn=f"{ARN}-{number}")
    named = list(storage.attachments.orgs_to_settle())
    assert named.count(org) == 1
    assert named == sorted(named)


def test_no_number_is_given_again(storage: Storage, org: int, application: Application, source: int) -> None:
    first = add_attachment(storage, org, application, source)
    with storage.attachments.writing(org):
        storage.attachments.delete(org, first.attachment.number)
    assert add_attachment(storage, org, application, source).attachment.number > first.attachment.number
