"""A data source's server for a test: it gives what it was told to, and keeps what it was asked."""

import json
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from app.query.asking import Answered


@dataclass
class Server:
    """``answers`` by path; ``asked`` are method, path and the fields of the query."""

    answers: dict[str, Answered] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def __call__(self, method: str, path: str, query: str) -> Answered:
        fields = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
        assert len(dict(fields)) == len(fields)
        self.asked.append((method, path, dict(fields)))
        return self.answers[path]


def answered(document: object, status: int = 200) -> Answered:
    return Answered(status, json.dumps(document).encode())


def success(data: object) -> Answered:
    """As Prometheus wraps it."""
    return answered({"status": "success", "data": data})


def matrix(*series: tuple[dict[str, str], list[tuple[float, str]]]) -> Answered:
    """The answer to a range query: labels and samples of each series."""
    result = [{"metric": labels, "values": values} for labels, values in series]
    return success({"resultType": "matrix", "result": result})
