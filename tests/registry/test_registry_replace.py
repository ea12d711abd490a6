"""Replacing and deleting: what is kept, what is cleared, versions, defaults, what is refused."""

from dataclasses import replace

import pytest

from app.registry.datasource import ById, ByName, ByUid, DataSource, DataSourceChange, NewDataSource
from app.registry.errors import (
    DataSourceNameTaken,
    DataSourceNotFound,
    DataSourceUidTaken,
    InvalidUid,
    InvalidUrl,
    NameTooLong,
    ReadOnlyDataSource,
    RegistryError,
    UrlTooLong,
    VersionConflict,
)
from app.registry.json_data import JsonData
from app.registry.registry import Registry
from app.services import Services
from identity.callers import admin
from registry.given import change, new

FULL = NewDataSource(
    name="metrics",
    type="prometheus",
    access="proxy",
    url="http://localhost:9090",
    user="ada",
    database="db",
    basic_auth=True,
    basic_auth_user="bob",
    with_credentials=True,
    is_default=True,
    json_data=JsonData('{"timeout":30}'),
    uid="first",
    api_version="v1",
)


def test_everything_that_is_given_is_written(registry: Registry, org: int) -> None:
    made = registry.create(admin(org), new("before", uid="before", json='{"old":1}'))
    given = DataSourceChange(
        name="after",
        type="loki",
        access="direct",
        url="http://localhost:3100",
        user="ada",
        database="db",
        basic_auth=True,
        basic_auth_user="bob",
        with_credentials=True,
        is_default=True,
        json_data=JsonData('{"new":1.0}'),
        uid="after",
        api_version="v1",
        version=1,
    )
    changed = registry.replace(admin(org), ByUid("before"), given)
    assert registry.get(admin(org), ById(made.id)) == changed
    assert changed == DataSource(
        id=made.id,
        org_id=org,
        uid="after",
        name="after",
        type="loki",
        access="direct",
        url="http://localhost:3100",
        user="ada",
        database="db",
        basic_auth=True,
        basic_auth_user="bob",
        with_credentials=True,
        is_default=True,
        json_data=JsonData('{"new":1.0}'),
        read_only=False,
        api_version="v1",
        version=2,
    )
    assert changed.json_data.text == '{"new":1.0}'


def test_what_is_not_said_is_cleared_except_url_uid_and_basic_auth_user(registry: Registry, org: int) -> None:
    made = registry.create(admin(org), replace(FULL, type="cloudwatch"))
    changed = registry.replace(
        admin(org), ByUid("first"), DataSourceChange(name="metrics", type="cloudwatch", access="proxy")
    )
    assert (changed.url, changed.uid, changed.basic_auth_user) == (made.url, "first", "bob")
    assert (changed.user, changed.database, changed.api_version) == ("", "", "")
    assert (changed.basic_auth, changed.with_credentials, changed.is_default) == (False, False, False)
    assert changed.json_data.text == "{}"


def test_the_former_uid_is_free_after_a_rename(registry: Registry, org: int) -> None:
    registry.create(admin(org), new("one", uid="before"))
    registry.replace(admin(org), ByUid("before"), change("one", uid="after"))
    with pytest.raises(DataSourceNotFound):
        registry.get(admin(org), ByUid("before"))
    assert registry.create(admin(org), new("two", uid="before")).uid == "before"


def test_read_only_stays_out_of_reach(registry: Registry, org: int) -> None:
    made = registry.create(admin(org), new(read_only=True))
    with pytest.raises(ReadOnlyDataSource):
        registry.replace(admin(org), ByUid(made.uid), change())
    with pytest.raises(ReadOnlyDataSource):
        registry.delete(admin(org), ByUid(made.uid))
    assert registry.get(admin(org), ByUid(made.uid)) == made


# The default


def test_a_new_default_takes_the_place_of_the_old_one(registry: Registry, org: int) -> None:
    registry.create(admin(org), new("old", read_only=True))
    registry.create(admin(org), new("new"))
    registry.replace(admin(org), ByName("new"), change("new", is_default=True))
    assert [row.name for row in registry.all(admin(org)) if row.is_default] == ["new"]


def test_the_default_stays_when_it_is_said_again(registry: Registry, org: int) -> None:
    registry.create(admin(org), new("one"))
    assert registry.replace(admin(org), ByName("one"), change("one", is_default=True)).is_default


def test_a_default_that_does_not_say_so_leaves_the_org_without(registry: Registry, org: int) -> None:
    registry.create(admin(org), new("one"))
    registry.create(admin(org), new("two"))
    registry.replace(admin(org), ByName("one"), change("one"))
    assert [row.name for row in registry.all(admin(org)) if row.is_default] == []


def test_a_deleted_default_elects_nobody(registry: Registry, org: int) -> None:
    registry.create(admin(org), new("one"))
    registry.create(admin(org), new("two"))
    registry.delete(admin(org), ByName("one"))
    assert [(row.name, row.is_default) for row in registry.all(admin(org))] == [("two", False)]


def test_the_first_after_all_were_deleted_is_the_default_again(registry: Registry, org: int) -> None:
    registry.create(admin(org), new("one"))
    registry.delete(admin(org), ByName("one"))
    assert registry.create(admin(org), new("two")).is_default


def test_the_default_of_another_org_stays(registry: Registry, org: int, other_org: int) -> None:
    registry.create(admin(other_org), new())
    registry.create(admin(org), new())
    registry.replace(admin(org), ByName("metrics"), change(is_default=True))
    assert registry.get(admin(other_org), ByName("metrics")).is_default


# Versions


@pytest.mark.parametrize(
    ("given", "stored"),
    [(3, 4), (4, 5), (100, 101), (0, 1)],
    ids=["the stored one", "a later one", "a much later one", "none"],
)
def test_a_change_stores_one_more_than_its_version(registry: Registry, org: int, given: int, stored: int) -> None:
    made = registry.create(admin(org), new())
    registry.replace(admin(org), ByUid(made.uid), change(version=2))
    registry.replace(admin(org), ByUid(made.uid), change(version=given))
    assert registry.get(admin(org), ByUid(made.uid)).version == stored


@pytest.mark.parametrize("given", [1, 2, -1], ids=["first", "last but one", "negative"])
def test_a_change_of_an_older_version_is_refused(registry: Registry, org: int, given: int) -> None:
    made = registry.create(admin(org), new())
    last = registry.replace(admin(org), ByUid(made.uid), change(version=2))
    with pytest.raises(VersionConflict):
        registry.replace(admin(org), ByUid(made.uid), change("another", version=given))
    assert registry.get(admin(org), ByUid(made.uid)) == last


# Team headers


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
    services: Services, registry: Registry, org: int, stored: str, sent: str, kept: dict[str, object]
) -> None:
    made = registry.create(admin(org), new())
    # Past the use case, which refuses to create them.
    with services.storage.data_sources.writing(org):
        services.storage.data_sources.replace(org, replace(made, json_data=JsonData(stored)))
    assert registry.replace(admin(org), ByUid(made.uid), change(json=sent)).json_data == kept


# What is refused, and in which order


LONG_NAME, LONG_URL = "x" * 191, "http://host/".ljust(256, "x")


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (change(url=""), InvalidUrl),
        (change(url="invalid:url", name=LONG_NAME), InvalidUrl),
        (change(LONG_NAME, url=LONG_URL), NameTooLong),
        (change("taken", url=LONG_URL), UrlTooLong),
        (change("taken", uid="a b", version=1), DataSourceNameTaken),
        (change(uid="a b", version=1), InvalidUid),
        (change(uid="taken", version=1), VersionConflict),
        (change(uid="taken"), DataSourceUidTaken),
    ],
    ids=[
        "no url for a type that needs one",
        "an invalid url comes first",
        "then the name's length",
        "then the url's length",
        "then the taken name",
        "then the invalid uid",
        "then the version",
        "then the taken uid",
    ],
)
def test_a_change_is_refused_and_nothing_is_written(
    registry: Registry, org: int, given: DataSourceChange, error: type[RegistryError]
) -> None:
    registry.create(admin(org), new("taken", uid="taken"))
    made = registry.create(admin(org), new("metrics"))
    last = registry.replace(admin(org), ByUid(made.uid), change(version=1))
    with pytest.raises(error):
        registry.replace(admin(org), ByUid(made.uid), replace(given, is_default=True))
    assert registry.get(admin(org), ByUid(made.uid)) == last
    assert registry.get(admin(org), ByUid("taken")).is_default


def test_a_read_only_one_is_refused_before_the_name_is_looked_at(registry: Registry, org: int) -> None:
    made = registry.create(admin(org), new(read_only=True))
    with pytest.raises(ReadOnlyDataSource):
        registry.replace(admin(org), ByUid(made.uid), change(LONG_NAME))


def test_a_data_source_keeps_its_own_name_and_uid(registry: Registry, org: int) -> None:
    registry.create(admin(org), new("metrics", uid="same"))
    assert registry.replace(admin(org), ByUid("same"), change("metrics", uid="same")).name == "metrics"


def test_name_and_uid_of_another_org_are_free(registry: Registry, org: int, other_org: int) -> None:
    registry.create(admin(other_org), new("theirs", uid="theirs"))
    registry.create(admin(org), new("ours", uid="ours"))
    assert registry.replace(admin(org), ByUid("ours"), change("theirs", uid="theirs")).name == "theirs"


# Deleting


def test_a_deleted_data_source_is_given_back_and_gone(registry: Registry, org: int) -> None:
    made = registry.create(admin(org), new())
    assert registry.delete(admin(org), ByUid(made.uid)) == made
    with pytest.raises(DataSourceNotFound):
        registry.delete(admin(org), ByUid(made.uid))


def test_the_id_of_a_deleted_data_source_is_never_given_again(registry: Registry, org: int) -> None:
    made = registry.create(admin(org), new())
    registry.delete(admin(org), ById(made.id))
    assert registry.create(admin(org), new()).id > made.id
