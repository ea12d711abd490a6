"""What OpenSearch's API says of a data source binds whoever queries it: its status, and the roles that may."""

from dataclasses import replace

import pytest

from app.identity.errors import PermissionDenied
from app.identity.identity import Identity
from app.identity.roles import Role
from app.registry.access import Level
from app.registry.datasource import ById, ByName, ByUid, DataSource, DataSourceChange, OpenSearchSide, Status
from app.registry.errors import DataSourceDisabled, DataSourceNotFound, RoleMissing
from app.registry.json_data import JsonData
from app.registry.registry import Registry
from app.services import Services
from identity.callers import admin, caller, editor, viewer
from identity.people import add_user
from registry.given import change, new
from registry.permitted import give, member

Roles = tuple[str, ...] | None


def made(
    registry: Registry, org: int, roles: Roles = None, status: Status = Status.ACTIVE, **given: bool
) -> DataSource:
    """A data source with the roles and the status."""
    side = OpenSearchSide(status=status, allowed_roles=roles)
    return registry.create(admin(org), replace(new(**given), opensearch=side))  # type: ignore[arg-type]


def may_query(registry: Registry, who: Identity, row: DataSource) -> bool:
    """By each way to name it, which must agree."""
    outcomes = set()
    for ref in (ById(row.id), ByUid(row.uid), ByName(row.name)):
        try:
            outcomes.add(registry.for_request(who, ref).id == row.id)
        except RoleMissing:
            outcomes.add(False)
    assert len(outcomes) == 1
    return outcomes.pop()


# Roles


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(
    ("roles", "allowed"),
    [
        (None, ["Viewer", "Editor", "Admin"]),
        ((), ["Admin"]),
        (("Viewer",), ["Viewer", "Admin"]),
        (("Editor",), ["Editor", "Admin"]),
        (("Viewer", "Editor"), ["Viewer", "Editor", "Admin"]),
        (("Admin",), ["Admin"]),
        (("analyst",), ["Admin"]),
        (("viewer", "EDITOR"), ["Admin"]),
    ],
    ids=repr,
)
def test_who_has_no_allowed_role_does_not_query(
    registry: Registry, org: int, role: Role, roles: Roles, allowed: list[str]
) -> None:
    assert may_query(registry, caller(org, role), made(registry, org, roles)) is (role.value in allowed)


def test_a_team_is_a_role_for_as_long_as_one_is_in_it(services: Services, registry: Registry, org: int) -> None:
    row = made(registry, org, ("analyst",))
    user = add_user(services, org, Role.VIEWER)
    who = member(org, Role.VIEWER, id=user)
    team = services.teams.create(admin(org), name="analyst", email="").id
    assert not may_query(registry, who, row)
    services.teams.add_member(admin(org), team, user)
    assert may_query(registry, who, row)
    services.teams.remove_member(admin(org), team, user)
    assert not may_query(registry, who, row)


def test_a_team_of_the_same_name_in_another_org_is_none(
    services: Services, registry: Registry, org: int, other_org: int
) -> None:
    row = made(registry, org, ("analyst",))
    user = add_user(services, other_org, Role.VIEWER)
    team = services.teams.create(admin(other_org), name="analyst", email="").id
    services.teams.add_member(admin(other_org), team, user)
    assert not may_query(registry, member(org, Role.VIEWER, id=user), row)


def test_an_allowed_role_gives_no_permission(services: Services, registry: Registry, org: int) -> None:
    row = made(registry, org, ("Viewer",))
    give(services, row, Viewer=Level.NONE, Editor=Level.NONE)
    with pytest.raises(PermissionDenied):
        registry.for_request(member(org, Role.VIEWER), ById(row.id))


def test_a_permission_is_no_allowed_role(services: Services, registry: Registry, org: int) -> None:
    row = made(registry, org, ("analyst",))
    give(services, row, Viewer=Level.ADMIN)
    with pytest.raises(RoleMissing):
        registry.for_request(member(org, Role.VIEWER), ById(row.id))


def test_a_refusal_names_the_data_source_and_the_roles(registry: Registry, org: int) -> None:
    row = made(registry, org, ("one", "two"))
    with pytest.raises(RoleMissing) as found:
        registry.for_request(viewer(org), ById(row.id))
    assert (found.value.name, found.value.roles) == ("metrics", "one, two")


def test_who_has_no_allowed_role_still_reads(registry: Registry, org: int) -> None:
    row = made(registry, org, ("analyst",), Status.DISABLED)
    assert registry.get(viewer(org), ById(row.id)) == row
    assert registry.all(viewer(org)) == [row]


# Status


@pytest.mark.parametrize("who", [admin, editor, viewer])
@pytest.mark.parametrize("roles", [None, (), ("Viewer",)], ids=repr)
def test_nobody_queries_what_is_disabled_and_hears_that_first(
    registry: Registry, org: int, who: type[Identity], roles: Roles
) -> None:
    row = made(registry, org, roles, Status.DISABLED)
    with pytest.raises(DataSourceDisabled) as found:
        registry.for_request(who(org), ById(row.id))  # type: ignore[arg-type, call-arg]
    assert found.value.name == "metrics"


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.ERROR])
def test_any_other_status_keeps_nobody_away(registry: Registry, org: int, status: Status) -> None:
    assert may_query(registry, viewer(org), made(registry, org, None, status))


def test_a_change_by_grafanas_api_leaves_roles_and_status(registry: Registry, org: int) -> None:
    side = OpenSearchSide(status=Status.DISABLED, allowed_roles=("a", "b"), document=JsonData('{"description":"d"}'))
    row = registry.create(admin(org), replace(new(), opensearch=side))
    changed = registry.replace(admin(org), ById(row.id), change("renamed"))
    assert changed.opensearch == registry.get(admin(org), ById(row.id)).opensearch == side


# What a test of the connection finds


@pytest.mark.parametrize(
    ("before", "found", "after"),
    [
        (Status.ACTIVE, Status.ERROR, Status.ERROR),
        (Status.ERROR, Status.ACTIVE, Status.ACTIVE),
        (Status.ACTIVE, Status.ACTIVE, Status.ACTIVE),
        (Status.ERROR, Status.ERROR, Status.ERROR),
        (Status.DISABLED, Status.ACTIVE, Status.DISABLED),
        (Status.DISABLED, Status.ERROR, Status.DISABLED),
    ],
)
def test_what_a_test_found_becomes_the_status_of_all_but_the_disabled(
    registry: Registry, org: int, before: Status, found: Status, after: Status
) -> None:
    row = made(registry, org, ("a",), before)
    registry.set_status(admin(org), row, found)
    assert registry.get(admin(org), ById(row.id)) == replace(
        row, opensearch=OpenSearchSide(status=after, allowed_roles=("a",))
    )


def test_the_status_of_a_read_only_data_source_stays(registry: Registry, org: int) -> None:
    row = made(registry, org, read_only=True)
    registry.set_status(admin(org), row, Status.ERROR)
    assert registry.get(admin(org), ById(row.id)) == row


@pytest.mark.parametrize("who", [editor, viewer])
def test_who_may_not_edit_neither_tests_nor_sets_the_status(registry: Registry, org: int, who: type[Identity]) -> None:
    row = made(registry, org)
    with pytest.raises(PermissionDenied):
        registry.for_test(who(org), ById(row.id))  # type: ignore[arg-type, call-arg]
    with pytest.raises(PermissionDenied):
        registry.set_status(who(org), row, Status.ERROR)  # type: ignore[arg-type, call-arg]
    assert registry.get(admin(org), ById(row.id)) == row


def test_an_editor_of_a_data_source_tests_it_whatever_its_status_and_roles(
    services: Services, registry: Registry, org: int
) -> None:
    row = made(registry, org, (), Status.DISABLED)
    give(services, row, Viewer=Level.EDIT)
    assert registry.for_test(member(org, Role.VIEWER), ById(row.id)).id == row.id


def test_what_is_not_there_is_neither_tested_nor_set(registry: Registry, org: int, other_org: int) -> None:
    row = made(registry, org)
    with pytest.raises(DataSourceNotFound):
        registry.for_test(admin(other_org), ById(row.id))
    with pytest.raises(DataSourceNotFound):
        registry.set_status(admin(other_org), row, Status.ERROR)
    assert registry.get(admin(org), ById(row.id)) == row


def test_a_status_that_changes_is_audited(services: Services, registry: Registry, org: int) -> None:
    row = made(registry, org)
    for found in (Status.ERROR, Status.ERROR, Status.ACTIVE):
        registry.set_status(admin(org), registry.look_up(admin(org), ById(row.id)), found)
    events = [event for event in services.storage.audit.of_org(org) if "status" in event.detail]
    assert [(event.action, event.detail["status"]) for event in events] == [
        ("datasources:write", "ERROR"),
        ("datasources:write", "ACTIVE"),
    ]


def test_the_status_of_a_data_source_that_was_changed_meanwhile_stays(registry: Registry, org: int) -> None:
    tested = made(registry, org)
    changed = DataSourceChange(name=tested.name, type=tested.type, access="proxy", url="http://elsewhere.test")
    registry.replace(admin(org), ById(tested.id), changed)
    registry.set_status(admin(org), tested, Status.ERROR)
    assert registry.get(admin(org), ById(tested.id)).opensearch.status is Status.ACTIVE


@pytest.mark.parametrize("role", ["Admin", "Editor"])
def test_a_team_with_the_name_of_a_role_gives_nobody_that_role(
    services: Services, registry: Registry, org: int, role: str
) -> None:
    row = made(registry, org, (role,))
    user = add_user(services, org, Role.VIEWER)
    team = services.teams.create(admin(org), name=role, email="").id
    services.teams.add_member(admin(org), team, user)
    assert not may_query(registry, member(org, Role.VIEWER, id=user), row)
