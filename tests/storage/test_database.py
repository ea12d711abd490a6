"""Connections and transactions, on each of the three databases."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import peewee
import pytest

from app.storage.database import Database
from app.storage.errors import DatabaseUnreachable
from conftest import DATABASES
from storage.conftest import OpenDatabase
from storage.processes import end_of, go_on, next_line, says_something, second_process
from storage.sessions import end_session, session_number

# SQLite has no sessions that somebody else could end.
on_servers = pytest.mark.parametrize("database_kind", DATABASES[1:], indirect=True, scope="session")

CONNECTION_LOST = (peewee.OperationalError, peewee.InterfaceError)

_ENTER_ALONE = """
import sys
from app.storage.database import Database
database = Database(sys.argv[1], connections=1, timeout=30)
print("about to enter", flush=True)
with database.alone():
    print("inside", flush=True)
    sys.stdin.readline()
"""


def notes(database: Database) -> list[str]:
    return [row[0] for row in database.rows("SELECT words FROM note ORDER BY words")]


def note(database: Database, words: str) -> None:
    database.peewee.execute_sql(f"INSERT INTO note (words) VALUES ({database.peewee.param})", (words,))


@pytest.fixture
def database(empty_url: str, open_database: OpenDatabase) -> Database:
    """A database with one empty table of notes, of which each is there once."""
    opened = open_database(empty_url)
    with opened.writing():
        opened.peewee.execute_sql("CREATE TABLE note (words VARCHAR(40) PRIMARY KEY)")
    return opened


@pytest.fixture
def other(database: Database, empty_url: str, open_database: OpenDatabase) -> Database:
    """The same database through connections of its own."""
    return open_database(empty_url)


@contextmanager
def held_by_another_thread(database: Database) -> Iterator[None]:
    """The pool's connection is in use by another thread for the length of the block."""
    is_held, give_back = threading.Event(), threading.Event()

    def hold() -> None:
        with database.connected():
            is_held.set()
            give_back.wait(30)

    with ThreadPoolExecutor(1) as pool:
        holder = pool.submit(hold)
        assert is_held.wait(30)
        try:
            yield
        finally:
            give_back.set()
            holder.result()


def test_what_a_transaction_wrote_is_there_for_others(database: Database, other: Database) -> None:
    with database.writing():
        note(database, "kept")
    assert notes(other) == ["kept"]


def test_a_transaction_is_rolled_back_on_an_error(database: Database) -> None:
    def fail() -> None:
        with database.writing():
            note(database, "lost")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert notes(database) == []


def test_a_statement_that_fails_takes_the_whole_transaction_with_it(database: Database) -> None:
    def fail() -> None:
        with database.writing():
            note(database, "twice")
            note(database, "twice")

    with pytest.raises(peewee.IntegrityError):
        fail()
    assert notes(database) == []


def test_a_transaction_whose_lock_is_refused_writes_nothing_and_leaves_the_database_usable(database: Database) -> None:
    def refuse() -> None:
        note(database, "lost")
        raise LookupError

    with pytest.raises(LookupError), database.writing(refuse):
        raise AssertionError("the block is not entered")
    with database.writing():
        note(database, "kept")
    assert notes(database) == ["kept"]


def test_nobody_sees_a_transaction_before_its_end(database: Database, other: Database) -> None:
    with database.writing():
        note(database, "unfinished")
        assert notes(other) == []


def test_a_thread_waits_for_a_connection_until_another_gives_one_back(
    database: Database, empty_url: str, open_database: OpenDatabase
) -> None:
    small = open_database(empty_url, connections=1)
    with ThreadPoolExecutor(1) as pool:
        with held_by_another_thread(small):
            waiting = pool.submit(small.rows, "SELECT 1")
            assert not waiting.done()
        assert waiting.result(30) == [(1,)]


def test_a_pool_whose_connections_are_all_taken_is_reported_as_unreachable(
    database: Database, empty_url: str, open_database: OpenDatabase
) -> None:
    small = open_database(empty_url, connections=1, timeout=0.2)
    with held_by_another_thread(small), pytest.raises(DatabaseUnreachable):
        small.ping()


def test_a_nested_use_keeps_to_the_connection_of_the_thread(
    database: Database, empty_url: str, open_database: OpenDatabase
) -> None:
    small = open_database(empty_url, connections=1, timeout=0.2)
    with small.connected(), small.writing():
        note(small, "kept")
        assert notes(small) == ["kept"]


def test_a_closed_database_opens_again_by_itself(database: Database) -> None:
    database.close()
    database.ping()


@on_servers
def test_a_pool_opens_no_more_connections_than_it_may(
    database: Database, database_kind: str, empty_url: str, open_database: OpenDatabase
) -> None:
    small = open_database(empty_url, connections=3)
    with ThreadPoolExecutor(12) as pool:
        seen = set(pool.map(lambda _: session_number(small, database_kind), range(60)))
    assert 1 <= len(seen) <= 3


@on_servers
def test_an_idle_connection_that_the_server_ended_is_replaced_for_a_read(
    database: Database, database_kind: str, other: Database
) -> None:
    end_session(other, database_kind, session_number(database, database_kind))
    assert notes(database) == []


@on_servers
def test_an_idle_connection_that_the_server_ended_is_replaced_for_a_write(
    database: Database, database_kind: str, other: Database
) -> None:
    end_session(other, database_kind, session_number(database, database_kind))
    with database.writing():
        note(database, "kept")
    assert notes(database) == ["kept"]


@on_servers
def test_a_process_whose_connection_was_ended_while_it_was_alone_finds_out(
    database: Database, database_kind: str, other: Database
) -> None:
    def go_on_alone() -> None:
        with database.alone():
            end_session(other, database_kind, session_number(database, database_kind))
            # The server gave the lock away with the connection, so that a new connection would not be alone.
            notes(database)

    with pytest.raises(CONNECTION_LOST):
        go_on_alone()
    assert notes(database) == []


@on_servers
def test_a_transaction_whose_connection_was_ended_fails_as_a_whole(
    database: Database, database_kind: str, other: Database
) -> None:
    def lose() -> None:
        with database.writing():
            note(database, "lost")
            end_session(other, database_kind, session_number(database, database_kind))
            # Half a transaction on a new connection would be worse than an error.
            database.rows("SELECT words FROM note")
            note(database, "lost too")

    with pytest.raises(CONNECTION_LOST):
        lose()
    assert notes(database) == []


@on_servers
def test_a_transaction_works_again_after_one_whose_connection_was_ended(
    database: Database, database_kind: str, other: Database
) -> None:
    def lose() -> None:
        with database.writing():
            end_session(other, database_kind, session_number(database, database_kind))
            note(database, "lost")

    with pytest.raises(CONNECTION_LOST):
        lose()
    with database.writing():
        note(database, "kept")
    assert notes(database) == ["kept"]


def test_a_writer_gives_up_on_a_lock_after_the_timeout(
    database: Database, empty_url: str, open_database: OpenDatabase
) -> None:
    with database.writing():
        note(database, "free")
    impatient = open_database(empty_url, timeout=1)

    def take() -> None:
        with impatient.writing():
            impatient.peewee.execute_sql("UPDATE note SET words = 'mine'")

    with ThreadPoolExecutor(1) as pool, database.writing():
        database.peewee.execute_sql("UPDATE note SET words = 'held'")
        # More than the second of the setting, and far less than the fifty of MariaDB's own limit.
        assert isinstance(pool.submit(take).exception(5), (peewee.OperationalError, DatabaseUnreachable))


def test_while_one_process_is_alone_another_waits(empty_url: str, open_database: OpenDatabase) -> None:
    with second_process(_ENTER_ALONE, empty_url) as second:
        with open_database(empty_url).alone():
            assert next_line(second) == "about to enter"
            assert not says_something(second, within=0.5)
        assert next_line(second) == "inside"
        go_on(second)
        assert end_of(second) == 0


def test_a_process_that_dies_alone_lets_the_next_one_in(empty_url: str, open_database: OpenDatabase) -> None:
    with second_process(_ENTER_ALONE, empty_url) as second:
        assert [next_line(second), next_line(second)] == ["about to enter", "inside"]
        second.kill()
        second.wait()
    with open_database(empty_url).alone():
        pass


def test_an_error_while_alone_lets_the_next_one_in(empty_url: str, open_database: OpenDatabase) -> None:
    with pytest.raises(KeyError), open_database(empty_url).alone():
        raise KeyError
    with open_database(empty_url).alone():
        pass
