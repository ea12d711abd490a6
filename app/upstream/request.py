"""The request that goes out, whole, as a value."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """How a server is trusted and who we are to it; PEM texts. What is empty is the system's own choice."""

    ca: str = field(default="", repr=False)
    certificate: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    verify: bool = True
    server_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """For whom and with what a request is signed by AWS Signature Version 4.

    Without keys the credentials are those of ``profile`` in the shared credentials file, or of the machine. With
    ``role_arn`` they only serve to ask for that role's.
    """

    service: str
    region: str
    access_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    session_token: str = field(default="", repr=False)
    profile: str = ""
    role_arn: str = ""
    external_id: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundRequest:
    """What is sent, and where. Headers and target hold credentials, so they are kept out of ``repr``.

    ``headers`` has no Host, framing or hop-by-hop field: the transport writes those. ``pool`` names the pool whose
    idle connections may be used; requests of two pools never share a connection, and those of no pool leave none.
    ``timeout`` bounds the whole exchange, in seconds.
    """

    pool: str | None
    scheme: str
    host: str
    port: int
    host_header: str
    method: str
    target: str = field(repr=False)
    headers: Sequence[tuple[str, str]] = field(repr=False)
    timeout: float
    timeout_setting: str  # what bounds the exchange: the data source's own member, or the setting
    tls: TlsSettings | None = field(default=None, repr=False)  # None: the system's trust, no certificate of ours
    signing: Signing | None = None


@dataclass(frozen=True, slots=True)
class OutboundBody:
    """A request body to stream. ``length`` in bytes, or None when it is not known before its end."""

    length: int | None
    chunks: Iterator[bytes]
