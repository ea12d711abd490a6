"""The table functions and their arguments.

OpenSearch: ``query_range(query, starttime, endtime, step)`` and ``query_exemplars(query, starttime, endtime)``, all
arguments by position or all by name.
"""

import re
from collections.abc import Mapping, Sequence

from app.query.errors import ArgumentWrong, MissingArguments, MixedArguments, NotSupported
from app.query.ppl.plan import QueryExemplars, QueryRange
from app.query.ppl.syntax import Argument, Literal
from app.query.times import read_number, read_text

_FUNCTIONS: Mapping[str, tuple[str, ...]] = {
    "query_range": ("query", "starttime", "endtime", "step"),
    "query_exemplars": ("query", "starttime", "endtime"),
}
_STEP = re.compile(r"\d+(\.\d+)?|(\d+(ms|s|m|h|d|w|y))+")


def function_plan(data_source: str, function: str, arguments: Sequence[Argument]) -> QueryRange | QueryExemplars:
    """Raises NotSupported, MixedArguments, MissingArguments, ArgumentWrong and UnreadableTime."""
    names = _FUNCTIONS.get(function.lower())
    if names is None:
        raise NotSupported(
            f"The function {function}", ", ".join(f"{name}({', '.join(_FUNCTIONS[name])})" for name in _FUNCTIONS)
        )
    given = _by_name(names, arguments)
    query, start, end = given["query"], _time(given["starttime"]), _time(given["endtime"])
    if query.is_number or not query.text.strip():
        raise ArgumentWrong("query must be a text in PromQL")
    if end < start:
        raise ArgumentWrong("endtime must not be before starttime")
    if "step" not in given:
        return QueryExemplars(data_source, query.text, start, end)
    step = given["step"].text
    if not _STEP.fullmatch(step) or not step.isascii() or not step.strip("0.smhdwy"):
        raise ArgumentWrong("step must be a number of seconds, or a duration such as '15s', above zero")
    return QueryRange(data_source, query.text, start, end, step)


def _by_name(names: Sequence[str], arguments: Sequence[Argument]) -> dict[str, Literal]:
    named = [argument for argument in arguments if argument.name is not None]
    if named and len(named) < len(arguments):
        raise MixedArguments
    if not named and len(arguments) > len(names):
        raise ArgumentWrong(f"Too many arguments, these are taken: [{','.join(names)}]")
    given: dict[str, Literal] = {}
    for position, argument in enumerate(arguments):
        name = names[position] if argument.name is None else argument.name.lower()
        if name not in names or name in given:
            raise ArgumentWrong(f"The argument {name} is unknown or given twice, these are taken: [{','.join(names)}]")
        given[name] = argument.literal
    if missing := [name for name in names if name not in given]:
        raise MissingArguments(missing)
    return given


def _time(literal: Literal) -> float:
    # OpenSearch takes numbers only.
    if literal.is_number or literal.text.lstrip("-").replace(".", "").isdigit():
        return read_number(literal.text)
    return read_text(literal.text)
