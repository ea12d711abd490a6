"""Data sources with an ARN of their own: given, changed, taken away, unique in the org."""

from dataclasses import replace

import pytest

from app.identity.errors import PermissionDenied
from app.identity.identity import Identity
from app.registry.access import Level
from app.registry.datasource import ByArn, ByUid, DataSource
from app.registry.errors import (
    DataSourceArnTaken,
    DataSourceDenied,
    DataSourceNotFound,
    InvalidArn,
)
from app.registry.registry import Registry
from app.services import Services
from identity.callers import admin, editor, viewer
from registry.given import change, new
from registry.permitted import give

LOGS = "arn:aws:es:us-east-1:123456789012:domain/logs"
COLLECTION = "arn:aws:aoss:us-east-1:123456789012:collection/abc123"


def with_arn(arn: str) -> str:
    return f'{{"awsArn":"{arn}"}}'


def by_arn(registry: Registry, org: int, arn: str = LOGS) -> str:
    """The uid of the one that is meant."""
    return registry.look_up(admin(org), ByArn(arn)).uid


def editor_of_some(org: int) -> Identity:
    """An editor in an org where permissions were set on data sources."""
    return replace(editor(org), org_has_permissions=True)


@pytest.fixture
def given(registry: Registry, org: int) -> DataSource:
    """One that was given an ARN."""
    return registry.create(admin(org), new("given", uid="given", json=with_arn(LOGS)))


@pytest.mark.parametrize("arn", [LOGS, COLLECTION], ids=["domain", "collection"])
def test_it_is_found_by_the_arn_that_it_was_given(registry: Registry, org: int, arn: str) -> None:
    made = registry.create(admin(org), new(json=with_arn(arn)))
    assert registry.get(admin(org), ByArn(arn)) == made


def test_it_is_found_by_its_name_until_another_is_given_the_arn(registry: Registry, org: int) -> None:
    registry.create(admin(org), new("logs", uid="named", type="elasticsearch"))
    assert by_arn(registry, org) == "named"
    registry.create(admin(org), new("other", uid="given", json=with_arn(LOGS)))
    assert by_arn(registry, org) == "given"
    registry.delete(admin(org), ByUid("given"))
    assert by_arn(registry, org) == "named"


def test_what_nobody_was_given_is_not_found(registry: Registry, org: int) -> None:
    registry.create(admin(org), new("abc123", type="elasticsearch"))
    for arn in (LOGS, COLLECTION, "logs", "", f"{LOGS}\0"):
        with pytest.raises(DataSourceNotFound):
            registry.get(admin(org), ByArn(arn))


def test_an_arn_can_be_given_later(registry: Registry, org: int) -> None:
    registry.create(admin(org), new(uid="given"))
    registry.replace(admin(org), ByUid("given"), change(json=with_arn(LOGS)))
    assert by_arn(registry, org) == "given"


@pytest.mark.parametrize("json", ["{}", '{"awsArn":""}', '{"awsArn":null}'])
def test_an_arn_can_be_taken_away(registry: Registry, org: int, given: DataSource, json: str) -> None:
    registry.replace(admin(org), ByUid(given.uid), change("given", json=json))
    with pytest.raises(DataSourceNotFound):
        registry.get(admin(org), ByArn(LOGS))
    registry.create(admin(org), new("next", uid="next", json=with_arn(LOGS)))
    assert by_arn(registry, org) == "next"


def test_an_arn_can_be_changed_and_the_old_one_is_free(registry: Registry, org: int, given: DataSource) -> None:
    registry.replace(admin(org), ByUid(given.uid), change("given", json=with_arn(COLLECTION)))
    assert by_arn(registry, org, COLLECTION) == "given"
    registry.create(admin(org), new("next", uid="next", json=with_arn(LOGS)))
    assert by_arn(registry, org) == "next"


def test_a_change_that_leaves_the_arn_is_none_against_itself(registry: Registry, org: int, given: DataSource) -> None:
    registry.replace(admin(org), ByUid(given.uid), change("renamed", json=with_arn(LOGS)))
    assert by_arn(registry, org) == "given"


def test_the_arn_of_a_deleted_one_is_free(registry: Registry, org: int, given: DataSource) -> None:
    registry.delete(admin(org), ByUid(given.uid))
    registry.create(admin(org), new("next", uid="next", json=with_arn(LOGS)))
    assert by_arn(registry, org) == "next"


@pytest.mark.usefixtures("given")
def test_an_arn_is_given_once_in_an_org(registry: Registry, org: int) -> None:
    with pytest.raises(DataSourceArnTaken) as taken:
        registry.create(admin(org), new("second", json=with_arn(LOGS)))
    assert taken.value.arn == LOGS
    registry.create(admin(org), new("second", uid="second"))
    with pytest.raises(DataSourceArnTaken):
        registry.replace(admin(org), ByUid("second"), change("second", json=with_arn(LOGS)))
    assert registry.get(admin(org), ByUid("second")).json_data.text == "{}"
    assert [row.name for row in registry.all(admin(org))] == ["given", "second"]


def test_an_arn_can_be_given_that_a_name_stood_for(registry: Registry, org: int) -> None:
    registry.create(admin(org), new("logs", uid="named", type="elasticsearch"))
    registry.replace(admin(org), ByUid("named"), change("logs", type="elasticsearch", json=with_arn(LOGS)))
    assert by_arn(registry, org) == "named"


@pytest.mark.usefixtures("given")
def test_each_org_gives_it_on_its_own(registry: Registry, org: int, other_org: int) -> None:
    with pytest.raises(DataSourceNotFound):
        registry.get(admin(other_org), ByArn(LOGS))
    registry.create(admin(other_org), new("theirs", uid="theirs", json=with_arn(LOGS)))
    assert (by_arn(registry, org), by_arn(registry, other_org)) == ("given", "theirs")


@pytest.mark.parametrize("json", ['{"awsArn":"logs"}', '{"awsArn":5}'])
def test_what_is_no_arn_is_refused_and_nothing_is_stored(
    registry: Registry, org: int, given: DataSource, json: str
) -> None:
    with pytest.raises(InvalidArn):
        registry.create(admin(org), new("second", json=json))
    with pytest.raises(InvalidArn):
        registry.replace(admin(org), ByUid(given.uid), change("given", json=json))
    assert registry.all(admin(org)) == [registry.look_up(admin(org), ByUid("given"))]
    assert by_arn(registry, org) == "given"


def test_who_may_not_read_it_does_not_find_it_by_its_arn(
    services: Services, registry: Registry, org: int, given: DataSource
) -> None:
    assert registry.get(viewer(org), ByArn(LOGS)).uid == "given"
    give(services, given, Viewer=Level.NONE)
    with pytest.raises(DataSourceDenied):
        registry.get(viewer(org), ByArn(LOGS))
    with pytest.raises(PermissionDenied):
        registry.delete(viewer(org), ByArn(LOGS))


@pytest.mark.usefixtures("given")
def test_an_arn_is_compared_byte_by_byte(registry: Registry, org: int) -> None:
    for arn in (LOGS.upper(), f"{LOGS} ", LOGS[:-1]):
        with pytest.raises(DataSourceNotFound):
            registry.get(admin(org), ByArn(arn))


@pytest.mark.usefixtures("given")
def test_who_may_edit_one_data_source_only_gives_it_no_arn(services: Services, registry: Registry, org: int) -> None:
    theirs = registry.create(admin(org), new("theirs", uid="theirs"))
    give(services, theirs, Editor=Level.EDIT)
    for arn in (LOGS, LOGS.replace("logs", "other")):
        with pytest.raises(PermissionDenied):
            registry.replace(editor_of_some(org), ByUid("theirs"), change("theirs", json=with_arn(arn)))
    assert by_arn(registry, org) == "given"


def test_who_may_edit_one_data_source_only_keeps_the_arn_that_it_has(
    services: Services, registry: Registry, org: int, given: DataSource
) -> None:
    give(services, given, Editor=Level.EDIT)
    changed = change("another name", json=with_arn(LOGS))
    assert registry.replace(editor_of_some(org), ByUid("given"), changed).name == "another name"
    assert by_arn(registry, org) == "given"
