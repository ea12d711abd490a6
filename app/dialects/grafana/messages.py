"""Answers that are a message and nothing else."""

from functools import cache
from typing import Any

from marshmallow import Schema, fields

from app.edge.schemas import View


@cache
def Message(text: str) -> Schema:
    """A schema whose every answer is ``{"message": text}``; one for each text, because its name is in the document."""
    schema: dict[str, Any] = {"message": fields.Constant(text)}
    return View.from_dict(schema, name=f"Message{''.join(text.title().split())}")()
