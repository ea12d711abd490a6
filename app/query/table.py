"""The result of a query: columns, and rows as long as the columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

# OpenSearch's names, as the schema of an answer has them.
Type = Literal["string", "double", "bigint", "timestamp", "struct", "array"]


@dataclass(frozen=True)
class Column:
    """One column of a result."""

    name: str
    type: Type


@dataclass(frozen=True)
class Table:
    """Rows hold what JSON can say: text, numbers, None where a row has no value, and mappings and lists in columns of
    type struct and array."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[object]]


def strings(*names: str) -> tuple[Column, ...]:
    """Columns of text."""
    return tuple(Column(name, "string") for name in names)
