"""A refusal does not tell which data sources there are to someone who may not see all of them."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from app.identity.authentication import BearerToken
from app.identity.errors import PermissionDenied
from app.identity.identity import Identity
from app.identity.roles import Role
from app.registry.access import ForRole, Level
from app.registry.datasource import ById, ByName, ByUid, DataSource, Ref
from app.registry.errors import DataSourceNotFound
from app.registry.registry import Registry
from app.services import Services
from identity.callers import admin
from registry.given import change, new
from registry.permitted import give, refs

Act = Callable[[Services, Identity, Ref], object]
Limited = Callable[[Services, "Sources"], Identity]

UNKNOWN: list[Ref] = [ById(10**8), ByUid("nothing"), ByName("nothing")]

READS: dict[str, Act] = {
    "get": lambda services, who, ref: services.registry.get(who, ref),
    "id of name": lambda services, who, ref: services.registry.get(who, ref, "datasources.id:read"),
    "request": lambda services, who, ref: services.registry.for_request(who, ref),
}
WRITES: dict[str, Act] = {
    "replace": lambda services, who, ref: services.registry.replace(who, ref, change("changed")),
    "delete": lambda services, who, ref: services.registry.delete(who, ref),
    "admitted to replace": lambda services, who, ref: services.registry.require(who, ref, "datasources:write"),
}
PERMISSIONS: dict[str, Act] = {
    "permissions": lambda services, who, ref: services.permissions.all(who, ref),
    "permit": lambda services, who, ref: services.permissions.set(who, ref, {ForRole(Role.VIEWER): Level.ADMIN}),
    "admitted to permit": lambda services, who, ref: services.registry.require(
        who, ref, "datasources.permissions:write"
    ),
}


@dataclass(frozen=True)
class Sources:
    """One that a caller may use and one that they may not."""

    org: int
    open: DataSource
    closed: DataSource


@pytest.fixture
def sources(registry: Registry, org: int) -> Sources:
    return Sources(org, *(registry.create(admin(org), new(name)) for name in ("open", "closed")))


def signed_in(services: Services, org: int, role: Role, *, data_sources: list[str] | None = None) -> Identity:
    """A service account by its token, as each of its requests finds it."""
    _, text = services.narrow_tokens.create(
        admin(org),
        name="wallboard",
        account="wallboard",
        role=role,
        data_sources=data_sources,
        read_only=False,
        proxy=None,
        seconds_to_live=0,
    )
    return services.authenticator.authenticate(BearerToken(text), door="test", org_id=None)


def viewer_of_one(services: Services, sources: Sources) -> Identity:
    services.orgs.set_default_query_role(admin(sources.org), Role.ADMIN)
    give(services, sources.open, Viewer=Level.QUERY)
    return signed_in(services, sources.org, Role.VIEWER)


def editor_of_one(services: Services, sources: Sources) -> Identity:
    services.orgs.set_default_query_role(admin(sources.org), Role.ADMIN)
    give(services, sources.open, Viewer=Level.ADMIN)
    return signed_in(services, sources.org, Role.EDITOR)


def viewer_of_all_but_one(services: Services, sources: Sources) -> Identity:
    give(services, sources.closed, Viewer=Level.NONE)
    return signed_in(services, sources.org, Role.VIEWER)


def editor_of_all_but_one(services: Services, sources: Sources) -> Identity:
    give(services, sources.closed, Viewer=Level.NONE, Editor=Level.NONE)
    return signed_in(services, sources.org, Role.EDITOR)


def narrow_token_of_an_admin(services: Services, sources: Sources) -> Identity:
    return signed_in(services, sources.org, Role.ADMIN, data_sources=[sources.open.uid])


LIMITED = pytest.mark.parametrize(
    "limited",
    [viewer_of_one, editor_of_one, viewer_of_all_but_one, editor_of_all_but_one, narrow_token_of_an_admin],
    ids=lambda limited: limited.__name__.replace("_", " "),
)


def refusal(services: Services, act: Act, who: Identity, ref: Ref) -> tuple[type[Exception], str]:
    with pytest.raises((PermissionDenied, DataSourceNotFound)) as refused:
        act(services, who, ref)
    return type(refused.value), str(refused.value)


@LIMITED
@pytest.mark.parametrize("act", (READS | WRITES | PERMISSIONS).values(), ids=(READS | WRITES | PERMISSIONS).keys())
def test_a_closed_data_source_is_refused_like_one_that_is_not_there(
    services: Services, sources: Sources, limited: Limited, act: Act
) -> None:
    who, closed = limited(services, sources), sources.closed
    for known, unknown in zip(refs(closed), UNKNOWN, strict=True):
        assert refusal(services, act, who, known) == refusal(services, act, who, unknown)


@LIMITED
@pytest.mark.parametrize("act", READS.values(), ids=READS.keys())
def test_the_open_one_beside_it_is_not_refused(
    services: Services, sources: Sources, limited: Limited, act: Act
) -> None:
    act(services, limited(services, sources), ById(sources.open.id))


@pytest.mark.parametrize(
    "act",
    (
        READS
        | {name: WRITES[name] for name in ("replace", "delete")}
        | {name: PERMISSIONS[name] for name in ("permissions", "permit")}
    ).values(),
)
def test_an_admin_is_told_what_is_not_there(services: Services, sources: Sources, act: Act) -> None:
    for ref in UNKNOWN:
        assert refusal(services, act, admin(sources.org), ref)[0] is DataSourceNotFound


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR], ids=str)
@pytest.mark.parametrize("act", READS.values(), ids=READS.keys())
def test_in_an_org_without_permissions_who_may_read_all_is_told_what_is_not_there(
    services: Services, sources: Sources, act: Act, role: Role
) -> None:
    who = signed_in(services, sources.org, role)
    for ref in UNKNOWN:
        assert refusal(services, act, who, ref)[0] is DataSourceNotFound
