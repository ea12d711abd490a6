"""Times as queries and answers write them. Seconds since 1970 inside; texts are in UTC where they do not say."""

import re
from datetime import UTC, datetime, timedelta

from app.query.errors import UnreadableTime

_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?")
# What ISO 8601 allows beyond RFC 3339 and OpenSearch's form (weeks, basic format, hours alone) is left out.
_TEXT = re.compile(
    r"\d{4}-\d\d-\d\d([ Tt]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)?)?",
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The years that datetime knows.
_EARLIEST, _LATEST = -62_135_596_800, 253_402_300_799


def read_number(text: str) -> float:
    """Seconds since 1970, within the years 1 to 9999. Raises UnreadableTime."""
    if not _NUMBER.fullmatch(text) or not text.isascii() or not _EARLIEST <= float(text) <= _LATEST:
        raise UnreadableTime(text)
    return float(text)


def read_text(text: str) -> float:
    """``yyyy-MM-dd HH:mm:ss[.SSSSSSSSS]`` of OpenSearch, a date, or RFC 3339. Raises UnreadableTime."""
    if not _TEXT.fullmatch(text) or not text.isascii():
        raise UnreadableTime(text)
    try:
        time = datetime.fromisoformat(text.upper())
        seconds = (time.replace(tzinfo=time.tzinfo or UTC) - _EPOCH) / timedelta(seconds=1)
    except ValueError as exc:
        raise UnreadableTime(text) from exc
    if not _EARLIEST <= seconds < _LATEST + 1:
        raise UnreadableTime(text)
    return seconds


def timestamp(seconds: float) -> str:
    """OpenSearch: ``yyyy-MM-dd HH:mm:ss`` in UTC, with as many digits of the milliseconds as are not zero.

    Raises ValueError and OverflowError for times outside the years 1 to 9999.
    """
    # Prometheus keeps milliseconds; its numbers come as floats.
    milliseconds = round(seconds * 1000)
    text = (_EPOCH + timedelta(milliseconds=milliseconds)).strftime("%Y-%m-%d %H:%M:%S").rjust(19, "0")
    fraction = f"{milliseconds % 1000:03d}".rstrip("0")
    return f"{text}.{fraction}" if fraction else text


def number(seconds: float) -> str:
    """For a query: whole seconds without a point, otherwise milliseconds."""
    return f"{seconds:.3f}".rstrip("0").rstrip(".")
