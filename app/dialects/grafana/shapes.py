"""The error bodies of Grafana, and what a row of a table of answers says. Pure."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Shape(Enum):
    """The five error bodies of Grafana, and none."""

    E0 = "message"
    E1 = "message, traceID"
    E2 = "message, messageId, statusCode, traceID"
    E3 = "as E2 with extra"
    E4 = "title, message, accessErrorId"
    EMPTY = "no body"


@dataclass(frozen=True)
class Answer:
    """``message`` may name attributes of the error in braces."""

    status: int
    shape: Shape
    message: str = ""
    message_id: str = ""


Answers = Mapping[type[Exception], Answer]
E0, E1, E2, E3, E4, EMPTY = Shape.E0, Shape.E1, Shape.E2, Shape.E3, Shape.E4, Shape.EMPTY


def _access_denied(_: Answer, message: str) -> dict[str, Any]:
    error_id = "ACE" + "".join(secrets.choice("0123456789") for _ in range(10))
    return {"title": "Access denied", "message": message, "accessErrorId": error_id}


def _structured(answer: Answer, message: str) -> dict[str, Any]:
    return {"message": message, "messageId": answer.message_id, "statusCode": answer.status, "traceID": ""}


BODIES: dict[Shape, Callable[[Answer, str], dict[str, Any]]] = {
    E0: lambda _, message: {"message": message},
    E1: lambda _, message: {"message": message, "traceID": ""},
    E2: _structured,
    E3: lambda answer, message: {"extra": None, **_structured(answer, message)},
    E4: _access_denied,
}
