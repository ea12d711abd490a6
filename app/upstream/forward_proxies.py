"""Which HTTP proxy of the environment a request goes through: HTTP_PROXY, HTTPS_PROXY, NO_PROXY. Pure."""

from base64 import b64encode
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]


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

    def proxy_for(self, scheme: str, host: str) -> ForwardProxy | None:
        """None: straight to the server. Loopback never goes through a proxy, as in Go."""
        url = self.https if scheme == "https" else self.http
        bare = host.strip("[]")
        if not url or bare in {"localhost", "::1"} or bare.startswith("127."):
            return None
        if self.no_proxy and proxy_bypass_environment(bare, {"no": self.no_proxy}):
            return None
        parts = urlsplit(url if "://" in url else f"http://{url}")
        authorization = None
        if parts.username is not None:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            authorization = "Basic " + b64encode(pair.encode()).decode()
        return ForwardProxy(parts.hostname or "", parts.port or 80, authorization)
