"""What the use cases of correlations need of storage. Every method names the org."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from app.registry.correlation import Correlation


@dataclass(frozen=True, slots=True)
class Origin:
    """A correlation's number, and the uid of the data source that it begins at: enough to say who may see it."""

    id: int
    source_uid: str


class CorrelationStore(Protocol):
    """Rows of correlations, the oldest first. One of type query whose target is gone is in no answer."""

    def writing(self, org_id: int) -> AbstractContextManager[None]:
        """One transaction that no other writer of the org overlaps."""

    def find(self, org_id: int, source_id: int, uid: str) -> Correlation | None:
        """The one of the data source with this uid."""

    def of_source(self, org_id: int, source_id: int) -> Sequence[Correlation]:
        """All of one data source."""

    def origins(self, org_id: int) -> Sequence[Origin]:
        """Of all correlations of the org."""

    def some(self, org_id: int, ids: Sequence[int]) -> Sequence[Correlation]:
        """Those of the org with these numbers that are still there."""

    def add(self, org_id: int, row: Correlation, *, source_id: int, target_id: int | None) -> None:
        """Stores ``row``; its data sources are named by the ids."""

    def replace(self, org_id: int, row: Correlation) -> None:
        """Writes label, description, type and config of ``row`` over those of the one with its uid."""

    def delete(self, org_id: int, uid: str) -> None:
        """Removes the one with this uid."""
