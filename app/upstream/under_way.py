"""Counts the exchanges of each data source, so that one server that hangs cannot take all threads."""

import threading

from app.upstream.errors import TooManyRequests

SETTING = "GF_DATAPROXY_MAX_CONNS_PER_HOST"


class UnderWay:
    """The exchanges between ``enter`` and ``leave``, by pool; those of no pool count together.

    ``most`` None: no limit.
    """

    def __init__(self, most: int | None) -> None:
        self._most = most
        self._counts: dict[str | None, int] = {}
        self._lock = threading.Lock()

    def enter(self, pool: str | None) -> None:
        """Raises TooManyRequests."""
        if self._most is None:
            return
        with self._lock:
            count = self._counts.get(pool, 0)
            if count >= self._most:
                raise TooManyRequests("connect", f"{count} requests to it are under way already", SETTING)
            self._counts[pool] = count + 1

    def leave(self, pool: str | None) -> None:
        """Once for each ``enter`` that returned."""
        if self._most is None:
            return
        with self._lock:
            count = self._counts[pool] - 1
            if count:
                self._counts[pool] = count
            else:
                del self._counts[pool]
