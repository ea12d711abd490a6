"""Compares an answer with what a wire case expects of it. The matchers are described in tests/wire/README.rst."""

import re
from typing import Any

_TYPES = {"integer": int, "string": str, "boolean": bool, "object": dict, "array": list}


class Mismatch(AssertionError):
    """The answer differs; the text says where."""


def match(expected: Any, found: Any, where: str = "answer") -> None:
    """Raises Mismatch. ``true`` and ``1`` are different things here, as they are to clients."""
    if isinstance(expected, dict) and len(expected) == 1 and next(iter(expected)).startswith("$"):
        _match_by_rule(*next(iter(expected.items())), found, where)
    elif isinstance(expected, dict) and isinstance(found, dict):
        _require(set(expected) == set(found), where, sorted(expected), sorted(found))
        for key, value in expected.items():
            match(value, found[key], f"{where}.{key}")
    elif isinstance(expected, list) and isinstance(found, list):
        _require(len(expected) == len(found), where, expected, found)
        for index, value in enumerate(expected):
            match(value, found[index], f"{where}[{index}]")
    else:
        _require(type(expected) is type(found) and expected == found, where, expected, found)


def _match_by_rule(rule: str, operand: Any, found: Any, where: str) -> None:
    if rule == "$any":
        return
    if rule == "$type":
        wanted = _TYPES[operand]
        _require(isinstance(found, wanted) and (wanted is not int or type(found) is int), where, operand, found)
    elif rule == "$matches":
        _require(isinstance(found, str) and re.search(operand, found) is not None, where, operand, found)
    elif rule == "$has":
        _require(isinstance(found, dict) and set(operand) <= set(found), where, operand, found)
        for key, value in operand.items():
            match(value, found[key], f"{where}.{key}")
    elif rule == "$keys":
        _require(isinstance(found, dict) and set(operand) == set(found), where, sorted(operand), found)
    elif rule == "$without":
        _require(isinstance(found, dict) and not set(operand) & set(found), where, f"none of {operand}", found)
    elif rule == "$all":
        for one in operand:
            match(one, found, where)
    elif rule == "$length":
        _require(len(found) == operand, where, f"{operand} items", found)
    else:
        raise ValueError(f"{where}: there is no matcher {rule}")


def _require(holds: bool, where: str, expected: Any, found: Any) -> None:
    if not holds:
        raise Mismatch(f"{where}: expected {expected!r}, found {found!r}")
