"""nextToken and maxResults."""

import base64

import pytest

from app.dialects.aws.paging import next_token, page_size, read_token
from app.dialects.aws.refusals import InvalidNextToken, InvalidRequest


@pytest.mark.parametrize("after", [0, 1, 2**31, 10**18 - 1])
def test_a_token_says_where_its_list_goes_on(after: int) -> None:
    assert read_token("applications 1", next_token("applications 1", after)) == after


def test_without_a_token_a_list_begins() -> None:
    assert read_token("applications 1", None) == 0


@pytest.mark.parametrize("other", ["applications 2", "applications 11", "applications ", "", "Applications 1"])
def test_a_token_of_another_list_is_refused(other: str) -> None:
    with pytest.raises(InvalidNextToken):
        read_token("applications 1", next_token(other, 7))


@pytest.mark.parametrize("after", [-1, 10**18, 10**5000], ids=["negative", "19 digits", "5000 digits"])
def test_a_number_that_no_list_has_is_refused(after: int) -> None:
    text = f"-{-after}" if after < 0 else "1" + "0" * (18 if after == 10**18 else 5000)
    token = next_token("a", 0)
    made = base64.urlsafe_b64decode(token)[:-1] + text.encode()
    with pytest.raises(InvalidNextToken):
        read_token("a", base64.urlsafe_b64encode(made).decode())


@pytest.mark.parametrize(
    "token",
    ["", "garbage", "7", "Nw==", "=", "====", "a" * 100, "\u00e9", "\ud800", "\0", "a" * 1_000_000],
    ids=lambda token: ascii(token)[:20],
)
def test_garbage_is_refused(token: str) -> None:
    with pytest.raises(InvalidNextToken):
        read_token("a", token)


def test_a_token_with_one_character_changed_is_refused() -> None:
    token = next_token("a", 123_456)
    for place in range(len(token)):
        for other in "A_-0\u00e9!=":
            changed = token[:place] + other + token[place + 1 :]
            if changed != token:
                with pytest.raises(InvalidNextToken):
                    read_token("a", changed)


@pytest.mark.parametrize("damage", [lambda token: token[1:], lambda token: token[:-1], lambda token: token + "AAAA"])
def test_a_token_that_is_cut_or_longer_is_refused(damage: object) -> None:
    assert callable(damage)
    with pytest.raises(InvalidNextToken):
        read_token("a", damage(next_token("a", 123_456)))


def test_a_token_goes_into_a_query_as_it_is() -> None:
    assert all(set(next_token("a", after)) <= set(_QUERY_CHARACTERS) for after in range(300))


_QUERY_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_="


@pytest.mark.parametrize(("given", "size"), [(None, 50), (1, 1), (100, 100)])
def test_a_page_has_as_many_as_were_asked_for(given: int | None, size: int) -> None:
    assert page_size(given, default=50) == size


@pytest.mark.parametrize("given", [0, -1, 101, 2**63])
def test_a_page_has_1_to_100(given: int) -> None:
    with pytest.raises(InvalidRequest, match="maxResults must be between 1 and 100"):
        page_size(given, default=50)
