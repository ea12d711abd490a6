"""Compares what is stored after the restart with what was acknowledged before the kill."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from app.identity.identity import system
from app.registry.datasource import ById, DataSource
from app.services import Services
from benchmarks.ledger import Ledger
from benchmarks.registry_client import RegistryClient
from benchmarks.writer import secret_of


def names_shown(port: int, token: str) -> list[str]:
    """The names in the list that the service answers with."""
    client = RegistryClient(port, {"Authorization": f"Bearer {token}"})
    return [str(shown["name"]) for shown in client.list()]


def differences(ledger: Ledger, services: Services, shown: Mapping[int, Sequence[str]]) -> list[str]:
    """One sentence each; empty when nothing was lost, doubled or torn, and all of it is ``shown`` (names by org)."""
    stored = {org_id: services.storage.data_sources.all(org_id, None) for org_id in shown}
    found = [*ledger.faults]
    found += [
        f"org {org_id}: the service shows {len(shown[org_id])} data sources of {len(rows)}"
        for org_id, rows in stored.items()
        if sorted(shown[org_id]) != sorted(row.name for row in rows)
    ]
    for org_id, rows in stored.items():
        found += [f"org {org_id}: {text}" for text in _of_one_org(rows)]
        found += [f"org {org_id}: {text}" for text in _torn(services, rows)]
    by_name = {(row.org_id, row.name): row for rows in stored.values() for row in rows}
    return [*found, *_lost(ledger, by_name), *_invented(ledger, by_name)]


def _of_one_org(rows: Sequence[DataSource]) -> Iterator[str]:
    defaults = [row.name for row in rows if row.is_default]
    if len(defaults) != 1:
        yield f"{len(defaults)} defaults: {defaults}"
    for what in ("name", "uid", "id"):
        doubled = [value for value, times in Counter(getattr(row, what) for row in rows).items() if times > 1]
        if doubled:
            yield f"{what} more than once: {doubled}"


def _torn(services: Services, rows: Sequence[DataSource]) -> Iterator[str]:
    for row in rows:
        secrets = services.registry.secrets_of(services.registry.for_request(system(row.org_id, "soak"), ById(row.id)))
        if secrets != {"password": secret_of(row.name, row.json_data["state"])}:
            yield f"{row.name} is in state {row.json_data['state']} with another secret: {secrets}"


def _lost(ledger: Ledger, by_name: Mapping[tuple[int, str], DataSource]) -> Iterator[str]:
    for entry in ledger.entries:
        row = by_name.get((entry.org_id, entry.name))
        state = -1 if row is None else row.json_data["state"]
        if not entry.acknowledged <= state <= entry.attempted:
            yield f"{entry.name}: acknowledged {entry.acknowledged}, attempted {entry.attempted}, stored {state}"
    for (org_id, name), times in ledger.contested.items():
        if times > 1:
            yield f"creating {name} was acknowledged {times} times in org {org_id}"
        if (org_id, name) not in by_name:
            yield f"{name} was acknowledged in org {org_id} and is not there"
    for shared in ledger.shared.values():
        distance = by_name[shared.org_id, shared.name].version - 1
        if not shared.accepted <= distance <= shared.accepted + shared.unanswered:
            yield f"{shared.name}: {shared.accepted} updates accepted, {shared.unanswered} open, {distance} stored"


def _invented(ledger: Ledger, by_name: Mapping[tuple[int, str], DataSource]) -> Iterator[str]:
    known = {(entry.org_id, entry.name) for entry in ledger.entries}
    known |= {(shared.org_id, shared.name) for shared in ledger.shared.values()}
    unknown = [name for org_id, name in by_name if (org_id, name) not in known and not name.startswith("contested ")]
    if unknown:
        yield f"stored and never sent: {unknown}"
