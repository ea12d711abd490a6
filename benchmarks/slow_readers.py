"""Clients that read a large body slowly, each on a connection of its own, and go before its end."""

import http.client
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from benchmarks.failure import BenchmarkFailure
from benchmarks.loopback import HOST
from benchmarks.registry_client import RegistryClient

READERS = 16
# 1 MB/s each: far below what the upstream would send.
PIECE_BYTES = 50_000
PAUSE_SECONDS = 0.05
# Well below GF_DATAPROXY_TIMEOUT.
READING_SECONDS = 5.0
ANSWER_SECONDS = 20


def read_slowly(client: RegistryClient, path: str) -> None:
    """Return when every reader has read for READING_SECONDS; the body must be longer than that."""
    with ThreadPoolExecutor(READERS) as pool:
        list(pool.map(partial(_read, client), [path] * READERS))


def _read(client: RegistryClient, path: str) -> None:
    connection = http.client.HTTPConnection(HOST, client.port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", path, headers=dict(client.headers))
        response = connection.getresponse()
        if response.status != http.client.OK:
            raise BenchmarkFailure(f"{path} answered {response.status}")
        end = time.monotonic() + READING_SECONDS
        while time.monotonic() < end:
            if len(response.read(PIECE_BYTES)) < PIECE_BYTES:
                raise BenchmarkFailure(f"{path}: the body ended while it was read slowly")
            time.sleep(PAUSE_SECONDS)
    except (OSError, http.client.HTTPException) as exc:
        raise BenchmarkFailure(f"{path}: a slow reader lost its connection: {exc}") from exc
    finally:
        connection.close()
