"""Counters for Prometheus, through prometheus_client; the only module that imports it."""

import logging
import os
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector

log = logging.getLogger(__name__)

# Where the library looks for the folder that the processes of one service share.
_SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


class Metrics:
    """What happened since the start: in this process, or in all that share a folder."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._proxied = Counter(
            "sluice_proxied_requests",
            "Requests to data sources, by whose answer it was, where it failed and which setting ended it.",
            ["type", "origin", "phase", "limit"],
            registry=self._registry,
        )
        self._broken_off = Counter(
            "sluice_proxied_answers_broken_off",
            "Answers of data sources that broke off after they had begun.",
            ["type", "phase", "limit"],
            registry=self._registry,
        )

    def proxied(self, type_id: str, origin: str, phase: str, limit: str) -> None:
        """One more request to a data source of ``type_id``, which must come from a table: each text is a series."""
        self._add(self._proxied, type_id, origin, phase, limit)

    def broken_off(self, type_id: str, phase: str, limit: str) -> None:
        """One more answer whose status was sent already when it broke off."""
        self._add(self._broken_off, type_id, phase, limit)

    def _add(self, counter: Counter, *labels: str) -> None:
        try:
            counter.labels(*labels).inc()
        except (OSError, ValueError):
            # The shared folder is gone or full: what is counted must not fail for that.
            log.warning("a request could not be counted", exc_info=True, extra={"event": "not_counted"})

    def text(self) -> bytes:
        """Prometheus's text format, version 0.0.4."""
        if _SHARED_FOLDER not in os.environ:
            return generate_latest(self._registry)
        of_all = CollectorRegistry()
        MultiProcessCollector(of_all)  # type: ignore[no-untyped-call]
        return generate_latest(of_all)


def share_between_processes(folder: Path) -> None:
    """Before the workers fork: what they count is kept in ``folder``, and each of them tells what all counted."""
    os.environ[_SHARED_FOLDER] = str(folder)
    values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]
