"""Tokens that open only some data sources, only reading, or only some requests: made, and what they then open."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from app.identity.authentication import BearerToken
from app.identity.errors import (
    InvalidAccount,
    InvalidLimits,
    LifetimeNegative,
    PermissionDenied,
    ProxyRefusedByToken,
    RoleTooHigh,
    ServiceAccountTaken,
    TokenNameTaken,
)
from app.identity.identity import Identity
from app.identity.limits import TokenLimits
from app.identity.people_store import Page
from app.identity.roles import Role
from app.registry.access import ForRole, Level
from app.registry.datasource import ById, ByName, ByUid, DataSource
from app.registry.errors import DataSourceNotFound
from app.registry.narrow_tokens import NarrowTokens
from app.registry.registry import Registry
from app.services import Services
from identity.callers import admin, caller, editor_with_the_grants_of_an_admin
from registry.given import change, new
from registry.permitted import ACTIONS, give, refs

ALL: dict[str, Any] = {"data_sources": None, "read_only": False, "proxy": None}


@pytest.fixture
def narrow_tokens(services: Services) -> NarrowTokens:
    """As the service itself builds them."""
    return services.narrow_tokens


@pytest.fixture
def one(registry: Registry, org: int) -> DataSource:
    return registry.create(admin(org), new("one"))


@pytest.fixture
def two(registry: Registry, one: DataSource) -> DataSource:
    return registry.create(admin(one.org_id), new("two"))


def make(
    services: Services, who: Identity, *, name: str = "wallboard", role: Role = Role.VIEWER, **given: Any
) -> tuple[int, str]:
    asked = {"account": name, "seconds_to_live": 0, **ALL, **given}
    return services.narrow_tokens.create(who, name=name, role=role, **asked)


def bearer(services: Services, org: int, *, role: Role = Role.ADMIN, **limits: Any) -> Identity:
    """Who sends a token with these limits."""
    _, text = make(services, admin(org), role=role, **limits)
    return services.authenticator.authenticate(BearerToken(text), door="test", org_id=None)


def accounts(services: Services, org: int) -> list[str]:
    _, found = services.service_accounts.search(
        admin(org), query="", page=1, per_page=10, disabled=False, expired_tokens=False
    )
    return [account.name for account in found]


@pytest.mark.parametrize(
    ("given", "limits"),
    [
        ({}, None),
        ({"data_sources": ["one"]}, TokenLimits(frozenset({"one"}), read_only=False, proxy=None)),
        ({"read_only": True}, TokenLimits(None, read_only=True, proxy=None)),
        ({"proxy": ["GET api/v1/*"]}, TokenLimits(None, read_only=False, proxy=("GET api/v1/*",))),
        ({"proxy": []}, TokenLimits(None, read_only=False, proxy=())),
    ],
    ids=["nothing", "data sources", "read only", "proxy", "no request"],
)
def test_a_token_is_as_narrow_as_it_was_asked_for(
    services: Services, registry: Registry, org: int, given: dict[str, Any], limits: TokenLimits | None
) -> None:
    registry.create(admin(org), new("one", uid="one"))
    asking = bearer(services, org, role=Role.EDITOR, **given)
    assert (asking.kind, asking.org_id, asking.role, asking.limits) == ("service_account", org, Role.EDITOR, limits)


def test_a_second_token_of_the_same_name_and_role_is_of_the_same_account(services: Services, org: int) -> None:
    make(services, admin(org), name="first", account="scripts", read_only=True)
    make(services, admin(org), name="second", account="scripts")
    assert accounts(services, org) == ["scripts"]
    tokens = services.service_accounts.all_tokens(admin(org))
    assert [(token.name, token.limits is None) for token in tokens] == [("first", False), ("second", True)]


@pytest.mark.parametrize("uids", [["nothing"], ["one", "nothing"], ["ONE"], [""], ["datasources:*"], ["*"]], ids=str)
def test_a_uid_that_no_data_source_has_is_refused(
    services: Services, registry: Registry, org: int, uids: Sequence[str]
) -> None:
    registry.create(admin(org), new("one", uid="one"))
    with pytest.raises(DataSourceNotFound):
        make(services, admin(org), data_sources=uids)
    assert accounts(services, org) == []


def test_a_uid_of_another_org_is_refused(services: Services, registry: Registry, org: int, other_org: int) -> None:
    theirs = registry.create(admin(other_org), new("theirs"))
    with pytest.raises(DataSourceNotFound):
        make(services, admin(org), data_sources=[theirs.uid])


@pytest.mark.parametrize("given", [{"data_sources": []}, {"proxy": ["get x"]}], ids=str)
def test_limits_that_cannot_be_are_refused(services: Services, org: int, given: dict[str, Any]) -> None:
    with pytest.raises(InvalidLimits):
        make(services, admin(org), **given)
    assert accounts(services, org) == []


@pytest.mark.parametrize("given", [{"read_only": True}, {"data_sources": ["nothing"]}, {"proxy": ["x"]}], ids=str)
@pytest.mark.parametrize("role", [None, Role.VIEWER, Role.EDITOR], ids=str)
def test_only_org_admins_make_tokens_and_others_learn_no_more(
    services: Services, org: int, role: Role | None, given: dict[str, Any]
) -> None:
    with pytest.raises(PermissionDenied):
        make(services, caller(org, role), **given)


def test_nobody_makes_a_token_with_a_role_above_their_own(services: Services, org: int) -> None:
    with pytest.raises(RoleTooHigh):
        make(services, editor_with_the_grants_of_an_admin(org), role=Role.ADMIN)
    assert services.service_accounts.all_tokens(admin(org)) == []


def test_an_account_of_another_role_is_not_taken(services: Services, org: int) -> None:
    make(services, admin(org), name="first", account="scripts", role=Role.VIEWER)
    with pytest.raises(ServiceAccountTaken):
        make(services, admin(org), name="second", account="scripts", role=Role.ADMIN)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"name": "taken"}, TokenNameTaken),
        ({"name": " " * 200}, InvalidAccount),
        ({"seconds_to_live": -1}, LifetimeNegative),
    ],
    ids=["name", "long name", "life"],
)
def test_a_token_that_cannot_be_made_leaves_no_account_behind(
    services: Services, org: int, given: dict[str, Any], error: type[Exception]
) -> None:
    make(services, admin(org), name="taken", account="first")
    with pytest.raises(error):
        make(services, admin(org), account="second", **given)
    assert accounts(services, org) == ["first"]


@pytest.mark.parametrize("role", Role, ids=str)
def test_the_list_is_of_the_data_sources_that_the_token_names(
    services: Services, registry: Registry, one: DataSource, two: DataSource, role: Role
) -> None:
    asking = bearer(services, one.org_id, role=role, data_sources=[one.uid])
    assert registry.all(asking) == [one]
    assert registry.scopes(asking, "datasources:query") == [f"datasources:uid:{one.uid}"]
    assert registry.all(bearer(services, one.org_id, role=role, name="wide", proxy=["GET x"])) == [one, two]


def test_another_data_source_stays_closed_by_id_uid_and_name(
    services: Services, registry: Registry, one: DataSource, two: DataSource
) -> None:
    asking = bearer(services, one.org_id, data_sources=[one.uid])
    for mine, other in zip(refs(one), refs(two), strict=True):
        assert registry.get(asking, mine) == one
        for act in (registry.get, registry.for_request, registry.delete):
            with pytest.raises(PermissionDenied):
                act(asking, other)
        with pytest.raises(PermissionDenied):
            registry.replace(asking, other, change())


def test_permissions_take_from_a_narrow_token_what_they_take_from_its_account(
    services: Services, registry: Registry, one: DataSource
) -> None:
    give(services, one, Viewer=Level.NONE)
    asking = bearer(services, one.org_id, role=Role.VIEWER, data_sources=[one.uid])
    assert registry.all(asking) == []
    assert registry.actions_on(asking, registry.get(admin(one.org_id), ById(one.id))) == []


WRITES: dict[str, Callable[[Registry, Identity, DataSource], object]] = {
    "replace": lambda registry, who, row: registry.replace(who, ByUid(row.uid), change("changed")),
    "delete": lambda registry, who, row: registry.delete(who, ByName(row.name)),
    "create": lambda registry, who, row: registry.create(who, new("another")),
    "admit": lambda registry, who, row: registry.admit(who),
}


@pytest.mark.parametrize("act", WRITES.values(), ids=WRITES.keys())
def test_a_read_only_token_of_an_admin_writes_nothing(
    services: Services, registry: Registry, one: DataSource, act: Callable[[Registry, Identity, DataSource], object]
) -> None:
    asking = bearer(services, one.org_id, read_only=True)
    with pytest.raises(PermissionDenied):
        act(registry, asking, one)
    assert registry.all(asking) == [one]
    assert registry.actions_on(asking, one) == ACTIONS[Level.QUERY]


def test_a_token_of_some_data_sources_writes_those_and_creates_none(
    services: Services, registry: Registry, one: DataSource
) -> None:
    asking = bearer(services, one.org_id, data_sources=[one.uid])
    assert registry.actions_on(asking, one) == ACTIONS[Level.EDIT]
    with pytest.raises(PermissionDenied):
        registry.create(asking, new("another"))
    assert registry.delete(asking, ByUid(one.uid)) == one


OTHER_ACTS: dict[str, Callable[[Services, Identity, int], object]] = {
    "make a token": lambda services, who, _: make(services, who, name="wide"),
    "rotate itself": lambda services, who, token: services.service_accounts.rotate_token(
        who, token, overlap=0, seconds_to_live=None
    ),
    "see tokens": lambda services, who, _: services.service_accounts.all_tokens(who),
    "see a token": lambda services, who, token: services.service_accounts.token(who, token),
    "delete a token": lambda services, who, token: services.service_accounts.delete_any_token(who, token),
    "add a token": lambda services, who, _: services.service_accounts.add_token(
        who, who.id, name="wide", seconds_to_live=0
    ),
    "see an account": lambda services, who, _: services.service_accounts.get(who, who.id),
    "make an account": lambda services, who, _: services.service_accounts.create(
        who, name="wide", role=Role.ADMIN, is_disabled=False
    ),
    "change an account": lambda services, who, _: services.service_accounts.change(
        who, who.id, name="wide", role=None, is_disabled=None
    ),
    "delete an account": lambda services, who, _: services.service_accounts.delete(who, who.id),
    "make a key": lambda services, who, _: services.api_keys.create(
        who, name="wide", role=Role.ADMIN, seconds_to_live=0
    ),
    "make a team": lambda services, who, _: services.teams.create(who, name="crew", email=""),
    "see teams": lambda services, who, _: services.teams.search(who, name="", page=Page()),
    "see members": lambda services, who, _: services.members.all(who, who.org_id),
    "rename the org": lambda services, who, _: services.orgs.rename(who, who.org_id, "wide"),
    "say who may query": lambda services, who, _: services.orgs.set_default_query_role(who, Role.VIEWER),
    "see permissions": lambda services, who, _: services.permissions.all(who, ByName("one")),
    "give permissions": lambda services, who, _: services.permissions.set(
        who, ByName("one"), {ForRole(Role.VIEWER): Level.ADMIN}
    ),
}


@pytest.mark.parametrize(
    "limits",
    [{"data_sources": ["one"]}, {"read_only": True}, {"proxy": ["* **"]}],
    ids=["data sources", "read only", "proxy"],
)
@pytest.mark.parametrize("act", OTHER_ACTS.values(), ids=OTHER_ACTS.keys())
def test_a_narrow_token_of_an_admin_opens_nothing_but_data_sources(
    services: Services,
    registry: Registry,
    org: int,
    act: Callable[[Services, Identity, int], object],
    limits: dict[str, Any],
) -> None:
    registry.create(admin(org), new("one", uid="one"))
    asking = bearer(services, org, **limits)
    [token] = services.service_accounts.all_tokens(admin(org))
    with pytest.raises(PermissionDenied):
        act(services, asking, token.id)
    assert [found.id for found in services.service_accounts.all_tokens(admin(org))] == [token.id]


def test_its_own_rules_are_kept_with_the_token(services: Services, org: int) -> None:
    asking = bearer(services, org, proxy=["GET api/v1/query*"])
    assert asking.limits is not None
    asking.limits.require_request("GET", "api/v1/query_range", "", [])
    with pytest.raises(ProxyRefusedByToken):
        asking.limits.require_request("POST", "api/v1/query_range", "", [])
