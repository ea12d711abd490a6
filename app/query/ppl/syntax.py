"""What a query says, before it is known whether anything can answer it. Names and texts have no quotes any more."""

from dataclasses import dataclass

# OpenSearch's names of the two schemas of a data source.
DEFAULT_SCHEMA = "default"
INFORMATION_SCHEMA = "information_schema"


@dataclass(frozen=True)
class Name:
    """``data source.schema.table``, of which the schema may be missing.

    OpenSearch: the first of several parts names the data source; a schema's name that follows is the schema if
    something follows it, and the rest is the table, dots and all.
    """

    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        """As in OpenSearch's messages."""
        return ".".join(self.parts)

    @property
    def data_source(self) -> str | None:
        """None when the name has one part: then it would be an index of OpenSearch's own."""
        return self.parts[0] if len(self.parts) > 1 else None

    @property
    def schema(self) -> str:
        """``default`` or ``information_schema``."""
        return self.parts[1] if self._names_schema else DEFAULT_SCHEMA

    @property
    def table(self) -> str:
        """The metric, the function or the table of the information schema."""
        return ".".join(self.parts[2 if self._names_schema else 1 :])

    @property
    def _names_schema(self) -> bool:
        return len(self.parts) > 2 and self.parts[1] in {DEFAULT_SCHEMA, INFORMATION_SCHEMA}


@dataclass(frozen=True)
class Literal:
    """A constant. A number keeps its digits."""

    text: str
    is_number: bool = False


@dataclass(frozen=True)
class Comparison:
    """``column operator literal``."""

    column: str
    operator: str
    literal: Literal


@dataclass(frozen=True)
class Argument:
    """Of a table function; ``name`` is None when it is passed by position."""

    name: str | None
    literal: Literal


@dataclass(frozen=True)
class Aggregation:
    """``function(column) as alias``."""

    function: str
    column: str | None
    alias: str | None


@dataclass(frozen=True)
class Span:
    """``span(column, length) as alias``; ``length`` as written, such as ``15s``."""

    column: str
    length: str
    alias: str | None


@dataclass(frozen=True)
class Label:
    """A column to group by."""

    column: str
    alias: str | None


@dataclass(frozen=True)
class Stats:
    """``stats aggregations by groups``."""

    aggregations: tuple[Aggregation, ...]
    groups: tuple[Span | Label, ...]


@dataclass(frozen=True)
class Show:
    """``show datasources``; all of ``where`` must hold."""

    where: tuple[Comparison, ...]

    @property
    def data_source(self) -> str | None:
        """None: it is about all of them."""
        return None


@dataclass(frozen=True)
class Describe:
    """``describe name``."""

    name: Name

    @property
    def data_source(self) -> str | None:
        """As in Name."""
        return self.name.data_source


@dataclass(frozen=True)
class Search:
    """``source = name(arguments) | where ... | stats ...``; ``arguments`` is None when the name is no function's."""

    name: Name
    arguments: tuple[Argument, ...] | None
    where: tuple[Comparison, ...]
    stats: Stats | None

    @property
    def data_source(self) -> str | None:
        """As in Name."""
        return self.name.data_source


Statement = Show | Describe | Search
