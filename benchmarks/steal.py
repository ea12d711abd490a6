"""How much of this machine's CPU time others took, where it is a virtual one: figures of such a time mean little."""

from dataclasses import dataclass
from pathlib import Path

STAT = Path("/proc/stat")
# proc(5): user, nice, system, idle, iowait, irq, softirq, steal; what follows is counted in user already.
COUNTED = 8
STEAL = 7


@dataclass(frozen=True)
class Ticks:
    """Of all cores together, since the machine started."""

    stolen: int
    all: int


def ticks() -> Ticks:
    """Read them as they are now."""
    fields = [int(field) for field in STAT.read_text().split("\n", 1)[0].split()[1 : COUNTED + 1]]
    return Ticks(stolen=fields[STEAL], all=sum(fields))


def stolen_share(before: Ticks, after: Ticks) -> float:
    """Return the share that others took between the two."""
    return (after.stolen - before.stolen) / max(after.all - before.all, 1)
