"""Certificates for TLS tests: an authority that no machine trusts, and what it vouches for."""

import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from servers.ports import LOOPBACK


@dataclass(frozen=True)
class Certificate:
    """Both as PEM."""

    certificate: str
    key: str


class Authority:
    """Its own ``certificate`` is what clients must trust."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("Authority of tests")
        usage = x509.BasicConstraints(ca=True, path_length=None)
        builder = _builder(self._name, self._name, self._key.public_key()).add_extension(usage, critical=True)
        self.certificate = _pem(builder.sign(self._key, hashes.SHA256()))

    def issue(self, common_name: str, *, host: str | None = None) -> Certificate:
        """For a server on the loopback address, or on no other than ``host``; or for a client."""
        key = ec.generate_private_key(ec.SECP256R1())
        server = x509.IPAddress(ip_address(LOOPBACK)) if host is None else x509.DNSName(host)
        names = x509.SubjectAlternativeName([server])
        builder = _builder(_name(common_name), self._name, key.public_key()).add_extension(names, critical=False)
        made = builder.sign(self._key, hashes.SHA256())
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return Certificate(_pem(made), private.decode())

    def server_context(self, directory: Path) -> ssl.SSLContext:
        """The server's side of TLS: it asks for a certificate of this authority, and takes clients without one."""
        own = self.issue("server")
        file = directory / "server.pem"
        file.write_text(own.key + own.certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        context.load_verify_locations(cadata=self.certificate)
        context.verify_mode = ssl.CERT_OPTIONAL
        return context


def peer_name(connection: socket.socket) -> str | None:
    """The common name by which the other side signed in, if it did."""
    shown: Any = connection.getpeercert() if isinstance(connection, ssl.SSLSocket) else None
    return dict(pair for names in shown["subject"] for pair in names)["commonName"] if shown else None


def _builder(name: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
