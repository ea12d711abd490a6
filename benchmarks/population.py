"""Fills an empty registry with the data sources that the cases read, change and list."""

from dataclasses import dataclass

from benchmarks.failure import BenchmarkFailure
from benchmarks.loopback import HOST
from benchmarks.registry_client import RegistryClient

LIST_LENGTH = 1_000
CREATED_PREFIX = "created-"
READ_NAME = "listed-0001"


@dataclass(frozen=True)
class Population:
    """The data sources with a part of their own; the others only make the list long."""

    read_uid: str
    updated_uid: str
    slow_uid: str


def new_data_source(name: str, *, url: str) -> dict[str, object]:
    """Describe a data source as a provisioning tool would."""
    return {
        "name": name,
        "type": "prometheus",
        "url": url,
        "access": "proxy",
        "basicAuth": True,
        "basicAuthUser": "u",
        "secureJsonData": {"basicAuthPassword": "p"},
        "jsonData": {"httpMethod": "POST", "timeInterval": "30s", "manageAlerts": False},
    }


def populate(client: RegistryClient, *, upstream_port: int, slow_port: int) -> Population:
    """Create LIST_LENGTH data sources, one of them in front of the slow upstream, the others of the quick one."""
    present = len(client.list())
    if present:
        raise BenchmarkFailure(f"the database holds {present} data sources already: give one that is empty")
    ports = [slow_port] + [upstream_port] * (LIST_LENGTH - 1)
    slow, read, updated, *_ = (
        client.create(new_data_source(f"listed-{n:04}", url=f"http://{HOST}:{port}")) for n, port in enumerate(ports)
    )
    return Population(read_uid=read, updated_uid=updated, slow_uid=slow)


def remove_created(client: RegistryClient) -> None:
    """Delete what a measurement of creating has left, so that the list keeps its length."""
    for listed in client.list():
        if str(listed["name"]).startswith(CREATED_PREFIX):
            client.delete(listed["uid"])
