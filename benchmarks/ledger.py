"""What the writers of the soak did and what they were answered; decides nothing, talks to nobody."""

from collections import Counter
from dataclasses import dataclass, field
from threading import Lock


@dataclass
class Entry:
    """A data source that one writer has to itself: states are counted up, and only one attempt is open at a time."""

    org_id: int
    name: str
    acknowledged: int = -1  # the last state whose answer came; -1: not even the creation's
    attempted: int = -1  # the last state that was sent


@dataclass
class Shared:
    """A data source that all writers of an org update with the version that they read."""

    org_id: int
    name: str
    accepted: int = 0
    unanswered: int = 0


@dataclass
class Ledger:
    """One for all threads; an entry is written by its owner only, the rest under the lock."""

    shared: dict[int, Shared] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    contested: Counter[tuple[int, str]] = field(default_factory=Counter)  # creations acknowledged, by org and name
    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    unanswered: int = 0
    lock: Lock = field(default_factory=Lock)

    def open(self, org_id: int, name: str) -> Entry:
        """A new entry."""
        entry = Entry(org_id, name)
        with self.lock:
            self.entries.append(entry)
        return entry

    def answered(self, status: int) -> None:
        """Counts an answer."""
        with self.lock:
            self.statuses[status] += 1

    def not_answered(self) -> None:
        """Counts a request whose answer never came."""
        with self.lock:
            self.unanswered += 1

    def fault(self, text: str) -> None:
        """Remembers what should not have happened."""
        with self.lock:
            self.faults.append(text)
