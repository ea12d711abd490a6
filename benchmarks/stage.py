"""Starts everything a run needs, fills the registry, and ends it all again."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.cores import Cores
from benchmarks.loopback import HOST
from benchmarks.nginx import reverse_proxy, static_server
from benchmarks.permitted import Permitted, permitted
from benchmarks.population import Population, populate
from benchmarks.registry_client import RegistryClient, client_with_token
from benchmarks.servers import Server, running
from benchmarks.under_test import bare_flask, sluice


@dataclass(frozen=True)
class Stage:
    """The servers of one run, and what the registry holds."""

    cores: Cores
    sluice: Server
    hello: Server
    nginx: Server
    client: RegistryClient
    population: Population
    permitted: Callable[..., Permitted]  # by ``size``; made when first asked for, because the large one takes its time


@contextmanager
def set_up(cores: Cores, *, database_url: str | None) -> Iterator[Stage]:
    """Keep the servers running for the length of the block."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(TemporaryDirectory(prefix="sluice-bench-")))
        upstream = stack.enter_context(
            running(static_server(directory / "upstream"), core=cores.load, directory=directory)
        )
        nginx = stack.enter_context(
            running(
                reverse_proxy(directory / "proxy", upstream_port=upstream.port), core=cores.server, directory=directory
            )
        )
        hello = stack.enter_context(running(bare_flask(), core=cores.server, directory=directory))
        service = stack.enter_context(
            running(sluice(directory, database_url=database_url), core=cores.server, directory=directory)
        )
        client = client_with_token(service.port)
        yield Stage(
            cores=cores,
            sluice=service,
            hello=hello,
            nginx=nginx,
            client=client,
            population=populate(client, upstream_port=upstream.port),
            permitted=cache(partial(permitted, service.port, url=f"http://{HOST}:{upstream.port}")),
        )
