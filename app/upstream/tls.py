"""SSL contexts, one for each set of TLS settings; certificates and keys never touch the disk."""

import os
import ssl
from functools import lru_cache

from app.upstream.errors import TlsMaterialInvalid
from app.upstream.request import TlsSettings

# A context takes about 100 KB with the system's trust in it.
_REMEMBERED = 256


class TlsContexts:
    """Contexts by what they are made of, so that a changed certificate has a new one with the next request."""

    def __init__(self) -> None:
        self.of = lru_cache(maxsize=_REMEMBERED)(_context)


def _context(settings: TlsSettings) -> ssl.SSLContext:
    """Raises TlsMaterialInvalid."""
    try:
        context = ssl.create_default_context(cadata=settings.ca or None)
        # Python asks OpenSSL 3 to take an end that TLS does not vouch for as a good one; it may be a cut.
        context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
        if settings.certificate or settings.key:
            _load_certificate(context, settings)
    except (ssl.SSLError, ValueError, TypeError, OSError) as exc:
        # The cause may quote the material.
        raise TlsMaterialInvalid("A certificate or key cannot be loaded.") from exc
    if not settings.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _load_certificate(context: ssl.SSLContext, settings: TlsSettings) -> None:
    # Python reads certificates from files only: this one is in memory, without a name.
    descriptor = os.memfd_create("certificate")
    with os.fdopen(descriptor, "wb") as file:
        file.write(f"{settings.certificate}\n{settings.key}\n".encode())
        file.flush()
        # An encrypted key would else be asked for at the terminal of the service.
        context.load_cert_chain(f"/proc/self/fd/{descriptor}", password="")
