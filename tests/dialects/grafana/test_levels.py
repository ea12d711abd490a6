import pytest

from app.dialects.grafana.levels import InvalidLevel, read_level
from app.registry.access import Level


@pytest.mark.parametrize(
    ("name", "level"),
    [("Query", Level.QUERY), ("Edit", Level.EDIT), ("Admin", Level.ADMIN), ("", Level.NONE)],
)
def test_a_level_is_read_by_its_name(name: str, level: Level) -> None:
    assert read_level(name) is level


@pytest.mark.parametrize(
    "name", ["query", "EDIT", "admin ", " Admin", "View", "Viewer", "None", "NONE", "0", "null", "Query,Edit"]
)
def test_what_is_no_level_is_refused(name: str) -> None:
    with pytest.raises(InvalidLevel):
        read_level(name)
