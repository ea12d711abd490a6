"""Secrets: merged by key, given out only for requests, encrypted at rest, and unreadable when they were tampered
with."""

import logging
import os

import pytest

from app.encryption.encryptor import Encryptor
from app.encryption.keyring import KeyRing
from app.registry.datasource import ById, ByUid, DataSource
from app.registry.errors import DataSourceNotFound, SecretsUnreadable
from app.registry.registry import Registry
from app.services import Services
from identity.callers import admin, viewer
from installations import on_disk
from registry.given import change, new
from registry.other_registries import MakeRegistry

PLAIN = "hunter2-of-the-upstream"


def secrets_of(registry: Registry, row: DataSource) -> dict[str, str]:
    return dict(registry.secrets_of(registry.for_request(viewer(row.org_id), ById(row.id))))


def flags_of(registry: Registry, row: DataSource) -> dict[str, bool]:
    return dict(registry.get(viewer(row.org_id), ById(row.id)).secure_json_fields)


def tamper(services: Services, row: DataSource, ciphertexts: dict[str, str]) -> None:
    with services.storage.data_sources.writing(row.org_id):
        services.storage.data_sources.set_ciphertexts(row.org_id, row.id, ciphertexts)


def test_what_is_set_is_flagged_and_not_shown(registry: Registry, org: int) -> None:
    made = registry.create(admin(org), new(secrets={"password": PLAIN, "token": "x"}))
    assert made.secure_json_fields == {"password": True, "token": True}
    assert flags_of(registry, made) == {"password": True, "token": True}
    assert PLAIN not in repr(made)


def test_what_callers_give_is_not_printed() -> None:
    assert PLAIN not in repr(new(secrets={"password": PLAIN}))
    assert PLAIN not in repr(change(secrets={"password": PLAIN}))


def test_a_request_gets_the_secrets_in_plain_text(registry: Registry, org: int) -> None:
    given = {"password": PLAIN, "tlsClientKey": "-----BEGIN\nmore\n", "empty": "", "ünï": "密码"}
    made = registry.create(admin(org), new(secrets=given))
    assert secrets_of(registry, made) == given


def test_without_secrets_there_are_none(registry: Registry, org: int) -> None:
    made = registry.create(admin(org), new())
    assert flags_of(registry, made) == {}
    assert secrets_of(registry, made) == {}


def test_the_list_tells_of_no_secret(registry: Registry, org: int) -> None:
    registry.create(admin(org), new(secrets={"password": PLAIN}))
    (listed,) = registry.all(admin(org))
    assert listed.secure_json_fields == {}
    assert PLAIN not in repr(listed)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({}, {"a": "1", "b": "2"}),
        ({"a": "9"}, {"a": "9", "b": "2"}),
        ({"c": "3"}, {"a": "1", "b": "2", "c": "3"}),
        ({"a": ""}, {"a": "", "b": "2"}),
    ],
    ids=["none sent", "one replaced", "one added", "one emptied"],
)
def test_secrets_are_merged_by_key(registry: Registry, org: int, sent: dict[str, str], kept: dict[str, str]) -> None:
    made = registry.create(admin(org), new(secrets={"a": "1", "b": "2"}))
    changed = registry.replace(admin(org), ByUid(made.uid), change(secrets=sent))
    assert secrets_of(registry, made) == kept
    flags = {name: True for name, plain in kept.items() if plain}
    assert flags_of(registry, made) == flags
    assert changed.secure_json_fields == flags


def test_secrets_move_along_with_a_new_name_uid_and_type(registry: Registry, org: int) -> None:
    made = registry.create(admin(org), new(secrets={"password": PLAIN}))
    registry.replace(admin(org), ByUid(made.uid), change("new name", uid="new-uid", type="loki"))
    assert secrets_of(registry, made) == {"password": PLAIN}


def test_secrets_go_with_their_data_source(registry: Registry, org: int) -> None:
    made = registry.create(admin(org), new("metrics", uid="same", secrets={"password": PLAIN}))
    registry.delete(admin(org), ByUid("same"))
    again = registry.create(admin(org), new("metrics", uid="same"))
    assert secrets_of(registry, again) == {}
    with pytest.raises(DataSourceNotFound):
        registry.get(admin(org), ById(made.id))


def test_no_file_of_the_installation_holds_a_secret(services: Services, registry: Registry, org: int) -> None:
    registry.create(admin(org), new("findable-name", secrets={"password": PLAIN}))
    stored = on_disk(services.settings.data_path)
    assert b"findable-name" in stored
    assert PLAIN.encode() not in stored


def test_equal_secrets_are_stored_differently(registry: Registry, org: int) -> None:
    made = registry.create(admin(org), new(secrets={"one": PLAIN, "two": PLAIN}))
    assert made.ciphertexts["one"] != made.ciphertexts["two"]


# Unreadable


def test_secrets_that_cannot_be_decrypted_are_not_flagged(services: Services, registry: Registry, org: int) -> None:
    made = registry.create(admin(org), new(secrets={"password": PLAIN, "token": "x"}))
    tamper(services, made, dict.fromkeys(made.ciphertexts, "g1.gone.AAAA"))
    assert flags_of(registry, made) == {}


def test_one_unreadable_secret_does_not_hide_the_others(services: Services, registry: Registry, org: int) -> None:
    made = registry.create(admin(org), new(secrets={"password": PLAIN, "token": "x"}))
    tamper(services, made, {**made.ciphertexts, "password": "g1.gone.AAAA"})
    assert flags_of(registry, made) == {"token": True}


def test_no_request_is_made_with_half_of_the_secrets(services: Services, registry: Registry, org: int) -> None:
    made = registry.create(admin(org), new(secrets={"password": PLAIN, "token": "x"}))
    tamper(services, made, {**made.ciphertexts, "password": "g1.gone.AAAA"})
    with pytest.raises(SecretsUnreadable) as refused:
        secrets_of(registry, made)
    assert "g1.gone" not in repr(refused.value)


def test_an_unreadable_secret_is_logged_without_it(
    services: Services, registry: Registry, org: int, caplog: pytest.LogCaptureFixture
) -> None:
    made = registry.create(admin(org), new(secrets={"password": PLAIN}))
    moved = registry.create(admin(org), new("other", secrets={"token": PLAIN}))
    tamper(services, made, {"password": moved.ciphertexts["token"]})
    with caplog.at_level(logging.ERROR):
        flags_of(registry, made)
    (record,) = caplog.records
    told = vars(record)
    assert (told["event"], told["org_id"]) == ("secret_unreadable", org)
    assert (told["data_source"], told["field"]) == (made.uid, "password")
    assert PLAIN not in repr(told)
    assert moved.ciphertexts["token"] not in repr(told)


def test_readable_secrets_are_not_logged(registry: Registry, org: int, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        made = registry.create(admin(org), new(secrets={"password": PLAIN}))
        secrets_of(registry, made)
    assert PLAIN not in "".join(repr(vars(record)) for record in caplog.records)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("to", ["field", "data source", "org"])
def test_a_ciphertext_opens_only_where_it_was_written(
    services: Services, registry: Registry, org: int, other_org: int, to: str
) -> None:
    made = registry.create(admin(org), new("one", secrets={"password": PLAIN}))
    target = {
        "field": made,
        "data source": registry.create(admin(org), new("two")),
        "org": registry.create(admin(other_org), new("two")),
    }[to]
    field = "token" if to == "field" else "password"
    tamper(services, target, {field: made.ciphertexts["password"]})
    assert flags_of(registry, target) == {}
    with pytest.raises(SecretsUnreadable):
        secrets_of(registry, target)


def test_an_unreadable_secret_is_readable_once_it_is_set_again(
    services: Services, registry: Registry, org: int
) -> None:
    made = registry.create(admin(org), new(secrets={"password": PLAIN}))
    tamper(services, made, {"password": "g1.gone.AAAA"})
    registry.replace(admin(org), ByUid(made.uid), change(secrets={"password": "new"}))
    assert secrets_of(registry, made) == {"password": "new"}


def test_a_data_source_with_unreadable_secrets_can_still_be_changed_and_deleted(
    services: Services, registry: Registry, org: int
) -> None:
    made = registry.create(admin(org), new(secrets={"password": PLAIN}))
    tamper(services, made, {"password": "g1.gone.AAAA"})
    assert registry.replace(admin(org), ByUid(made.uid), change("renamed")).name == "renamed"
    registry.delete(admin(org), ByUid(made.uid))
    assert registry.all(admin(org)) == []


def test_a_secret_that_another_process_wrote_after_a_rotation_is_readable_here(
    services: Services, registry: Registry, make_registry: MakeRegistry, org: int
) -> None:
    secret_key = (services.settings.data_path / "secret_key").read_text().strip()
    rotated = KeyRing(services.storage.data_keys, secret_key, os.urandom)
    rotated.rotate()
    made = make_registry(encryptor=Encryptor(rotated)).create(admin(org), new(secrets={"password": PLAIN}))
    assert secrets_of(registry, made) == {"password": PLAIN}
