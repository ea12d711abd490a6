"""Numbers in paths, read as Go's strconv.ParseInt does. Pure."""

import re

from app.registry.datasource import ById

_INTEGER = re.compile(r"[+-]?[0-9]+")
_LOWEST, _HIGHEST = -(2**63), 2**63 - 1


class InvalidId(Exception):
    """The path's id is not an integer of 64 bits."""


class IdMissing(Exception):
    """The path's id is 0, which no row has."""


class IdNotPositive(Exception):
    """The path's id is 0 or below, where something would be deleted."""


def read_id(text: str) -> int:
    """Raises InvalidId."""
    if not _INTEGER.fullmatch(text):
        raise InvalidId
    # Python refuses to read thousands of digits; twenty are more than 64 bits hold.
    digits = text.lstrip("+-").lstrip("0")[:20] or "0"
    number = -int(digits) if text.startswith("-") else int(digits)
    if not _LOWEST <= number <= _HIGHEST:
        raise InvalidId
    return number


def by_id(text: str) -> ById:
    """Raises InvalidId, IdMissing."""
    number = read_id(text)
    if number == 0:
        raise IdMissing
    return ById(number)


def by_id_to_delete(text: str) -> ById:
    """Raises InvalidId, IdNotPositive."""
    number = read_id(text)
    if number <= 0:
        raise IdNotPositive
    return ById(number)
