"""Certificates of a data source's own: what can be loaded, and what it means to a server."""

import os
import socket
import ssl
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from app.upstream.errors import TlsMaterialInvalid, UpstreamUnreachable
from app.upstream.request import TlsSettings
from app.upstream.tls import TlsContexts
from servers.ports import LOOPBACK
from servers.upstream import recording_upstream
from upstream.certificates import Authority, encrypted, server_context
from upstream.exchanges import outbound, raw_server, read_request, read_to_end, transport

_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
_NAME = "metrics.test"


# Contexts


def test_equal_settings_share_a_context(authority: Authority) -> None:
    contexts = TlsContexts()
    assert contexts.of(TlsSettings(ca=authority.pem)) is contexts.of(TlsSettings(ca=authority.pem))


def test_changed_settings_have_another_context(authority: Authority) -> None:
    contexts = TlsContexts()
    given = TlsSettings(ca=authority.pem)
    others = [replace(given, ca=Authority().pem), replace(given, verify=False), replace(given, server_name="x")]
    assert len({id(contexts.of(settings)) for settings in [given, *others]}) == 4


def test_an_own_ca_is_trusted_alone(authority: Authority) -> None:
    (trusted,) = TlsContexts().of(TlsSettings(ca=authority.pem)).get_ca_certs()
    assert trusted["subject"] == ((("commonName", "ca"),),)


def test_several_own_cas_are_all_trusted(authority: Authority) -> None:
    context = TlsContexts().of(TlsSettings(ca=authority.pem + Authority("other").pem))
    assert len(context.get_ca_certs()) == 2


def test_a_certificate_with_its_key_is_loaded(authority: Authority) -> None:
    pair = authority.issue("gateway")
    for key, certificate in ((pair.key, pair.certificate), (pair.key.strip(), pair.certificate.strip())):
        TlsContexts().of(TlsSettings(certificate=certificate, key=key))


def test_a_loaded_certificate_leaves_no_file_open(authority: Authority) -> None:
    pair = authority.issue("gateway")
    TlsContexts().of(TlsSettings(certificate=pair.certificate, key=pair.key))
    links = [os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")]
    assert not [link for link in links if "memfd:certificate" in link]


def _unloadable(name: str, authority: Authority) -> TlsSettings:
    pair = authority.issue("gateway")
    cut = pair.certificate.replace("\n", "", 3)[:200]
    return {
        "ca that is no PEM": TlsSettings(ca="hidden"),
        "ca that is empty": TlsSettings(ca=" \n"),
        "ca that is cut": TlsSettings(ca=cut),
        "ca that is a key": TlsSettings(ca=pair.key),
        "ca beyond ascii": TlsSettings(ca="hidden \xe9"),
        "ca with a NUL": TlsSettings(ca="hidden\0"),
        "certificate without key": TlsSettings(certificate=pair.certificate),
        "key without certificate": TlsSettings(key=pair.key),
        "key of another certificate": TlsSettings(certificate=pair.certificate, key=authority.issue("gateway").key),
        "encrypted key": TlsSettings(certificate=pair.certificate, key=encrypted(pair.key, "hidden")),
        "certificate that is cut": TlsSettings(certificate=cut, key=pair.key),
        "certificate beyond ascii": TlsSettings(certificate="\xe9hidden", key=pair.key),
        "certificate with half a character": TlsSettings(certificate="\udcff", key=pair.key),
    }[name]


@pytest.mark.parametrize(
    "name",
    [
        "ca that is no PEM",
        "ca that is empty",
        "ca that is cut",
        "ca that is a key",
        "ca beyond ascii",
        "ca with a NUL",
        "certificate without key",
        "key without certificate",
        "key of another certificate",
        "encrypted key",
        "certificate that is cut",
        "certificate beyond ascii",
        "certificate with half a character",
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_what_cannot_be_loaded_is_refused_before_anything_is_sent(authority: Authority, name: str, scheme: str) -> None:
    settings = _unloadable(name, authority)
    with recording_upstream() as upstream:
        with pytest.raises(TlsMaterialInvalid) as caught:
            transport().send(outbound(upstream.port, scheme=scheme, tls=settings), None)
        assert upstream.connections == 0
    assert str(caught.value) == "A certificate or key cannot be loaded."


# Handshakes


@dataclass
class _Seen:
    """What a server learned of its client: the name that it asked for, its certificate's, and its request."""

    asked_for: list[str | None] = field(default_factory=list)
    client: str = ""
    request: bytes = b""


def _send(context: ssl.SSLContext, settings: TlsSettings, host: str = LOOPBACK) -> _Seen:
    """One request to a server with this side of TLS. Raises what the transport raises."""
    seen = _Seen()

    def note(_: ssl.SSLObject, name: str | None, __: ssl.SSLContext) -> None:
        seen.asked_for.append(name)

    def talk(connection: socket.socket) -> None:
        try:
            with context.wrap_socket(connection, server_side=True) as secured:
                certificate = secured.getpeercert()
                if certificate:
                    seen.client = str(certificate["subject"][0][0][1])
                seen.request = read_request(secured)
                secured.sendall(_OK)
        except OSError:
            return

    context.sni_callback = note
    with raw_server(talk) as server:
        request = outbound(server.port, scheme="https", host=host, tls=settings)
        assert b"".join(transport().send(request, None)) == b"ok"
        assert server.ended.get(timeout=10) == 1
    assert seen.request.startswith(b"GET / HTTP/1.1\r\n")
    return seen


def test_a_server_that_the_own_ca_vouches_for_gets_the_request(authority: Authority, tmp_path: Path) -> None:
    context = server_context(tmp_path, authority.issue("localhost"))
    seen = _send(context, TlsSettings(ca=authority.pem), "localhost")
    assert (seen.asked_for, seen.client) == (["localhost"], "")


def test_a_server_that_another_ca_vouches_for_gets_no_request(authority: Authority, tmp_path: Path) -> None:
    with pytest.raises(UpstreamUnreachable) as caught:
        _send(server_context(tmp_path, Authority().issue("localhost")), TlsSettings(ca=authority.pem), "localhost")
    assert caught.value.phase == "tls"


def test_a_server_with_another_name_gets_no_request(authority: Authority, tmp_path: Path) -> None:
    with pytest.raises(UpstreamUnreachable) as caught:
        _send(server_context(tmp_path, authority.issue(_NAME)), TlsSettings(ca=authority.pem), "localhost")
    assert caught.value.phase == "tls"


def test_the_given_name_is_asked_for_and_verified(authority: Authority, tmp_path: Path) -> None:
    context = server_context(tmp_path, authority.issue(_NAME))
    settings = TlsSettings(ca=authority.pem, server_name=_NAME)
    assert _send(context, settings, "localhost").asked_for == [_NAME]
    with pytest.raises(UpstreamUnreachable):
        _send(context, replace(settings, server_name="other.test"), "localhost")


@pytest.mark.parametrize("name", ["a\0b", ".metrics.test", f"{'a' * 64}.test", "a..b", "\udcff"], ids=ascii)
def test_a_given_name_that_is_none_fails_the_handshake_and_ends_the_connection(name: str) -> None:
    received = []
    with raw_server(lambda connection: received.append(read_to_end(connection))) as server:
        with pytest.raises(UpstreamUnreachable) as caught:
            transport().send(outbound(server.port, scheme="https", tls=TlsSettings(server_name=name)), None)
        # While the failure, and with it all that it refers to, is still held.
        assert server.ended.get(timeout=1) == 1
    assert (caught.value.phase, received) == ("tls", [b""])


@pytest.mark.parametrize("name", ["", "other.test"])
def test_without_verification_any_server_gets_the_request(tmp_path: Path, name: str) -> None:
    seen = _send(server_context(tmp_path, Authority().issue(_NAME)), TlsSettings(verify=False, server_name=name))
    assert seen.asked_for == [name or None]


def test_without_verification_an_own_ca_changes_nothing(authority: Authority, tmp_path: Path) -> None:
    _send(server_context(tmp_path, Authority().issue(_NAME)), TlsSettings(ca=authority.pem, verify=False))


def test_a_server_that_wants_to_know_its_client_is_shown_the_certificate(authority: Authority, tmp_path: Path) -> None:
    pair = authority.issue("gateway")
    context = server_context(tmp_path, authority.issue(_NAME), clients=authority)
    settings = TlsSettings(ca=authority.pem, certificate=pair.certificate, key=pair.key, server_name=_NAME)
    assert _send(context, settings).client == "gateway"


@pytest.mark.parametrize("stranger", [False, True], ids=["none", "of another ca"])
def test_a_server_that_knows_not_its_client_gets_no_request(
    authority: Authority, tmp_path: Path, stranger: bool
) -> None:
    pair = Authority().issue("gateway")
    context = server_context(tmp_path, authority.issue(_NAME), clients=authority)
    settings = TlsSettings(ca=authority.pem, server_name=_NAME)
    if stranger:
        settings = replace(settings, certificate=pair.certificate, key=pair.key)
    with pytest.raises(UpstreamUnreachable):
        _send(context, settings)
