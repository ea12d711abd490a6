"""A real nginx in front of a server, for a test: it lets in who knows a password, or who has a certificate."""

import contextlib
import os
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from servers.certificates import Authority, Certificate
from servers.missing import need
from servers.ports import LOOPBACK, free_port
from servers.processes import running
from servers.requests import Guarded, ask

USER = "nginx-user"
PASSWORD = "nginx-password"
# The only name in its certificate: the address is not there.
SERVER_NAME = "back-end.test"

_CONFIG = """\
{user}
daemon off;
worker_processes 1;
pid {home}/nginx.pid;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {home}/client_body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    {server}
}}
"""

_IN_FRONT = """
    server {{
        {front}
        location / {{
            proxy_pass {behind};
            proxy_http_version 1.1;
        }}
    }}
"""

_WITH_PASSWORD = """
        listen {address};
        auth_basic "Back end";
        auth_basic_user_file {home}/users;
"""

_WITH_CERTIFICATE = """
        listen {address} ssl;
        ssl_certificate {home}/server.pem;
        ssl_certificate_key {home}/server.pem;
        ssl_client_certificate {home}/authority.pem;
        ssl_verify_client on;
"""


@dataclass(frozen=True)
class WithCertificate:
    """The address of a running nginx, without a slash at its end, a certificate that it takes, and what its own is
    verified by.

    ``tls`` has all of that, for a client that comes by the address.
    """

    url: str
    server_name: str
    authority: str
    client: Certificate = field(repr=False)
    tls: ssl.SSLContext


@contextlib.contextmanager
def nginx_with_password(directory: Path, behind: str) -> Iterator[Guarded]:
    """Run nginx before the server at the URL ``behind``.

    Its files are in ``directory/nginx``, the log is ``directory/nginx.log``. Raises RuntimeError with the tail of the
    log when it does not start. Skips the test when nginx is not installed.
    """
    home = directory / "nginx"
    home.mkdir(parents=True)
    (home / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n", encoding="ascii")
    address = f"{LOOPBACK}:{free_port()}"
    server = Guarded(f"http://{address}", USER, PASSWORD)
    front = _WITH_PASSWORD.format(home=home, address=address)
    with nginx(directory, _IN_FRONT.format(front=front, behind=behind), server.url):
        yield server


@contextlib.contextmanager
def nginx_with_certificate(directory: Path, behind: str) -> Iterator[WithCertificate]:
    """The same, over TLS."""
    home = directory / "nginx"
    home.mkdir(parents=True)
    authority = Authority()
    server, client = authority.issue("nginx", host=SERVER_NAME), authority.issue("client")
    (home / "server.pem").write_text(server.key + server.certificate)
    (home / "client.pem").write_text(client.key + client.certificate)
    (home / "authority.pem").write_text(authority.certificate)
    tls = ssl.create_default_context(cadata=authority.certificate)
    tls.check_hostname = False
    tls.load_cert_chain(home / "client.pem")
    address = f"{LOOPBACK}:{free_port()}"
    url = f"https://{address}"
    front = _WITH_CERTIFICATE.format(home=home, address=address)
    with nginx(directory, _IN_FRONT.format(front=front, behind=behind), url, tls):
        yield WithCertificate(url, SERVER_NAME, authority.certificate, client, tls)


@contextlib.contextmanager
def nginx(directory: Path, server: str, url: str, tls: ssl.SSLContext | None = None) -> Iterator[None]:
    """Run nginx with this ``server`` (and what else belongs into ``http``) until it answers at ``url``.

    Files, log, errors and skips are as for ``nginx_with_password``.
    """
    home, log = directory / "nginx", directory / "nginx.log"
    home.mkdir(parents=True, exist_ok=True)
    # As root its workers would change to a user who cannot enter the test's directory.
    user = "user root;" if os.geteuid() == 0 else ""
    config = home / "nginx.conf"
    config.write_text(_CONFIG.format(user=user, home=home, server=server))
    command = [need("nginx", "nginx"), "-p", str(home), "-c", str(config), "-e", str(log)]
    # To be refused is an answer too.
    with running(command, lambda: ask(url, {}, tls=tls).status > 0, home, log=log):
        yield
