"""From a server's name to the addresses that may be connected to. The one place where names are resolved, so that what
was checked is what is connected to, whatever the name service says a moment later."""

import socket
import unicodedata
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import unquote

from app.upstream.errors import AddressDenied, UpstreamUnreachable

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
SETTING = "SLUICE_PROXY_DENY_NETWORKS"

# RFC 6052 2.1, RFC 2765 2.1, RFC 4291 2.5.5.1: IPv6 addresses that stand for an IPv4 address in their last four bytes.
_TRANSLATED = (ip_network("64:ff9b::/96"), ip_network("::ffff:0:0:0/96"), ip_network("::/96"))
# RFC 8215: here the prefix may have any of the lengths of RFC 6052 2.2, which says where the four bytes then are.
_LOCALLY_TRANSLATED = ip_network("64:ff9b:1::/48")
_POSITIONS = ((6, 7, 9, 10), (7, 9, 10, 11), (9, 10, 11, 12), (12, 13, 14, 15))

_LOOPBACK: Mapping[int, Address] = {4: IPv4Address("127.0.0.1"), 6: IPv6Address("::1")}

# Family and socket address, as ``socket.getaddrinfo`` gives them.
Candidate = tuple[socket.AddressFamily, tuple[Any, ...]]


def candidates(host: str, port: int, denied: Sequence[Network]) -> list[Candidate]:
    """All addresses of ``host``, in the resolver's order. One denied among them denies all: a name that leads to both
    is not to be trusted with either. Raises UpstreamUnreachable, AddressDenied (phase dns)."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except socket.gaierror as exc:
        raise UpstreamUnreachable("dns", f"{host} does not resolve ({exc.strerror})") from exc
    except (OSError, UnicodeError) as exc:
        raise UpstreamUnreachable("dns", f"{host} does not resolve ({exc})") from exc
    result: list[Candidate] = []
    for family, _, _, _, sockaddr in found:
        _check(host, ip_address(str(sockaddr[0]).partition("%")[0]), denied)
        result.append((family, sockaddr))
    return result


def check_literal(host: str, denied: Sequence[Network]) -> None:
    """For a request through a forward proxy, which resolves the name itself: refuses what is an address already, in
    any of the ways in which addresses are written. Raises AddressDenied (phase dns)."""
    try:
        # As those read it who resolve it: with a root's dot, in any script's digits, or with a zone.
        bare = unicodedata.normalize("NFKC", unquote(host.strip("[]"))).replace("\u3002", ".").rstrip(".")
        found = socket.getaddrinfo(bare.partition("%")[0], None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return
    for _, _, _, _, sockaddr in found:
        _check(host, ip_address(str(sockaddr[0]).partition("%")[0]), denied)


def _check(host: str, address: Address, denied: Sequence[Network]) -> None:
    if any(_is_in(form, network) for form in _forms(address) for network in denied):
        raise AddressDenied("dns", f"{host} leads to {address}, which the settings deny", SETTING)


def _forms(address: Address) -> list[Address]:
    forms: list[Address] = [address]
    if isinstance(address, IPv6Address):
        embedded = (address.ipv4_mapped, address.sixtofour, *(address.teredo or ()))
        forms += [inner for inner in embedded if inner is not None]
        if address in _LOCALLY_TRANSLATED:
            forms += [IPv4Address(bytes(address.packed[at] for at in positions)) for positions in _POSITIONS]
        if any(address in network for network in _TRANSLATED):
            forms.append(IPv4Address(int(address) & 0xFFFFFFFF))
    # Linux takes the unspecified address for this machine.
    forms += [_LOOPBACK[form.version] for form in forms if form.is_unspecified]
    return forms


def _is_in(address: Address, network: Network) -> bool:
    return address.version == network.version and address in network
