"""Why a query has no result; dialects choose the number and the name of the error on the wire.

The texts are OpenSearch's where it has one. Its names for the errors:

============================= ============================= ==================================================
here                          OpenSearch                    when
============================= ============================= ==================================================
QueryMalformed                SyntaxCheckException          the text is no query
NotSupported                  UnsupportedOperationException a query, but one that is not answered here
QueryTooLong                  IllegalArgumentException      more characters than are read
MixedArguments                SemanticCheckException        some arguments have names, and some have none
MissingArguments              SemanticCheckException        fewer arguments than the function takes
ArgumentWrong                 SemanticCheckException        an argument that cannot be used
UnreadableTime                SemanticCheckException        text that is no time
UnknownColumn                 SemanticCheckException        a column that the result does not have
UnknownInformationSchemaTable SemanticCheckException        a table other than ``tables``
NoSpan                        RuntimeException              an aggregation of a metric without ``span``
DirectQueryInvalid            IllegalArgumentException      a direct query that is not whole
UnknownResource               IllegalArgumentException      a path of resources that is none
RequestUnsuccessful           PrometheusClientException     the server answered, but not with success
UnexpectedResultType          RuntimeException              the server answered another kind of result
AnswerNotUnderstood           RuntimeException              the server's answer is not Prometheus's
AnswerTooLong, TooManyRows    none                          more than is read
============================= ============================= ==================================================

All below QueryRefused are the caller's to mend, all below AnswerRefused have their cause in the server's answer.
"""

from collections.abc import Sequence

# Characters of the server's own words, and of any text: names in a query may be as long as it.
_QUOTED = 1_000
_LONGEST_TEXT = 2_000


class QueryError(Exception):
    """Any reason of this room."""

    def __init__(self, text: str) -> None:
        super().__init__(_shortened(text, _LONGEST_TEXT))


class QueryRefused(QueryError):
    """The query is at fault: nothing was sent, or the answer showed it."""


class QueryMalformed(QueryRefused):
    """The text is no query: ``found`` stands where something of ``expected`` should. Line and column begin at 1,
    ``position`` at 0."""

    def __init__(self, found: str, *, position: int, line: int, column: int, expected: Sequence[str]) -> None:
        wanted = f"; expected {' or '.join(expected)}" if expected else ""
        super().__init__(f"{found} is not expected at line {line}, column {column}{wanted}")
        self.found = found
        self.position = position
        self.line = line
        self.column = column
        self.expected = tuple(expected)


class NotSupported(QueryRefused):
    """A valid query, or one that would be elsewhere, which is not answered here; ``supported`` is what is."""

    def __init__(self, what: str, supported: str) -> None:
        super().__init__(f"{what} is not supported; supported: {supported}")
        self.what = what
        self.supported = supported


class QueryTooLong(QueryRefused):
    """The query has more characters than are read."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"The query has more than {limit} characters")
        self.limit = limit


class MixedArguments(QueryRefused):
    """Some arguments of a function have names, and some have none."""

    def __init__(self) -> None:
        super().__init__("Arguments should be either passed by name or position")


class MissingArguments(QueryRefused):
    """The function takes more arguments."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(f"Missing arguments:[{','.join(names)}]")
        self.names = tuple(names)


class ArgumentWrong(QueryRefused):
    """An argument that the function does not take, or not with this value."""


class UnreadableTime(QueryRefused):
    """Text that is no time."""

    def __init__(self, text: str) -> None:
        super().__init__(f"timestamp:{text} in unsupported format, please use 'yyyy-MM-dd HH:mm:ss[.SSSSSSSSS]'")
        self.text = text


class UnknownColumn(QueryRefused):
    """A condition on a column that the result does not have."""

    def __init__(self, name: str) -> None:
        super().__init__(f"can't resolve Symbol(namespace=FIELD_NAME, name={name}) in type env")
        self.name = name


class UnknownInformationSchemaTable(QueryRefused):
    """The information schema has one table, ``tables``."""

    def __init__(self, table: str) -> None:
        super().__init__(f"Information Schema doesn't contain {table} table")
        self.table = table


class NoSpan(QueryRefused):
    """An aggregation that does not say over which stretches of time."""

    def __init__(self) -> None:
        super().__init__("Prometheus Catalog doesn't support aggregations without span expression")


class DirectQueryInvalid(QueryRefused):
    """A direct query that is not whole; the text says what is missing or wrong."""


class UnknownResource(QueryRefused):
    """A path that names no resource of the data source."""

    def __init__(self, resource: str) -> None:
        super().__init__(f"Invalid resource type: {resource}")
        self.resource = resource


class TooManyRows(QueryRefused):
    """The result has more rows, or its rows hold more samples, than are given."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"The result has more than {limit} samples: choose fewer labels, less time or a larger step")
        self.limit = limit


class AnswerRefused(QueryError):
    """The server's answer gives no result."""


class RequestUnsuccessful(AnswerRefused):
    """The server answered, but not with success. ``details`` are its own words, shortened."""

    def __init__(self, status: int, details: str) -> None:
        shortened = _shortened(details, _QUOTED)
        super().__init__(f"Request to Prometheus is Unsuccessful with code: {status}. Error details: {shortened}")
        self.status = status
        self.details = shortened


class UnexpectedResultType(AnswerRefused):
    """The server answered another kind of result than series."""

    def __init__(self, result_type: str) -> None:
        super().__init__(
            f"Unexpected Result Type: {result_type} during Prometheus Response Parsing. 'matrix' resultType is expected"
        )
        self.result_type = result_type


class AnswerNotUnderstood(AnswerRefused):
    """The server answered with success, but not as Prometheus does."""

    def __init__(self) -> None:
        super().__init__("The answer of the data source is not one of Prometheus: check its URL")


class AnswerTooLong(AnswerRefused):
    """The server's answer has more bytes than are read."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"The answer of the data source has more than {limit} bytes: choose fewer labels or less time")
        self.limit = limit


def _shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}..."
