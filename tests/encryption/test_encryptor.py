"""Secrets as blobs that are bound to one place."""

import os
from base64 import b64decode, b64encode

import pytest

from app.encryption.encryptor import Encryptor
from app.encryption.errors import Undecryptable
from app.encryption.keyring import KeyRing
from encryption.key_store import KeysInMemory

PLACE = "org 1 data source 2 field password"


@pytest.fixture(scope="module")
def keys() -> KeyRing:
    made = KeyRing(KeysInMemory(), "the secret key of the installation", os.urandom)
    made.load()
    return made


@pytest.fixture
def encryptor(keys: KeyRing) -> Encryptor:
    return Encryptor(keys)


@pytest.mark.parametrize(
    "secret",
    ["hunter2", "", "pässwörd 密码 🔑", "-----BEGIN KEY-----\nabc\r\n\t\x00", "x" * 100_000],
    ids=["ascii", "empty", "unicode", "control characters", "long"],
)
def test_a_secret_comes_back_exactly(encryptor: Encryptor, secret: str) -> None:
    assert encryptor.decrypt(encryptor.encrypt(secret, PLACE), PLACE) == secret


def test_a_blob_names_its_scheme_and_its_data_key(encryptor: Encryptor, keys: KeyRing) -> None:
    scheme, key_id, sealed = encryptor.encrypt("hunter2", PLACE).split(".")
    assert scheme == "g1"
    assert key_id == keys.active()[0]
    # Nonce, one byte of ciphertext for each of plain text, tag.
    assert len(b64decode(sealed, validate=True)) == 12 + len("hunter2") + 16


def test_a_blob_holds_the_secret_neither_plain_nor_in_base64(encryptor: Encryptor) -> None:
    blob = encryptor.encrypt("hunter2hunter2", PLACE)
    assert "hunter2" not in blob
    assert b"hunter2" not in b64decode(blob.split(".")[2])


def test_equal_secrets_have_different_blobs(encryptor: Encryptor) -> None:
    assert encryptor.encrypt("hunter2", PLACE) != encryptor.encrypt("hunter2", PLACE)


@pytest.mark.parametrize(
    "place",
    [
        "org 2 data source 2 field password",
        "org 1 data source 3 field password",
        "org 1 data source 2 field basicAuthPassword",
    ],
    ids=["another org", "another data source", "another field"],
)
def test_a_blob_does_not_open_at_another_place(encryptor: Encryptor, place: str) -> None:
    blob = encryptor.encrypt("hunter2", PLACE)
    with pytest.raises(Undecryptable):
        encryptor.decrypt(blob, place)


def test_a_changed_blob_does_not_open(encryptor: Encryptor) -> None:
    scheme, key_id, sealed = encryptor.encrypt("hunter2", PLACE).split(".")
    changed = bytearray(b64decode(sealed))
    changed[14] ^= 1
    with pytest.raises(Undecryptable):
        encryptor.decrypt(f"{scheme}.{key_id}.{b64encode(changed).decode()}", PLACE)


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "hunter2",
        "..",
        "g1.{key}",
        "g1.{key}.",
        "g1.{key}.AAAA",
        "g1.{key}.{sealed}.more",
        "g1.{key}.{sealed}!",
        "g1.{key}.ß",
        "g2.{key}.{sealed}",
        "g1.0123456789abcdef.{sealed}",
    ],
    ids=[
        "empty",
        "plain text",
        "only dots",
        "two parts",
        "nothing sealed",
        "cut off",
        "four parts",
        "not base64",
        "not ASCII",
        "another scheme",
        "unknown key",
    ],
)
def test_what_is_no_blob_is_undecryptable(encryptor: Encryptor, damaged: str) -> None:
    _, key_id, sealed = encryptor.encrypt("hunter2", PLACE).split(".")
    with pytest.raises(Undecryptable):
        encryptor.decrypt(damaged.format(key=key_id, sealed=sealed), PLACE)


def test_a_blob_of_another_installation_is_undecryptable(encryptor: Encryptor) -> None:
    other = KeyRing(KeysInMemory(), "the secret key of another installation", os.urandom)
    other.load()
    with pytest.raises(Undecryptable):
        encryptor.decrypt(Encryptor(other).encrypt("hunter2", PLACE), PLACE)


def test_the_error_names_the_place_and_not_the_blob(encryptor: Encryptor) -> None:
    with pytest.raises(Undecryptable) as refused:
        encryptor.decrypt("hunter2 stored in clear", PLACE)
    assert PLACE in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_after_a_rotation_old_blobs_open_and_new_ones_have_the_new_key() -> None:
    keys = KeyRing(KeysInMemory(), "the secret key of the installation", os.urandom)
    keys.load()
    encryptor = Encryptor(keys)
    old = encryptor.encrypt("hunter2", PLACE)
    new_id = keys.rotate()
    assert encryptor.decrypt(old, PLACE) == "hunter2"
    assert encryptor.encrypt("hunter3", PLACE).split(".")[1] == new_id


def test_a_blob_of_a_process_that_rotated_opens_in_one_that_did_not() -> None:
    store = KeysInMemory()
    here, there = (KeyRing(store, "the secret key of the installation", os.urandom) for _ in range(2))
    here.load()
    there.load()
    there.rotate()
    assert Encryptor(here).decrypt(Encryptor(there).encrypt("hunter2", PLACE), PLACE) == "hunter2"


def test_without_the_secret_key_it_was_written_under_a_blob_is_undecryptable() -> None:
    store = KeysInMemory()
    lost = KeyRing(store, "the secret key that was lost", os.urandom)
    lost.load()
    blob = Encryptor(lost).encrypt("hunter2", PLACE)
    keys = KeyRing(store, "the secret key that was made since", os.urandom)
    keys.rotate()
    with pytest.raises(Undecryptable):
        Encryptor(keys).decrypt(blob, PLACE)
