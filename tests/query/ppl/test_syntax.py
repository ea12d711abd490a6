"""Whose table a name means."""

import pytest

from app.query.ppl.syntax import Name

# OpenSearch: DataSourceSchemaIdentifierNameResolver.
_NAMES = {
    "p.m": ("p", "default", "m"),
    "p.default.m": ("p", "default", "m"),
    "p.information_schema.tables": ("p", "information_schema", "tables"),
    "p.default": ("p", "default", "default"),
    "p.information_schema": ("p", "default", "information_schema"),
    "p.a.b": ("p", "default", "a.b"),
    "p.default.a.b": ("p", "default", "a.b"),
    "p.default.default": ("p", "default", "default"),
    "m": (None, "default", ""),
}


@pytest.mark.parametrize("text", _NAMES)
def test_a_name_has_data_source_schema_and_table(text: str) -> None:
    name = Name(tuple(text.split(".")))
    assert (name.data_source, name.schema, name.table) == _NAMES[text]
    assert name.text == text
