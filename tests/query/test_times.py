"""Times as queries and answers write them."""

import pytest

from app.query.errors import UnreadableTime
from app.query.times import number, read_number, read_text, timestamp

_FIRST = 1_699_999_200.0

_TEXTS = {
    "2023-11-14 22:00:00": _FIRST,
    "2023-11-14 22:00": _FIRST,
    "2023-11-14 22:00:00.5": _FIRST + 0.5,
    "2023-11-14 22:00:00.123456789": _FIRST + 0.123456,
    "2023-11-14": _FIRST - 22 * 3600,
    "2023-11-14T22:00:00Z": _FIRST,
    "2023-11-14t22:00:00z": _FIRST,
    "2023-11-14T23:30:00+01:30": _FIRST,
    "2023-11-14 14:00:00-08:00": _FIRST,
    "1970-01-01": 0.0,
    "1969-12-31 23:59:59": -1.0,
    "9999-12-31 23:59:59": 253_402_300_799.0,
}


@pytest.mark.parametrize("text", _TEXTS)
def test_a_time_is_read(text: str) -> None:
    assert read_text(text) == _TEXTS[text]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2023",
        "20231114",
        "2023-13-01",
        "2023-02-30",
        "2023-11-14 24:01:00",
        "2023-W46-2",
        "2023-11-14 22",
        "2023-11-14 22:00:00 ",
        "2023-11-14 22:00:00\n",
        "٢٠٢٣-11-14",
        "9999-12-31 23:59:59-23:59",
        "0001-01-01 00:00:00+23:59",
        "0000-01-01",
    ],
)
def test_other_text_is_no_time(text: str) -> None:
    with pytest.raises(UnreadableTime):
        read_text(text)


@pytest.mark.parametrize(("text", "seconds"), [("0", 0.0), ("-1.5", -1.5), ("1699999200", _FIRST)])
def test_a_number_is_seconds_since_1970(text: str, seconds: float) -> None:
    assert read_number(text) == seconds


@pytest.mark.parametrize("text", ["", "1e3", "nan", "inf", "0x1", "1_000", " 1", "1.", "253402300800", "9" * 40, "٣"])
def test_other_text_is_no_number(text: str) -> None:
    with pytest.raises(UnreadableTime):
        read_number(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (_FIRST, "2023-11-14 22:00:00"),
        (_FIRST + 0.5, "2023-11-14 22:00:00.5"),
        (_FIRST + 0.479, "2023-11-14 22:00:00.479"),
        (_FIRST + 0.01, "2023-11-14 22:00:00.01"),
        (_FIRST + 0.9996, "2023-11-14 22:00:01"),
        (-0.25, "1969-12-31 23:59:59.75"),
        (-60_000_000_000.0, "0068-09-03 13:20:00"),
    ],
)
def test_a_timestamp_is_written_as_opensearch_does(seconds: float, text: str) -> None:
    assert timestamp(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(_FIRST, "1699999200"), (_FIRST + 0.25, "1699999200.25"), (0.0, "0"), (100.0, "100")]
)
def test_a_number_has_a_point_only_where_it_needs_one(seconds: float, text: str) -> None:
    assert number(seconds) == text
