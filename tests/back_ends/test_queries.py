"""What a real back end answers through Sluice is what it answers directly, byte for byte."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest

from back_ends.back_end import BackEnd, Gateway
from servers.graphite import TARGET
from servers.influxdb import DATABASE
from servers.requests import FORM
from servers.samples import FIRST, HOUR, LAST, METRIC, ROOM


@dataclass(frozen=True)
class Query:
    """``fields`` go by GET in the URL, or by POST in a ``form``. ``says``: what must be in the body, lest two equal
    refusals pass for an answer."""

    path: str
    fields: Mapping[str, object]
    says: bytes
    status: int = 200
    form: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def request(self) -> tuple[str, str, Mapping[str, str], str | None]:
        """Method, path, headers and body."""
        encoded = urlencode(self.fields)
        if self.form:
            return "POST", self.path, {**FORM, **self.headers}, encoded
        return "GET", f"{self.path}?{encoded}" if encoded else self.path, self.headers, None


_AT_FIRST = {"query": METRIC, "time": FIRST}
_ALL_HOURS = {"query": f'{METRIC}{{room="{ROOM}"}}', "start": FIRST, "end": LAST, "step": HOUR}
# Some 240 kB.
_EVERY_SECOND = {"query": "time()", "start": FIRST, "end": FIRST + 10_000, "step": 1}

_PROMQL = {
    "at a time": Query("api/v1/query", _AT_FIRST, b'"20.5"'),
    "at a time, form": Query("api/v1/query", _AT_FIRST, b'"20.5"', form=True),
    "in a range": Query("api/v1/query_range", _ALL_HOURS, b'"19.75"'),
    "in a range, form": Query("api/v1/query_range", _ALL_HOURS, b'"19.75"', form=True),
    "a long answer": Query("api/v1/query_range", _EVERY_SECOND, b"1700000000", form=True),
    "zipped": Query("api/v1/query_range", _EVERY_SECOND, b"\x1f\x8b", headers={"Accept-Encoding": "gzip"}),
    "series, form": Query("api/v1/series", {"match[]": METRIC, "start": FIRST, "end": LAST}, b"Dachst", form=True),
    "values of a label": Query("api/v1/label/room/values", {"start": FIRST, "end": LAST}, b"the Dachst"),
}
_GRAPHITE_HOURS = {"target": TARGET, "from": FIRST - 1, "until": LAST, "format": "json"}
_GRAPHITE = {
    "values": Query("render", _GRAPHITE_HOURS, b"[20.5, 1699999200]"),
    "values, form": Query("render", _GRAPHITE_HOURS, b"[20.5, 1699999200]", form=True),
    "a function, form": Query("render", {**_GRAPHITE_HOURS, "target": f"scale({TARGET},2)"}, b"41.0", form=True),
    "csv": Query("render", {**_GRAPHITE_HOURS, "format": "csv"}, b"house.attic.temperature,2023-11-14 22:00:00,20.5"),
    "a picture": Query("render", {**_GRAPHITE_HOURS, "format": "png"}, b"\x89PNG"),
    "names": Query("metrics/find", {"query": "house.*"}, b"house.attic"),
    "names, form": Query("metrics/find", {"query": "house.*"}, b"house.attic", form=True),
    "tags": Query("tags/autoComplete/tags", {}, b"room"),
    "an unknown page": Query("no/such/page", {}, b"Not Found", status=404),
}
_ALL_VALUES = {"db": DATABASE, "q": f"""SELECT * FROM {METRIC} WHERE room = '{ROOM}'"""}
_INFLUXDB = {
    "values": Query("query", _ALL_VALUES, b"20.5"),
    "values, form": Query(f"query?db={DATABASE}&epoch=ms", {"q": _ALL_VALUES["q"]}, b"1699999200000", form=True),
    "in pieces": Query("query", {**_ALL_VALUES, "chunked": "true", "chunk_size": 1}, b'"partial":true'),
    "csv": Query(
        "query",
        _ALL_VALUES,
        f"temperature,,1699999200000000000,{ROOM},20.5".encode(),
        headers={"Accept": "application/csv"},
    ),
    "zipped": Query("query", _ALL_VALUES, b"\x1f\x8b", headers={"Accept-Encoding": "gzip"}),
    "an error, form": Query("query", {"db": DATABASE, "q": "SELECT"}, b"error parsing query", status=400, form=True),
    "nothing": Query("ping", {}, b"", status=204),
}
_BROKEN = {"query": f"{METRIC}{{", "time": FIRST}
_QUERIES: Mapping[str, Mapping[str, Query]] = {
    "prometheus": {
        **_PROMQL,
        "an error": Query("api/v1/query", _BROKEN, b"bad_data", status=400),
        "an unknown page": Query("no/such/page", {}, b"404 page not found", status=404),
    },
    "prometheus_behind_certificate": _PROMQL,
    "victoria_metrics": {
        **_PROMQL,
        "an error": Query("api/v1/query", _BROKEN, b"error when executing query", status=422),
        "lines of json": Query("api/v1/export", {"match[]": METRIC}, b"[20.5,21.25,19.75]"),
    },
    "influxdb": _INFLUXDB,
    "graphite": _GRAPHITE,
    "graphite_behind_password": _GRAPHITE,
}
_ROWS = [
    pytest.param(name, query, id=f"{name}: {title}") for name, rows in _QUERIES.items() for title, query in rows.items()
]


@pytest.mark.parametrize("way", ["proxy/uid/{uid}", "proxy/{id}", "uid/{uid}/resources", "{id}/resources"])
@pytest.mark.parametrize(("name", "query"), _ROWS)
def test_a_query_gives_what_the_back_end_gives(
    gateway: Gateway, back_end: BackEnd, stored: Mapping[str, Any], query: Query, way: str
) -> None:
    method, path, headers, body = query.request
    answer = gateway.ask(method, f"/api/datasources/{way.format(**stored)}/{path}", headers, body)
    assert answer == back_end.ask(method, path, headers, body)
    assert (answer.status, query.says in answer.body) == (query.status, True), answer
