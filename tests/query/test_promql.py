"""Plan -> PromQL."""

import pytest

from app.query.ppl.plan import Aggregate, Equal, Grouped
from app.query.promql import aggregation, selector


def test_a_metric_is_selected_by_its_name() -> None:
    assert selector("temperature") == '{__name__="temperature"}'


def test_labels_stand_beside_the_name() -> None:
    assert selector("m", [Equal("a", "x"), Equal("b", "y")]) == '{__name__="m",a="x",b="y"}'


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('x"} or up{a="', r"x\"} or up{a=\""),
        ("back\\slash", r"back\\slash"),
        ('\\"', r"\\\""),
        ("two\nlines", r"two\nlines"),
        ("`'", "`'"),
        ("the Dachstübchen", "the Dachstübchen"),
        ("\ufffd", r"\ufffd"),
        ("", ""),
    ],
)
def test_no_text_leaves_its_quotes(text: str, written: str) -> None:
    assert selector(text, [Equal("a", text)]) == f'{{__name__="{written}",a="{written}"}}'


@pytest.mark.parametrize("function", ["avg", "max", "min", "sum", "count"])
def test_an_aggregation_is_over_time_and_then_over_series(function: Aggregate) -> None:
    grouped = Grouped(function, "15s", (), "", "")
    assert aggregation("{}", grouped) == f"{function} ({function}_over_time({{}}[15s]))"


def test_an_aggregation_keeps_the_series_apart_that_it_groups_by() -> None:
    grouped = Grouped("avg", "1h", (("handler", "h"), ("code", "code")), "", "")
    assert aggregation("{}", grouped) == "avg by(handler, code) (avg_over_time({}[1h]))"
