"""A real Prometheus, asked through the proxy: rows equal those of its own API."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from app.identity.identity import Identity
from app.query import direct, prometheus
from app.query.asking import Ask, through
from app.query.errors import RequestUnsuccessful, TooManyRows, UnknownColumn
from app.query.ppl.parser import parse
from app.query.ppl.plan import ShowDataSources
from app.query.ppl.planning import plan
from app.query.resources import resource
from app.query.table import Table
from app.registry.datasource import ById, NewDataSource
from installations import Installation
from servers.requests import Guarded
from servers.requests import ask as ask_directly
from servers.samples import FIRST, HOUR, LAST, METRIC, ROOM

Api = Callable[..., Any]

_ALL_HOURS = f"@timestamp >= {FIRST} and @timestamp <= {LAST}"


@pytest.fixture(scope="module")
def ask(queried: Installation, admin: Identity, real_prometheus: Guarded) -> Ask:
    new = NewDataSource(
        name="p",
        type="prometheus",
        access="proxy",
        url=real_prometheus.url,
        basic_auth=True,
        basic_auth_user=real_prometheus.user,
        secure_json_data={"basicAuthPassword": real_prometheus.password},
    )
    row = queried.services.registry.create(admin, new)
    return through(queried.services.proxy, admin, ById(row.id), client_address="127.0.0.1")


@pytest.fixture
def api(real_prometheus: Guarded) -> Api:
    """Prometheus's own API, asked directly: ``data`` of its answer."""

    def get(path: str, **fields: object) -> Any:
        answer = ask_directly(f"{real_prometheus.url}/{path}?{urlencode(fields)}", real_prometheus.headers)
        assert answer.status == 200, answer
        return json.loads(answer.body)["data"]

    return get


def run(text: str, ask: Ask, now: float = LAST) -> Table:
    made = plan(parse(text))
    assert not isinstance(made, ShowDataSources)
    return prometheus.run(made, ask, lambda: now)


def text_of(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def names(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def test_the_samples_of_a_metric_are_those_of_a_range_query(ask: Ask, api: Api) -> None:
    table = run(f"source = p.{METRIC} | where {_ALL_HOURS}", ask)
    found = api("api/v1/query_range", query=METRIC, start=FIRST, end=LAST, step="28s")["result"]
    assert names(table) == ["@value", "@timestamp", "room"]
    assert table.rows == [
        [float(value), text_of(time), series["metric"]["room"]] for series in found for time, value in series["values"]
    ]
    assert table.rows[0] == [20.5, "2023-11-14 22:00:00", ROOM]
    assert len(table.rows) > 20


def test_the_last_hour_is_shown_when_nothing_is_said(ask: Ask) -> None:
    rows = run(f"source = p.{METRIC}", ask, now=FIRST + HOUR + 14).rows
    assert {row[0] for row in rows} == {20.5, 21.25}
    assert rows[0][1] == text_of(FIRST + 14)


def test_a_label_narrows_the_series(ask: Ask) -> None:
    assert len(run(f"source = p.{METRIC} | where room='{ROOM}' and {_ALL_HOURS}", ask).rows) > 20
    table = run(f"source = p.{METRIC} | where room='another' and {_ALL_HOURS}", ask)
    assert (names(table), table.rows) == (["@value", "@timestamp", "room"], [])


def test_an_unknown_label_is_told(ask: Ask) -> None:
    with pytest.raises(UnknownColumn):
        run(f"source = p.{METRIC} | where floor='3' and {_ALL_HOURS}", ask)


def test_bounds_without_their_ends_leave_the_samples_at_the_ends_out(ask: Ask) -> None:
    rows = run(f"source = p.{METRIC} | where @timestamp > {FIRST} and @timestamp < {FIRST + 60}", ask).rows
    assert [row[1] for row in rows] == [text_of(FIRST + second) for second in range(1, 60)]


_TEXTS = [
    '"',
    "\\",
    "\\\\",
    "'",
    "`",
    "{}",
    '"} or temperature{room="',
    "\n",
    "\t",
    "\x7f",
    "\ufffd",
    "雪",
    "\U0001f600",
]


@pytest.mark.parametrize("text", _TEXTS, ids=ascii)
def test_prometheus_takes_every_text_for_a_text(ask: Ask, text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace("'", "\\'")
    assert run(f"source = p.{METRIC} | where room='{quoted}' and {_ALL_HOURS}", ask).rows == []
    assert run(f"source = p.`{text.replace('`', '``') * 2}`", ask).rows == []


def test_a_text_with_a_nul_is_looked_for_too(ask: Ask) -> None:
    assert run(f"source = p.{METRIC} | where room='a\0b' and {_ALL_HOURS}", ask).rows == []


@pytest.mark.parametrize("function", ["avg", "max", "min", "sum", "count"])
def test_an_aggregation_is_prometheus_s_own(ask: Ask, api: Api, function: str) -> None:
    text = f"source = p.{METRIC} | where {_ALL_HOURS} | stats {function}(@value) by span(@timestamp, 2h), room"
    promql = f"{function} by(room) ({function}_over_time({METRIC}[2h]))"
    found = api("api/v1/query_range", query=promql, start=FIRST, end=LAST, step="2h")["result"]
    table = run(text, ask)
    assert names(table) == [f"{function}(@value)", "span(@timestamp,2h)", "room"]
    assert table.rows == [[float(value), text_of(time), ROOM] for time, value in found[0]["values"]]
    assert len(table.rows) == 2


def test_without_labels_all_series_are_one(ask: Ask) -> None:
    text = f"source = p.{METRIC} | where {_ALL_HOURS} | stats max(@value) as warmest by span(@timestamp, 2h)"
    table = run(text, ask)
    assert (names(table), table.rows[-1]) == (["warmest", "span(@timestamp,2h)"], [21.25, text_of(LAST)])


def test_a_range_query_is_prometheus_s_own_by_position_and_by_name(ask: Ask, api: Api) -> None:
    promql = f'{METRIC}{{room=~"the .*"}} * 2'
    found = api("api/v1/query_range", query=promql, start=FIRST, end=LAST, step=HOUR)["result"]
    by_position = run(f"source = p.query_range('{promql}', {FIRST}, {LAST}, {HOUR})", ask)
    by_name = run(
        f"source = p.query_range(step={HOUR}, query='{promql}', starttime={FIRST}, endtime='{text_of(LAST)}')", ask
    )
    assert by_position.rows == [
        [
            series["metric"],
            [text_of(time) for time, _ in series["values"]],
            [float(value) for _, value in series["values"]],
        ]
        for series in found
    ]
    assert by_position.rows == [
        [{"room": ROOM}, [text_of(time) for time in (FIRST, FIRST + HOUR, LAST)], [41.0, 42.5, 39.5]]
    ]
    assert by_name == by_position


def test_values_that_json_cannot_say_are_texts(ask: Ask) -> None:
    for promql, value in {"0/0": "NaN", "1/0": "+Inf", "-1/0": "-Inf"}.items():
        assert run(f"source = p.query_range('vector({promql})', 1, 1, 1)", ask).rows[0][2] == [value]


def test_promql_that_is_none_is_told_in_prometheus_s_words(ask: Ask) -> None:
    with pytest.raises(RequestUnsuccessful, match=r"code: 400\. .*parse error") as refused:
        run("source = p.query_range('temperature{', 1, 2, 1)", ask)
    assert refused.value.status == 400


def test_more_samples_than_are_given_are_refused(ask: Ask) -> None:
    promql = " or ".join(f'label_replace(vector(1), "n", "{number}", "", "")' for number in range(6))
    with pytest.raises(TooManyRows):
        run(f"source = p.query_range('{promql}', 0, 9999, 1)", ask)


def test_a_metric_is_described_by_its_columns(ask: Ask) -> None:
    rows = run(f"describe p.{METRIC}", ask).rows
    assert [row[3:] for row in rows] == [("@value", "double"), ("@timestamp", "timestamp"), ("room", "keyword")]


def test_the_information_schema_has_what_prometheus_has_scraped(ask: Ask, api: Api) -> None:
    assert api("api/v1/metadata") == {}
    assert run("source = p.information_schema.tables", ask).rows == []


def test_exemplars_are_prometheus_s_own(ask: Ask, api: Api) -> None:
    assert api("api/v1/query_exemplars", query=METRIC, start=FIRST, end=LAST) == []
    assert run(f"source = p.query_exemplars('{METRIC}', {FIRST}, {LAST})", ask).rows == []


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("api/v1/query", {"queryType": "instant", "time": str(FIRST)}),
        ("api/v1/query_range", {"queryType": "range", "start": str(FIRST), "end": str(LAST), "step": "1h"}),
    ],
    ids=["instant", "range"],
)
def test_a_direct_query_gives_what_prometheus_gives(ask: Ask, api: Api, path: str, options: dict[str, str]) -> None:
    document = {"query": METRIC, "language": "PROMQL", "options": options}
    query = direct.read(document, data_source="p", now=lambda: 0.0)
    result = direct.run(query, ask, new_query_id=lambda: "q", new_session_id=lambda: "s")
    fields = {name: value for name, value in options.items() if name != "queryType"}
    assert result == {"queryId": "q", "results": {"p": api(path, query=METRIC, **fields)}, "sessionId": "s"}
    assert b"20.5" in json.dumps(result).encode()


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("api/v1/labels", ""),
        ("api/v1/label/room/values", ""),
        ("api/v1/series", urlencode({"match[]": METRIC})),
        ("api/v1/metadata", ""),
        ("api/v1/alerts", ""),
        ("api/v1/rules", ""),
    ],
)
def test_a_resource_is_what_prometheus_has(ask: Ask, api: Api, path: str, query: str) -> None:
    fields = {"match[]": METRIC} if query else {}
    assert resource("GET", path, query, ask) == {"data": api(path, **fields)}
