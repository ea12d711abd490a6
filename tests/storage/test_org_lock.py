"""Writers of one org follow one another, within a process and between processes."""

import dataclasses
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import partial

import pytest

from app.identity.errors import OrgNotFound
from app.registry.datasource import ById
from app.services import Storage
from storage.rows import data_source_row

NO_ORG = 2**31 - 1


def test_an_org_that_does_not_exist_cannot_be_written_to(storage: Storage) -> None:
    with pytest.raises(OrgNotFound, match=str(NO_ORG)), storage.data_sources.writing(NO_ORG):
        raise AssertionError("the block is not entered")


def test_what_two_processes_read_inside_the_lock_still_holds_when_they_write(
    storage: Storage, second_storage: Storage, org: int
) -> None:
    with storage.data_sources.writing(org):
        number = storage.data_sources.add(org, data_source_row(org, version=0))

    def add_one(stores: Storage) -> None:
        with stores.data_sources.writing(org):
            row = stores.data_sources.find(org, ById(number))
            assert row is not None
            stores.data_sources.replace(org, dataclasses.replace(row, version=row.version + 1))

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(add_one, [storage, second_storage] * 20))
    found = storage.data_sources.find(org, ById(number))
    assert found is not None
    assert found.version == len(done)


def test_the_lock_is_given_back_after_an_error(storage: Storage, second_storage: Storage, org: int) -> None:
    with pytest.raises(KeyError), storage.data_sources.writing(org):
        raise KeyError
    with second_storage.data_sources.writing(org):
        pass


def test_the_lock_is_one_for_data_sources_people_teams_and_tokens(
    storage: Storage, second_storage: Storage, org: int
) -> None:
    others = (second_storage.people, second_storage.teams, second_storage.service_accounts, second_storage.permissions)
    for other in others:
        assert waits(storage.data_sources.writing(org), partial(other.writing, org))


def test_a_writer_of_all_orgs_keeps_out_the_writers_of_each(
    storage: Storage, second_storage: Storage, org: int, other_org: int
) -> None:
    for org_id in (org, other_org):
        assert waits(storage.people.writing_everywhere(), partial(second_storage.people.writing, org_id))


def test_a_writer_of_any_org_keeps_out_those_of_all(
    storage: Storage, second_storage: Storage, org: int, other_org: int
) -> None:
    for org_id in (org, other_org):
        assert waits(storage.people.writing(org_id), second_storage.people.writing_everywhere)


def test_writers_of_all_orgs_follow_one_another(storage: Storage, second_storage: Storage, org: int) -> None:
    assert waits(storage.people.writing_everywhere(), second_storage.people.writing_everywhere)


def waits(first: AbstractContextManager[None], second: Callable[[], AbstractContextManager[None]]) -> bool:
    """Whether nobody enters the second while somebody is in the first; afterwards somebody does."""
    entered = threading.Event()

    def enter() -> None:
        with second():
            entered.set()

    with ThreadPoolExecutor(1) as pool:
        with first:
            waiting = pool.submit(enter)
            came_in = entered.wait(0.1)
        waiting.result(30)
    return not came_in and entered.is_set()


# SQLite locks its whole file; on MariaDB all writers follow one another, because InnoDB's gap locks span orgs.
@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True, scope="session")
def test_writers_of_another_org_do_not_wait(
    storage: Storage, second_storage: Storage, org: int, other_org: int
) -> None:
    def write() -> int:
        with second_storage.data_sources.writing(other_org):
            return second_storage.data_sources.add(other_org, data_source_row(other_org))

    with ThreadPoolExecutor(1) as pool, storage.data_sources.writing(org):
        storage.data_sources.add(org, data_source_row(org))
        assert pool.submit(write).result(10) > 0


def test_readers_do_not_wait_for_a_writer(storage: Storage, second_storage: Storage, org: int) -> None:
    with storage.data_sources.writing(org):
        storage.data_sources.add(org, data_source_row(org))
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(second_storage.data_sources.names, org).result(10) == []
