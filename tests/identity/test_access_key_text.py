"""What an access key is made of."""

import string
from collections.abc import Callable

import pytest

from app.identity.access_key_text import (
    LASTING,
    TEMPORARY,
    is_access_key_id,
    new_access_key_id,
    new_secret_access_key,
    new_session_token,
)

MINTED: dict[str, tuple[Callable[[], str], int, str]] = {
    "id of a lasting key": (lambda: new_access_key_id(LASTING), 20, string.ascii_uppercase + "234567"),
    "id of a temporary key": (lambda: new_access_key_id(TEMPORARY), 20, string.ascii_uppercase + "234567"),
    "secret": (new_secret_access_key, 40, string.ascii_letters + string.digits + "+/"),
    "session token": (new_session_token, 64, string.ascii_letters + string.digits + "-_"),
}


@pytest.mark.parametrize(("mint", "length", "alphabet"), MINTED.values(), ids=MINTED.keys())
def test_what_is_minted_has_its_length_uses_its_whole_alphabet_and_never_repeats(
    mint: Callable[[], str], length: int, alphabet: str
) -> None:
    made = [mint() for _ in range(400)]
    assert {len(text) for text in made} == {length}
    assert set("".join(made)) == set(alphabet)
    assert len(set(made)) == 400


@pytest.mark.parametrize("prefix", [LASTING, TEMPORARY])
def test_an_id_tells_a_lasting_key_from_a_temporary_one(prefix: str) -> None:
    made = new_access_key_id(prefix)
    assert made.startswith(prefix)
    assert is_access_key_id(made)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "AKIA",
        "AKIAABCDEFGHIJKLMNO",
        "AKIAABCDEFGHIJKLMNOPQ",
        "AKIAABCDEFGHIJKLMNO1",
        "AKIAABCDEFGHIJKLMNOp",
        "ABIAABCDEFGHIJKLMNOP",
        "AKIAABCDEFGHIJKLMNOP\n",
        "AKIAABCDEFGHIJKLMNO\u0130",
        "AKIAABCDEFGHIJKLMNO\u0662",
    ],
    ids=ascii,
)
def test_what_only_resembles_an_id_is_none(text: str) -> None:
    assert not is_access_key_id(text)
