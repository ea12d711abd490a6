"""Starts everything a run needs, fills the registry, and ends it all again."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.amazon import Amazon, amazon
from benchmarks.caddy import caddy
from benchmarks.cores import Cores
from benchmarks.loopback import HOST
from benchmarks.nginx import reverse_proxy, static_server
from benchmarks.permitted import Permitted, permitted
from benchmarks.population import Population, populate
from benchmarks.registry_client import RegistryClient, client_with_token
from benchmarks.servers import Command, Server, running
from benchmarks.under_test import bare_flask, crowded_sluice, slow_upstream, sluice


@dataclass(frozen=True)
class Stage:
    """The servers of one run, and what the registry holds; what not every run needs is made when first called for."""

    cores: Cores
    sluice: Server
    hello: Server
    nginx: Server
    upstream: Server
    slow_upstream: Server
    client: RegistryClient
    population: Population
    permitted: Callable[..., Permitted]  # By ``size``.
    amazon: Callable[[], Amazon]
    caddy: Callable[[], Server]
    crowded: Callable[[], Server]  # Sluice once more, on the same data, for hundreds of requests at once.
    sluice_command: Callable[[], Command]  # To start it once more for a while, on the same data.
    running: Callable[[Command], AbstractContextManager[Server]]


@contextmanager
def set_up(cores: Cores, *, database_url: str | None) -> Iterator[Stage]:
    """Keep the servers running for the length of the block."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(TemporaryDirectory(prefix="sluice-bench-")))
        served = partial(running, core=cores.server, directory=directory)
        loading = partial(running, core=cores.load, directory=directory)
        command = partial(sluice, directory, database_url=database_url)
        upstream = stack.enter_context(loading(static_server(directory / "upstream")))
        slow = stack.enter_context(loading(slow_upstream()))
        nginx = stack.enter_context(served(reverse_proxy(directory / "proxy", upstream_port=upstream.port)))
        hello = stack.enter_context(served(bare_flask()))
        service = stack.enter_context(served(command()))
        client = client_with_token(service.port)
        yield Stage(
            cores=cores,
            sluice=service,
            hello=hello,
            nginx=nginx,
            upstream=upstream,
            slow_upstream=slow,
            client=client,
            population=populate(client, upstream_port=upstream.port, slow_port=slow.port),
            permitted=cache(partial(permitted, service.port, url=f"http://{HOST}:{upstream.port}")),
            amazon=cache(partial(amazon, client)),
            caddy=cache(lambda: stack.enter_context(served(caddy(directory / "caddy", upstream_port=upstream.port)))),
            crowded=cache(lambda: stack.enter_context(served(crowded_sluice(command())))),
            sluice_command=command,
            running=served,
        )
