"""Which addresses of a name may be connected to. Numeric hosts are read by the same resolver as names."""

import socket
from collections.abc import Sequence
from ipaddress import ip_network

import pytest

from app.upstream.addresses import Network, candidates, check_literal
from app.upstream.errors import AddressDenied, UpstreamUnreachable
from servers.ports import free_port
from servers.upstream import recording_upstream
from upstream.exchanges import outbound, transport

_METADATA = "169.254.169.254"


def _networks(*texts: str) -> list[Network]:
    return [ip_network(text) for text in texts]


def _addresses(host: str, denied: Sequence[Network] = ()) -> list[str]:
    return [str(address[0]) for _, address in candidates(host, 80, denied)]


@pytest.mark.parametrize(
    "host",
    [
        pytest.param(_METADATA, id="dotted"),
        pytest.param("2852039166", id="decimal"),
        pytest.param("0xa9fea9fe", id="hex"),
        pytest.param("0xA9.0xFE.0xA9.0xFE", id="hex parts"),
        pytest.param("0251.0376.0251.0376", id="octal parts"),
        pytest.param("169.254.43518", id="three parts"),
        pytest.param("169.16689662", id="two parts"),
        pytest.param("１６９.254.169.254", id="full-width digits"),  # noqa: RUF001
        pytest.param("169。254。169。254", id="ideographic full stops"),
        pytest.param("::ffff:169.254.169.254", id="mapped"),
        pytest.param("[::ffff:a9fe:a9fe]", id="mapped, in brackets"),
        pytest.param("::169.254.169.254", id="compatible"),
        pytest.param("2002:a9fe:a9fe::1", id="6to4"),
        pytest.param("64:ff9b::a9fe:a9fe", id="NAT64"),
        pytest.param("64:ff9b:1::a9fe:a9fe", id="local NAT64"),
        pytest.param("64:ff9b:1:a9fe:a9:fe00::", id="local NAT64, a prefix of 48 bits"),
        pytest.param("64:ff9b:1:a9:fe:a9fe::", id="local NAT64, a prefix of 56 bits"),
        pytest.param("64:ff9b:1:0:a9:fea9:fe00::", id="local NAT64, a prefix of 64 bits"),
        pytest.param("::ffff:0:a9fe:a9fe", id="SIIT"),
        pytest.param("2001:0:a9fe:a9fe::", id="the server of Teredo"),
    ],
)
def test_no_form_of_a_denied_address_is_let_through(host: str) -> None:
    assert len(_addresses(host)) == 1
    with pytest.raises(AddressDenied):
        _addresses(host, _networks("169.254.0.0/16"))


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("fe80::1", "fe80::/10"),
        ("fe80::1%lo", "fe80::/10"),
        ("fd00:ec2::254", "fd00:ec2::/32"),
        ("FD00:0EC2:0::254", "fd00:ec2::254/128"),
        ("::1", "::1/128"),
        ("0:0:0:0:0:0:0:1", "::1/128"),
        ("::ffff:10.0.0.1", "::ffff:0:0/96"),
        ("localhost", "127.0.0.0/8"),
        ("127.0.0.1", "0.0.0.0/0"),
    ],
)
def test_an_address_within_a_denied_network_is_denied(host: str, network: str) -> None:
    if host == "localhost":
        assert "127.0.0.1" in _addresses(host)
    with pytest.raises(AddressDenied):
        _addresses(host, _networks("198.51.100.0/24", network))


@pytest.mark.parametrize("host", ["0.0.0.0", "0", "::", "::ffff:0.0.0.0"])  # noqa: S104
def test_the_unspecified_address_leads_to_this_machine_and_is_denied_with_it(host: str) -> None:
    with pytest.raises(AddressDenied):
        _addresses(host, _networks("127.0.0.0/8", "::1/128"))


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("169.253.0.1", "169.254.0.0/16"),
        ("2001:db8::a9fe:a9fe", "169.254.0.0/16"),
        ("2002:a9fd:a9fe::1", "169.254.0.0/16"),
        ("::ffff:169.253.0.1", "169.254.0.0/16"),
        ("10.0.0.1", "::/0"),
        ("2001:db8::1", "0.0.0.0/0"),
    ],
)
def test_an_address_outside_the_denied_networks_is_let_through(host: str, network: str) -> None:
    assert _addresses(host, _networks(network)) == [host]


def test_a_denied_address_is_named_with_its_host_and_setting() -> None:
    with pytest.raises(AddressDenied) as caught:
        _addresses("2852039166", _networks("169.254.0.0/16"))
    assert (caught.value.phase, caught.value.limit) == ("dns", "SLUICE_PROXY_DENY_NETWORKS")
    assert caught.value.cause == f"2852039166 leads to {_METADATA}, which the settings deny"


@pytest.mark.parametrize("denied", ["192.0.2.1/32", "192.0.2.2/32", "2001:db8::1/128"])
def test_one_denied_address_of_a_name_denies_them_all(monkeypatch: pytest.MonkeyPatch, denied: str) -> None:
    # The name service is the one thing here that a test cannot have for real.
    found = {
        "192.0.2.1": socket.AF_INET,
        "192.0.2.2": socket.AF_INET,
        "2001:db8::1": socket.AF_INET6,
    }
    answer = [(family, socket.SOCK_STREAM, 6, "", (address, 80)) for address, family in found.items()]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer)
    assert _addresses("metrics.test", _networks("192.0.2.3/32")) == list(found)
    with pytest.raises(AddressDenied):
        _addresses("metrics.test", _networks(denied))


@pytest.mark.parametrize("host", ["no-such-host.invalid", "", f"{'a' * 64}.invalid", "a..invalid", "a\0b", "\udcff"])
def test_a_name_that_does_not_resolve_is_unreachable(host: str) -> None:
    with pytest.raises(UpstreamUnreachable, match="does not resolve") as caught:
        _addresses(host)
    assert (caught.value.phase, caught.value.limit) == ("dns", None)


def test_a_server_at_a_denied_address_gets_no_connection() -> None:
    with recording_upstream() as upstream:
        for host in ("127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"):
            with pytest.raises(AddressDenied):
                transport(denied=(ip_network("127.0.0.0/8"),)).send(outbound(upstream.port, host=host), None)
        assert upstream.connections == 0


def test_a_denied_address_is_denied_before_it_is_tried() -> None:
    with pytest.raises(AddressDenied):
        transport(denied=(ip_network("127.0.0.0/8"),)).send(outbound(free_port()), None)


@pytest.mark.parametrize(
    "host",
    [
        _METADATA,
        f"{_METADATA}.",
        "2852039166.",
        "0xa9.0xfe.0xa9.0xfe.",
        f"{_METADATA}\u3002",
        "[fe80::1%25eth0]",
        "fe80::1%eth0",
        "[::ffff:a9fe:a9fe]",
    ],
    ids=ascii,
)
def test_an_address_in_place_of_a_name_is_denied_without_a_resolver(host: str) -> None:
    with pytest.raises(AddressDenied):
        check_literal(host, _networks("169.254.0.0/16", "fe80::/10"))


@pytest.mark.parametrize("host", ["metrics.test", "169.254.169.254.metrics.test", "10.0.0.1", ""])
def test_a_name_is_left_to_who_resolves_it(host: str) -> None:
    check_literal(host, _networks("169.254.0.0/16", "fe80::/10"))
