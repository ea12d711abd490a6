"""One measurement: how many requests were answered, in what time, with how much CPU time of the server."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """The totals of one measurement."""

    requests: int
    seconds: float
    cpu_seconds: float

    @property
    def wall(self) -> float:
        """Seconds a request, over all connections together."""
        return self.seconds / self.requests

    @property
    def cpu(self) -> float:
        """Seconds of the server's CPU a request."""
        return self.cpu_seconds / self.requests
