"""What an access key is made of, in the shapes that AWS's clients know: mint and recognise. Pure; knows no storage."""

import re
import secrets
import string

# The first four letters tell clients and people apart what lasts from what needs a session token.
LASTING = "AKIA"
TEMPORARY = "ASIA"
_ID_ALPHABET = string.ascii_uppercase + "234567"
_ID_LENGTH = 16
_SECRET_ALPHABET = string.ascii_letters + string.digits + "+/"
_SECRET_LENGTH = 40
_SESSION_TOKEN_BYTES = 48
_ID = re.compile(f"(?:{LASTING}|{TEMPORARY})[{_ID_ALPHABET}]{{{_ID_LENGTH}}}")


def new_access_key_id(prefix: str) -> str:
    """``prefix`` (LASTING or TEMPORARY) and 16 random characters of A-Z, 2-7: 80 bits."""
    return prefix + "".join(secrets.choice(_ID_ALPHABET) for _ in range(_ID_LENGTH))


def new_secret_access_key() -> str:
    """40 random characters of A-Z, a-z, 0-9, ``+`` and ``/``: 240 bits."""
    return "".join(secrets.choice(_SECRET_ALPHABET) for _ in range(_SECRET_LENGTH))


def new_session_token() -> str:
    """64 random characters that need no quoting in headers, URLs and shells: 384 bits."""
    return secrets.token_urlsafe(_SESSION_TOKEN_BYTES)


def is_access_key_id(text: str) -> bool:
    """Whether an access key could have this id."""
    return _ID.fullmatch(text) is not None
