"""Password hashes, with few rounds."""

import hashlib
from base64 import b64encode

import pytest

from app.identity.passwords import Passwords

ROUNDS = 100


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(ROUNDS)


def published_format(password: str, salt: bytes, rounds: int) -> str:
    """A hash as passlib's documentation defines it: base64 with '.' for '+' and without padding."""
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, rounds)
    salt_text, digest_text = (b64encode(part, b"./").decode().rstrip("=") for part in (salt, digest))
    return f"$pbkdf2-sha256${rounds}${salt_text}${digest_text}"


def test_the_right_password_is_verified(passwords: Passwords) -> None:
    assert passwords.verify("correct horse", passwords.hash("correct horse"))


@pytest.mark.parametrize("wrong", ["correct hors", "Correct horse", "correct horse ", ""], ids=repr)
def test_another_password_is_not(passwords: Passwords, wrong: str) -> None:
    assert not passwords.verify(wrong, passwords.hash("correct horse"))


def test_no_password_is_right_for_a_user_who_does_not_exist(passwords: Passwords) -> None:
    assert not passwords.verify("correct horse", None)


def test_the_hash_does_not_hold_the_password(passwords: Passwords) -> None:
    assert "correct horse" not in passwords.hash("correct horse")


def test_equal_passwords_have_different_hashes(passwords: Passwords) -> None:
    assert passwords.hash("correct horse") != passwords.hash("correct horse")


def test_hashes_are_pbkdf2_with_the_given_rounds(passwords: Passwords) -> None:
    assert passwords.hash("correct horse").startswith(f"$pbkdf2-sha256${ROUNDS}$")


@pytest.mark.parametrize("password", ["correct horse", "pässwörd 密码"], ids=str)
def test_a_hash_of_the_published_format_is_verified(passwords: Passwords, password: str) -> None:
    assert passwords.verify(password, published_format(password, b"sixteen byte sal", 200))


def test_a_verified_password_is_verified_again(passwords: Passwords) -> None:
    stored = passwords.hash("correct horse")
    assert passwords.verify("correct horse", stored)
    assert passwords.verify("correct horse", stored)


def test_after_one_right_password_another_is_still_wrong(passwords: Passwords) -> None:
    stored = passwords.hash("correct horse")
    assert passwords.verify("correct horse", stored)
    assert not passwords.verify("battery staple", stored)


def test_a_verified_password_is_wrong_once_the_stored_hash_is_another(passwords: Passwords) -> None:
    assert passwords.verify("correct horse", passwords.hash("correct horse"))
    assert not passwords.verify("correct horse", passwords.hash("battery staple"))


def test_a_verified_password_is_wrong_once_the_user_is_gone(passwords: Passwords) -> None:
    assert passwords.verify("correct horse", passwords.hash("correct horse"))
    assert not passwords.verify("correct horse", None)


@pytest.mark.parametrize("length", [4_096, 4_097, 100_000], ids=str)
def test_a_password_of_any_length_is_just_wrong(passwords: Passwords, length: int) -> None:
    assert not passwords.verify("x" * length, passwords.hash("correct horse"))
