"""Downloads with several clients at once, each at full speed, and throws the bytes away."""

import http.client
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from benchmarks.failure import BenchmarkFailure
from benchmarks.loopback import HOST
from benchmarks.registry_client import RegistryClient

CLIENTS = 4
PIECE_BYTES = 1 << 20
ANSWER_SECONDS = 60


def download_together(client: RegistryClient, path: str, *, size: int, clients: int) -> None:
    """Return when every client has read the whole body."""
    with ThreadPoolExecutor(clients) as pool:
        for received in pool.map(partial(_download, client), [path] * clients):
            if received != size:
                raise BenchmarkFailure(f"{path}: {received} of {size} bytes arrived")


def _download(client: RegistryClient, path: str) -> int:
    connection = http.client.HTTPConnection(HOST, client.port, timeout=ANSWER_SECONDS)
    piece = bytearray(PIECE_BYTES)
    received = 0
    try:
        connection.request("GET", path, headers=dict(client.headers))
        response = connection.getresponse()
        if response.status != http.client.OK:
            raise BenchmarkFailure(f"{path} answered {response.status}")
        while count := response.readinto(piece):
            received += count
    except (OSError, http.client.HTTPException) as exc:
        raise BenchmarkFailure(f"{path}: the download broke after {received} bytes: {exc}") from exc
    finally:
        connection.close()
    return received
