"""The rules of what a correlation may be."""

from dataclasses import replace

import pytest

from app.registry.correlation import (
    Config,
    Correlation,
    CorrelationChange,
    NewCorrelation,
    Transformation,
    changed,
    check_change,
    check_new,
    type_of,
)
from app.registry.errors import ConfigTypeDeprecated, EmptyCorrelationChange, InvalidCorrelation
from app.registry.json_data import JsonData

NEW = NewCorrelation(type="query", target_uid="traces")
STORED = Correlation(
    uid="abc",
    org_id=1,
    source_uid="logs",
    target_uid="traces",
    label="To traces",
    description="From a log line to its trace",
    type="query",
    config=Config(
        field="traceID", target=JsonData('{"query":"${trace}"}'), transformations=(Transformation("logfmt"),)
    ),
    provisioned=False,
)


def with_transformations(*transformations: Transformation) -> NewCorrelation:
    return replace(NEW, config=Config(transformations=transformations))


@pytest.mark.parametrize("type_id", ["", "Query", "link"])
def test_a_type_is_query_or_external(type_id: str) -> None:
    with pytest.raises(InvalidCorrelation):
        check_new(replace(NEW, type=type_id))


def test_a_query_needs_a_target() -> None:
    with pytest.raises(InvalidCorrelation):
        check_new(NewCorrelation(type="query"))


def test_an_address_needs_no_target() -> None:
    check_new(NewCorrelation(type="external"))


def test_nothing_is_demanded_of_config_and_texts() -> None:
    check_new(NEW)


def test_query_in_the_deprecated_place_wins() -> None:
    assert type_of(NewCorrelation(type="external", config_type="query")) == "query"


def test_query_in_the_deprecated_place_needs_a_target_too() -> None:
    with pytest.raises(InvalidCorrelation):
        check_new(NewCorrelation(type="external", config_type="query"))


@pytest.mark.parametrize("config_type", ["external", "link"])
def test_the_deprecated_place_takes_nothing_but_query(config_type: str) -> None:
    with pytest.raises(ConfigTypeDeprecated):
        check_new(replace(NEW, config_type=config_type))


def test_the_deprecated_place_is_no_excuse_for_a_missing_type() -> None:
    with pytest.raises(InvalidCorrelation):
        check_new(NewCorrelation(type="", target_uid="traces", config_type="query"))


@pytest.mark.parametrize("type_id", ["", "json", "REGEX"])
def test_a_transformation_is_regex_or_logfmt(type_id: str) -> None:
    with pytest.raises(InvalidCorrelation):
        check_new(with_transformations(Transformation("logfmt"), Transformation(type_id, expression="x")))


def test_a_regex_needs_an_expression() -> None:
    with pytest.raises(InvalidCorrelation):
        check_new(with_transformations(Transformation("regex", field="message")))


def test_logfmt_needs_no_expression() -> None:
    check_new(with_transformations(Transformation("logfmt")))


LARGEST = [
    ("label", replace(NEW, label="é" * 1_000), replace(NEW, label="é" * 1_001)),
    ("description", replace(NEW, description="x" * 10_000), replace(NEW, description="x" * 10_001)),
    ("field", replace(NEW, config=Config(field="x" * 1_000)), replace(NEW, config=Config(field="x" * 1_001))),
    (
        "target",
        replace(NEW, config=Config(target=JsonData.of({"q": "x" * (100_000 - 8)}))),
        replace(NEW, config=Config(target=JsonData.of({"q": "x" * (100_000 - 7)}))),
    ),
    (
        "transformations",
        with_transformations(*[Transformation("logfmt")] * 100),
        with_transformations(*[Transformation("logfmt")] * 101),
    ),
    (
        "expression",
        with_transformations(Transformation("regex", expression="x" * 10_000)),
        with_transformations(Transformation("regex", expression="x" * 10_001)),
    ),
    (
        "field of a transformation",
        with_transformations(Transformation("logfmt", field="x" * 1_000)),
        with_transformations(Transformation("logfmt", field="x" * 1_001)),
    ),
    (
        "map value",
        with_transformations(Transformation("logfmt", map_value="x" * 1_000)),
        with_transformations(Transformation("logfmt", map_value="x" * 1_001)),
    ),
]


@pytest.mark.parametrize("new", [largest for _, largest, _ in LARGEST], ids=[name for name, *_ in LARGEST])
def test_what_is_as_large_as_allowed_is_taken(new: NewCorrelation) -> None:
    check_new(new)


@pytest.mark.parametrize("new", [larger for *_, larger in LARGEST], ids=[name for name, *_ in LARGEST])
def test_what_is_larger_than_allowed_is_refused(new: NewCorrelation) -> None:
    with pytest.raises(InvalidCorrelation):
        check_new(new)


@pytest.mark.parametrize(
    "change",
    [CorrelationChange(), CorrelationChange(transformations=()), CorrelationChange(transformations=[])],
    ids=["nothing", "no transformations", "an empty list"],
)
def test_a_change_names_something_besides_transformations(change: CorrelationChange) -> None:
    with pytest.raises(EmptyCorrelationChange):
        check_change(change)


CHANGES = {
    "label": CorrelationChange(label=""),
    "description": CorrelationChange(description=""),
    "type": CorrelationChange(type="external"),
    "field": CorrelationChange(field=""),
    "target": CorrelationChange(target=JsonData()),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_one_member_is_enough_for_a_change_even_if_it_is_empty(change: CorrelationChange) -> None:
    check_change(change)


@pytest.mark.parametrize(
    "change",
    [
        CorrelationChange(type=""),
        CorrelationChange(type="link"),
        CorrelationChange(label="x" * 1_001),
        CorrelationChange(description="x" * 10_001),
        CorrelationChange(field="x" * 1_001),
        CorrelationChange(target=JsonData.of({"q": "x" * 100_000})),
        CorrelationChange(label="", transformations=[Transformation("json")]),
        CorrelationChange(label="", transformations=[Transformation("regex")]),
    ],
    ids=["no type", "type", "label", "description", "field", "target", "transformation", "regex"],
)
def test_a_change_keeps_the_rules_of_a_create(change: CorrelationChange) -> None:
    with pytest.raises(InvalidCorrelation):
        check_change(change)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (CorrelationChange(label=""), replace(STORED, label="")),
        (CorrelationChange(description="new"), replace(STORED, description="new")),
        (CorrelationChange(type="external"), replace(STORED, type="external")),
        (CorrelationChange(field=""), replace(STORED, config=replace(STORED.config, field=""))),
        (
            CorrelationChange(target=JsonData('{"a":1}')),
            replace(STORED, config=replace(STORED.config, target=JsonData('{"a":1}'))),
        ),
        (
            CorrelationChange(label="new", transformations=[]),
            replace(STORED, label="new", config=replace(STORED.config, transformations=[])),
        ),
    ],
    ids=["label", "description", "type", "field", "target", "transformations"],
)
def test_a_change_leaves_what_it_does_not_name(change: CorrelationChange, expected: Correlation) -> None:
    assert changed(STORED, change) == expected


def test_what_leads_to_an_address_only_cannot_become_a_query() -> None:
    with pytest.raises(InvalidCorrelation):
        changed(replace(STORED, type="external", target_uid=None), CorrelationChange(type="query"))
