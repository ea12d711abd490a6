"""A correlation: a link from the results of one data source to a query of another, or to an address. Pure."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.registry.errors import ConfigTypeDeprecated, EmptyCorrelationChange, InvalidCorrelation
from app.registry.json_data import JsonData

QUERY: Final = "query"
EXTERNAL: Final = "external"
_TYPES = frozenset({QUERY, EXTERNAL})
_REGEX = "regex"
_TRANSFORMATION_TYPES = frozenset({_REGEX, "logfmt"})

# Grafana knows no limits but those of its columns; these are far above what people write.
_MOST_LABEL = 1_000
_MOST_DESCRIPTION = 10_000
_MOST_TARGET = 100_000
_MOST_FIELD = 1_000
_MOST_EXPRESSION = 10_000
_MOST_TRANSFORMATIONS = 100


@dataclass(frozen=True, slots=True)
class Transformation:
    """How variables for the target are taken from a field of the results. Empty text means "not said"."""

    type: str
    expression: str = ""
    field: str = ""
    map_value: str = ""


@dataclass(frozen=True, kw_only=True)
class Config:
    """``field``: where in the results the link is shown. ``target``: the query or the address, kept as it was sent."""

    field: str = ""
    target: JsonData = dataclasses.field(default_factory=JsonData)
    transformations: Sequence[Transformation] = ()


@dataclass(frozen=True, kw_only=True)
class Correlation:
    """A correlation as it is stored; the uids are those that its data sources have now."""

    uid: str
    org_id: int
    source_uid: str
    target_uid: str | None
    label: str
    description: str
    type: str
    config: Config
    provisioned: bool


@dataclass(frozen=True, kw_only=True)
class NewCorrelation:
    """A correlation to create. ``config_type`` is where older clients say the type once more."""

    type: str
    target_uid: str | None = None
    label: str = ""
    description: str = ""
    config: Config = dataclasses.field(default_factory=Config)
    config_type: str = ""
    provisioned: bool = False


@dataclass(frozen=True, kw_only=True)
class CorrelationChange:
    """What replaces members of a stored correlation; None keeps what is there. The data sources stay."""

    label: str | None = None
    description: str | None = None
    type: str | None = None
    field: str | None = None
    target: JsonData | None = None
    transformations: Sequence[Transformation] | None = None


def type_of(new: NewCorrelation) -> str:
    """The type that ``new`` gets: ``query`` in the deprecated place wins, as in Grafana."""
    return QUERY if new.config_type == QUERY else new.type


def check_new(new: NewCorrelation) -> None:
    """Raises InvalidCorrelation, ConfigTypeDeprecated."""
    _check_type(new.type)
    _check_target(type_of(new), has_target=new.target_uid is not None)
    _check_texts(new.label, new.description)
    _check_config(new.config)
    if new.config_type not in {"", QUERY}:
        raise ConfigTypeDeprecated


def check_change(change: CorrelationChange) -> None:
    """Raises EmptyCorrelationChange, InvalidCorrelation."""
    # Transformations alone are no change to Grafana either.
    said = (change.label, change.description, change.type, change.field, change.target)
    if all(member is None for member in said):
        raise EmptyCorrelationChange
    if change.type is not None:
        _check_type(change.type)
    _check_texts(change.label or "", change.description or "")
    _check_config(_merged(Config(), change))


def changed(old: Correlation, change: CorrelationChange) -> Correlation:
    """``old`` with what ``change`` names; raises InvalidCorrelation."""
    row = dataclasses.replace(
        old,
        label=old.label if change.label is None else change.label,
        description=old.description if change.description is None else change.description,
        type=old.type if change.type is None else change.type,
        config=_merged(old.config, change),
    )
    _check_target(row.type, has_target=row.target_uid is not None)
    return row


def _merged(config: Config, change: CorrelationChange) -> Config:
    transformations = change.transformations
    return Config(
        field=config.field if change.field is None else change.field,
        target=config.target if change.target is None else change.target,
        transformations=config.transformations if transformations is None else transformations,
    )


def _check_type(type_id: str) -> None:
    if type_id not in _TYPES:
        raise InvalidCorrelation("the type must be query or external")


def _check_target(type_id: str, *, has_target: bool) -> None:
    if type_id == QUERY and not has_target:
        raise InvalidCorrelation("a correlation of type query needs a target data source")


def _check_texts(label: str, description: str) -> None:
    _check_length("label", label, _MOST_LABEL)
    _check_length("description", description, _MOST_DESCRIPTION)


def _check_config(config: Config) -> None:
    _check_length("field", config.field, _MOST_FIELD)
    _check_length("target", config.target.text, _MOST_TARGET)
    if len(config.transformations) > _MOST_TRANSFORMATIONS:
        raise InvalidCorrelation(f"there may be at most {_MOST_TRANSFORMATIONS} transformations")
    for transformation in config.transformations:
        _check_transformation(transformation)


def _check_transformation(transformation: Transformation) -> None:
    if transformation.type not in _TRANSFORMATION_TYPES:
        raise InvalidCorrelation("a transformation must be of type regex or logfmt")
    if transformation.type == _REGEX and not transformation.expression:
        raise InvalidCorrelation("a transformation of type regex needs an expression")
    _check_length("expression", transformation.expression, _MOST_EXPRESSION)
    _check_length("field of a transformation", transformation.field, _MOST_FIELD)
    _check_length("mapValue", transformation.map_value, _MOST_FIELD)


def _check_length(name: str, text: str, most: int) -> None:
    if len(text) > most:
        raise InvalidCorrelation(f"the {name} may have at most {most} characters")
