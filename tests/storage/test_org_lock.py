"""Writers of one org follow one another, within a process and between processes."""

import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor

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


def test_the_lock_is_one_for_data_sources_and_accounts(storage: Storage, second_storage: Storage, org: int) -> None:
    entered = threading.Event()

    def enter() -> None:
        with second_storage.directories.writing(org):
            entered.set()

    with ThreadPoolExecutor(1) as pool:
        with storage.data_sources.writing(org):
            waiting = pool.submit(enter)
            assert not entered.wait(0.3)
        waiting.result(30)
    assert entered.is_set()


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
