"""The columns of an application, and the value that is read from them."""

from typing import Any

from app.attachments.values import Application, ApplicationStatus
from app.registry.json_data import JsonData
from app.storage.database import Row

COLUMNS = ("id", "public_id", "region", "name", "settling", "ready_at", "said", "created_at", "updated_at")


def columns(rows: Any) -> tuple[Any, ...]:
    """What ``application`` reads, in order."""
    return tuple(getattr(rows, name) for name in COLUMNS)


def is_id(named: str) -> bool:
    """Ids begin with a digit, names with a letter."""
    return named[:1].isdecimal()


def application(row: Row) -> Application:
    """From ``columns``; what follows them in the row is ignored."""
    return Application(
        number=row[0],
        id=row[1],
        region=row[2],
        name=row[3],
        settling=ApplicationStatus(row[4]),
        ready_at=row[5],
        said=JsonData(row[6]),
        created_at=row[7],
        updated_at=row[8],
    )
