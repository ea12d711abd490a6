"""The list of all correlations: pages and counts of what the caller may see, and of nothing else."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from app.identity.errors import PermissionDenied
from app.identity.identity import Identity
from app.identity.limits import TokenLimits
from app.identity.roles import Role
from app.registry.access import ForRole, Level
from app.registry.correlation import NewCorrelation
from app.registry.correlations import CorrelationPage, Correlations
from app.registry.datasource import ByUid
from app.registry.registry import RegistryLimits
from app.services import Services, new_uid
from identity.callers import admin, caller, editor, viewer
from registry.given import new
from registry.other_registries import MakeRegistry


@pytest.fixture
def correlations(services: Services) -> Correlations:
    """As the service itself builds them."""
    return services.correlations


def source(services: Services, org: int, name: str, *labels: str) -> str:
    """The uid of a new data source with correlations of these labels."""
    uid = services.registry.create(admin(org), new(name)).uid
    for label in labels:
        services.correlations.create(admin(org), uid, NewCorrelation(type="external", label=label))
    return uid


def listed(
    correlations: Correlations, who: Identity, *, sources: Sequence[str] = (), limit: int = 0, page: int = 0
) -> CorrelationPage:
    return correlations.all(who, source_uids=sources, limit=limit, page=page)


def labels(page: CorrelationPage) -> list[str]:
    return [row.label for row in page.correlations]


def restrict(services: Services, org: int, uid: str) -> None:
    services.permissions.set(admin(org), ByUid(uid), {ForRole(Role.VIEWER): Level.NONE})


def test_an_org_without_correlations_has_one_empty_page(correlations: Correlations, org: int) -> None:
    assert listed(correlations, viewer(org)) == CorrelationPage([], 0, 1, 100)


def test_all_correlations_of_the_org_are_listed_oldest_first(
    services: Services, correlations: Correlations, org: int
) -> None:
    source(services, org, "logs", "a", "b")
    source(services, org, "traces", "c")
    assert labels(listed(correlations, viewer(org))) == ["a", "b", "c"]


def test_correlations_of_another_org_are_neither_listed_nor_counted(
    services: Services, correlations: Correlations, org: int, other_org: int
) -> None:
    theirs = source(services, other_org, "theirs", "a", "b")
    source(services, org, "mine", "c")
    found = listed(correlations, admin(org))
    assert (labels(found), found.total_count) == (["c"], 1)
    assert listed(correlations, admin(org), sources=[theirs]).total_count == 0


def test_correlations_of_a_data_source_that_may_not_be_read_are_neither_listed_nor_counted(
    services: Services, correlations: Correlations, org: int
) -> None:
    restrict(services, org, source(services, org, "secret", "a", "b"))
    source(services, org, "open", "c")
    found = listed(correlations, viewer(org))
    assert (labels(found), found.total_count) == (["c"], 1)
    assert listed(correlations, editor(org)).total_count == 3


def test_asking_for_a_data_source_that_may_not_be_read_lists_nothing(
    services: Services, correlations: Correlations, org: int
) -> None:
    secret = source(services, org, "secret", "a")
    restrict(services, org, secret)
    assert listed(correlations, viewer(org), sources=[secret]) == CorrelationPage([], 0, 1, 100)


def test_a_narrow_token_lists_what_begins_at_its_data_sources(
    services: Services, correlations: Correlations, org: int
) -> None:
    source(services, org, "logs", "a")
    limits = TokenLimits(data_sources=frozenset({source(services, org, "traces", "b")}), read_only=True, proxy=None)
    found = listed(correlations, replace(admin(org), limits=limits))
    assert (labels(found), found.total_count) == (["b"], 1)


def test_who_is_no_member_lists_nothing(services: Services, correlations: Correlations, org: int) -> None:
    source(services, org, "logs", "a")
    with pytest.raises(PermissionDenied):
        listed(correlations, caller(org, None, server_admin=True))


def test_a_limit_on_listed_data_sources_hides_no_correlation(
    services: Services, make_registry: MakeRegistry, org: int
) -> None:
    source(services, org, "logs", "a")
    source(services, org, "traces", "b")
    limits = RegistryLimits(listed=1, quota_of_org=None, quota_of_all=None, reserved_header=None)
    limited = Correlations(services.storage.correlations, make_registry(limits), services.storage.audit, new_uid)
    assert labels(listed(limited, viewer(org))) == ["a", "b"]


def test_the_list_can_be_that_of_some_sources(services: Services, correlations: Correlations, org: int) -> None:
    first, _, third = (source(services, org, name, name) for name in ("a", "b", "c"))
    found = listed(correlations, viewer(org), sources=[third, first, "nothing"])
    assert (labels(found), found.total_count) == (["a", "c"], 2)


@pytest.mark.parametrize(
    ("page", "expected"), [(1, ["a", "b"]), (2, ["c", "d"]), (3, ["e"]), (4, []), (2**63 - 1, [])], ids=str
)
def test_a_page_has_as_many_as_asked_for(
    services: Services, correlations: Correlations, org: int, page: int, expected: list[str]
) -> None:
    source(services, org, "logs", *"abcde")
    found = listed(correlations, viewer(org), limit=2, page=page)
    assert labels(found) == expected
    assert (found.total_count, found.page, found.limit) == (5, page, 2)


@pytest.mark.parametrize("number", [0, -1, -(2**63)])
def test_a_limit_or_page_below_one_is_the_default(correlations: Correlations, org: int, number: int) -> None:
    found = listed(correlations, viewer(org), limit=number, page=number)
    assert (found.limit, found.page) == (100, 1)


@pytest.mark.parametrize(("asked", "given"), [(1, 1), (1_000, 1_000), (1_001, 1_000), (2**63 - 1, 1_000)])
def test_a_limit_is_at_most_a_thousand(correlations: Correlations, org: int, asked: int, given: int) -> None:
    assert listed(correlations, viewer(org), limit=asked).limit == given
