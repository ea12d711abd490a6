"""The program ``python -m benchmarks.crowd_program``: many connections ask one path, all at once, again and again.

Reads what to do as one JSON line, prints a line once every connection has asked, and its totals as a second one.
SIGTERM keeps it from asking again; what is under way is still awaited.
"""

import asyncio
import json
import math
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from benchmarks.loopback import HOST

UNDER_WAY = "under way"


@dataclass
class _Tally:
    """What is left to ask, and how it went."""

    left: int
    took: list[float] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)

    def take(self) -> bool:
        """Whether one more may be asked; then it is the caller's to ask."""
        self.left -= 1
        return self.left >= 0


async def _crowd(port: int, request: bytes, *, connections: int, requests: int, seconds: float) -> _Tally:
    tally = _Tally(requests)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, setattr, tally, "left", 0)
    try:
        async with asyncio.timeout(seconds):
            streams = await asyncio.gather(*(asyncio.open_connection(HOST, port) for _ in range(connections)))
            async with asyncio.TaskGroup() as group:
                for reader, writer in streams:
                    group.create_task(_ask(reader, writer, request, tally))
                await asyncio.sleep(0)  # Each has asked once when this returns.
                print(UNDER_WAY, flush=True)
    except TimeoutError:
        tally.faults[f"not over after {seconds:.0f} s"] += 1
    except OSError as exc:
        tally.faults[f"not connected: {exc}"] += 1
    return tally


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes, tally: _Tally) -> None:
    try:
        while tally.take():
            started = time.perf_counter()
            writer.write(request)
            if fault := await _fault_of_answer(reader):
                tally.faults[fault] += 1
            else:
                tally.took.append(time.perf_counter() - started)
    except (OSError, asyncio.IncompleteReadError) as exc:
        tally.faults[f"the connection broke: {type(exc).__name__}"] += 1
    finally:
        writer.close()


async def _fault_of_answer(reader: asyncio.StreamReader) -> str | None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
    await reader.readexactly(int(headers["content-length"]))
    status = head[0].split()[1]
    return None if status == "200" else f"answered {status}"


def _p99(took: list[float]) -> float | None:
    return sorted(took)[math.ceil(0.99 * len(took)) - 1] if took else None


def _main() -> None:
    what: dict[str, Any] = json.loads(sys.stdin.readline())
    lines = [f"GET {what.pop('path')} HTTP/1.1", f"Host: {HOST}"]
    lines += [f"{name}: {value}" for name, value in what.pop("headers").items()]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
    tally = asyncio.run(_crowd(what.pop("port"), request, **what))
    print(json.dumps({"answered": len(tally.took), "faults": tally.faults, "p99": _p99(tally.took)}), flush=True)


if __name__ == "__main__":
    _main()
