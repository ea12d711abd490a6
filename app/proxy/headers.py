"""Which headers pass, in both directions, and which the gateway sets. Tables and pure functions."""

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.proxy.errors import GoesInCircles, UnsendableHeader
from app.registry.catalog import backend_type
from app.registry.datasource import DataSource

Headers = Sequence[tuple[str, str]]

# RFC 9110 7.6.1 and its predecessors.
HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)

# The caller's own credentials and whereabouts (Grafana's CVE-2022-31130 was to forward the first), and what the
# transport writes anew.
DROPPED_FROM_CALLER = frozenset(
    {
        "authorization",
        "content-length",
        "cookie",
        "expect",
        "host",
        "origin",
        "referer",
        "user-agent",
        "x-ds-authorization",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-port",
        "x-forwarded-proto",
        "x-grafana-device-id",
        "x-grafana-id",
        "x-grafana-referer",
        "x-grafana-user",
        "x-id-token",
        "x-sluice-hops",
    }
)

_NOT_FORWARDED = HOP_BY_HOP | DROPPED_FROM_CALLER

# Cookies of one back end would reach another through the same origin; the server in front writes its own Date and
# Server, and two of each would be wrong.
DROPPED_FROM_UPSTREAM = frozenset({"content-security-policy", "date", "server", "set-cookie"})

SANDBOX = ("Content-Security-Policy", "sandbox")

# Counts how many gateways a request went through: one whose data source leads back to itself would else go on until
# every thread waits for another.
_HOPS = "X-Sluice-Hops"
_HOPS_KEY = _HOPS.lower()
_MOST_HOPS = 4
# Only the gateway says whose answer it is.
_OUR_WORDS = "x-sluice-"

_LOGIN_COOKIE = "grafana_session"
# RFC 9110 5.1 and 5.5: a name is a token; a value has no control characters but tab.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# RFC 9110 7.2: a host and perhaps a port, nothing that could end the field or a line before it.
_HOST = re.compile(r"[A-Za-z0-9._~%-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")
_UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class OwnHeaders:
    """What the data source itself says: the same for all its requests.

    ``authorization`` is what its credentials make, unless the caller brings one; ``custom`` headers beat everything,
    ``host`` is a custom Host. ``dropped``: the caller's headers that are never forwarded, in lower case.
    """

    authorization: str | None
    custom: tuple[tuple[str, str], ...]
    host: str | None
    keep_cookies: tuple[str, ...]
    dropped: frozenset[str]


def own_headers(data_source: DataSource, secrets: Mapping[str, str], reserved: str | None) -> OwnHeaders:
    """``reserved`` is the header by which a proxy in front signs people in: it is neither forwarded nor sent.

    Raises UnsendableHeader.
    """
    found = list(_custom_headers(data_source, secrets, reserved))
    hosts = [value for name, value in found if name.lower() == "host"]
    keep = data_source.json_data.get("keepCookies")
    return OwnHeaders(
        authorization=_authorization(data_source, secrets),
        custom=tuple((name, value) for name, value in found if name.lower() != "host"),
        host=hosts[-1] if hosts else None,
        keep_cookies=tuple(entry for entry in keep if isinstance(entry, str)) if isinstance(keep, list) else (),
        dropped=_NOT_FORWARDED | {reserved.lower()} if reserved is not None else _NOT_FORWARDED,
    )


def outbound_headers(
    own: OwnHeaders, caller: Headers, *, client_address: str, user_agent: str, login: str | None = None
) -> Headers:
    """The headers to send, but Host. ``login`` is told to the server. Raises GoesInCircles."""
    given = {name.lower(): (name, value) for name, value in caller}
    dropped = own.dropped
    if "connection" in given:
        dropped |= _named_in_connection(given["connection"][1])
    headers = {key: field for key, field in given.items() if key not in dropped}

    def of_caller(key: str) -> str:
        return given[key][1] if key in given else ""

    headers["user-agent"] = ("User-Agent", user_agent)
    headers["x-grafana-referer"] = ("X-Grafana-Referer", of_caller("referer"))
    hops = _hops(given[_HOPS_KEY][1]) if _HOPS_KEY in given else 0
    headers[_HOPS_KEY] = (_HOPS, str(hops + 1))
    if login is not None:
        headers["x-grafana-user"] = ("X-Grafana-User", _wire_text(_UNSENDABLE.sub("", login)))
    if forwarded := ", ".join(filter(None, (of_caller("x-forwarded-for"), client_address))):
        headers["x-forwarded-for"] = ("X-Forwarded-For", forwarded)
    if own.keep_cookies and (cookies := kept_cookies(of_caller("cookie"), own.keep_cookies)):
        headers["cookie"] = ("Cookie", cookies)
    if authorization := of_caller("x-ds-authorization") or own.authorization:
        headers["authorization"] = ("Authorization", authorization)
    for name, value in own.custom:
        headers[name.lower()] = (name, value)
    return list(headers.values())


def _hops(text: str) -> int:
    """Raises GoesInCircles."""
    if len(text) != 1 or text not in "0123456789" or int(text) >= _MOST_HOPS:
        raise GoesInCircles
    return int(text)


def _custom_headers(
    data_source: DataSource, secrets: Mapping[str, str], reserved: str | None
) -> Iterable[tuple[str, str]]:
    """``httpHeaderName1..`` of jsonData with the secrets ``httpHeaderValue1..``, up to the first missing name.

    One without a stored value is left out. Raises UnsendableHeader.
    """
    number = 1
    while name := data_source.json_data.get(f"httpHeaderName{number}"):
        value = secrets.get(f"httpHeaderValue{number}")
        number += 1
        if value is None or (reserved is not None and str(name).lower() == reserved.lower()):
            continue
        if not isinstance(name, str) or not _TOKEN.fullmatch(name) or _UNSENDABLE.search(value):
            raise UnsendableHeader(str(name))
        if name.lower() in HOP_BY_HOP or name.lower() == "content-length" or name.lower().startswith(_OUR_WORDS):
            # It would change how the request is framed, and so where the next one begins; or speak for the gateway.
            raise UnsendableHeader(name)
        if name.lower() == "host" and not _HOST.fullmatch(value):
            raise UnsendableHeader(name)
        yield name, _wire_text(value)


def kept_cookies(cookie_header: str, wanted: Sequence[str]) -> str:
    """The caller's cookies that jsonData.keepCookies lists, by name: ``a`` exactly, ``a[]`` as a prefix, ``[]`` all.

    The login cookie is never among them.
    """
    pairs = [pair.strip().partition("=") for pair in re.split("[;,]", cookie_header) if "=" in pair]
    kept = sorted(
        (name, value)
        for name, _, value in pairs
        if name != _LOGIN_COOKIE
        and any(name == entry or (entry.endswith("[]") and name.startswith(entry[:-2])) for entry in wanted)
    )
    return "; ".join(f"{name}={value}" for name, value in kept)


def answer_headers(upstream: Headers) -> list[tuple[str, str]]:
    """What of the upstream's headers the caller gets, with the sandbox policy that keeps a browser from trusting it."""
    connection = ",".join(value for name, value in upstream if name.lower() == "connection")
    dropped = HOP_BY_HOP | DROPPED_FROM_UPSTREAM | _named_in_connection(connection)
    return [
        (name, value)
        for name, value in upstream
        if name.lower() not in dropped and not name.lower().startswith(_OUR_WORDS)
    ] + [SANDBOX]


def _named_in_connection(connection: str) -> frozenset[str]:
    # RFC 9110 7.6.1: fields named in Connection are hop-by-hop too and must not be forwarded.
    return frozenset(name.strip().lower() for name in connection.split(",")) if connection else frozenset()


def _authorization(data_source: DataSource, secrets: Mapping[str, str]) -> str | None:
    if data_source.basic_auth:
        return _basic(data_source.basic_auth_user, secrets.get("basicAuthPassword", ""))
    if data_source.user or backend_type(data_source.type).credentials == "header":
        return _basic(data_source.user, secrets.get("password", ""))
    return None


def _basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def _wire_text(value: str) -> str:
    # Header text crosses the rooms as latin-1, one character a byte; UTF-8 is what clients mean by other characters.
    return value.encode().decode("latin-1")
