"""Reads what a server's worker processes have used, CPU time and memory, from /proc."""

import os
from pathlib import Path

from benchmarks.failure import BenchmarkFailure

PROC = Path("/proc")
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
# Positions after the command name in /proc/<pid>/stat, proc(5) counts them from 3.
PARENT = 4 - 3
USER_TICKS = 14 - 3
SYSTEM_TICKS = 15 - 3


def workers_of(master: int) -> tuple[int, ...]:
    """Return the processes below the master that have no children themselves, or itself when it works alone."""
    parents = {pid: int(fields[PARENT]) for pid, fields in _all_stats().items()}
    family = {master}
    while grown := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= grown
    masters = {parents[pid] for pid in family - {master}}
    return tuple(sorted(family - masters - {master})) or (master,)


def cpu_seconds(pids: tuple[int, ...]) -> float:
    """Return the user and system time these processes have used so far."""
    ticks = sum(int(fields[USER_TICKS]) + int(fields[SYSTEM_TICKS]) for fields in map(_stat, pids))
    return ticks / TICKS_PER_SECOND


def resident_bytes(pids: tuple[int, ...]) -> int:
    """Return the resident memory (VmRSS) of these processes together."""
    return sum(map(_resident, pids))


def unshared_bytes(pids: tuple[int, ...]) -> int:
    """Return the memory that each of these processes has for itself (USS), together."""
    return sum(map(_unshared, pids))


def _all_stats() -> dict[int, list[str]]:
    stats = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                stats[int(entry.name)] = _stat(int(entry.name))
            except BenchmarkFailure:
                continue
    return stats


def _stat(pid: int) -> list[str]:
    return _read(pid, "stat").rpartition(")")[2].split()


def _resident(pid: int) -> int:
    for line in _read(pid, "status").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise BenchmarkFailure(f"process {pid} reports no VmRSS")


def _unshared(pid: int) -> int:
    lines = _read(pid, "smaps_rollup").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("Private_Clean:", "Private_Dirty:")))


def _read(pid: int, name: str) -> str:
    try:
        return (PROC / str(pid) / name).read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError) as exc:
        raise BenchmarkFailure(f"worker process {pid} ended while it was measured") from exc
