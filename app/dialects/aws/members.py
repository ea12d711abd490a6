"""Reads the members of a request as Amazon's servers do: exact names, unknown ones ignored, null as absent."""

import json
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Request, current_app, g, request
from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, pre_load, validate, validates_schema

from app.dialects.aws.refusals import InvalidRequest
from app.edge.body import BODY_LIMIT, GoJsonParser, SluiceBlueprint, read_body
from app.edge.schemas import Text

# A complaint about a whole object and not about a member of it.
_WHOLE = "_schema"
_View = TypeVar("_View", bound=Callable[..., Any])

_LONGEST_PATH = 100
_REQUIRED: dict[str, str | list[Any] | dict[Any, Any]] = {"required": "is required"}


def raw_body() -> bytes:
    """The body of the request that is served, read when it is first asked for. Raises BodyTooLarge, MalformedBody."""
    if "body" not in g:
        g.body = read_body(request.environ, current_app.config[BODY_LIMIT])
    return cast(bytes, g.body)


def read_object(body: bytes) -> Mapping[str, Any]:
    """The JSON object of a body; an empty body is an empty object. Raises InvalidRequest."""
    try:
        value = json.loads(body.decode() or "{}", parse_constant=_refuse_constant)
        if b"\\u" in body:
            # An escape can stand for half a character, which could be neither stored nor sent back.
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as exc:
        raise InvalidRequest("The body is not JSON.") from exc
    if not isinstance(value, dict):
        raise InvalidRequest("The body is not a JSON object.")
    return value


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


class Members(Schema):
    """The members of a body or of an object in it."""

    error_messages = {"type": "must be an object"}

    class Meta:
        unknown = EXCLUDE

    @pre_load
    def drop_null(self, data: Any, **_: Any) -> Any:
        """A member that is null is absent."""
        return {name: value for name, value in data.items() if value is not None} if isinstance(data, dict) else data


class Union(Members):
    """An object with one member of several, which says by its name what it is; no other may stand beside it."""

    error_messages = {"unknown": "is not known here"}

    class Meta:
        unknown = RAISE

    @validates_schema
    def check_one(self, data: dict[str, Any], **_: Any) -> None:
        """None would say nothing, and of two one would be lost."""
        if len(data) != 1:
            raise ValidationError("must have exactly one member")


class _Parser(GoJsonParser):
    """Loads members from the body alone. webargs' own way, which asks a request for its parts, takes twice as long."""

    def use_args(  # type: ignore[override]
        self, argmap: Schema, req: Request | None = None, **_: Any
    ) -> Callable[[_View], _View]:
        """A decorator: the view gets what was loaded behind its other arguments. Raises InvalidRequest."""

        def decorate(view: _View) -> _View:
            @wraps(view)
            def with_members(*args: Any, **kwargs: Any) -> Any:
                return view(*args, loaded(argmap, raw_body()), **kwargs)

            return cast(_View, with_members)

        return decorate


def loaded(schema: Schema, body: bytes) -> Any:
    """What the schema makes of a body. Raises InvalidRequest."""
    try:
        return schema.load(read_object(body))
    except ValidationError as exc:
        raise InvalidRequest(_first(exc.messages)) from exc


class AwsBlueprint(SluiceBlueprint):
    """A blueprint that reads bodies so."""

    ARGUMENTS_PARSER = _Parser()


def matching(pattern: str, rule: str, **kwargs: Any) -> Text:
    """A text that ``pattern`` matches as a whole; ``rule`` says so to people."""
    compiled = re.compile(pattern, re.DOTALL)

    def check(value: str) -> None:
        if compiled.fullmatch(value) is None:
            raise ValidationError(rule)

    return Text(validate=check, error_messages=_REQUIRED, **kwargs)


def sized(lowest: int, highest: int, **kwargs: Any) -> Text:
    """A text of so many characters."""
    rule = f"must have {lowest} to {highest} characters"
    return Text(validate=validate.Length(lowest, highest, error=rule), error_messages=_REQUIRED, **kwargs)


def one_of(choices: type[StrEnum], **kwargs: Any) -> Text:
    """One of the texts of an enumeration."""
    rule = f"must be one of {', '.join(choices)}"
    return Text(validate=validate.OneOf([*choices], error=rule), error_messages=_REQUIRED, **kwargs)


def within(schema: type[Members], **kwargs: Any) -> fields.Nested:
    """An object with members of its own."""
    return fields.Nested(schema, error_messages=_REQUIRED, **kwargs)


class _Several(fields.List[Any]):
    """Counted before its items are looked at: a body can hold a million, and each would be told what is wrong."""

    def __init__(self, item: fields.Field[Any], *, most: int, **kwargs: Any) -> None:
        super().__init__(item, error_messages={**_REQUIRED, "invalid": "must be a list"}, **kwargs)
        self._most = most

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(value, list) and len(value) > self._most:
            raise ValidationError(f"must have at most {self._most} items")
        return super()._deserialize(value, *args, **kwargs)


def several(item: fields.Field[Any], *, most: int, **kwargs: Any) -> fields.List[Any]:
    """A list of at most so many."""
    return _Several(item, most=most, **kwargs)


def _first(messages: Any, path: str = "") -> str:
    """The first complaint, with the path of its member."""
    while isinstance(messages, dict):
        name, messages = next(iter(messages.items()))
        if name != _WHOLE:
            path = f"{path}[{name}]" if isinstance(name, int) else f"{path}.{name}".removeprefix(".")
    # Names come from the caller too.
    path = path[:_LONGEST_PATH]
    text = str(messages[0]).rstrip(".")
    return f"{path} {text[:1].lower()}{text[1:]}." if path else f"{text}."
