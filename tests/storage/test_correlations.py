"""Rows of correlations: kept as they are, found in their own org only, named by the uids of today, gone with their
data sources."""

from dataclasses import dataclass, replace

import peewee
import pytest

from app.registry.correlation import Config, Correlation, Transformation
from app.registry.datasource import ById
from app.registry.json_data import JsonData
from app.services import Storage
from storage.rows import data_source_row


@dataclass(frozen=True)
class Ends:
    """Two data sources of an org by their ids."""

    logs: int
    traces: int


def add_data_source(storage: Storage, org_id: int, name: str) -> int:
    with storage.data_sources.writing(org_id):
        return storage.data_sources.add(org_id, data_source_row(org_id, name=name, uid=name))


@pytest.fixture
def ends(storage: Storage, org: int) -> Ends:
    return Ends(add_data_source(storage, org, "logs"), add_data_source(storage, org, "traces"))


def row(org_id: int, uid: str = "c1") -> Correlation:
    return Correlation(
        uid=uid,
        org_id=org_id,
        source_uid="logs",
        target_uid="traces",
        label="To traces",
        description="",
        type="query",
        config=Config(),
        provisioned=False,
    )


def add(storage: Storage, correlation: Correlation, source_id: int, target_id: int | None) -> None:
    org_id = correlation.org_id
    with storage.correlations.writing(org_id):
        storage.correlations.add(org_id, correlation, source_id=source_id, target_id=target_id)


def found(storage: Storage, org_id: int, source_id: int, uid: str = "c1") -> Correlation:
    correlation = storage.correlations.find(org_id, source_id, uid)
    assert correlation is not None
    return correlation


TARGET = '{"n":12345678901234567890123,"f":1.0,"text":"\\u0000 \\ud83d\\ude00 é","deep":[{}]}'


def full(org_id: int) -> Correlation:
    return replace(
        row(org_id),
        label="Prómetheus 🔥 'quoted' \"double\" `back` %s ? \\ end",
        description="é" * 10_000,
        config=Config(
            field="日志",
            target=JsonData(TARGET),
            transformations=(Transformation("regex", 'id="([^"]+)\\s"', "message", "id"), Transformation("logfmt")),
        ),
    )


def test_every_field_comes_back_as_it_was_stored(storage: Storage, org: int, ends: Ends) -> None:
    stored = replace(full(org), provisioned=True)
    add(storage, stored, ends.logs, ends.traces)
    assert found(storage, org, ends.logs) == stored


def test_a_target_comes_back_as_the_text_it_was(storage: Storage, org: int, ends: Ends) -> None:
    add(storage, full(org), ends.logs, ends.traces)
    assert found(storage, org, ends.logs).config.target.text == TARGET


def test_the_depth_of_a_target_does_not_matter(storage: Storage, org: int, ends: Ends) -> None:
    text = '{"a":' * 5_000 + "{}" + "}" * 5_000
    add(storage, replace(row(org), config=Config(target=JsonData(text))), ends.logs, ends.traces)
    assert found(storage, org, ends.logs).config.target.text == text


def test_what_can_be_changed_is_replaced(storage: Storage, org: int, ends: Ends) -> None:
    for uid in ("c1", "c2"):
        add(storage, row(org, uid), ends.logs, ends.traces)
    changed = replace(full(org), type="external")
    with storage.correlations.writing(org):
        storage.correlations.replace(org, changed)
    assert storage.correlations.of_source(org, ends.logs) == [changed, row(org, "c2")]


def test_one_is_deleted_and_the_others_stay(storage: Storage, org: int, ends: Ends) -> None:
    for uid in ("c1", "c2"):
        add(storage, row(org, uid), ends.logs, ends.traces)
    with storage.correlations.writing(org):
        storage.correlations.delete(org, "c1")
    assert storage.correlations.of_source(org, ends.logs) == [row(org, "c2")]


def test_one_that_leads_to_an_address_has_no_target(storage: Storage, org: int, ends: Ends) -> None:
    external = replace(row(org), type="external", target_uid=None)
    add(storage, external, ends.logs, None)
    assert found(storage, org, ends.logs) == external


def test_a_query_without_target_is_in_no_answer(storage: Storage, org: int, ends: Ends) -> None:
    add(storage, row(org), ends.logs, None)
    assert storage.correlations.find(org, ends.logs, "c1") is None
    assert storage.correlations.of_source(org, ends.logs) == []
    assert storage.correlations.origins(org) == []


@pytest.mark.parametrize("end", ["logs", "traces"])
def test_it_is_gone_with_either_data_source(storage: Storage, org: int, ends: Ends, end: str) -> None:
    add(storage, row(org), ends.logs, ends.traces)
    with storage.data_sources.writing(org):
        storage.data_sources.delete(org, getattr(ends, end))
    assert storage.correlations.origins(org) == []


@pytest.mark.parametrize("end", ["logs", "traces"])
def test_it_names_the_uids_that_its_data_sources_have_now(storage: Storage, org: int, ends: Ends, end: str) -> None:
    add(storage, row(org), ends.logs, ends.traces)
    with storage.data_sources.writing(org):
        data_source = storage.data_sources.find(org, ById(getattr(ends, end)))
        assert data_source is not None
        storage.data_sources.replace(org, replace(data_source, uid="renamed"))
    expected = {"logs": "source_uid", "traces": "target_uid"}[end]
    assert getattr(found(storage, org, ends.logs), expected) == "renamed"


def test_it_is_found_at_its_own_source_only(storage: Storage, org: int, ends: Ends) -> None:
    add(storage, row(org), ends.logs, ends.traces)
    assert storage.correlations.find(org, ends.traces, "c1") is None
    assert storage.correlations.of_source(org, ends.traces) == []


@pytest.mark.parametrize("uid", ["", "C1", "c1 ", "c", "\0", "c1\0"], ids=repr)
def test_a_uid_is_compared_byte_by_byte(storage: Storage, org: int, ends: Ends, uid: str) -> None:
    add(storage, row(org), ends.logs, ends.traces)
    assert storage.correlations.find(org, ends.logs, uid) is None


def test_no_other_org_reads_it(storage: Storage, org: int, other_org: int, ends: Ends) -> None:
    add(storage, row(org), ends.logs, ends.traces)
    [origin] = storage.correlations.origins(org)
    assert storage.correlations.find(other_org, ends.logs, "c1") is None
    assert storage.correlations.of_source(other_org, ends.logs) == []
    assert storage.correlations.origins(other_org) == []
    assert storage.correlations.some(other_org, [origin.id]) == []


def test_no_other_org_writes_it(storage: Storage, org: int, other_org: int, ends: Ends) -> None:
    add(storage, row(org), ends.logs, ends.traces)
    with storage.correlations.writing(other_org):
        storage.correlations.replace(other_org, replace(row(other_org), label="theirs"))
        storage.correlations.delete(other_org, "c1")
    assert found(storage, org, ends.logs) == row(org)


def test_two_orgs_may_have_the_same_uid(storage: Storage, org: int, other_org: int, ends: Ends) -> None:
    add(storage, row(org), ends.logs, ends.traces)
    theirs = replace(row(other_org), target_uid="logs")
    source_id = add_data_source(storage, other_org, "logs")
    add(storage, theirs, source_id, source_id)
    assert found(storage, other_org, source_id) == theirs


def test_one_org_cannot_have_a_uid_twice(storage: Storage, org: int, ends: Ends) -> None:
    add(storage, row(org), ends.logs, ends.traces)
    with pytest.raises(peewee.IntegrityError):
        add(storage, row(org), ends.traces, ends.logs)


def test_origins_are_told_the_oldest_first(storage: Storage, org: int, ends: Ends) -> None:
    add(storage, row(org, "z"), ends.traces, ends.logs)
    add(storage, row(org, "a"), ends.logs, ends.traces)
    first, second = storage.correlations.origins(org)
    assert (first.source_uid, second.source_uid) == ("traces", "logs")
    assert first.id < second.id


def test_some_are_those_that_are_asked_for_and_still_there(storage: Storage, org: int, ends: Ends) -> None:
    for uid in ("c1", "c2", "c3"):
        add(storage, row(org, uid), ends.logs, ends.traces)
    first, _, third = storage.correlations.origins(org)
    with storage.correlations.writing(org):
        storage.correlations.delete(org, "c3")
    assert storage.correlations.some(org, [third.id, first.id]) == [row(org, "c1")]


def test_of_none_there_are_none(storage: Storage, org: int, ends: Ends) -> None:
    add(storage, row(org), ends.logs, ends.traces)
    assert storage.correlations.some(org, []) == []
