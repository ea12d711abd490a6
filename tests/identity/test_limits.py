"""What a narrow token leaves of its account's grants: limits only ever take away."""

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import pytest

from app.identity.errors import InvalidLimits, PermissionDenied
from app.identity.identity import Identity
from app.identity.limits import TokenLimits, limits_from, new_limits
from app.identity.roles import NO_SCOPE, Role, grants_of
from identity.callers import admin, caller

ORG = 3
ONE, TWO, EVERY = "datasources:uid:one", "datasources:uid:two", "datasources:*"

LIMITS: dict[str, TokenLimits] = {
    "nothing": TokenLimits(data_sources=None, read_only=False, proxy=None),
    "one data source": TokenLimits(data_sources=frozenset({"one"}), read_only=False, proxy=None),
    "no data source": TokenLimits(data_sources=frozenset(), read_only=False, proxy=None),
    "reading": TokenLimits(data_sources=None, read_only=True, proxy=None),
    "reading one": TokenLimits(data_sources=frozenset({"one"}), read_only=True, proxy=None),
    "some requests": TokenLimits(data_sources=None, read_only=False, proxy=("GET api/**",)),
    "names of what is no data source": TokenLimits(
        data_sources=frozenset({"*", EVERY, "users:*", "teams:id:1", ""}), read_only=False, proxy=()
    ),
}
SCOPES = (
    NO_SCOPE,
    ONE,
    TWO,
    EVERY,
    "datasources:uid:grafana",
    "datasources:builtin:grafana",
    "datasources:uid:",
    "apikeys:id:1",
    "serviceaccounts:id:1",
    "teams:id:1",
    "users:id:1",
    "users:*",
    "global.users:id:1",
)
ACTIONS = sorted(grants_of(Role.ADMIN, server_admin=True))
READS = {"datasources:read", "datasources.id:read", "datasources:query"}
WRITES = {"datasources:write", "datasources:delete"}
SOMEWHERE = READS | {"orgs:read"}


def narrow(identity: Identity, limits: TokenLimits) -> Identity:
    return replace(identity, kind="service_account", limits=limits)


def made(
    data_sources: Sequence[str] | None = None, *, read_only: bool = False, proxy: Sequence[str] | None = None
) -> TokenLimits:
    return new_limits(data_sources=data_sources, read_only=read_only, proxy=proxy)


def granted(identity: Identity, scope: str = NO_SCOPE) -> set[str]:
    return {action for action in ACTIONS if identity.may(action, scope)}


@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS.keys())
@pytest.mark.parametrize("server_admin", [False, True], ids=["", "server admin"])
@pytest.mark.parametrize("role", [*Role, None], ids=str)
def test_limits_never_add_to_what_a_role_grants(role: Role | None, server_admin: bool, limits: TokenLimits) -> None:
    for query_role in Role:
        wide = replace(
            caller(ORG, role, server_admin=server_admin),
            grants=grants_of(role, server_admin=server_admin, query_role=query_role),
        )
        narrowed = narrow(wide, limits)
        added = [
            (action, scope)
            for action, scope in product(ACTIONS, SCOPES)
            if narrowed.may(action, scope) and not wide.may(action, scope)
        ]
        assert added == []


@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS.keys())
def test_a_narrow_token_opens_nothing_but_data_sources_and_the_name_of_the_org(limits: TokenLimits) -> None:
    token = narrow(replace(admin(ORG), grants=grants_of(Role.ADMIN, server_admin=True)), limits)
    assert granted(token) <= SOMEWHERE | WRITES | {"datasources:create"}


@pytest.mark.parametrize(
    ("limits", "on_one", "on_two", "somewhere"),
    [
        ("nothing", READS | WRITES, READS | WRITES, SOMEWHERE | WRITES | {"datasources:create"}),
        ("one data source", READS | WRITES, set(), SOMEWHERE | WRITES),
        ("no data source", set(), set(), SOMEWHERE | WRITES),
        ("reading", READS, READS, SOMEWHERE),
        ("reading one", READS, set(), SOMEWHERE),
        ("some requests", READS, READS, SOMEWHERE),
    ],
)
def test_what_limits_leave_to_an_admin(limits: str, on_one: set[str], on_two: set[str], somewhere: set[str]) -> None:
    token = narrow(admin(ORG), LIMITS[limits])
    assert (granted(token, ONE), granted(token, TWO), granted(token)) == (on_one, on_two, somewhere)


def test_limits_leave_to_a_viewer_no_more_than_reading() -> None:
    token = narrow(caller(ORG, Role.VIEWER), LIMITS["one data source"])
    assert (granted(token, ONE), granted(token, TWO)) == (READS, set())


def test_a_token_for_some_data_sources_has_none_of_all() -> None:
    token = narrow(admin(ORG), LIMITS["one data source"])
    for action in READS | WRITES:
        with pytest.raises(PermissionDenied):
            token.require(action, EVERY)


@pytest.mark.parametrize("uid", ["on", "onee", "ONE", "two", "", "*"])
def test_only_the_very_uid_is_within_the_limits(uid: str) -> None:
    assert not LIMITS["one data source"].admit("datasources:read", f"datasources:uid:{uid}")


@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS.keys())
def test_limits_come_back_from_storage_as_they_were(limits: TokenLimits) -> None:
    assert limits_from(json.loads(json.dumps(limits.as_document()))) == limits


@pytest.mark.parametrize(
    "rule",
    [
        "",
        " ",
        "GET",
        "GET ",
        " GET api",
        "GET  api",
        "GET\tapi",
        "GET\napi",
        "GET api ",
        "GET api\n",
        "GET api v1",
        "api/v1",
        "get api",
        "Get api",
        "GE api",
        "G" * 17 + " api",
        "** api",
        "G*T api",
        "GET,POST api",
        "ÄÖÜ api",
        "GET " + "x" * 501,
        "GET api/%2e%2e",
        "GET a%62c",
        "GET api;v=1",
        "GET api\\v1",
        "GET api//v1",
        "GET api/../v1",
        "GET ../api",
        "GET api/..",
        "GET .",
        "GET ./api",
        "GET api/./v1",
        "GET api\x00v1",
        "GET api\x7f",
    ],
    ids=repr,
)
def test_what_is_no_rule_is_refused(rule: str) -> None:
    for proxy in ([rule], ["GET api", rule]):
        with pytest.raises(InvalidLimits):
            made(proxy=proxy)


def test_a_refusal_quotes_the_rule_and_says_what_one_is() -> None:
    with pytest.raises(InvalidLimits, match=r"'get api' is no rule: write a method in capitals"):
        made(proxy=["GET api", "get api"])


@pytest.mark.parametrize(
    "rule",
    [
        "GET api/v1/query*",
        "GET /api/v1/query",
        "* **",
        "* api/**",
        "PROPFIND files/*",
        "POST _msearch",
        "GET a.b/..c/d..",
        "GET [ab]c",
        "GET größe",
    ],
)
def test_a_rule_is_kept_as_it_was_given(rule: str) -> None:
    assert made(proxy=[rule]).proxy == (rule,)


@pytest.mark.parametrize(("count", "taken"), [(0, False), (1, True), (1_000, True), (1_001, False)])
def test_a_token_is_for_1_to_1000_data_sources(count: int, taken: bool) -> None:
    uids = [f"uid-{number}" for number in range(count)]
    if taken:
        assert made(uids).data_sources == frozenset(uids)
    else:
        with pytest.raises(InvalidLimits):
            made(uids)


def test_a_token_has_at_most_100_rules() -> None:
    rules = [f"GET api/{number}" for number in range(101)]
    assert made(proxy=rules[:100]).proxy == tuple(rules[:100])
    with pytest.raises(InvalidLimits):
        made(proxy=rules)


def test_what_is_not_said_does_not_narrow() -> None:
    assert made() == LIMITS["nothing"]
