"""nextToken: where a list goes on. Pure.

It says a number and which list it belongs to, so that a token of another list, or a damaged one, is refused. It hides
nothing and protects nothing: whoever makes one up sees another part of what they may see anyway.
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error

from app.dialects.aws.refusals import InvalidNextToken, InvalidRequest

_DIGEST_BYTES = 12
_MOST = 100


def next_token(of: str, after: int) -> str:
    """A token for the list ``of`` from behind the number ``after`` on."""
    text = str(after).encode()
    return urlsafe_b64encode(_digest(of, text) + text).decode()


def read_token(of: str, token: str | None) -> int:
    """The number in it; 0 without a token. Raises InvalidNextToken."""
    if token is None:
        return 0
    try:
        given = urlsafe_b64decode(token.encode())
    except (Base64Error, ValueError) as exc:
        raise InvalidNextToken from exc
    digest, text = given[:_DIGEST_BYTES], given[_DIGEST_BYTES:]
    if digest != _digest(of, text) or not text.isdigit() or len(text) > 18:
        raise InvalidNextToken
    return int(text)


def page_size(given: int | None, *, default: int) -> int:
    """How many are shown at once. Raises InvalidRequest."""
    if given is not None and not 1 <= given <= _MOST:
        raise InvalidRequest(f"maxResults must be between 1 and {_MOST}.")
    return default if given is None else given


def _digest(of: str, text: bytes) -> bytes:
    return hashlib.sha256(of.encode() + b"\0" + text).digest()[:_DIGEST_BYTES]
