"""The two token formats that Grafana's clients carry: mint, read, hash. Pure; knows no storage."""

import hashlib
import json
import secrets
import string
import zlib
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass, field

_ALPHABET = string.digits + string.ascii_letters
_SECRET_LENGTH = 32
_SERVICE_PREFIX = "glsa"


@dataclass(frozen=True)
class ServiceToken:
    """``glsa_<32 characters>_<8 hex>``: a service account token."""

    secret: str = field(repr=False)


@dataclass(frozen=True)
class LegacyToken:
    """Base64 of ``{"k": secret, "n": name, "id": org}``: an API key of the kind Grafana made before version 9."""

    secret: str = field(repr=False)
    name: str
    org_id: int


def new_secret() -> str:
    """32 random characters of 0-9, A-Z, a-z: about 190 bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_SECRET_LENGTH))


def service_token(secret: str) -> str:
    """The text of a service account token.

    The checksum is CRC-32 of all before the last underscore, little-endian, in lower-case hex.
    """
    body = f"{_SERVICE_PREFIX}_{secret}"
    return f"{body}_{_checksum(body)}"


def legacy_token(secret: str, name: str, org_id: int) -> str:
    """The text of a legacy API key: standard base64, padded, of compact JSON."""
    document = json.dumps({"k": secret, "n": name, "id": org_id}, separators=(",", ":"), ensure_ascii=False)
    return b64encode(document.encode()).decode()


def read_token(text: str) -> ServiceToken | LegacyToken | None:
    """What a caller sent, if it is a well-formed token of either format."""
    if text.startswith("gl"):
        return _read_service_token(text)
    return _read_legacy_token(text)


def hash_secret(secret: str) -> str:
    """What is stored and looked up: hex SHA-256.

    One round is enough: the secret is random and has about 190 bits, so that guessing cannot be slowed further.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def _read_service_token(text: str) -> ServiceToken | None:
    parts = text.split("_")
    if len(parts) != 3 or parts[0] != _SERVICE_PREFIX or len(parts[1]) != _SECRET_LENGTH:
        return None
    if not text.isascii() or parts[2] != _checksum(f"{parts[0]}_{parts[1]}"):
        return None
    return ServiceToken(parts[1])


def _read_legacy_token(text: str) -> LegacyToken | None:
    try:
        document = json.loads(b64decode(text, validate=True))
        token = LegacyToken(document["k"], document["n"], document["id"])
    except (Base64Error, ValueError, KeyError, TypeError, RecursionError):
        return None
    well_typed = isinstance(token.secret, str) and isinstance(token.name, str) and type(token.org_id) is int
    return token if well_typed and token.secret.isascii() and len(token.secret) == _SECRET_LENGTH else None


def _checksum(body: str) -> str:
    return zlib.crc32(body.encode("utf-8", "replace")).to_bytes(4, "little").hex()
