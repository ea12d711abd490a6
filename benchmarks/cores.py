"""Keeps the servers under test and the load on different cores, where there are two."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Cores:
    """Where the servers under test run, and where their load and their upstream run."""

    server: frozenset[int]
    load: frozenset[int]

    def describe(self) -> str:
        """Say which is where."""
        if self.server == self.load:
            return "not pinned: one core for servers and load"
        return f"servers on core {min(self.server)}, load and upstream on core {min(self.load)}"


def choose_cores() -> Cores:
    """Take the first two cores this process may use; with a single one everything shares it."""
    allowed = sorted(os.sched_getaffinity(0))
    return Cores(server=frozenset(allowed[:1]), load=frozenset(allowed[1:2] or allowed[:1]))


@contextmanager
def on(core: frozenset[int]) -> Iterator[None]:
    """Run the calling thread, and every process it starts meanwhile, on these cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, core)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
