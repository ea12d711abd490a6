"""Completes pending attachments while nobody looks: a thread in each worker, of which one on a machine works."""

import fcntl
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger(__name__)

_PERIOD_SECONDS = 5.0


class Completion(threading.Thread):
    """Calls ``settle`` every few seconds in the one process that holds the lock on ``lock_file``. The system takes the
    lock from a process that ends, however it does, and another one's next try gets it.

    Several machines may each have one such process: what two of them do at once is done once, by the database.
    """

    def __init__(self, settle: Callable[[], None], lock_file: Path) -> None:
        # A daemon: a worker that stops does not wait for it, and what it is in the midst of is a transaction.
        super().__init__(name="completion", daemon=True)
        self._settle = settle
        self._lock_file = lock_file
        self._descriptor: int | None = None
        self._failing = False

    def run(self) -> None:
        """For as long as the process lives."""
        while True:
            time.sleep(_PERIOD_SECONDS)
            self.once()

    def once(self) -> bool:
        """One round. Whether this process is the one that works. What fails is logged once, and tried again in the
        next round."""
        try:
            if not self._is_elected():
                return False
            self._settle()
        except Exception as exc:  # noqa: BLE001 - a database that is away for a while must not end the thread
            if not self._failing:
                log.warning(
                    "pending attachments cannot be completed for now",
                    extra={"event": "completion_failed", "why": f"{type(exc).__name__}: {exc}"},
                )
            self._failing = True
        else:
            self._failing = False
        return self._descriptor is not None

    def _is_elected(self) -> bool:
        if self._descriptor is not None:
            return True
        descriptor = os.open(self._lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            os.close(descriptor)
            if isinstance(exc, BlockingIOError):
                return False
            raise
        self._descriptor = descriptor
        return True
