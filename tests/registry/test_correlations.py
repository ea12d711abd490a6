"""Correlations: created, changed, deleted, and who may do it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.identity.errors import PermissionDenied
from app.identity.identity import Identity
from app.identity.limits import TokenLimits
from app.identity.roles import EVERY_DATA_SOURCE, Role
from app.registry.access import ForRole, Level
from app.registry.correlation import Config, CorrelationChange, NewCorrelation, Transformation
from app.registry.correlations import Correlations
from app.registry.datasource import ByName, ByUid
from app.registry.errors import (
    ConfigTypeDeprecated,
    CorrelationNotFound,
    CorrelationProvisioned,
    DataSourceNotFound,
    EmptyCorrelationChange,
    InvalidCorrelation,
)
from app.registry.json_data import JsonData
from app.registry.registry import Registry
from app.services import Services
from identity.callers import admin, caller, editor_with_the_grants_of_an_admin, viewer
from registry.given import change, new

EXTERNAL = NewCorrelation(type="external", label="Wiki", config=Config(target=JsonData('{"url":"https://wiki"}')))
Act = Callable[[Correlations, Identity, str, str], object]
READS: dict[str, Act] = {
    "get": lambda correlations, who, source, uid: correlations.get(who, source, uid),
    "list of a source": lambda correlations, who, source, uid: correlations.of_source(who, source),
}
CHANGES: dict[str, Act] = {
    "change": lambda correlations, who, source, uid: correlations.change(
        who, source, uid, CorrelationChange(label="changed")
    ),
    "delete": lambda correlations, who, source, uid: correlations.delete(who, source, uid),
}
WRITES: dict[str, Act] = {
    "create": lambda correlations, who, source, uid: correlations.create(who, source, EXTERNAL),
    **CHANGES,
}


@pytest.fixture
def correlations(services: Services) -> Correlations:
    """As the service itself builds them."""
    return services.correlations


@pytest.fixture
def logs(registry: Registry, org: int) -> str:
    """The uid of a data source."""
    return registry.create(admin(org), new("logs")).uid


@pytest.fixture
def traces(registry: Registry, org: int) -> str:
    """The uid of another one."""
    return registry.create(admin(org), new("traces")).uid


def narrow(org: int, *uids: str) -> Identity:
    return replace(admin(org), limits=TokenLimits(data_sources=frozenset(uids), read_only=False, proxy=None))


def test_what_was_created_is_read_as_it_was_given(correlations: Correlations, org: int, logs: str, traces: str) -> None:
    given = NewCorrelation(
        type="query",
        target_uid=traces,
        label="To traces",
        description="By id",
        config=Config(
            field="message",
            target=JsonData('{"query":"${id}","n":1.0}'),
            transformations=(Transformation("regex", "id=(.*)", "message", "id"), Transformation("logfmt")),
        ),
    )
    made = correlations.create(admin(org), logs, given)
    assert (made.source_uid, made.target_uid, made.org_id, made.provisioned) == (logs, traces, org, False)
    assert (made.type, made.label, made.description, made.config) == ("query", "To traces", "By id", given.config)
    assert correlations.get(viewer(org), logs, made.uid) == made
    assert correlations.of_source(viewer(org), logs) == [made]


def test_a_change_is_read_afterwards(correlations: Correlations, org: int, logs: str) -> None:
    made = correlations.create(admin(org), logs, EXTERNAL)
    changed = correlations.change(admin(org), logs, made.uid, CorrelationChange(description="new", field="host"))
    assert changed == replace(made, description="new", config=replace(made.config, field="host"))
    assert correlations.get(admin(org), logs, made.uid) == changed


def test_what_was_deleted_is_not_found(correlations: Correlations, org: int, logs: str) -> None:
    made, kept = (correlations.create(admin(org), logs, EXTERNAL) for _ in range(2))
    assert correlations.delete(admin(org), logs, made.uid) == made
    with pytest.raises(CorrelationNotFound):
        correlations.get(admin(org), logs, made.uid)
    assert correlations.of_source(admin(org), logs) == [kept]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (NewCorrelation(type="link"), InvalidCorrelation),
        (NewCorrelation(type="external", config_type="external"), ConfigTypeDeprecated),
        (NewCorrelation(type="query", target_uid="nothing"), DataSourceNotFound),
        (NewCorrelation(type="external", target_uid="nothing"), DataSourceNotFound),
        (NewCorrelation(type="external", target_uid=""), DataSourceNotFound),
    ],
    ids=["invalid", "deprecated", "target", "target of an address", "empty target"],
)
def test_what_is_refused_is_not_created(
    correlations: Correlations, org: int, logs: str, given: NewCorrelation, error: type[Exception]
) -> None:
    with pytest.raises(error):
        correlations.create(admin(org), logs, given)
    assert correlations.of_source(admin(org), logs) == []


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (CorrelationChange(), EmptyCorrelationChange),
        (CorrelationChange(label="new", type="link"), InvalidCorrelation),
        (CorrelationChange(label="new", type="query"), InvalidCorrelation),
    ],
    ids=["empty", "type", "a query without target"],
)
def test_what_is_refused_is_not_changed(
    correlations: Correlations, org: int, logs: str, change: CorrelationChange, error: type[Exception]
) -> None:
    made = correlations.create(admin(org), logs, EXTERNAL)
    with pytest.raises(error):
        correlations.change(admin(org), logs, made.uid, change)
    assert correlations.get(admin(org), logs, made.uid) == made


@pytest.mark.parametrize("act", CHANGES.values(), ids=CHANGES.keys())
def test_a_provisioned_one_stays_as_it_is(correlations: Correlations, org: int, logs: str, act: Act) -> None:
    made = correlations.create(admin(org), logs, replace(EXTERNAL, provisioned=True))
    with pytest.raises(CorrelationProvisioned):
        act(correlations, admin(org), logs, made.uid)
    assert correlations.get(admin(org), logs, made.uid) == made


def test_a_provisioned_data_source_can_have_correlations(
    registry: Registry, correlations: Correlations, org: int
) -> None:
    locked = registry.create(admin(org), new("locked", read_only=True)).uid
    made = correlations.create(admin(org), locked, replace(EXTERNAL, type="query", target_uid=locked))
    assert correlations.of_source(admin(org), locked) == [made]


@pytest.mark.parametrize("renamed", ["logs", "traces"])
def test_a_new_uid_of_a_data_source_is_shown(
    registry: Registry, correlations: Correlations, org: int, logs: str, traces: str, renamed: str
) -> None:
    made = correlations.create(admin(org), logs, NewCorrelation(type="query", target_uid=traces))
    registry.replace(admin(org), ByName(renamed), change(renamed, uid="renamed"))
    source = "renamed" if renamed == "logs" else logs
    found = correlations.get(admin(org), source, made.uid)
    assert (found.source_uid, found.target_uid) == (source, "renamed" if renamed == "traces" else traces)


@pytest.mark.parametrize("deleted", ["logs", "traces"])
def test_correlations_go_with_either_data_source(
    registry: Registry, correlations: Correlations, org: int, logs: str, traces: str, deleted: str
) -> None:
    correlations.create(admin(org), logs, NewCorrelation(type="query", target_uid=traces))
    registry.delete(admin(org), ByName(deleted))
    assert correlations.all(admin(org), source_uids=[], limit=0, page=0).total_count == 0


@pytest.mark.parametrize("act", READS.values(), ids=READS.keys())
def test_every_role_reads(correlations: Correlations, org: int, logs: str, act: Act) -> None:
    made = correlations.create(admin(org), logs, EXTERNAL)
    for role in Role:
        assert act(correlations, caller(org, role), logs, made.uid) in (made, [made])


@pytest.mark.parametrize("act", READS.values(), ids=READS.keys())
def test_reading_needs_no_permission_but_that(correlations: Correlations, org: int, logs: str, act: Act) -> None:
    made = correlations.create(admin(org), logs, EXTERNAL)
    reader = replace(viewer(org), grants={"datasources:read": frozenset({EVERY_DATA_SOURCE})})
    assert act(correlations, reader, logs, made.uid) in (made, [made])


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR], ids=str)
@pytest.mark.parametrize("act", WRITES.values(), ids=WRITES.keys())
def test_viewers_and_editors_write_nothing(
    correlations: Correlations, org: int, logs: str, role: Role, act: Act
) -> None:
    made = correlations.create(admin(org), logs, EXTERNAL)
    with pytest.raises(PermissionDenied):
        act(correlations, caller(org, role), logs, made.uid)
    assert correlations.of_source(admin(org), logs) == [made]


def test_who_may_not_write_is_not_told_what_else_is_wrong(correlations: Correlations, org: int, logs: str) -> None:
    for source in (logs, "nothing"):
        with pytest.raises(PermissionDenied):
            correlations.create(viewer(org), source, NewCorrelation(type="link"))
        with pytest.raises(PermissionDenied):
            correlations.change(viewer(org), source, "nothing", CorrelationChange())


@pytest.mark.parametrize("act", (READS | WRITES).values(), ids=(READS | WRITES).keys())
def test_a_correlation_of_another_org_does_not_exist(
    registry: Registry, correlations: Correlations, org: int, other_org: int, logs: str, act: Act
) -> None:
    made = correlations.create(admin(org), logs, EXTERNAL)
    with pytest.raises(DataSourceNotFound):
        act(correlations, admin(other_org), logs, made.uid)
    assert correlations.of_source(admin(org), logs) == [made]


@pytest.mark.parametrize("act", [READS["get"], *CHANGES.values()], ids=["get", *CHANGES])
def test_a_correlation_is_found_only_in_its_own_org_and_source(
    registry: Registry, correlations: Correlations, org: int, other_org: int, logs: str, traces: str, act: Act
) -> None:
    made = correlations.create(admin(org), logs, EXTERNAL)
    registry.create(admin(other_org), new("same", uid=logs))
    for who, source in ((admin(other_org), logs), (admin(org), traces)):
        with pytest.raises(CorrelationNotFound):
            act(correlations, who, source, made.uid)
    assert correlations.of_source(admin(org), logs) == [made]


def test_a_target_is_looked_for_in_the_own_org_only(
    registry: Registry, correlations: Correlations, org: int, other_org: int, logs: str
) -> None:
    theirs = registry.create(admin(other_org), new("theirs")).uid
    with pytest.raises(DataSourceNotFound):
        correlations.create(admin(org), logs, NewCorrelation(type="query", target_uid=theirs))


def test_a_target_that_may_not_be_read_is_not_told_from_one_that_is_not_there(
    correlations: Correlations, org: int, logs: str, traces: str
) -> None:
    for target in (traces, "nothing"):
        with pytest.raises(DataSourceNotFound):
            correlations.create(narrow(org, logs), logs, NewCorrelation(type="query", target_uid=target))


def test_who_may_write_one_data_source_writes_its_correlations(
    correlations: Correlations, org: int, logs: str, traces: str
) -> None:
    who = narrow(org, logs, traces)
    made = correlations.create(who, logs, NewCorrelation(type="query", target_uid=traces))
    changed = correlations.change(who, logs, made.uid, CorrelationChange(label="new"))
    assert correlations.delete(who, logs, made.uid) == changed


@pytest.mark.parametrize("act", WRITES.values(), ids=WRITES.keys())
def test_permissions_on_the_data_source_take_away_what_a_grant_on_all_gives(
    services: Services, correlations: Correlations, org: int, logs: str, act: Act
) -> None:
    made = correlations.create(admin(org), logs, EXTERNAL)
    services.permissions.set(admin(org), ByUid(logs), {ForRole(Role.EDITOR): Level.QUERY})
    with pytest.raises((PermissionDenied, DataSourceNotFound)):
        act(correlations, editor_with_the_grants_of_an_admin(org), logs, made.uid)
    assert correlations.of_source(admin(org), logs) == [made]


@pytest.mark.parametrize("act", (READS | WRITES).values(), ids=(READS | WRITES).keys())
def test_who_may_nothing_with_a_data_source_may_nothing_with_its_correlations(
    correlations: Correlations, org: int, logs: str, traces: str, act: Act
) -> None:
    made = correlations.create(admin(org), logs, EXTERNAL)
    with pytest.raises(PermissionDenied):
        act(correlations, narrow(org, traces), logs, made.uid)
    assert correlations.of_source(admin(org), logs) == [made]
