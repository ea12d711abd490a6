"""One measurement: how many requests were answered, in what time, how slowly, with how much CPU of the server."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """The totals of one measurement; ``p99`` is the 99th percentile of the answers' seconds, where it was taken."""

    requests: int
    seconds: float
    cpu_seconds: float
    p99: float = math.nan

    @property
    def wall(self) -> float:
        """Seconds a request, over all connections together."""
        return self.seconds / self.requests

    @property
    def cpu(self) -> float:
        """Seconds of the server's CPU a request."""
        return self.cpu_seconds / self.requests
