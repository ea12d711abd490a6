"""The program ``python -m benchmarks.slow_upstream PORT``: an upstream that holds many requests for a while."""

import asyncio
import resource
import sys

from benchmarks.loopback import HOST

SLOW_PATH = "/slow"
SLOW_SECONDS = 2.0
QUICK_PATH = "/quick"
_BODY = b"x" * 1_000
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%b" % (len(_BODY), _BODY)
_BACKLOG = 1_024


class _Exchanges(asyncio.Protocol):
    """The requests of one connection; they have no bodies and are not pipelined."""

    def __init__(self) -> None:
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._received.endswith(b"\r\n\r\n"):
            path = self._received.split(b" ", 2)[1]
            self._received = b""
            asyncio.get_running_loop().call_later(SLOW_SECONDS if path == SLOW_PATH.encode() else 0, self._answer)

    def _answer(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(_ANSWER)


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(_Exchanges, HOST, port, backlog=_BACKLOG)
    await server.serve_forever()


if __name__ == "__main__":
    # A connection takes a descriptor.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(_serve(int(sys.argv[1])))
