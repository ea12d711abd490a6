"""What of a Prometheus can be read by path: labels, metadata, series, alerts, rules, and Alertmanager's."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.query import answers
from app.query.asking import Answered, Ask
from app.query.errors import NotSupported, UnknownResource


@dataclass(frozen=True)
class Resource:
    """``pattern`` of a path below ``_resources/{data source}/``, which is the path below the data source's URL too.

    ``read`` makes ``data`` of the answer: Prometheus's has an envelope, Alertmanager's has none.
    """

    pattern: re.Pattern[str]
    read: Callable[[Answered], Any]


RESOURCES = (
    Resource(re.compile(r"api/v1/(labels|metadata|series|alerts|rules)"), answers.data),
    # Prometheus: label names outside these characters are escaped into them (U__...).
    Resource(re.compile(r"api/v1/label/[A-Za-z_][A-Za-z0-9_]*/values"), answers.data),
    Resource(
        re.compile(r"alertmanager/api/v2/(alerts|alerts/groups|receivers|silences|status)"),
        answers.document,
    ),
)
READABLE = (
    "GET of api/v1/{labels,metadata,series,alerts,rules}, api/v1/label/<name>/values and "
    "alertmanager/api/v2/{alerts,alerts/groups,receivers,silences,status}"
)

# OpenSearch has them for Alertmanager and for the rulers of Cortex and Mimir.
_ELSEWHERE = re.compile(r"alertmanager/api/v2/silence/[^/]+|api/v1/rules/[^/]+(/[^/]+)?")
_NAMED = re.compile(r"(?:api/v1|alertmanager/api/v2)/(.+)", re.DOTALL)
_SHOWN = 200


def resource(method: str, path: str, query: str, ask: Ask) -> dict[str, Any]:
    """``{"data": ...}``. ``path`` has no slash before it; it and ``query`` are as they came, still escaped.

    Raises UnknownResource, NotSupported for what OpenSearch lets change, RequestUnsuccessful, AnswerNotUnderstood, and
    what ``ask`` raises.
    """
    found = next((row for row in RESOURCES if row.pattern.fullmatch(path)), None)
    if (found and method != "GET") or _ELSEWHERE.fullmatch(path):
        raise NotSupported(f"{method} of {path[:_SHOWN]}", READABLE)
    if found is None:
        named = _NAMED.fullmatch(path)
        raise UnknownResource((named[1] if named else path)[:_SHOWN])
    return {"data": found.read(ask("GET", path, query))}
