"""The data keys: made, found, rotated, and refused to the wrong secret key."""

import hashlib
import os
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.encryption.errors import WrongSecretKey
from app.encryption.keyring import KeyRing, WrappedKey
from encryption.key_store import KeysInMemory, counting_randomness

SECRET = "the secret key of the installation"
OTHER_SECRET = "a secret key that somebody made up"


def ring(store: KeysInMemory, secret: str = SECRET) -> KeyRing:
    return KeyRing(store, secret, os.urandom)


def loaded(store: KeysInMemory, secret: str = SECRET) -> KeyRing:
    made = ring(store, secret)
    made.load()
    return made


def test_the_first_load_makes_one_active_key() -> None:
    store = KeysInMemory()
    loaded(store)
    assert [key.active for key in store.keys] == [True]


def test_a_second_load_makes_no_further_key() -> None:
    store = KeysInMemory()
    loaded(store)
    made = list(store.keys)
    loaded(store)
    assert store.keys == made


def test_what_one_process_seals_another_opens() -> None:
    store = KeysInMemory()
    key_id, key = loaded(store).active()
    found = loaded(store).find(key_id)
    assert found is not None
    assert found.open(key.seal(b"plain", b"here"), b"here") == b"plain"


def test_the_data_key_is_stored_only_wrapped() -> None:
    store = KeysInMemory()
    KeyRing(store, SECRET, counting_randomness()).load()
    # Salt, id and data key are the first, second and third random bytes.
    assert store.keys[0].salt == b"\x01" * 16
    assert store.keys[0].id == "02" * 8
    assert b"\x03" * 32 not in store.keys[0].wrapped


def test_a_key_that_was_wrapped_by_the_documented_scheme_opens() -> None:
    data_key, salt, nonce = os.urandom(32), os.urandom(16), os.urandom(12)
    wrapping = hashlib.scrypt(SECRET.encode(), salt=salt, n=2**15, r=8, p=1, dklen=32, maxmem=2**26)
    wrapped = nonce + AESGCM(wrapping).encrypt(nonce, data_key, b"data key k1")
    key_id, key = loaded(KeysInMemory(WrappedKey("k1", salt, wrapped, active=True))).active()
    assert key_id == "k1"
    assert key.open(nonce + AESGCM(data_key).encrypt(nonce, b"plain", b"here"), b"here") == b"plain"


def test_the_wrong_secret_key_is_refused() -> None:
    store = KeysInMemory()
    loaded(store)
    with pytest.raises(WrongSecretKey):
        ring(store, OTHER_SECRET).load()


def test_the_refusal_says_what_to_do_and_shows_no_secret_key() -> None:
    store = KeysInMemory()
    loaded(store)
    with pytest.raises(WrongSecretKey) as refused:
        ring(store, OTHER_SECRET).load()
    assert "GF_SECURITY_SECRET_KEY" in str(refused.value)
    assert "sluice secrets forget" in str(refused.value)
    assert SECRET not in str(refused.value)
    assert OTHER_SECRET not in str(refused.value)


def test_the_wrong_secret_key_changes_no_stored_key() -> None:
    store = KeysInMemory()
    loaded(store)
    before = list(store.keys)
    with pytest.raises(WrongSecretKey):
        ring(store, OTHER_SECRET).load()
    assert store.keys == before


def test_a_rotation_makes_a_new_active_key_and_keeps_the_old_one() -> None:
    store = KeysInMemory()
    keys = loaded(store)
    old_id, old_key = keys.active()
    new_id = keys.rotate()
    assert new_id != old_id
    assert keys.active()[0] == new_id
    assert keys.find(old_id) is old_key
    assert [key.id for key in store.keys if key.active] == [new_id]


def test_after_a_rotation_both_keys_open_at_the_next_start() -> None:
    store = KeysInMemory()
    keys = loaded(store)
    old_id = keys.active()[0]
    new_id = keys.rotate()
    restarted = loaded(store)
    assert restarted.find(old_id) is not None
    assert restarted.active()[0] == new_id


def test_a_rotation_keeps_the_salt_so_that_a_start_stays_one_scrypt() -> None:
    store = KeysInMemory()
    loaded(store).rotate()
    assert len({key.salt for key in store.keys}) == 1


def test_a_key_that_another_process_made_since_is_looked_up_again() -> None:
    store = KeysInMemory()
    here, there = loaded(store), loaded(store)
    new_id = there.rotate()
    sealed = there.active()[1].seal(b"plain", b"here")
    found = here.find(new_id)
    assert found is not None
    assert found.open(sealed, b"here") == b"plain"


def test_an_unknown_key_id_is_none() -> None:
    assert loaded(KeysInMemory()).find("0123456789abcdef") is None


def test_an_unknown_key_id_costs_one_look_into_the_store_not_one_each_time() -> None:
    store = KeysInMemory()
    keys = loaded(store)
    keys.find("0123456789abcdef")
    reads = store.reads
    keys.find("0123456789abcdef")
    assert store.reads == reads


def test_a_wrapped_key_does_not_open_under_another_id() -> None:
    store = KeysInMemory()
    keys = loaded(store)
    keys.rotate()
    store.keys[0] = replace(store.keys[0], id="moved")
    assert loaded(store).find("moved") is None


def test_a_damaged_key_that_is_not_active_does_not_keep_the_service_from_starting() -> None:
    store = KeysInMemory()
    first_id = loaded(store).active()[0]
    loaded(store).rotate()
    store.keys[0] = replace(store.keys[0], wrapped=b"damaged")
    assert loaded(store).find(first_id) is None


def test_a_rotation_under_another_secret_key_starts_again_without_the_old_keys() -> None:
    store = KeysInMemory()
    old_id = loaded(store).active()[0]
    new_id = ring(store, OTHER_SECRET).rotate()
    keys = loaded(store, OTHER_SECRET)
    assert keys.active()[0] == new_id
    assert keys.find(old_id) is None


def test_the_old_keys_open_again_once_their_secret_key_is_back() -> None:
    store = KeysInMemory()
    old_id = loaded(store).active()[0]
    ring(store, OTHER_SECRET).rotate()
    restored = ring(store)
    restored.rotate()
    assert restored.find(old_id) is not None


def test_nothing_is_encrypted_with_an_active_key_that_does_not_open() -> None:
    store = KeysInMemory()
    here = loaded(store)
    new_id = ring(store, OTHER_SECRET).rotate()
    assert here.find(new_id) is None
    with pytest.raises(WrongSecretKey):
        here.active()
