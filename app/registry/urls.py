"""Which URLs a data source may have. Pure.

The rules are those of Go's net/url, which existing clients were written against: it is stricter than Python's
urllib in some places (ports, hosts) and does not look at others (the scheme's name).
"""

import re
from dataclasses import dataclass

from app.registry.catalog import backend_type
from app.registry.errors import InvalidUrl

_HAS_SCHEME = re.compile(r"^[^:]*://")
_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(\?[^#]*)?(?P<fragment>#.*)?"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(r"[^\s\\^`{|}%@\[\]:]*")
_IPV6 = re.compile(r"\[[0-9A-Fa-f:.]*(%25[^\]\s]+)?\]")
_PORT = re.compile(r"(:0*[0-9]{0,5})?")
# host, host:port, host\instance, host\instance:port
_MSSQL = re.compile(r"[^\\:/\s]+(\\[^\\:/\s]+)?(:[0-9]+)?")


@dataclass(frozen=True)
class Target:
    """A data source's URL in the parts that a request needs. ``port`` 0 means the scheme's own."""

    scheme: str
    host: str
    port: int
    path: str  # escaped, as stored


def check_url(type_id: str, url: str) -> None:
    """Raises InvalidUrl for a URL that the type cannot have. An empty one is refused for types that need one."""
    if not url.strip():
        if backend_type(type_id).url_required:
            raise InvalidUrl(url)
        return
    if type_id == "mssql":
        if not _MSSQL.fullmatch(url):
            raise InvalidUrl(url)
        return
    read_target(url)


def read_target(url: str) -> Target:
    """The parts of ``url``; one without ``scheme://`` is read as http. Raises InvalidUrl."""
    if _CONTROL.search(url):
        raise InvalidUrl(url)
    found = _URL.fullmatch(url if _HAS_SCHEME.match(url) else f"http://{url}")
    if found is None:
        raise InvalidUrl(url)
    if _BAD_ESCAPE.search(found["path"]) or _BAD_ESCAPE.search(found["fragment"] or ""):
        raise InvalidUrl(url)
    user_info, _, host_and_port = found["authority"].rpartition("@")
    if _BAD_ESCAPE.search(user_info):
        raise InvalidUrl(url)
    host = (_IPV6 if host_and_port.startswith("[") else _HOST).match(host_and_port)
    if host is None or not (port := _PORT.fullmatch(host_and_port[host.end() :])):
        raise InvalidUrl(url)
    number = int(port[0][1:].lstrip("0") or 0)
    if number > 65535:
        raise InvalidUrl(url)
    return Target(found["scheme"].lower(), host[0], number, found["path"])
