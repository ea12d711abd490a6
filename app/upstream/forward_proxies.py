"""Which HTTP proxy of the environment a request goes through: HTTP_PROXY, HTTPS_PROXY, NO_PROXY. Pure."""

import re
from base64 import b64encode
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import unquote, urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

_LOOPBACK = re.compile(r"127(\.[0-9]{1,3}){3}")


@dataclass(frozen=True)
class ForwardProxy:
    """A proxy to send through. ``authorization`` is the value of Proxy-Authorization, if its URL had credentials."""

    host: str
    port: int
    authorization: str | None = field(repr=False)


@dataclass(frozen=True)
class ForwardProxies:
    """What the environment says. Texts are URLs; ``no_proxy`` lists hosts, as curl and Go read it."""

    http: str = field(default="", repr=False)
    https: str = field(default="", repr=False)
    no_proxy: str = ""

    def proxy_for(self, scheme: str, host: str, port: int) -> ForwardProxy | None:
        """None: straight to the server. Loopback never goes through a proxy, as in Go."""
        url = self.https if scheme == "https" else self.http
        bare = host.strip("[]")
        if not url or bare in {"localhost", "::1"} or _LOOPBACK.fullmatch(bare):
            return None
        if self.no_proxy and (
            proxy_bypass_environment(f"{bare}:{port}", {"no": self.no_proxy}) or self._in_network(bare)
        ):
            return None
        parts = urlsplit(url if "://" in url else f"http://{url}")
        authorization = None
        if parts.username is not None:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            authorization = "Basic " + b64encode(pair.encode()).decode()
        return ForwardProxy(parts.hostname or "", parts.port or 80, authorization)

    def _in_network(self, host: str) -> bool:
        try:
            address = ip_address(host)
        except ValueError:
            return False
        networks = (entry.strip() for entry in self.no_proxy.split(",") if "/" in entry)
        return any(address in network for network in map(_network, networks) if network is not None)


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None
