import fcntl
import socket
import ssl
import sys
import termios
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.upstream.connection import Connection
from app.upstream.errors import UpstreamTimeout, UpstreamUnreachable
from app.upstream.request import OutboundBody, TlsSettings
from servers.ports import LOOPBACK
from upstream.exchanges import outbound, raw_server, read_request, read_to_end, transport


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


def _secured_pair(directory: Path) -> tuple[ssl.SSLSocket, ssl.SSLSocket]:
    """Our end and the server's, of one TLS connection whose buffers are small. The server has sent its session tickets,
    which TLS 1.3 puts where an answer would be."""
    near, far = socket.socketpair()
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with ThreadPoolExecutor(1) as pool:
        server = pool.submit(_self_signed(directory).wrap_socket, far, server_side=True)
        secured = context.wrap_socket(near, suppress_ragged_eofs=False)
        return secured, server.result()


def _queued(sock: socket.socket) -> int:
    """Bytes that wait to be read."""
    return int.from_bytes(fcntl.ioctl(sock, termios.FIONREAD, bytes(4)), sys.byteorder)


def test_session_tickets_that_come_during_an_upload_do_not_end_it(tmp_path: Path) -> None:
    body = bytes(4_000_000)
    near, far = _secured_pair(tmp_path)
    with closing(Connection(near)) as connection, far, ThreadPoolExecutor(1) as pool:
        until = time.monotonic() + 20
        sent = pool.submit(connection.send, outbound(443, "POST"), OutboundBody(len(body), iter([body])), until)
        # Written to until nothing more goes in.
        while _queued(far) <= 100_000:
            assert time.monotonic() < until
        far.settimeout(20)
        received = 0
        while received < len(body):
            received += len(far.recv(1_000_000))
        sent.result(20)


def test_an_end_that_tls_does_not_vouch_for_is_a_cut(tmp_path: Path) -> None:
    context = _self_signed(tmp_path)

    def cut(connection: socket.socket) -> None:
        secured = context.wrap_socket(connection, server_side=True)
        read_request(secured)
        secured.sendall(b"HTTP/1.1 200 OK\r\n\r\nhalf")
        # Without the message that ends TLS.
        socket.socket(fileno=secured.detach()).close()

    with raw_server(cut) as server:
        asked = outbound(server.port, scheme="https", tls=TlsSettings(verify=False))
        response = transport().send(asked, None)
        assert next(response) == b"half"
        with pytest.raises(UpstreamUnreachable, match="cut"):
            next(response)
