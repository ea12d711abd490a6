"""What bounds the exchanges of one process."""

from dataclasses import dataclass

from app.upstream.addresses import Network


@dataclass(frozen=True)
class TransportLimits:
    """Seconds, bytes, and how many. None: no limit."""

    dial_timeout: float
    tls_timeout: float
    idle_timeout: float
    keep_alive: float
    max_idle: int
    max_per_data_source: int | None
    max_answer: int | None
    denied: tuple[Network, ...] = ()
