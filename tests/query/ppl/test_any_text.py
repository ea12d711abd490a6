"""Whatever is sent, it is a plan or a refusal that a person can read."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.query.errors import QueryRefused
from app.query.ppl.parser import parse
from app.query.ppl.plan import Plan
from app.query.ppl.planning import plan

_LINES = (
    "show datasources describe search source index = == != < >= | , ( ) . ; p m default information_schema tables",
    "where and or not stats by as span( timestamp( avg( count() @value @timestamp 15s 1 -2.5 'x' '2022-11-03'",
    'query_range( query_exemplars( query starttime endtime step fields p.m source=p.m |where "y" `z` \' ` \\ # é',
)
_WORDS = [*(word for line in _LINES for word in line.split()), "\0", "\ud800"]
_LONGEST_REFUSAL = 2_003


def planned(text: str) -> Plan | QueryRefused:
    try:
        return plan(parse(text))
    except QueryRefused as exc:
        return exc


def _texts(seed: int) -> list[str]:
    chosen = random.Random(seed)
    starts = ["", "source = p.m ", "source = p.query_range(", "show datasources | where ", "source=p.m | stats "]
    return [
        chosen.choice(starts) + chosen.choice(["", " "]).join(chosen.choices(_WORDS, k=chosen.randint(0, 12)))
        for _ in range(500)
    ]


@pytest.mark.parametrize("seed", range(4))
def test_words_in_any_order_are_a_plan_or_a_refusal(seed: int) -> None:
    results = [planned(text) for text in _texts(seed)]
    refusals = [str(result) for result in results if isinstance(result, QueryRefused)]
    assert all(0 < len(refusal) <= _LONGEST_REFUSAL for refusal in refusals)
    assert 0 < len(refusals) < len(results)


@pytest.mark.parametrize(
    "text",
    [
        "source = {}",
        "source = p.{}(1)",
        "source = p.information_schema.{}",
        "show datasources | where {} = 'x'",
        "source = p.m | where @timestamp > '{}'",
        "source = p.m | where `{}-` = 'x'",
        "source = p.query_range({} = 'x')",
        "source = p.m | stats {}(@value) by span(@timestamp, 1m)",
        "{}",
    ],
)
def test_a_refusal_is_not_as_long_as_the_query(text: str) -> None:
    refused = planned(text.format("x" * 19_000))
    assert isinstance(refused, QueryRefused)
    assert len(str(refused)) <= _LONGEST_REFUSAL


def test_threads_read_queries_side_by_side() -> None:
    texts = [f"source = p{number}.m | where a = '{number}' and b = 'x'" for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(parse, texts))
    assert read == [parse(text) for text in texts]
    assert [statement.data_source for statement in read] == [f"p{number}" for number in range(200)]
