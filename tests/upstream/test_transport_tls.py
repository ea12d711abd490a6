import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.upstream.errors import UpstreamTimeout, UpstreamUnreachable
from servers.ports import LOOPBACK
from upstream.exchanges import outbound, raw_server, read_to_end, transport


def _self_signed(directory: Path) -> ssl.SSLContext:
    """A server's side of TLS, with a certificate for the loopback address that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, LOOPBACK)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = directory / "server.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_a_server_whose_certificate_nobody_vouches_for_gets_no_request(tmp_path: Path) -> None:
    context = _self_signed(tmp_path)
    received = []

    def shake_hands(connection: socket.socket) -> None:
        try:
            with context.wrap_socket(connection, server_side=True) as secured:
                received.append(read_to_end(secured))
        except ssl.SSLError:
            return

    with raw_server(shake_hands) as server:
        with pytest.raises(UpstreamUnreachable) as caught:
            transport().send(outbound(server.port, scheme="https", headers=[("Authorization", "secret")]), None)
        assert server.ended.get(timeout=10) == 1
    assert caught.value.phase == "tls"
    assert received in ([], [b""])


def test_a_server_that_does_not_speak_tls_is_unreachable() -> None:
    def speak_plainly(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        read_to_end(connection)

    with raw_server(speak_plainly) as server, pytest.raises(UpstreamUnreachable) as caught:
        transport().send(outbound(server.port, scheme="https"), None)
    assert caught.value.phase == "tls"


def test_a_handshake_that_does_not_end_times_out() -> None:
    def read_only(connection: socket.socket) -> None:
        read_to_end(connection)

    with raw_server(read_only) as server:
        with pytest.raises(UpstreamTimeout) as caught:
            transport(tls_timeout=0.05).send(outbound(server.port, scheme="https"), None)
        assert server.ended.get(timeout=10) == 1
    assert caught.value.phase == "tls"
