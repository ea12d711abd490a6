"""The database servers' own view of a connection: its number, and how another connection ends it."""

from app.storage.database import Database

_NUMBER = {
    "postgresql": "SELECT pg_backend_pid()",
    "mariadb": "SELECT CONNECTION_ID()",
}
# Each returns only when the session has ended, or PostgreSQL's after five seconds.
_END = {
    "postgresql": "SELECT pg_terminate_backend({number}, 5000)",
    "mariadb": "KILL HARD CONNECTION {number}",
}


def session_number(database: Database, kind: str) -> int:
    """The server's number of the connection that the calling thread has, or gets next."""
    return int(database.rows(_NUMBER[kind])[0][0])


def end_session(other: Database, kind: str, number: int) -> None:
    """Ends the session as an administrator would, through the connection of ``other``."""
    with other.connected():
        other.peewee.execute_sql(_END[kind].format(number=number))
