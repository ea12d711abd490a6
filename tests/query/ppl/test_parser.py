"""Text -> what it says."""

import contextlib

import pytest

from app.query.errors import NotSupported, QueryMalformed, QueryTooLong
from app.query.ppl.parser import MOST_CHARACTERS, parse, unquoted
from app.query.ppl.syntax import (
    Aggregation,
    Argument,
    Comparison,
    Describe,
    Label,
    Literal,
    Name,
    Search,
    Show,
    Span,
    Statement,
    Stats,
)


def search(
    *parts: str,
    arguments: tuple[Argument, ...] | None = None,
    where: tuple[Comparison, ...] = (),
    stats: Stats | None = None,
) -> Search:
    return Search(Name(parts), arguments, where, stats)


def is_(column: str, text: str) -> Comparison:
    return Comparison(column, "=", Literal(text))


_M = search("p", "m")
_AVERAGE = Aggregation("avg", "@value", None)
_UP = Argument(None, Literal("up"))


_ACCEPTED: dict[str, Statement] = {
    "show datasources": Show(()),
    "SHOW DataSources;": Show(()),
    "show catalogs": Show(()),
    "show datasources | where CONNECTOR_TYPE='PROMETHEUS'": Show((is_("CONNECTOR_TYPE", "PROMETHEUS"),)),
    "show datasources | where A='x' and B=\"y\"": Show((is_("A", "x"), is_("B", "y"))),
    "describe p.m": Describe(Name(("p", "m"))),
    "source = p.m": _M,
    "source=p.m": _M,
    "Search Source = p . m": _M,
    "index = p.m": _M,
    "source =\n\tp.m\n;\n": _M,
    "source = p.default.m": search("p", "default", "m"),
    "source = p.job:rate5m": search("p", "job:rate5m"),
    "source = my-prom.a.b": search("my-prom", "a", "b"),
    "source = `my prom`.`a.b`": search("my prom", "a.b"),
    "source = `a``b`.m": search("a`b", "m"),
    "source = Größe.m": search("Größe", "m"),
    "source = accounts": search("accounts"),
    "source = p.source": search("p", "source"),
    "source = p.m | where code='200'": search("p", "m", where=(is_("code", "200"),)),
    "source = p.m | where code=200": search("p", "m", where=(Comparison("code", "=", Literal("200", True)),)),
    "source = p.m | where `a`='x' | where b='y'": search("p", "m", where=(is_("a", "x"), is_("b", "y"))),
    "source = p.m | where (a='x' AND (b='y')) and c='z'": search(
        "p", "m", where=(is_("a", "x"), is_("b", "y"), is_("c", "z"))
    ),
    "source = p.m | where and='x' and where='y' and by='z'": search(
        "p", "m", where=(is_("and", "x"), is_("where", "y"), is_("by", "z"))
    ),
    "source = p.m | where @timestamp >= '2022-11-03'": search(
        "p", "m", where=(Comparison("@timestamp", ">=", Literal("2022-11-03")),)
    ),
    "source = p.m | where @timestamp<TIMESTAMP('2022-11-03')": search(
        "p", "m", where=(Comparison("@timestamp", "<", Literal("2022-11-03")),)
    ),
    "source = p.m | where a != 'x'": search("p", "m", where=(Comparison("a", "!=", Literal("x")),)),
    "source = p.m | stats avg(@value) by span(@timestamp, 15s)": search(
        "p", "m", stats=Stats((_AVERAGE,), (Span("@timestamp", "15s", None),))
    ),
    "source = p.m | STATS AVG(@value) as v BY Span(@timestamp,1m) as t, room AS r": search(
        "p", "m", stats=Stats((Aggregation("avg", "@value", "v"),), (Span("@timestamp", "1m", "t"), Label("room", "r")))
    ),
    "source = p.m | where a='x' | stats count()": search(
        "p", "m", where=(is_("a", "x"),), stats=Stats((Aggregation("count", None, None),), ())
    ),
    "source = p.m | stats count() by span, by": search(
        "p", "m", stats=Stats((Aggregation("count", None, None),), (Label("span", None), Label("by", None)))
    ),
    "source = p.query_range('up', 1, 2.5, '14s')": search(
        "p",
        "query_range",
        arguments=(
            _UP,
            Argument(None, Literal("1", True)),
            Argument(None, Literal("2.5", True)),
            Argument(None, Literal("14s")),
        ),
    ),
    "source = p.query_range(query='up', step=14)": search(
        "p",
        "query_range",
        arguments=(Argument("query", Literal("up")), Argument("step", Literal("14", True))),
    ),
    "source = p.query_range('up', step=14)": search(
        "p", "query_range", arguments=(_UP, Argument("step", Literal("14", True)))
    ),
    "source = p.query_range()": search("p", "query_range", arguments=()),
}


@pytest.mark.parametrize("text", _ACCEPTED)
def test_a_query_is_read(text: str) -> None:
    assert parse(text) == _ACCEPTED[text]


# Text, what is found there, the position, and something that is expected.
_REFUSED = {
    "empty": ("", "The end", 0, "source"),
    "blank": ("  \n", "The end", 0, "show"),
    "no command": ("foo", "[foo]", 0, "describe"),
    "half a command": ("show", "The end", 4, "datasources"),
    "words glued together": ("showdatasources", "[showdatasources]", 0, "show"),
    "no name": ("source =", "The end", 8, "a name"),
    "no table": ("source = p.", "The end", 11, "a name"),
    "no pipe": ("source = p.m where a='x'", "[where]", 13, "|"),
    "an unknown command": ("source = p.m | bogus", "[bogus]", 15, "where"),
    "no condition": ("source = p.m | where", "The end", 20, "a name"),
    "no literal": ("source = p.m | where a = b", "[b]", 25, "a text in quotes"),
    "a word that begins like another": ("source = p.m | where a='x' android='y'", "[android]", 27, "and"),
    "an open text": ("source = p.m | where a = 'x", "[']", 25, "a text in quotes"),
    "an open bracket": ("source = p.m | where (a = 'x'", "The end", 29, ")"),
    "a bracket too many": ("source = p.m | where a = 'x')", "[)]", 28, "the end"),
    "a strange character": ("source = p.m #", "[#]", 13, "|"),
    "an empty name": ("source = ``.m", "[`]", 9, "a name"),
    "a comma at the end": ("source = p.f('x',)", "[)]", 17, "a number"),
    "two semicolons": ("show datasources;;", "[;]", 16, "|"),
    "half a character": ("describe p.\ud800", "[half a character]", 11, ""),
    "a NUL": ("show\0datasources", "[\0]", 4, "datasources"),
}


@pytest.mark.parametrize("case", _REFUSED)
def test_what_is_no_query_is_refused_with_its_place(case: str) -> None:
    text, found, position, expected = _REFUSED[case]
    with pytest.raises(QueryMalformed) as refused:
        parse(text)
    assert (refused.value.found, refused.value.position) == (found, position)
    assert expected in (*refused.value.expected, "")


def test_the_place_is_said_by_line_and_column() -> None:
    with pytest.raises(QueryMalformed) as refused:
        parse("source = p.m\n  | bogus")
    assert str(refused.value) == "[bogus] is not expected at line 2, column 5; expected stats or where"


def test_what_stands_at_a_wrong_place_is_quoted_in_part() -> None:
    with pytest.raises(QueryMalformed) as refused:
        parse("x" * 1_000)
    assert refused.value.found == f"[{'x' * 50}]"


_ELSEWHERE = {
    "source = p.m | fields a": "fields here",
    "source = p.m | sort @value": "sort here",
    "source = p.m | HEAD 5": "head here",
    "source = p.m | join a": "join here",
    "source = p.m | describe a": "describe here",
    "show datasources | stats count()": "stats here",
    "SELECT * FROM p.m": "select here",
    "explain source = p.m": "explain here",
    "source = p.m | stats count() | where a='x'": "Another command after this one",
    "describe p.m | where a='x'": "Another command after this one",
    "source = p.m | where a='x' or b='y'": "or",
    "source = p.m | where not a='x'": "not",
    "source = p.m | where a like 'x'": "like",
    "source = p.m | where a IN ('x')": "in",
    "source = p.m | where a between 1 and 2": "between",
    "source = p.m | where a = null": "null",
}


@pytest.mark.parametrize("text", _ELSEWHERE)
def test_what_is_a_query_elsewhere_is_refused_with_what_is_supported(text: str) -> None:
    with pytest.raises(NotSupported) as refused:
        parse(text)
    assert refused.value.what == _ELSEWHERE[text]
    assert "where" in refused.value.supported


# OpenSearch: StringUtils.unquoteText.
_QUOTED = {
    "'x'": "x",
    "''": "",
    "'it''s'": "it's",
    r"'it\'s'": "it's",
    '"it\'s"': "it's",
    '"a""b"': 'a"b',
    "'a\"\"b'": 'a""b',
    r"'a\\b'": r"a\b",
    r"'a\.b'": r"a\.b",
    r"'\\\\.'": r"\\.",
    r"""'{a="b"}'""": '{a="b"}',
    "`a``b`": "a`b",
}


@pytest.mark.parametrize("text", _QUOTED)
def test_quotes_are_taken_off_as_in_opensearch(text: str) -> None:
    assert unquoted(text) == _QUOTED[text]


def test_a_query_of_the_greatest_length_is_read() -> None:
    start = "source = p.m | where a='"
    text = start + "x" * (MOST_CHARACTERS - len(start) - 1) + "'"
    assert len(text) == MOST_CHARACTERS
    assert isinstance(parse(text), Search)


def test_a_longer_query_is_refused() -> None:
    with pytest.raises(QueryTooLong):
        parse("show datasources" + " " * MOST_CHARACTERS)


def test_brackets_are_read_to_a_depth() -> None:
    assert isinstance(parse(f"source = p.m | where {'(' * 32}a='x'{')' * 32}"), Search)
    with pytest.raises(NotSupported):
        parse(f"source = p.m | where {'(' * 33}a='x'{')' * 33}")


_FLOODS = {
    "open brackets": "source = p.m | where " + "(" * 19_900,
    "brackets in pairs": "source = p.m | where " + "(" * 9_000 + "a=1" + ")" * 9_000,
    "dots": "source = p" + ".p" * 9_900,
    "arguments": "source = p.f(1" + ",1" * 9_900 + ")",
    "conditions": "source = p.m | where a=1" + " and a=1" * 2_400,
    "commands": "source = p.m" + " | where a=1" * 1_600,
    "pipes": "|" * 19_900,
    "quotes": "'" * 19_999,
    "backquotes": "`" * 19_999,
    "backslashes in an open text": "describe '" + "\\" * 19_900,
    "one letter after another": "a " * 9_900,
    "digits": "source = p.m | where a = " + "1" * 19_900,
}


@pytest.mark.parametrize("flood", _FLOODS)
def test_no_flood_exhausts_the_stack(flood: str) -> None:
    with contextlib.suppress(QueryMalformed, NotSupported):
        parse(_FLOODS[flood])
