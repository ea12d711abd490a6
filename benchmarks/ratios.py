"""Sets one reading against another; pure arithmetic."""

from dataclasses import dataclass

from benchmarks.reading import Reading


@dataclass(frozen=True)
class Ratio:
    """Two figures for one comparison: by the clock, and by the server's CPU time."""

    wall: float
    cpu: float


def speed(subject: Reading, reference: Reading) -> Ratio:
    """Return how many requests the subject answers for one of the reference: more is better."""
    return Ratio(wall=reference.wall / subject.wall, cpu=reference.cpu / subject.cpu)


def cost(subject: Reading, reference: Reading) -> Ratio:
    """Return what a request of the subject costs for one of the reference: less is better."""
    return Ratio(wall=subject.wall / reference.wall, cpu=subject.cpu / reference.cpu)


def cost_above(subject: Reading, reference: Reading, floor: Reading) -> Ratio:
    """Return the cost of the subject without what any answer costs, the floor: less is better."""
    return Ratio(
        wall=(subject.wall - floor.wall) / reference.wall,
        cpu=(subject.cpu - floor.cpu) / reference.cpu,
    )
