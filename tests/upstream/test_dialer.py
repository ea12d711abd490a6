"""How connections are made: through proxies of the environment, and to the next address of a name."""

import socket
import ssl
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest

from app.upstream.errors import AddressDenied, UpstreamTimeout, UpstreamUnreachable
from app.upstream.forward_proxies import ForwardProxies
from app.upstream.request import OutboundBody, TlsSettings
from servers.ports import LOOPBACK, free_port
from servers.upstream import recording_upstream
from upstream.certificates import Authority, server_context
from upstream.exchanges import TIMEOUT_SETTING, Talk, outbound, raw_server, read_request, read_to_end, transport

_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
# Resolves nowhere: only the proxy has to know it.
_HOST = "metrics.test"


def _through(port: int, credentials: str = "") -> ForwardProxies:
    url = f"http://{credentials}{LOOPBACK}:{port}"
    return ForwardProxies(http=url, https=url)


# Plain


def test_a_plain_request_is_given_to_the_proxy_with_its_whole_url() -> None:
    with recording_upstream() as proxy:
        proxy.answer(203, body=b"ok", close=True)
        request = outbound(8080, host=_HOST, target="/a%2Fb?q=1", headers=[("X-A", "1")])
        response = transport(forward_proxies=_through(proxy.port)).send(request, None)
        assert (response.status, list(response)) == (203, [b"ok"])
        assert proxy.last.target == f"http://{_HOST}:8080/a%2Fb?q=1"
        assert proxy.last.headers == (("Host", f"{_HOST}:8080"), ("X-A", "1"))


def test_the_proxy_is_asked_for_the_url_that_was_checked_whatever_the_host_field_says() -> None:
    with recording_upstream() as proxy:
        proxy.answer(close=True)
        request = replace(outbound(80, host=_HOST), host_header="169.254.169.254")
        list(transport(forward_proxies=_through(proxy.port)).send(request, None))
        assert (proxy.last.target, proxy.last.values("Host")) == (f"http://{_HOST}:80/", ["169.254.169.254"])


def test_a_denied_address_is_not_asked_of_the_proxy() -> None:
    with recording_upstream() as proxy:
        denied = (ip_network("169.254.0.0/16"),)
        sender = transport(denied=denied, forward_proxies=_through(proxy.port))
        with pytest.raises(AddressDenied):
            sender.send(outbound(80, host="169.254.169.254."), None)
        assert proxy.connections == 0


def test_a_plain_request_has_the_proxys_credentials() -> None:
    with recording_upstream() as proxy:
        body = OutboundBody(3, iter([b"abc"]))
        request = outbound(8080, "POST", host=_HOST)
        list(transport(forward_proxies=_through(proxy.port, "ada:pass@")).send(request, body))
        assert proxy.last.values("Proxy-Authorization") == ["Basic YWRhOnBhc3M="]
        assert proxy.last.body == b"abc"


def test_a_server_on_loopback_is_reached_straight_and_is_told_no_credentials_of_a_proxy() -> None:
    with recording_upstream() as upstream:
        list(transport(forward_proxies=_through(free_port(), "ada:pass@")).send(outbound(upstream.port), None))
        assert (upstream.last.target, upstream.last.values("Proxy-Authorization")) == ("/", [])


def test_a_proxy_that_is_not_there_is_named() -> None:
    port = free_port()
    with pytest.raises(UpstreamUnreachable, match=f"{LOOPBACK}:{port}") as caught:
        transport(forward_proxies=_through(port, "ada:hidden@")).send(outbound(80, host=_HOST), None)
    assert (caught.value.phase, "hidden" in str(caught.value)) == ("connect", False)


# TLS


def _tunneling(context: ssl.SSLContext, heads: list[bytes]) -> Talk:
    """A proxy and the server behind it in one: answers CONNECT, and then speaks TLS."""

    def talk(connection: socket.socket) -> None:
        heads.append(read_request(connection))
        connection.sendall(b"HTTP/1.1 200 Connection established\r\nX-Via: proxy\r\n\r\n")
        with context.wrap_socket(connection, server_side=True) as secured:
            heads.append(read_request(secured))
            secured.sendall(_OK)

    return talk


def test_a_request_over_tls_goes_through_a_tunnel(authority: Authority, tmp_path: Path) -> None:
    heads: list[bytes] = []
    with raw_server(_tunneling(server_context(tmp_path, authority.issue(_HOST)), heads)) as proxy:
        request = outbound(8443, scheme="https", host=_HOST, target="/a", tls=TlsSettings(ca=authority.pem))
        response = transport(forward_proxies=_through(proxy.port, "ada:pass@")).send(request, None)
        assert b"".join(response) == b"ok"
    authorization = "Proxy-Authorization: Basic YWRhOnBhc3M="
    assert heads == [
        f"CONNECT {_HOST}:8443 HTTP/1.1\r\nHost: {_HOST}:8443\r\n{authorization}\r\n\r\n".encode(),
        f"GET /a HTTP/1.1\r\nHost: {_HOST}:8443\r\n\r\n".encode(),
    ]


def test_a_tunnel_leads_to_the_port_of_the_scheme_when_the_url_has_none() -> None:
    heads: list[bytes] = []
    with raw_server(lambda connection: heads.append(read_request(connection))) as proxy:
        with pytest.raises(UpstreamUnreachable):
            transport(forward_proxies=_through(proxy.port)).send(outbound(0, scheme="https", host=_HOST), None)
        assert proxy.ended.get(timeout=10) == 1
    assert heads == [f"CONNECT {_HOST}:443 HTTP/1.1\r\nHost: {_HOST}:443\r\n\r\n".encode()]


def test_the_server_behind_a_tunnel_is_verified(authority: Authority, tmp_path: Path) -> None:
    context = server_context(tmp_path, authority.issue("other.test"))

    def talk(connection: socket.socket) -> None:
        with pytest.raises(ssl.SSLError):
            _tunneling(context, [])(connection)

    with raw_server(talk) as proxy:
        request = outbound(443, scheme="https", host=_HOST, tls=TlsSettings(ca=authority.pem))
        with pytest.raises(UpstreamUnreachable) as caught:
            transport(forward_proxies=_through(proxy.port)).send(request, None)
        assert proxy.ended.get(timeout=10) == 1
    assert caught.value.phase == "tls"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "answered 407 to CONNECT"),
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", "answered 403 to CONNECT"),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", "answered 502 to CONNECT"),
        (b"SSH-2.0\r\n", "the proxy of the environment"),
        (b"HTTP/1.1 200 OK\r\n", "the proxy of the environment"),
        (b"", "the proxy of the environment"),
    ],
    ids=["credentials", "refused", "unreachable", "not-http", "half", "nothing"],
)
def test_a_proxy_that_makes_no_tunnel_is_told(answer: bytes, words: str) -> None:
    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(answer)

    with raw_server(talk) as proxy:
        request = outbound(443, scheme="https", host=_HOST, headers=[("Authorization", "hidden")])
        with pytest.raises(UpstreamUnreachable, match=words) as caught:
            transport(forward_proxies=_through(proxy.port, "ada:hidden@")).send(request, None)
    assert (caught.value.phase, "hidden" in str(caught.value)) == ("connect", False)


def test_a_proxy_that_says_nothing_times_out() -> None:
    with raw_server(_expect_the_end) as proxy:
        with pytest.raises(UpstreamTimeout) as caught:
            transport(forward_proxies=_through(proxy.port)).send(
                outbound(443, scheme="https", host=_HOST, timeout=0.05), None
            )
        assert proxy.ended.get(timeout=10) == 1
    assert (caught.value.phase, caught.value.limit) == ("connect", TIMEOUT_SETTING)


def _expect_the_end(connection: socket.socket) -> None:
    read_to_end(connection)


# Addresses


def _resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: tuple[str, int]) -> None:
    # The name service is the one thing here that a test cannot have for real.
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)


def test_an_address_that_refuses_is_followed_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    with recording_upstream() as upstream:
        _resolve_to(monkeypatch, (LOOPBACK, free_port()), ("127.0.0.2", free_port()), (LOOPBACK, upstream.port))
        assert list(transport().send(outbound(80, host=_HOST), None)) == []
        assert len(upstream.requests) == 1


def test_addresses_that_all_refuse_are_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolve_to(monkeypatch, (LOOPBACK, free_port()), ("127.0.0.2", free_port()))
    with pytest.raises(UpstreamUnreachable, match=rf"{_HOST}:80: Connection refused") as caught:
        transport().send(outbound(80, host=_HOST), None)
    assert (caught.value.phase, caught.value.limit) == ("connect", None)


def test_a_good_address_beside_a_denied_one_gets_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    with recording_upstream() as upstream:
        _resolve_to(monkeypatch, (LOOPBACK, upstream.port), ("169.254.169.254", 80))
        with pytest.raises(AddressDenied):
            transport(denied=(ip_network("169.254.0.0/16"),)).send(outbound(80, host=_HOST), None)
        assert upstream.connections == 0
