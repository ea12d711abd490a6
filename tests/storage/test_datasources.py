"""Rows of data sources: kept as they are, found in their own org only, and guarded by the schema itself."""

import dataclasses
from collections.abc import Callable
from dataclasses import astuple

import peewee
import pytest

from app.registry.datasource import ById, ByName, ByUid, DataSource, Ref
from app.registry.errors import DataSourceNameTaken
from app.registry.json_data import JsonData
from app.services import Storage
from storage.rows import data_source_row


def add(storage: Storage, org_id: int, name: str, **given: object) -> int:
    row = data_source_row(org_id, **{"name": name, "uid": f"uid-of-{name.encode().hex()}"[:40], **given})
    with storage.data_sources.writing(org_id):
        return storage.data_sources.add(org_id, row)


def found(storage: Storage, org_id: int, number: int) -> DataSource:
    row = storage.data_sources.find(org_id, ById(number))
    assert row is not None
    return row


EVERYTHING = {
    "uid": "every-thing_1",
    "name": "Prómetheus 🔥 'quoted' \"double\" `back` %s ? \\ end",
    "type": "x" * 255,
    "access": "direct",
    "url": "https://user@[::1]:9090/päth?q=1",
    "user": "ユーザー",
    "database": "db; DROP TABLE data_source; --",
    "basic_auth": True,
    "basic_auth_user": "basic",
    "with_credentials": True,
    "is_default": True,
    "json_data": JsonData('{"n":12345678901234567890123,"f":1.0,"text":"\\u0000 \\ud83d\\ude00 é","deep":[{}]}'),
    "read_only": True,
    "api_version": "v1",
    "version": 2**53,
    "has_permissions": True,
}


def test_every_field_comes_back_as_it_was_stored(storage: Storage, org: int) -> None:
    row = data_source_row(org, **EVERYTHING)
    with storage.data_sources.writing(org):
        number = storage.data_sources.add(org, row)
    assert found(storage, org, number) == dataclasses.replace(row, id=number, json_data=found_json(storage, org))


def found_json(storage: Storage, org_id: int) -> JsonData:
    [row] = storage.data_sources.all(org_id, None)
    assert row.json_data.text == data_source_row(org_id, **EVERYTHING).json_data.text
    return row.json_data


def test_every_field_can_be_replaced(storage: Storage, org: int) -> None:
    number = add(storage, org, "Plain")
    row = data_source_row(org, **{**EVERYTHING, "id": number})
    with storage.data_sources.writing(org):
        storage.data_sources.replace(org, row)
    assert found(storage, org, number) == dataclasses.replace(row, json_data=found_json(storage, org))


def test_json_data_may_have_a_mebibyte(storage: Storage, org: int) -> None:
    text = JsonData.of({"long": "é" * 2**19})
    number = add(storage, org, "Long", json_data=text)
    assert found(storage, org, number).json_data.text == text.text


def test_ciphertexts_come_back_in_full(storage: Storage, org: int) -> None:
    number = add(storage, org, "Plain")
    ciphertexts = {"password": "g1.a.b", "long": "x" * 70_000, "ключ": ""}
    with storage.data_sources.writing(org):
        storage.data_sources.set_ciphertexts(org, number, ciphertexts)
    assert found(storage, org, number).ciphertexts == ciphertexts


def test_replacing_a_row_keeps_its_ciphertexts(storage: Storage, org: int) -> None:
    number = add(storage, org, "Plain")
    with storage.data_sources.writing(org):
        storage.data_sources.set_ciphertexts(org, number, {"password": "g1.a.b"})
        storage.data_sources.replace(org, data_source_row(org, id=number, name="Renamed"))
    assert found(storage, org, number).ciphertexts == {"password": "g1.a.b"}


REFS: dict[str, Callable[[DataSource], Ref]] = {
    "id": lambda row: ById(row.id),
    "uid": lambda row: ByUid(row.uid),
    "name": lambda row: ByName(row.name),
}


@pytest.mark.parametrize("ref", REFS.values(), ids=REFS.keys())
def test_a_row_is_found_by_what_names_it(storage: Storage, org: int, ref: Callable[[DataSource], Ref]) -> None:
    add(storage, org, "Other")
    row = found(storage, org, add(storage, org, "Wanted"))
    assert storage.data_sources.find(org, ref(row)) == row


@pytest.mark.parametrize("ref", REFS.values(), ids=REFS.keys())
def test_a_row_of_another_org_is_not_found(
    storage: Storage, org: int, other_org: int, ref: Callable[[DataSource], Ref]
) -> None:
    row = found(storage, org, add(storage, org, "Mine"))
    assert storage.data_sources.find(other_org, ref(row)) is None


def test_a_row_of_another_org_is_neither_changed_nor_deleted(storage: Storage, org: int, other_org: int) -> None:
    number = add(storage, org, "Mine", is_default=True)
    before = found(storage, org, number)
    with storage.data_sources.writing(other_org):
        storage.data_sources.replace(other_org, data_source_row(other_org, id=number, name="Theirs"))
        storage.data_sources.set_ciphertexts(other_org, number, {"password": "g1.a.b"})
        storage.data_sources.clear_default(other_org, keep=0)
        storage.data_sources.delete(other_org, number)
    assert found(storage, org, number) == before


def test_lists_counts_and_names_are_those_of_the_org(storage: Storage, org: int, other_org: int) -> None:
    add(storage, org, "Mine")
    add(storage, other_org, "Theirs")
    assert [row.name for row in storage.data_sources.all(org, None)] == ["Mine"]
    assert storage.data_sources.names(org) == ["Mine"]
    assert storage.data_sources.count(org) == 1


def test_the_rows_of_all_orgs_are_counted(empty_storage: Storage) -> None:
    for name in ("Acme", "Globex"):
        with empty_storage.people.writing_everywhere():
            org_id = empty_storage.people.add_org(name).id
        add(empty_storage, org_id, "Mine")
    assert empty_storage.data_sources.count_everywhere() == 2


def test_a_list_is_cut_by_name(storage: Storage, org: int) -> None:
    for name in ("c", "a", "b"):
        add(storage, org, name)
    assert [row.name for row in storage.data_sources.all(org, 2)] == ["a", "b"]


SIMILAR = [
    "Loki",
    "loki",
    "LOKI",
    "Loki ",
    " Loki",
    "Lo\u0308ki",
    "L\u00f6ki",
    "Loki\t",
    "Lok\u0131",
    "Loki🔥",
    "Loki🌊",
]


def test_names_that_look_alike_are_different_names(storage: Storage, org: int) -> None:
    numbers = {name: add(storage, org, name, uid=f"u{index}") for index, name in enumerate(SIMILAR)}
    rows = {name: storage.data_sources.find(org, ByName(name)) for name in SIMILAR}
    assert {name: row.id for name, row in rows.items() if row} == numbers


def test_uids_differ_by_case(storage: Storage, org: int) -> None:
    upper, lower = add(storage, org, "Upper", uid="ABC"), add(storage, org, "Lower", uid="abc")
    assert found(storage, org, upper).uid == "ABC"
    assert storage.data_sources.find(org, ByUid("abc")) == found(storage, org, lower)


@pytest.mark.parametrize(
    "change",
    ["name = 'Taken'", "uid = 'taken'", "default_of = org_id", "org_id = 2147483647"],
    ids=["a name twice", "a uid twice", "a second default", "an org that does not exist"],
)
def test_the_schema_itself_refuses(storage: Storage, org: int, change: str) -> None:
    add(storage, org, "Taken", uid="taken", is_default=True)
    number = add(storage, org, "Free", uid="free")
    before = found(storage, org, number)

    def write_past_the_use_case() -> None:
        with storage.database.writing():
            storage.database.peewee.execute_sql(f"UPDATE data_source SET {change} WHERE id = {number}")

    with pytest.raises(peewee.IntegrityError):
        write_past_the_use_case()
    assert found(storage, org, number) == before


def test_a_name_that_is_taken_is_refused_in_the_words_of_the_registry(storage: Storage, org: int) -> None:
    add(storage, org, "Taken", uid="one")
    with pytest.raises(DataSourceNameTaken):
        add(storage, org, "Taken", uid="two")
    assert storage.data_sources.count(org) == 1


def test_two_orgs_may_use_the_same_name_uid_and_default(storage: Storage, org: int, other_org: int) -> None:
    for one in (org, other_org):
        number = add(storage, one, "Same", uid="same", is_default=True)
        assert found(storage, one, number).is_default


def test_what_others_have_already_is_told(storage: Storage, org: int, other_org: int) -> None:
    number = add(storage, org, "Mine", uid="mine")
    taken = storage.data_sources.taken
    assert astuple(taken(org, "Mine", "mine", besides=0)) == (True, True, True)
    assert astuple(taken(org, "Free", "free", besides=0)) == (True, False, False)
    assert astuple(taken(org, "Mine", "mine", besides=number))[1:] == (False, False)
    assert astuple(taken(other_org, "Mine", "mine", besides=0)) == (False, False, False)


@pytest.mark.parametrize("ref", REFS.values(), ids=REFS.keys())
def test_what_another_process_changed_is_seen_at_once(
    storage: Storage, second_storage: Storage, org: int, ref: Callable[[DataSource], Ref]
) -> None:
    row = found(storage, org, add(storage, org, "Mine"))
    assert storage.data_sources.find(org, ref(row)) == row
    with second_storage.data_sources.writing(org):
        second_storage.data_sources.replace(org, dataclasses.replace(row, url="http://changed", version=2))
    changed = storage.data_sources.find(org, ref(row))
    assert changed is not None
    assert (changed.url, changed.version) == ("http://changed", 2)
    with second_storage.data_sources.writing(org):
        second_storage.data_sources.delete(org, row.id)
    assert storage.data_sources.find(org, ref(row)) is None
    assert storage.data_sources.all(org, None) == []


def test_clearing_the_default_keeps_the_one_that_is_named(storage: Storage, org: int) -> None:
    number = add(storage, org, "Default", is_default=True)
    with storage.data_sources.writing(org):
        storage.data_sources.clear_default(org, keep=number)
        assert found(storage, org, number).is_default
        storage.data_sources.clear_default(org, keep=0)
        assert not found(storage, org, number).is_default


def test_the_id_of_a_deleted_row_is_never_given_again(storage: Storage, org: int) -> None:
    number = add(storage, org, "Deleted")
    with storage.data_sources.writing(org):
        storage.data_sources.delete(org, number)
    assert add(storage, org, "Next") > number


def test_the_id_of_a_deleted_row_is_not_given_again_by_another_process(
    storage: Storage, second_storage: Storage, org: int
) -> None:
    number = add(storage, org, "Deleted")
    with storage.data_sources.writing(org):
        storage.data_sources.delete(org, number)
    assert add(second_storage, org, "Next") > number


@pytest.mark.parametrize("number", [0, -1, 2**31, 2**63 - 1])
def test_a_number_that_no_row_has_is_not_found(storage: Storage, org: int, number: int) -> None:
    assert storage.data_sources.find(org, ById(number)) is None
