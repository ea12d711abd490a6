"""Requests by which a test loads a server, and asks it."""

import base64
import contextlib
import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Answer:
    """What a client of HTTP gets; two answers are equal when a client cannot tell them apart."""

    status: int
    content_type: str | None
    content_encoding: str | None
    body: bytes


@dataclass(frozen=True)
class Guarded:
    """The address of a running server, without a slash at its end, and the credentials that it accepts."""

    url: str
    user: str
    password: str = field(repr=False)

    @property
    def headers(self) -> Mapping[str, str]:
        """What a request needs to be let in."""
        return basic(self.user, self.password)


def basic(user: str, password: str) -> dict[str, str]:
    """The header of basic authentication."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def ask(
    url: str,
    headers: Mapping[str, str],
    *,
    method: str = "GET",
    body: str | None = None,
    tls: ssl.SSLContext | None = None,
) -> Answer:
    """Ask, over a connection of its own. ``tls`` is for https. Raises OSError and HTTPException."""
    address = urlsplit(url)
    assert address.hostname is not None
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
    if address.scheme == "https":
        connection = http.client.HTTPSConnection(address.hostname, address.port, timeout=30, context=tls)
    target = address._replace(scheme="", netloc="").geturl()
    with contextlib.closing(connection):
        connection.request(method, target, body=body.encode() if body else None, headers=dict(headers))
        response = connection.getresponse()
        header = response.getheader
        return Answer(response.status, header("Content-Type"), header("Content-Encoding"), response.read())
