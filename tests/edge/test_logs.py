import logging
import sys

import pytest

from app.edge.logs import FieldFormatter


def _line(**fields: object) -> str:
    record = logging.makeLogRecord({"name": "app.x", "levelname": "INFO", "msg": "proxied", **fields})
    return FieldFormatter().format(record)


def test_a_line_has_level_name_and_message() -> None:
    assert _line().endswith(" INFO app.x proxied")


def test_fields_follow_the_message() -> None:
    assert _line(event="proxy", status=200, org_id=None).endswith(" proxied event=proxy status=200 org_id=None")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("two words", '"two words"'),
        ("", '""'),
        ("a=b", '"a=b"'),
        ('say "x"', '"say \\"x\\""'),
        ("line\nbreak", '"line\\nbreak"'),
        ("\x1b[31mred", '"\\u001b[31mred"'),
        ("plain/path", "plain/path"),
        ("é", "é"),
    ],
)
def test_a_value_that_could_be_mistaken_is_quoted(value: str, written: str) -> None:
    assert _line(path=value).endswith(f" path={written}")


def test_a_line_has_no_line_break_but_before_a_traceback() -> None:
    assert "\n" not in _line(path="a\nINFO forged", who="\r\n")


def test_a_traceback_follows_the_fields() -> None:
    try:
        raise ValueError("why")
    except ValueError:
        line = _line(path="/x", exc_info=sys.exc_info())
    first, _, rest = line.partition("\n")
    assert first.endswith(" path=/x")
    assert rest.endswith("ValueError: why")
