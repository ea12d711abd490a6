"""How many data sources an org, and all orgs together, may have."""

import pytest

from app.identity.errors import PermissionDenied
from app.registry.datasource import ByName
from app.registry.errors import QuotaReached
from app.registry.registry import RegistryLimits
from app.services import Services
from identity.callers import admin, viewer
from registry.given import change, new
from registry.other_registries import MakeRegistry


def limits(*, of_org: int | None = None, of_all: int | None = None) -> RegistryLimits:
    return RegistryLimits(listed=None, quota_of_org=of_org, quota_of_all=of_all, reserved_header=None)


def test_an_org_has_as_many_as_its_quota_and_no_more(make_registry: MakeRegistry, org: int) -> None:
    registry = make_registry(limits(of_org=2))
    registry.create(admin(org), new("one"))
    registry.create(admin(org), new("two"))
    with pytest.raises(QuotaReached):
        registry.create(admin(org), new("three"))
    assert [row.name for row in registry.all(admin(org))] == ["one", "two"]


def test_each_org_has_its_own_quota(make_registry: MakeRegistry, org: int, other_org: int) -> None:
    registry = make_registry(limits(of_org=1))
    registry.create(admin(org), new())
    assert registry.create(admin(other_org), new()).org_id == other_org


def test_a_quota_of_nothing_allows_nothing(make_registry: MakeRegistry, org: int) -> None:
    with pytest.raises(QuotaReached):
        make_registry(limits(of_org=0)).create(admin(org), new())


def test_the_quota_of_all_counts_every_org(
    services: Services, make_registry: MakeRegistry, org: int, other_org: int
) -> None:
    unlimited = make_registry()
    unlimited.create(admin(org), new())
    everywhere = services.storage.data_sources.count_everywhere()
    registry = make_registry(limits(of_all=everywhere + 1))
    registry.create(admin(other_org), new("one"))
    with pytest.raises(QuotaReached):
        registry.create(admin(other_org), new("two"))


def test_a_deleted_one_makes_room(make_registry: MakeRegistry, org: int) -> None:
    registry = make_registry(limits(of_org=1))
    registry.create(admin(org), new("one"))
    registry.delete(admin(org), ByName("one"))
    assert registry.create(admin(org), new("two")).name == "two"


def test_at_the_quota_changes_still_work(make_registry: MakeRegistry, org: int) -> None:
    registry = make_registry(limits(of_org=1))
    registry.create(admin(org), new())
    assert registry.replace(admin(org), ByName("metrics"), change("renamed")).name == "renamed"


def test_the_quota_is_told_before_anything_is_given(make_registry: MakeRegistry, org: int) -> None:
    registry = make_registry(limits(of_org=1))
    registry.admit(admin(org))
    registry.create(admin(org), new())
    with pytest.raises(QuotaReached):
        registry.admit(admin(org))


def test_who_may_not_create_is_not_told_of_the_quota(make_registry: MakeRegistry, org: int) -> None:
    with pytest.raises(PermissionDenied):
        make_registry(limits(of_org=0)).admit(viewer(org))
