"""Sealing with one key, and keys from secrets."""

import hashlib

import pytest

from app.encryption.aead import Aead, NotAuthentic, derive_key

KEY = bytes(range(32))
OTHER_KEY = bytes(range(1, 33))


def test_sealed_bytes_open_with_the_same_key_and_context() -> None:
    sealed = Aead(KEY).seal(b"plain", b"here")
    assert Aead(KEY).open(sealed, b"here") == b"plain"


def test_the_plain_bytes_are_not_among_the_sealed_ones() -> None:
    assert b"a plain sentence" not in Aead(KEY).seal(b"a plain sentence", b"here")


def test_the_same_bytes_are_never_sealed_alike() -> None:
    aead = Aead(KEY)
    assert len({aead.seal(b"plain", b"here") for _ in range(100)}) == 100


def test_a_published_ciphertext_opens() -> None:
    # Test case 14 of the GCM specification (McGrew and Viega): AES-256, all zero, without additional data.
    published = bytes.fromhex("cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919")
    assert Aead(bytes(32)).open(bytes(12) + published, b"") == bytes(16)


def test_another_key_does_not_open() -> None:
    with pytest.raises(NotAuthentic):
        Aead(OTHER_KEY).open(Aead(KEY).seal(b"plain", b"here"), b"here")


def test_another_context_does_not_open() -> None:
    aead = Aead(KEY)
    with pytest.raises(NotAuthentic):
        aead.open(aead.seal(b"plain", b"here"), b"there")


@pytest.mark.parametrize("position", [0, 11, 12, 16, 17, -1], ids=str)
def test_one_changed_bit_does_not_open(position: int) -> None:
    aead = Aead(KEY)
    changed = bytearray(aead.seal(b"plain", b"here"))
    changed[position] ^= 1
    with pytest.raises(NotAuthentic):
        aead.open(bytes(changed), b"here")


@pytest.mark.parametrize("length", [0, 1, 11, 12, 13, 27, 32], ids=str)
def test_sealed_bytes_that_were_cut_off_do_not_open(length: int) -> None:
    aead = Aead(KEY)
    sealed = aead.seal(b"plain", b"here")
    with pytest.raises(NotAuthentic):
        aead.open(sealed[:length], b"here")


def test_keys_come_from_secrets_by_scrypt_with_the_parameters_that_stored_keys_were_made_with() -> None:
    secret, salt = "a secret of pêche", b"sixteen salt byt"
    expected = hashlib.scrypt(secret.encode(), salt=salt, n=2**15, r=8, p=1, dklen=32, maxmem=2**26)
    assert derive_key(secret, salt) == expected


def test_another_salt_gives_another_key() -> None:
    assert derive_key("a secret", b"salt of one here") != derive_key("a secret", b"salt of two here")
