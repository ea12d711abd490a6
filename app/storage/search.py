"""How texts are searched for."""

from typing import Any

import peewee


def contains(column: Any, text: str) -> Any:
    """A condition: ``text`` stands somewhere in the column, in any case. NUL in it is left out: no row has it, and
    PostgreSQL's driver refuses even to ask."""
    return peewee.fn.LOWER(column).contains(text.lower().replace("\0", ""))
