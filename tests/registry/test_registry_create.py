"""Creating: names, uids, the default, what is refused, in which order."""

import re
from collections.abc import Iterator

import pytest

from app.registry.datasource import ByName, ByUid, NewDataSource
from app.registry.errors import (
    DataSourceNameTaken,
    DataSourceUidTaken,
    InvalidUid,
    InvalidUrl,
    NameTooLong,
    RegistryError,
    ReservedHeader,
    TeamHeadersRefused,
    UrlTooLong,
)
from app.registry.json_data import JsonData
from app.registry.registry import Registry, RegistryLimits
from identity.callers import admin
from registry.given import change, new
from registry.other_registries import MakeRegistry


def test_everything_that_is_given_is_stored(registry: Registry, org: int) -> None:
    made = registry.create(
        admin(org),
        NewDataSource(
            name="metrics",
            type="prometheus",
            access="direct",
            url="http://localhost:9090/base",
            user="ada",
            database="db",
            basic_auth=True,
            basic_auth_user="bob",
            with_credentials=True,
            is_default=True,
            json_data=JsonData('{"timeout":1.0}'),
            uid="My_uid-1",
            api_version="v1",
            read_only=True,
        ),
    )
    stored = registry.get(admin(org), ByUid("My_uid-1"))
    assert stored == made
    assert (stored.org_id, stored.version) == (org, 1)
    assert (stored.name, stored.type, stored.access, stored.url) == (
        "metrics",
        "prometheus",
        "direct",
        "http://localhost:9090/base",
    )
    assert (stored.user, stored.database, stored.basic_auth_user, stored.api_version) == ("ada", "db", "bob", "v1")
    assert (stored.basic_auth, stored.with_credentials, stored.is_default, stored.read_only) == (True,) * 4
    assert stored.json_data.text == '{"timeout":1.0}'


def test_a_url_without_scheme_is_stored_as_it_was_sent(registry: Registry, org: int) -> None:
    assert registry.create(admin(org), new(url="localhost:9090")).url == "localhost:9090"


def test_a_type_that_nobody_knows_is_accepted(registry: Registry, org: int) -> None:
    assert registry.create(admin(org), new(type="somebody-elses-type")).type == "somebody-elses-type"


@pytest.mark.parametrize("type_id", ["prometheus", "mssql"])
def test_creating_needs_no_url(registry: Registry, org: int, type_id: str) -> None:
    assert registry.create(admin(org), new(type=type_id, url="")).url == ""


def test_the_list_is_by_name_regardless_of_case(registry: Registry, org: int) -> None:
    for name in ("mmm", "ZZZ", "aaa", "BBB"):
        registry.create(admin(org), new(name))
    assert [row.name for row in registry.all(admin(org))] == ["aaa", "BBB", "mmm", "ZZZ"]


def test_the_list_is_cut_at_its_limit(make_registry: MakeRegistry, org: int) -> None:
    registry = make_registry(RegistryLimits(listed=2, quota_of_org=None, quota_of_all=None, reserved_header=None))
    for name in ("c", "a", "b"):
        registry.create(admin(org), new(name))
    assert [row.name for row in registry.all(admin(org))] == ["a", "b"]


# The default


def test_the_first_data_source_of_an_org_is_its_default(registry: Registry, org: int) -> None:
    assert registry.create(admin(org), new("first")).is_default
    assert not registry.create(admin(org), new("second")).is_default


def test_a_new_default_takes_the_place_of_the_old_one_even_a_read_only_one(registry: Registry, org: int) -> None:
    registry.create(admin(org), new("old", read_only=True))
    registry.create(admin(org), new("new", is_default=True))
    assert [row.name for row in registry.all(admin(org)) if row.is_default] == ["new"]


def test_each_org_has_its_own_default(registry: Registry, org: int, other_org: int) -> None:
    registry.create(admin(org), new())
    registry.create(admin(other_org), new())
    assert registry.get(admin(org), ByName("metrics")).is_default
    assert registry.get(admin(other_org), ByName("metrics")).is_default


# Names


@pytest.mark.parametrize(
    ("taken", "made"),
    [
        ([], "prometheus"),
        (["prometheus"], "prometheus-1"),
        (["PROMETHEUS"], "prometheus-1"),
        (["prometheus", "Prometheus-1", "prometheus-3"], "prometheus-2"),
        (["prometheus-1"], "prometheus"),
    ],
    ids=["none taken", "type taken", "type taken in capitals", "a gap", "only a later one taken"],
)
def test_without_a_name_the_first_free_one_of_the_type_is_given(
    registry: Registry, org: int, taken: list[str], made: str
) -> None:
    for name in taken:
        registry.create(admin(org), new(name))
    assert registry.create(admin(org), new("")).name == made


def test_names_of_another_org_do_not_count(registry: Registry, org: int, other_org: int) -> None:
    registry.create(admin(other_org), new("prometheus"))
    assert registry.create(admin(org), new("")).name == "prometheus"


def test_a_taken_name_is_refused(registry: Registry, org: int) -> None:
    registry.create(admin(org), new("metrics"))
    with pytest.raises(DataSourceNameTaken):
        registry.create(admin(org), new("metrics"))


@pytest.mark.parametrize("name", ["Metrics", "metrics ", "METRICS"], ids=repr)
def test_a_name_that_differs_at_all_is_another_name(registry: Registry, org: int, name: str) -> None:
    registry.create(admin(org), new("metrics"))
    assert registry.create(admin(org), new(name)).name == name


def test_name_and_uid_of_another_org_are_free(registry: Registry, org: int, other_org: int) -> None:
    for one in (org, other_org):
        made = registry.create(admin(one), new("metrics", uid="same"))
        assert (made.name, made.uid) == ("metrics", "same")


# Uids


def test_a_generated_uid_is_14_small_letters_and_digits_after_a_letter(registry: Registry, org: int) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]{13}", registry.create(admin(org), new()).uid)


def test_a_taken_uid_is_refused(registry: Registry, org: int) -> None:
    registry.create(admin(org), new("one", uid="same"))
    with pytest.raises(DataSourceUidTaken):
        registry.create(admin(org), new("two", uid="same"))


def test_uids_differ_by_letter_case(registry: Registry, org: int) -> None:
    registry.create(admin(org), new("one", uid="abc"))
    assert registry.create(admin(org), new("two", uid="ABC")).uid == "ABC"


@pytest.mark.parametrize("uid", ["a" * 41, "a b", "a/b", "ä", "a\n", "a.b"], ids=repr)
def test_an_invalid_uid_is_refused(registry: Registry, org: int, uid: str) -> None:
    with pytest.raises(InvalidUid):
        registry.create(admin(org), new(uid=uid))


@pytest.mark.parametrize("uid", ["a" * 40, "-", "_", "Z9"], ids=repr)
def test_a_valid_uid_is_kept(registry: Registry, org: int, uid: str) -> None:
    assert registry.create(admin(org), new(uid=uid)).uid == uid


def uids(*texts: str) -> Iterator[str]:
    return iter(texts)


def test_a_generated_uid_that_is_taken_is_generated_again(make_registry: MakeRegistry, org: int) -> None:
    generated = uids("taken", "taken", "taken", "free")
    registry = make_registry(new_uid=lambda: next(generated))
    registry.create(admin(org), new("one"))
    assert registry.create(admin(org), new("two")).uid == "free"


def test_after_three_taken_uids_creating_is_given_up(make_registry: MakeRegistry, org: int) -> None:
    generated = uids("taken", "taken", "taken", "taken", "free")
    registry = make_registry(new_uid=lambda: next(generated))
    registry.create(admin(org), new("one"))
    with pytest.raises(DataSourceUidTaken):
        registry.create(admin(org), new("two"))
    assert [row.name for row in registry.all(admin(org))] == ["one"]


# Lengths in bytes, and what else is refused


@pytest.mark.parametrize("name", ["x" * 190, "ä" * 95], ids=["ascii", "two bytes each"])
def test_a_name_of_190_bytes_is_kept(registry: Registry, org: int, name: str) -> None:
    assert registry.create(admin(org), new(name)).name == name


def test_a_url_of_255_bytes_is_kept(registry: Registry, org: int) -> None:
    url = "http://host/".ljust(255, "x")
    assert registry.create(admin(org), new(url=url)).url == url


LONG_NAME, LONG_URL, BAD_URL, BAD_UID = "x" * 191, "http://host/".ljust(256, "x"), "invalid:url", "a b"
TEAM_HEADERS, RESERVED = '{"teamHttpHeaders":{}}', '{"httpHeaderName1":"X-WebAuth-User"}'


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (new("ä" * 96), NameTooLong),
        (new(url="http://host/" + "ä" * 122), UrlTooLong),
        (new(url="  "), InvalidUrl),
        (new(json=TEAM_HEADERS), TeamHeadersRefused),
        (new(json='{"httpHeaderName27":"x-webauth-user"}'), ReservedHeader),
        (new(LONG_NAME, url=BAD_URL, uid=BAD_UID, json=RESERVED), InvalidUrl),
        (new(LONG_NAME, json=RESERVED[:-1] + ',"teamHttpHeaders":{}}', uid=BAD_UID), ReservedHeader),
        (new(LONG_NAME, json=TEAM_HEADERS, uid=BAD_UID), TeamHeadersRefused),
        (new(LONG_NAME, url=LONG_URL, uid=BAD_UID), NameTooLong),
        (new("taken", url=LONG_URL, uid=BAD_UID), UrlTooLong),
        (new("taken", uid=BAD_UID), DataSourceNameTaken),
        (new("taken", uid="taken"), DataSourceNameTaken),
        (new("free", uid="taken"), DataSourceUidTaken),
    ],
    ids=[
        "name of 192 bytes",
        "url of 256 bytes",
        "blank url",
        "team headers",
        "reserved header in another letter case",
        "the url comes first",
        "then the reserved header",
        "then team headers",
        "then the name's length",
        "then the url's length",
        "then the taken name before an invalid uid",
        "and before a taken uid",
        "then the taken uid",
    ],
)
def test_a_data_source_is_refused_and_nothing_is_stored(
    make_registry: MakeRegistry, org: int, given: NewDataSource, error: type[RegistryError]
) -> None:
    registry = make_registry(
        RegistryLimits(listed=None, quota_of_org=None, quota_of_all=None, reserved_header="X-WEBAUTH-USER")
    )
    first = registry.create(admin(org), new("taken", uid="taken"))
    with pytest.raises(error):
        registry.create(admin(org), given)
    assert registry.all(admin(org)) == [first]


def test_a_refused_default_leaves_the_old_one(registry: Registry, org: int) -> None:
    first = registry.create(admin(org), new("one", uid="same"))
    with pytest.raises(DataSourceUidTaken):
        registry.create(admin(org), new("two", uid="same", is_default=True))
    assert registry.get(admin(org), ByUid(first.uid)).is_default


def test_no_header_is_reserved_without_an_authenticating_proxy(registry: Registry, org: int) -> None:
    assert registry.create(admin(org), new(json=RESERVED)).json_data.text == RESERVED


def test_a_change_may_not_send_the_reserved_header_either(make_registry: MakeRegistry, org: int) -> None:
    registry = make_registry(
        RegistryLimits(listed=None, quota_of_org=None, quota_of_all=None, reserved_header="X-WEBAUTH-USER")
    )
    made = registry.create(admin(org), new())
    with pytest.raises(ReservedHeader):
        registry.replace(admin(org), ByUid(made.uid), change(json=RESERVED))
