"""Sets one reading against another; pure arithmetic."""

from dataclasses import dataclass

from benchmarks.reading import Reading


@dataclass(frozen=True)
class Ratio:
    """Two figures for one comparison: by the clock, and by the server's CPU time; that of a latency has only one."""

    wall: float
    cpu: float | None = None


def speed(subject: Reading, reference: Reading) -> Ratio:
    """Return how many requests the subject answers for one of the reference: more is better."""
    return Ratio(wall=reference.wall / subject.wall, cpu=reference.cpu / subject.cpu)


def pace(subject: Reading, reference: Reading) -> Ratio:
    """Return the same by the clock alone, for a server that has other work too: more is better."""
    return Ratio(wall=reference.wall / subject.wall)


def cost(subject: Reading, reference: Reading) -> Ratio:
    """Return what a request of the subject costs for one of the reference: less is better."""
    return Ratio(wall=subject.wall / reference.wall, cpu=subject.cpu / reference.cpu)


def cost_above(subject: Reading, reference: Reading, floor: Reading) -> Ratio:
    """Return the cost of the subject without what any answer costs, the floor: less is better."""
    return Ratio(
        wall=(subject.wall - floor.wall) / reference.wall,
        cpu=(subject.cpu - floor.cpu) / reference.cpu,
    )


def latency(subject: Reading, reference: Reading) -> Ratio:
    """Return the subject's p99 for one of the reference: less is better."""
    return Ratio(wall=subject.p99 / reference.p99)


def latency_above(subject: Reading, reference: Reading, floor: Reading) -> Ratio:
    """Return what the subject adds to the p99 of the floor, for one of the reference: less is better."""
    return Ratio(wall=(subject.p99 - floor.p99) / reference.p99)
