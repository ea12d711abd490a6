"""Wrapped data keys: kept byte for byte, one of them active."""

import peewee
import pytest

from app.encryption.keyring import WrappedKey
from app.services import Storage


def key(name: str, *, active: bool = True) -> WrappedKey:
    return WrappedKey(name, salt=b"\x00salt\xff" + name.encode(), wrapped=bytes(range(60)), active=active)


def add(storage: Storage, name: str) -> None:
    with storage.data_keys.writing():
        storage.data_keys.add_active(key(name))


def test_a_fresh_installation_has_no_key(empty_storage: Storage) -> None:
    assert empty_storage.data_keys.all() == []


def test_a_key_comes_back_byte_for_byte(empty_storage: Storage) -> None:
    add(empty_storage, "first")
    assert empty_storage.data_keys.all() == [key("first")]


def test_a_new_key_is_the_only_active_one_and_the_old_ones_stay(empty_storage: Storage) -> None:
    for name in ("b", "a", "c"):
        add(empty_storage, name)
    assert empty_storage.data_keys.all() == [key("b", active=False), key("a", active=False), key("c")]


def test_a_key_that_fails_to_be_stored_leaves_the_old_one_active(empty_storage: Storage) -> None:
    add(empty_storage, "first")
    with pytest.raises(peewee.IntegrityError):
        add(empty_storage, "first")
    assert empty_storage.data_keys.all() == [key("first")]
