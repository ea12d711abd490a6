"""A change that says all: what is not given is gone, but for what only Grafana's API has words for."""

from dataclasses import replace

import pytest

from app.registry.datasource import ById, DataSource, DataSourceChange, OpenSearchSide, Status, WholeChange
from app.registry.errors import DataSourceNameTaken, InvalidUrl, ReadOnlyDataSource, VersionConflict
from app.registry.json_data import JsonData
from app.registry.registry import Registry
from app.services import Services
from identity.callers import admin
from registry.given import new

SIDE = OpenSearchSide(status=Status.ERROR, allowed_roles=(), document=JsonData('{"description":"d"}'))


def whole(row: DataSource, **given: object) -> WholeChange:
    """As little said as can be."""
    plain = WholeChange(
        name=row.name,
        type=row.type,
        access=row.access,
        version=row.version,
        is_default=row.is_default,
        opensearch=OpenSearchSide(),
        based_on=replace(row, secure_json_fields={}),
    )
    return replace(plain, **given)  # type: ignore[arg-type]


@pytest.fixture
def row(registry: Registry, org: int) -> DataSource:
    given = replace(
        new("metrics", uid="first", json='{"a":1}', secrets={"one": "1", "two": "2"}, is_default=True),
        user="ada",
        database="db",
        basic_auth=True,
        basic_auth_user="bob",
        with_credentials=True,
        api_version="v1",
        opensearch=SIDE,
    )
    return registry.create(admin(org), given)


def test_what_is_not_given_is_gone_and_what_is_grafanas_stays(registry: Registry, org: int, row: DataSource) -> None:
    changed = registry.replace(admin(org), ById(row.id), whole(row))
    assert registry.get(admin(org), ById(row.id)) == changed
    assert changed == replace(
        row,
        url="",
        user="",
        database="",
        basic_auth=False,
        basic_auth_user="",
        json_data=JsonData(),
        version=2,
        opensearch=OpenSearchSide(),
        ciphertexts={},
        secure_json_fields={},
    )


def test_secrets_are_those_that_are_given_and_those_that_are_kept(
    registry: Registry, org: int, row: DataSource
) -> None:
    given = whole(row, kept_secrets=frozenset({"two", "nowhere"}), secure_json_data={"three": "3"})
    registry.replace(admin(org), ById(row.id), given)
    stored = registry.get(admin(org), ById(row.id))
    assert registry.secrets_of(stored) == {"two": "2", "three": "3"}
    assert stored.secure_json_fields == {"two": True, "three": True}


def test_a_secret_that_is_given_wins_over_one_that_is_kept(registry: Registry, org: int, row: DataSource) -> None:
    registry.replace(
        admin(org), ById(row.id), whole(row, kept_secrets=frozenset({"two"}), secure_json_data={"two": "new"})
    )
    assert registry.secrets_of(registry.get(admin(org), ById(row.id))) == {"two": "new"}


def test_a_url_is_checked_when_there_is_one(registry: Registry, org: int, row: DataSource) -> None:
    with pytest.raises(InvalidUrl):
        registry.replace(admin(org), ById(row.id), whole(row, url="http://h:99999"))
    assert registry.get(admin(org), ById(row.id)) == row


def test_a_change_of_an_older_version_is_refused(registry: Registry, org: int, row: DataSource) -> None:
    registry.replace(admin(org), ById(row.id), whole(row))
    with pytest.raises(VersionConflict):
        registry.replace(admin(org), ById(row.id), whole(row, url="http://h"))


def test_a_read_only_data_source_is_not_changed(registry: Registry, org: int) -> None:
    fixed = registry.create(admin(org), new(read_only=True))
    with pytest.raises(ReadOnlyDataSource):
        registry.replace(admin(org), ById(fixed.id), whole(fixed))


def test_the_name_of_another_data_source_is_taken(registry: Registry, org: int, row: DataSource) -> None:
    registry.create(admin(org), new("other"))
    with pytest.raises(DataSourceNameTaken):
        registry.replace(admin(org), ById(row.id), whole(row, name="other"))


@pytest.mark.parametrize(
    ("stored", "sent", "kept"),
    [
        ('{"a":1}', '{"b":2,"teamHttpHeaders":{"x":1}}', {"b": 2}),
        ('{"teamHttpHeaders":{"x":1}}', '{"b":2}', {"b": 2, "teamHttpHeaders": {"x": 1}}),
        ('{"teamHttpHeaders":{"x":1}}', '{"teamHttpHeaders":{"y":2}}', {"teamHttpHeaders": {"x": 1}}),
    ],
    ids=["sent but not stored", "stored but not sent", "both"],
)
def test_team_headers_are_those_that_are_stored(
    services: Services, registry: Registry, org: int, row: DataSource, stored: str, sent: str, kept: dict[str, object]
) -> None:
    with services.storage.data_sources.writing(org):
        services.storage.data_sources.replace(org, replace(row, json_data=JsonData(stored)))
    found = registry.look_up(admin(org), ById(row.id))
    changed = registry.replace(admin(org), ById(row.id), whole(found, json_data=JsonData(sent)))
    assert changed.json_data == kept


def test_a_change_of_another_row_than_is_stored_by_now_is_a_conflict(
    registry: Registry, org: int, row: DataSource
) -> None:
    # Grafana's clients may leave the version out, which sets it back.
    grafanas = DataSourceChange(name=row.name, type=row.type, access=row.access, url="http://new.test")
    registry.replace(admin(org), ById(row.id), grafanas)
    with pytest.raises(VersionConflict):
        registry.replace(admin(org), ById(row.id), whole(row))
    assert registry.get(admin(org), ById(row.id)).url == "http://new.test"
