"""Which headers pass, in both directions, and which the gateway sets. Tables and pure functions."""

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence

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

# Cookies of one back end would reach another through the same origin; the server in front writes its own Date and
# Server, and two of each would be wrong.
DROPPED_FROM_UPSTREAM = frozenset({"content-security-policy", "date", "server", "set-cookie"})

SANDBOX = ("Content-Security-Policy", "sandbox")

# Counts how many gateways a request went through: one whose data source leads back to itself would else go on until
# every thread waits for another.
_HOPS = "X-Sluice-Hops"
_MOST_HOPS = 4
# Only the gateway says whose answer it is.
_OUR_WORDS = "x-sluice-"

_LOGIN_COOKIE = "grafana_session"
# RFC 9110 5.1 and 5.5: a name is a token; a value has no control characters but tab.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def outbound_headers(
    data_source: DataSource,
    secrets: Mapping[str, str],
    caller: Headers,
    *,
    client_address: str,
    user_agent: str,
    reserved: str | None,
    login: str | None = None,
) -> tuple[list[tuple[str, str]], str | None]:
    """The headers to send, and the Host value when a custom header sets one. ``login`` is told to the server.

    ``reserved`` is the header by which a proxy in front signs people in: it is neither forwarded nor sent.
    Raises UnsendableHeader, GoesInCircles.
    """
    given = {name.lower(): value for name, value in caller}
    dropped = HOP_BY_HOP | DROPPED_FROM_CALLER | _named_in_connection(given.get("connection", ""))
    if reserved is not None:
        dropped |= {reserved.lower()}
    headers = {name.lower(): (name, value) for name, value in caller if name.lower() not in dropped}

    def put(name: str, value: str) -> None:
        headers[name.lower()] = (name, value)

    put("User-Agent", user_agent)
    put("X-Grafana-Referer", given.get("referer", ""))
    put(_HOPS, str(_hops(given) + 1))
    if login is not None:
        put("X-Grafana-User", _wire_text(_UNSENDABLE.sub("", login)))
    forwarded = given.get("x-forwarded-for")
    if hops := ", ".join(filter(None, (forwarded, client_address))):
        put("X-Forwarded-For", hops)
    if cookies := kept_cookies(given.get("cookie", ""), data_source.json_data.get("keepCookies")):
        put("Cookie", cookies)
    if authorization := _authorization(data_source, secrets, given.get("x-ds-authorization")):
        put("Authorization", authorization)
    host = None
    for name, value in custom_headers(data_source, secrets, reserved):
        if name.lower() == "host":
            host = value
        else:
            put(name, value)
    return list(headers.values()), host


def _hops(given: Mapping[str, str]) -> int:
    """Raises GoesInCircles."""
    text = given.get(_HOPS.lower(), "0")
    if not re.fullmatch("[0-9]", text) or int(text) >= _MOST_HOPS:
        raise GoesInCircles
    return int(text)


def custom_headers(
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
        if name.lower() in HOP_BY_HOP or name.lower() == "content-length":
            # It would change how the request is framed, and so where the next one begins.
            raise UnsendableHeader(name)
        yield name, _wire_text(value)


def kept_cookies(cookie_header: str, keep: object) -> str:
    """The caller's cookies that jsonData.keepCookies lists, by name: ``a`` exactly, ``a[]`` as a prefix, ``[]`` all.

    The login cookie is never among them.
    """
    if not isinstance(keep, list):
        return ""
    wanted = [entry for entry in keep if isinstance(entry, str)]
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


def _authorization(data_source: DataSource, secrets: Mapping[str, str], from_caller: str | None) -> str | None:
    if from_caller:
        return from_caller
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
