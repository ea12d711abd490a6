"""The command ``python -m benchmarks.soak``: writes from many threads, kills the service, starts it again, compares."""

import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import click

# The servers are those of the tests, which are not installed: the tests run from the checkout, and so does this.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from app.identity.identity import system
from app.identity.roles import Role
from app.registry.datasource import NewDataSource
from app.registry.json_data import JsonData
from benchmarks.ledger import Ledger, Shared
from benchmarks.soak_comparison import differences, names_shown
from benchmarks.writer import Writer, document, secret_of
from installations import Installation, install
from servers.gunicorn import Served, gunicorn_server
from servers.mariadb import mariadb_server
from servers.postgresql import postgresql_server

DATABASES = ("sqlite", "postgresql", "mariadb")
ORGS = 5
WORKERS = 2
_FIRST_DIFFERENCES = 20


@click.command(context_settings={"show_default": True})
@click.option("--seconds", type=click.IntRange(1, 86_400), default=60, help="How long to write before the kill.")
@click.option("--threads", type=click.IntRange(1, 1_000), default=50, help="Writers, each with one connection.")
@click.option("--database", type=click.Choice([*DATABASES, "all"]), default="all", help="Where the service stores.")
def main(seconds: int, threads: int, database: str) -> None:
    """Write to a real service from many threads, kill it, start it again and compare.

    Everything that was acknowledged must be there, in the state that was acknowledged or in that of a later attempt
    without an answer; one default per org, no name twice, no 5xx. Exits with 1 when something differs.

    \b
    Example:
      python -m benchmarks.soak --seconds 20 --threads 50 --database postgresql
    """
    found = [
        text for name in (DATABASES if database == "all" else (database,)) for text in soak(name, seconds, threads)
    ]
    for text in found[:_FIRST_DIFFERENCES]:
        click.echo(text, err=True)
    sys.exit(1 if found else 0)


def soak(database: str, seconds: int, threads: int) -> list[str]:
    """Runs on one database, prints a line of numbers, and returns what differs."""
    with tempfile.TemporaryDirectory(prefix="sluice-soak-") as name:
        directory = Path(name)
        with _running(database, directory) as url:
            installation = install(directory, url)
            try:
                return _soak(database, installation, seconds, threads)
            finally:
                installation.close()


def _soak(database: str, installation: Installation, seconds: int, threads: int) -> list[str]:
    environment = installation.environment(
        {
            "SLUICE_HTTP_WORKERS": str(WORKERS),
            "SLUICE_HTTP_THREADS": str(threads),
            "GF_DATASOURCES_DATASOURCE_LIMIT": "0",
        }
    )
    ledger = Ledger()
    tokens = dict(_new_org(installation, ledger, number) for number in range(ORGS))
    with gunicorn_server(installation.directory, environment) as served:
        _write_and_kill(served, ledger, tokens, seconds, threads)
    with gunicorn_server(installation.directory, environment) as served:
        shown = {org_id: names_shown(served.port, token) for org_id, token in tokens.items()}
    found = differences(ledger, installation.services, shown)
    answers = ", ".join(f"{status}: {times}" for status, times in sorted(ledger.statuses.items()))
    acknowledged = sum(entry.acknowledged + 1 for entry in ledger.entries) + ledger.contested.total()
    acknowledged += sum(shared.accepted for shared in ledger.shared.values())
    click.echo(
        f"{database}: {threads} threads, {seconds} s, {ledger.statuses.total()} answers ({answers}), "
        f"{acknowledged} writes acknowledged ({acknowledged / seconds:.0f} a second), {ledger.unanswered} open at the "
        f"kill, {sum(map(len, shown.values()))} data sources in {ORGS} orgs afterwards, {len(found)} differences"
    )
    return [f"{database}: {text}" for text in found]


def _write_and_kill(served: Served, ledger: Ledger, tokens: dict[int, str], seconds: int, threads: int) -> None:
    over = threading.Event()
    org_ids = list(tokens)
    writers = [
        Writer(number, served.port, org_ids[number % ORGS], tokens[org_ids[number % ORGS]], ledger, over.is_set)
        for number in range(threads)
    ]
    with ThreadPoolExecutor(threads) as pool:
        running = [pool.submit(writer.run) for writer in writers]
        pause = threading.Event()
        pause.wait(seconds)
        # In the middle of their requests: they notice by themselves.
        over.set()
        served.kill()
        for one in running:
            one.result()


def _new_org(installation: Installation, ledger: Ledger, number: int) -> tuple[int, str]:
    services = installation.services
    org_id = services.orgs.create(system(0, "soak"), f"soak {number}").id
    caller = system(org_id, "soak")
    account = services.service_accounts.create(caller, name="soak", role=Role.ADMIN, is_disabled=False)
    _, token = services.service_accounts.add_token(caller, account.id, name="soak", seconds_to_live=0)
    shared = Shared(org_id, f"shared-{number}")
    given = document(shared.name, 0, is_default=True)
    services.registry.create(
        caller,
        NewDataSource(
            name=shared.name,
            uid=shared.name,
            type="prometheus",
            access="proxy",
            url=str(given["url"]),
            is_default=True,
            json_data=JsonData.of({"state": 0}),
            secure_json_data={"password": secret_of(shared.name, 0)},
        ),
    )
    ledger.shared[org_id] = shared
    return org_id, token


@contextmanager
def _running(database: str, directory: Path) -> Iterator[str]:
    if database == "sqlite":
        yield ""
        return
    with (postgresql_server if database == "postgresql" else mariadb_server)(directory) as url:
        yield url


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.soak")
