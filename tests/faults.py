"""Every way in which an upstream breaks the rules of HTTP or good manners, byte for byte, and what its client gets."""

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# Nothing idle stays in the pool, so that every socket to an upstream that is left over is a leak.
PLAIN: Mapping[str, str] = {"GF_DATAPROXY_MAX_IDLE_CONNECTIONS": "0"}
STRICT: Mapping[str, str] = {**PLAIN, "GF_DATAPROXY_TIMEOUT": "1", "GF_DATAPROXY_MAX_CONNS_PER_HOST": "2"}

_OK = b"HTTP/1.1 200 OK\r\n"
_WHOLE = b"Content-Length: 5\r\n\r\nwhole"
_CHUNKED = _OK + b"Transfer-Encoding: chunked\r\n\r\n"
_ZIPPED = gzip.compress(b"whole", mtime=0)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What the upstream does and what the client then gets.

    It ``says`` its bytes when the request has come, and ``later`` ones when the client has the answer's head; then it
    closes the connection, or ``resets`` it, or ``hangs`` until the gateway closes. ``host``: it is not even asked,
    because the data source names another. ``cut``: the client's transfer breaks after ``body``.
    """

    says: bytes = b""
    later: bytes = b""
    hangs: bool = False
    resets: bool = False
    host: str | None = None
    json_data: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=lambda: PLAIN)
    status: int = 200
    origin: str = "upstream"
    phase: str | None = None
    limit: str | None = None
    body: bytes = b""
    cut: bool = False
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)


def _no_answer(says: bytes = b"", *, hangs: bool = False, resets: bool = False) -> Fault:
    return Fault(says=says, hangs=hangs, resets=resets, status=502, origin="gateway", phase="first-byte")


FAULTS: Mapping[str, Fault] = {
    # No connection
    "refuses-the-connection": Fault(host="127.0.0.1", status=502, origin="gateway", phase="connect"),
    "does-not-resolve": Fault(host="nowhere.invalid", status=502, origin="gateway", phase="dns"),
    # Too slow
    "hangs-before-its-headers": Fault(
        hangs=True, json_data={"timeout": 1}, status=504, limit="jsonData.timeout", origin="gateway", phase="first-byte"
    ),
    "hangs-before-its-headers-and-the-data-source-says-nothing": Fault(
        hangs=True, settings=STRICT, status=504, limit="GF_DATAPROXY_TIMEOUT", origin="gateway", phase="first-byte"
    ),
    "hangs-in-its-headers": Fault(
        says=_OK + b"X-A: 1\r\n",
        hangs=True,
        json_data={"timeout": "1"},
        status=504,
        limit="jsonData.timeout",
        origin="gateway",
        phase="first-byte",
    ),
    "hangs-in-a-body-with-a-length": Fault(
        says=_OK + b"Content-Length: 9\r\n\r\nhalf", hangs=True, json_data={"timeout": 1}, body=b"half", cut=True
    ),
    "hangs-in-a-chunked-body": Fault(
        says=_CHUNKED + b"4\r\nhalf\r\n", hangs=True, json_data={"timeout": 1}, body=b"half", cut=True
    ),
    "hangs-in-a-body-until-close": Fault(
        says=_OK + b"\r\nhalf", hangs=True, json_data={"timeout": 1}, body=b"half", cut=True
    ),
    # Over too early
    "closes-without-a-byte": _no_answer(),
    "resets-without-a-byte": _no_answer(resets=True),
    "closes-in-its-headers": _no_answer(_OK + b"Content-Le"),
    "closes-early-with-a-length": Fault(says=_OK + b"Content-Length: 9\r\n\r\nhalf", body=b"half", cut=True),
    "closes-early-in-a-chunk": Fault(says=_CHUNKED + b"9\r\nhalf", body=b"half", cut=True),
    "closes-before-the-last-chunk": Fault(says=_CHUNKED + b"4\r\nhalf\r\n", body=b"half", cut=True),
    "closes-without-a-length": Fault(says=_OK + b"\r\nwhole", body=b"whole"),
    "resets-in-its-body": Fault(says=_OK + b"Content-Length: 9\r\n\r\nhalf", resets=True, body=b"half", cut=True),
    "resets-a-body-until-close": Fault(says=_OK + b"\r\nhalf", resets=True, body=b"half", cut=True),
    # Not HTTP
    "sends-garbage": _no_answer(b"\x00\xff\xfe garbage \r\n\r\n", hangs=True),
    "speaks-another-protocol": _no_answer(b"SSH-2.0-OpenSSH_9.6\r\n", hangs=True),
    "speaks-tls": _no_answer(b"\x15\x03\x01\x00\x02\x02\x46", hangs=True),
    "has-no-number-for-a-status": _no_answer(b"HTTP/1.1 abc OK\r\n\r\n", hangs=True),
    "has-a-header-name-that-is-none": _no_answer(_OK + b"X A: 1\r\n" + _WHOLE, hangs=True),
    "has-a-nul-in-a-header": _no_answer(_OK + b"X-A: a\x00b\r\n" + _WHOLE, hangs=True),
    # Without end
    "sends-headers-without-end": _no_answer(_OK + b"X-A: 0123456789\r\n" * 100_000, hangs=True),
    "sends-a-header-without-end": _no_answer(_OK + b"X-A: " + b"a" * 2_000_000, hangs=True),
    "sends-interim-answers-without-end": _no_answer(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 60_000, hangs=True),
    "sends-trailers-without-end": Fault(
        says=_CHUNKED + b"5\r\nwhole\r\n0\r\nX-T: " + b"a" * 2_000_000, hangs=True, body=b"whole", cut=True
    ),
    # Framing that can be read in two ways, or in none
    "has-two-lengths": _no_answer(_OK + b"Content-Length: 4\r\n" + _WHOLE, hangs=True),
    "has-two-lengths-in-one": _no_answer(_OK + b"Content-Length: 4, 5\r\n\r\nwhole", hangs=True),
    "has-a-negative-length": _no_answer(_OK + b"Content-Length: -5\r\n\r\nwhole", hangs=True),
    "has-a-length-beyond-all-numbers": _no_answer(_OK + b"Content-Length: 99999999999999999999\r\n\r\n", hangs=True),
    "has-a-length-and-chunks": _no_answer(
        _OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", hangs=True
    ),
    "has-chunks-and-a-length": _no_answer(
        _OK + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", hangs=True
    ),
    "has-a-length-in-its-trailers": _no_answer(_CHUNKED + b"5\r\nwhole\r\n0\r\nContent-Length: 3\r\n\r\n", hangs=True),
    "compresses-its-transfer": _no_answer(
        _OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(_ZIPPED), _ZIPPED), hangs=True
    ),
    "has-a-transfer-coding-after-its-chunks": _no_answer(
        _OK + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n\r\n5\r\nwhole\r\n0\r\n\r\n", hangs=True
    ),
    "has-a-chunk-size-that-is-none": _no_answer(_CHUNKED + b"zz\r\nhalf\r\n", hangs=True),
    "has-a-negative-chunk-size": _no_answer(_CHUNKED + b"-4\r\nhalf\r\n", hangs=True),
    "has-a-chunk-size-beyond-all-numbers": _no_answer(_CHUNKED + b"f" * 17 + b"\r\nhalf\r\n", hangs=True),
    "has-a-chunk-error-in-its-body": Fault(
        says=_CHUNKED + b"4\r\nhalf\r\n", later=b"zz\r\n", hangs=True, body=b"half", cut=True
    ),
    "has-a-chunk-longer-than-its-size": Fault(
        says=_CHUNKED + b"4\r\nhalf", later=b"more\r\n0\r\n\r\n", hangs=True, body=b"half", cut=True
    ),
    "says-more-than-its-length": Fault(says=_OK + _WHOLE + b"and more", hangs=True, body=b"whole"),
    "answers-twice": Fault(says=(_OK + _WHOLE) * 2, hangs=True, body=b"whole"),
    # Unusual, and passed on
    "says-continue-first": Fault(says=b"HTTP/1.1 100 Continue\r\n\r\n" + _OK + _WHOLE, hangs=True, body=b"whole"),
    "hints-first": Fault(
        says=b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + _OK + _WHOLE,
        hangs=True,
        body=b"whole",
        fields={"Link": []},
    ),
    "has-a-body-where-none-can-be": Fault(
        says=b"HTTP/1.1 204 No Content\r\n" + _WHOLE, hangs=True, status=204, fields={"Content-Length": []}
    ),
    "compresses-unasked": Fault(
        says=_OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b" % (len(_ZIPPED), _ZIPPED),
        hangs=True,
        body=_ZIPPED,
        fields={"Content-Encoding": ["gzip"]},
    ),
    "redirects-to-an-address-of-the-cloud": Fault(
        says=b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/meta-data/\r\n" + _WHOLE,
        hangs=True,
        status=302,
        body=b"whole",
        fields={"Location": ["http://169.254.169.254/latest/meta-data/"]},
    ),
    # Unusual, and not passed on
    "has-trailers": Fault(
        says=_CHUNKED + b"5\r\nwhole\r\n0\r\nX-T: 1\r\n\r\n", hangs=True, body=b"whole", fields={"X-T": []}
    ),
    "has-a-type-in-its-trailers": Fault(
        says=_CHUNKED + b"5\r\nwhole\r\n0\r\nContent-Type: text/html\r\n\r\n",
        hangs=True,
        body=b"whole",
        fields={"Content-Type": []},
    ),
    "sets-cookies": Fault(
        says=_OK + b"Set-Cookie: grafana_session=a\r\nSet-Cookie: b=c\r\n" + _WHOLE,
        hangs=True,
        body=b"whole",
        fields={"Set-Cookie": []},
    ),
    "claims-to-be-the-gateway": Fault(
        says=_OK + b"X-Sluice-Origin: policy\r\nX-Sluice-Phase: dns\r\nx-sluice-limit: mine\r\n" + _WHOLE,
        hangs=True,
        body=b"whole",
    ),
    "asks-for-a-password": Fault(
        says=b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="x"\r\n' + _WHOLE,
        hangs=True,
        status=400,
        body=b"Authentication to data source failed",
        fields={"WWW-Authenticate": []},
    ),
    "switches-protocols-unasked": _no_answer(
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x05hello",
        hangs=True,
    ),
}
