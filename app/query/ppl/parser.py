"""Text -> what it says. Knows the grammar and nothing of data sources.

Time and memory grow with the length of the text, which is bounded: the parser is an LALR automaton with a stack of its
own, and the callbacks run as it reduces, so no depth of brackets exhausts Python's stack.
"""

from functools import cache
from itertools import chain

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedToken, v_args

from app.query.errors import NotSupported, QueryTooLong
from app.query.ppl.grammar import GRAMMAR
from app.query.ppl.refusals import END, refusal
from app.query.ppl.syntax import (
    Aggregation,
    Argument,
    Comparison,
    Describe,
    Label,
    Literal,
    Name,
    Search,
    Show,
    Span,
    Statement,
    Stats,
)

# Half of them in brackets and commas take a quarter of a second.
MOST_CHARACTERS = 20_000
_DEEPEST = 32


def parse(text: str) -> Statement:
    """Raises QueryMalformed, NotSupported and QueryTooLong."""
    if len(text) > MOST_CHARACTERS:
        raise QueryTooLong(MOST_CHARACTERS)
    # One semicolon may end a query, as in OpenSearch's examples.
    stripped = text.rstrip().removesuffix(";")
    try:
        # JSON can say half a character, which no server can be asked for.
        stripped.encode()
        # lark's types say Tree; with a transformer it is what that makes of it.
        statement: Statement = _parser().parse(stripped)  # type: ignore[assignment]
    except UnicodeEncodeError as exc:
        raise refusal(stripped, exc.start, "half a character", ()) from exc
    except UnexpectedToken as exc:
        ended = exc.token.type == END
        position = len(stripped) if ended else exc.token.start_pos or 0
        raise refusal(stripped, position, "" if ended else str(exc.token), exc.accepts or exc.expected) from exc
    except UnexpectedCharacters as exc:
        raise refusal(stripped, exc.pos_in_stream or 0, exc.char, exc.allowed or set()) from exc
    return statement


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", lexer="contextual", transformer=_Callbacks(), maybe_placeholders=True)


def unquoted(text: str) -> str:
    """Without its quotes. OpenSearch: a quote of the same kind may be doubled; a backslash protects a quote or a
    backslash behind it, and is itself anywhere else.
    """
    mark, inner = text[0], text[1:-1]
    characters = []
    position = 0
    while position < len(inner):
        pair = inner[position : position + 2]
        if pair == mark * 2 or (pair[0] == "\\" and pair[1:] in {"'", '"', "\\"}):
            position += 1
        characters.append(inner[position])
        position += 1
    return "".join(characters)


class _Group(tuple[Comparison, ...]):
    depth = 0


@v_args(inline=True)
class _Callbacks(Transformer[Token, Statement]):
    """A method for each rule of the grammar."""

    def show(self, _show: Token, *filters: _Group) -> Show:
        return Show(_joined(filters))

    def describe(self, name: Name) -> Describe:
        return Describe(name)

    def search(
        self, _search: Token | None, name: Name, arguments: tuple[Argument, ...] | None, *rest: _Group | Stats | None
    ) -> Search:
        filters = [part for part in rest if isinstance(part, _Group)]
        stats = rest[-1] if isinstance(rest[-1], Stats) else None
        return Search(name, arguments, _joined(filters), stats)

    def name(self, *parts: str) -> Name:
        return Name(parts)

    def part(self, token: Token) -> str:
        return unquoted(token) if token.type == "BACKQUOTED" else str(token)

    def arguments(self, *arguments: Argument | None) -> tuple[Argument, ...]:
        return tuple(argument for argument in arguments if argument is not None)

    def argument(self, name: Token | None, literal: Literal) -> Argument:
        return Argument(None if name is None else str(name), literal)

    def filter(self, conditions: _Group) -> _Group:
        return conditions

    def conditions(self, *conditions: Comparison | _Group) -> _Group:
        groups = [part if isinstance(part, _Group) else _Group((part,)) for part in conditions]
        made = _Group(_joined(groups))
        made.depth = max(group.depth for group in groups)
        return made

    def group(self, conditions: _Group) -> _Group:
        conditions.depth += 1
        if conditions.depth > _DEEPEST:
            raise NotSupported("This depth of brackets", f"up to {_DEEPEST}")
        return conditions

    def comparison(self, column: str, operator: Token, literal: Literal) -> Comparison:
        return Comparison(column, str(operator), literal)

    def literal(self, token: Token) -> Literal:
        return Literal(str(token), is_number=True) if token.type == "NUMBER" else Literal(unquoted(token))

    def stats(self, aggregations: tuple[Aggregation, ...], groups: tuple[Span | Label, ...] | None) -> Stats:
        return Stats(aggregations, groups or ())

    def aggregations(self, *aggregations: Aggregation) -> tuple[Aggregation, ...]:
        return aggregations

    def aggregation(self, function: Token, column: str | None, alias: str | None) -> Aggregation:
        return Aggregation(str(function).lower(), column, alias)

    def groups(self, *groups: Span | Label) -> tuple[Span | Label, ...]:
        return groups

    def span(self, column: str, length: Token, alias: str | None) -> Span:
        return Span(column, str(length), alias)

    def label(self, column: str, alias: str | None) -> Label:
        return Label(column, alias)


def _joined(groups: "list[_Group] | tuple[_Group, ...]") -> tuple[Comparison, ...]:
    return tuple(chain.from_iterable(groups))
