"""Marshmallow fields that take JSON types as they are, and schemas that dump fast."""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, pre_load
from marshmallow.exceptions import ValidationError

from app.registry.json_data import JsonData

# What a 64-bit signed integer holds; one below the top, because versions are counted up.
_LARGEST = 2**63 - 2


class Text(fields.String):
    """A JSON string without NUL, which PostgreSQL cannot store, and of at most ``longest`` characters."""

    def __init__(self, *, longest: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._longest = longest

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, str) or "\0" in value:
            raise ValidationError("must be text without NUL")
        if self._longest is not None and len(value) > self._longest:
            raise ValidationError(f"must have at most {self._longest} characters")
        return value


class Flag(fields.Boolean):
    """JSON true or false, nothing that looks like it."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, bool):
            raise ValidationError("must be true or false")
        return value


class Whole(fields.Integer):
    """A JSON integer of 64 bits."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if type(value) is not int or abs(value) > _LARGEST:
            raise ValidationError("must be an integer of 64 bits")
        return value


class FreeObject(fields.Dict):
    """A JSON object of any members, loaded as JsonData."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, dict):
            raise ValidationError("must be an object")
        try:
            return JsonData.of(value)
        except (ValueError, RecursionError) as exc:
            raise ValidationError("must hold only numbers that JSON has words for") from exc


class Secrets(fields.Dict):
    """A JSON object of strings; ``null`` counts as an empty one. Names are kept in clear, so they are bounded."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, dict):
            raise ValidationError("must be an object")
        if any(not (secret is None or isinstance(secret, str)) or len(name) > 190 for name, secret in value.items()):
            raise ValidationError("must hold only text under names of at most 190 characters")
        return {name: secret or "" for name, secret in value.items()}


class Inner(Schema):
    """An object inside a body, read as the body itself is: names in any case, null as absent, others ignored."""

    class Meta:
        unknown = EXCLUDE

    @pre_load
    def fold(self, data: Any, **_: Any) -> Any:
        """The members under the names of the schema; the last of two that match wins."""
        if not isinstance(data, dict):
            raise ValidationError("must be an object")
        names = {(field.data_key or name).lower(): field.data_key or name for name, field in self.load_fields.items()}
        given = ((names.get(name.lower()), value) for name, value in data.items())
        return {name: value for name, value in given if name is not None and value is not None}


class View(Schema):
    """A schema that is dumped by reading attributes, with no machinery per field.

    The fields document the answer; what they name is what is read. ``fields.Constant``, ``fields.Function`` and
    ``fields.Nested`` work.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._one = _compiled([(field.data_key or name, name, field) for name, field in self.dump_fields.items()])

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        """One object as a dict in the order of the fields, or a list of them."""
        if self.many if many is None else many:
            return [self._one(one) for one in obj]
        return self._one(obj)


def _compiled(members: Sequence[tuple[str, str, Any]]) -> Callable[[Any], dict[str, Any]]:
    # One dict display, written from the fields as dataclasses writes __init__: half the time of a loop over getters.
    computed: dict[str, Any] = {}
    parts = []
    for number, (key, name, field) in enumerate(members):
        attribute = field.attribute or name
        if isinstance(field, (fields.Constant, fields.Function, fields.Nested)):
            computed[f"get{number}"] = _getter(attribute, field)
            parts.append(f"{key!r}: get{number}(row)")
        else:
            parts.append(f"{key!r}: row.{attribute}")
    one: Callable[[Any], dict[str, Any]] = eval(f"lambda row: {{{', '.join(parts)}}}", computed)
    return one


def _getter(attribute: str, field: Any) -> Callable[[Any], Any]:
    if isinstance(field, fields.Constant):
        return lambda _: field.constant
    if isinstance(field, fields.Function):
        computed: Callable[[Any], Any] | None = field.serialize_func
        assert computed is not None
        return computed
    read, nested = attrgetter(attribute), field.schema
    return lambda row: nested.dump(read(row))
