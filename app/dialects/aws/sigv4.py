"""Verifies AWS Signature Version 4, as clients put it into the Authorization header. Pure; looks up no keys."""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

_FAMILY = "AWS4-"
_ALGORITHM = "AWS4-HMAC-SHA256"
_TERMINATION = "aws4_request"
_SERVICE = "es"
# Seconds by which the caller's clock may differ from ours, either way.
_WINDOW = 15 * 60

# What can be part of an ARN.
_REGION = re.compile(r"[a-z]{2}[a-z0-9-]{1,30}")

# Characters of the whole header. The SDKs, which sign a dozen headers, send less than a thousand.
_LONGEST = 4096
_PARTS = frozenset({"Credential", "SignedHeaders", "Signature"})
_CREDENTIAL = re.compile(
    r"([A-Za-z0-9_.-]{1,128})/([0-9]{8})/([A-Za-z0-9_-]{1,64})/([A-Za-z0-9_.-]{1,64})/" + _TERMINATION
)
# RFC 9110 5.6.2: the characters of a header's name.
_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")
_SIGNATURE = re.compile(r"[0-9a-f]{64}")

_STAMP = re.compile(r"[0-9]{8}T[0-9]{6}Z")
# RFC 9110 5.6.7, and "-0000" in place of "GMT", which is what botocore writes.
_HTTP_DATE = re.compile(
    r"[A-Z][a-z]{2}, ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) (?:GMT|[+-]0000)"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Scope:
    """What a signature is good for. ``date`` is yyyymmdd."""

    date: str
    region: str
    service: str


@dataclass(frozen=True, kw_only=True)
class Authorization:
    """What the header says; ``signed_headers`` in lower case, in the order given."""

    access_key_id: str
    scope: Scope
    signed_headers: tuple[str, ...]
    signature: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class SignedRequest:
    """The request as it stood on the wire.

    ``path`` and ``query`` are still escaped; ``headers`` are all there were, Host and Content-Length too, names in
    lower case, values as WSGI decodes them, those of a repeated name joined by commas.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class SignatureError(Exception):
    """The text is one sentence for the caller: what to do."""


class UnreadableAuthorization(SignatureError):
    """The header, or the time of signing, is missing a part or malformed."""


class SignatureRefused(SignatureError):
    """It can be read, and is not for us, not for now, or does not cover what it must."""


def is_signed(header: str) -> bool:
    """Whether an Authorization header is a signature of AWS's, of whatever algorithm."""
    return header.startswith(_FAMILY)


def read_authorization(header: str) -> Authorization:
    """Reads ``AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...``; the parts in any order.

    Raises UnreadableAuthorization.
    """
    algorithm, _, rest = header.partition(" ")
    if algorithm != _ALGORITHM:
        raise UnreadableAuthorization(f"Sign the request with the algorithm {_ALGORITHM}.")
    if len(header) > _LONGEST:
        raise UnreadableAuthorization(f"Send an Authorization header of at most {_LONGEST} characters.")
    pairs = [part.strip(" \t").partition("=") for part in rest.split(",")]
    parts = {name: value for name, _, value in pairs}
    if len(pairs) != len(_PARTS) or parts.keys() != _PARTS:
        raise UnreadableAuthorization(
            "Send Credential, SignedHeaders and Signature, each once, with commas between them, "
            "in the Authorization header."
        )
    credential = _CREDENTIAL.fullmatch(parts["Credential"])
    if credential is None:
        raise UnreadableAuthorization(
            f"Write the Credential as access key id/yyyymmdd/region/{_SERVICE}/{_TERMINATION}."
        )
    access_key_id, date, region, service = credential.groups()
    names = tuple(parts["SignedHeaders"].split(";"))
    # A name given twice would have us read its header's value twice: the work must not exceed the request's size.
    if len(set(names)) != len(names) or not all(map(_NAME.fullmatch, names)):
        raise UnreadableAuthorization(
            "List the signed headers in SignedHeaders by name, each once, in lower case, with semicolons between them."
        )
    if _SIGNATURE.fullmatch(parts["Signature"]) is None:
        raise UnreadableAuthorization("Write the Signature as 64 hexadecimal digits in lower case.")
    return Authorization(
        access_key_id=access_key_id,
        scope=Scope(date, region, service),
        signed_headers=names,
        signature=parts["Signature"],
    )


def check(authorization: Authorization, request: SignedRequest, *, now: float, region: str | None) -> None:
    """All that can be said without the secret. ``now`` is in epoch seconds; ``region`` None accepts any.

    Raises SignatureRefused, or UnreadableAuthorization when the request does not say when it was signed.
    """
    scope = authorization.scope
    if scope.service != _SERVICE:
        raise SignatureRefused(f"Sign the request for the service {_SERVICE}.")
    if region is not None and scope.region != region:
        raise SignatureRefused(f"Sign the request for the region {region}.")
    if _REGION.fullmatch(scope.region) is None:
        raise SignatureRefused("Sign the request for a region such as us-east-1.")
    _check_signed_headers(frozenset(authorization.signed_headers), request.headers)
    stamp = _stamp(request.headers)
    signed_at = _epoch_seconds(stamp)
    if stamp[:8] != scope.date:
        raise SignatureRefused("Sign the request with a Credential of the same date as X-Amz-Date.")
    if abs(now - signed_at) > _WINDOW:
        raise SignatureRefused(
            f"Set the clock and sign the request again: it was signed more than {_WINDOW // 60} minutes "
            "before or after this server's time."
        )


def is_proven(
    authorization: Authorization, request: SignedRequest, secret: str, *, prefixes: Sequence[str] = ("",)
) -> bool:
    """Whether the request was signed with this secret access key.

    ``prefixes`` are what a proxy may have taken away from the front of the path that the client signed. The body counts
    as it came: a client's own word for it, in X-Amz-Content-SHA256, is believed in nothing.
    """
    names = sorted(authorization.signed_headers)
    if not all(name in request.headers for name in names):
        return False
    headers = "".join(f"{name}:{' '.join(request.headers[name].split())}\n" for name in names)
    rest = (
        f"{_canonical_query(request.query)}\n{headers}\n{';'.join(names)}\n{hashlib.sha256(request.body).hexdigest()}"
    )
    scope = authorization.scope
    preamble = f"{_ALGORITHM}\n{_stamp(request.headers)}\n{scope.date}/{scope.region}/{scope.service}/{_TERMINATION}\n"
    key = _signing_key(secret, scope)
    for prefix in prefixes:
        canonical = f"{request.method}\n{_canonical_path(prefix + request.path)}\n{rest}"
        digest = hashlib.sha256(_bytes(canonical)).hexdigest()
        signature = _hmac(key, preamble + digest).hex()
        if hmac.compare_digest(signature, authorization.signature):
            return True
    return False


def _check_signed_headers(signed: frozenset[str], headers: Mapping[str, str]) -> None:
    if "host" not in signed:
        raise SignatureRefused("Sign the header Host too.")
    if "x-amz-date" not in signed and "date" not in signed:
        raise SignatureRefused("Sign the header X-Amz-Date too.")
    if any(name.startswith("x-amz-") and name not in signed for name in headers):
        raise SignatureRefused("Sign every header whose name begins with X-Amz-.")


def _stamp(headers: Mapping[str, str]) -> str:
    """The time of signing as it was signed: yyyymmddThhmmssZ, unless the client wrote something else."""
    stamp = headers.get("x-amz-date")
    if stamp is not None:
        return stamp
    date = headers.get("date", "")
    found = _HTTP_DATE.fullmatch(date)
    if found is None or found[2] not in _MONTHS:
        return date
    day, month, year, *time = found.groups()
    return f"{year}{_MONTHS.index(month) + 1:02}{day}T{''.join(time)}Z"


def _epoch_seconds(stamp: str) -> float:
    try:
        if _STAMP.fullmatch(stamp) is not None:
            return datetime.fromisoformat(stamp).timestamp()
    except ValueError:
        # No such day, or no such hour.
        pass
    raise UnreadableAuthorization("Send the time of signing in the header X-Amz-Date, as yyyymmddThhmmssZ.")


def _canonical_path(path: str) -> str:
    """Without empty and dot segments, and percent-encoded once more than on the wire; a trailing slash stays."""
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in ("", "."):
            segments.append(segment)
    end = "/" if segments and path.endswith("/") else ""
    return quote(f"/{'/'.join(segments)}{end}", safe="/~", errors="surrogatepass")


def _canonical_query(query: str) -> str:
    """The pairs as they were escaped on the wire, sorted by key, then value."""
    if not query:
        return ""
    pairs = sorted(pair.partition("=")[::2] for pair in query.split("&"))
    return "&".join(f"{key}={value}" for key, value in pairs)


def _signing_key(secret: str, scope: Scope) -> bytes:
    key = _bytes(f"AWS4{secret}")
    for step in (scope.date, scope.region, scope.service, _TERMINATION):
        key = _hmac(key, step)
    return key


def _hmac(key: bytes, message: str) -> bytes:
    return hmac.digest(key, _bytes(message), "sha256")


def _bytes(text: str) -> bytes:
    # What strangers send may hold halves of characters, which are no reason to fail.
    return text.encode("utf-8", "surrogatepass")
