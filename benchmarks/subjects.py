"""What can be timed, by name: each subject takes a number of seconds and returns a reading."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from itertools import count
from uuid import uuid4

from benchmarks.amazon import Call
from benchmarks.crowd import asking
from benchmarks.loopback import HOST
from benchmarks.permitted import LARGE, SMALL
from benchmarks.population import CREATED_PREFIX, READ_NAME, new_data_source, remove_created
from benchmarks.reading import Reading
from benchmarks.registry_client import RegistryClient
from benchmarks.serialization import measure_dumps
from benchmarks.servers import Command, Server
from benchmarks.slow_upstream import SLOW_PATH
from benchmarks.stage import Stage
from benchmarks.starts import measure_starts
from benchmarks.streams import measure_streams
from benchmarks.under_test import bare_wsgi
from benchmarks.wrk import Load, measure

BUSY_CONNECTIONS = 16
SLOW_CONNECTIONS = 400
HELLO_BUSY = f"hello, {BUSY_CONNECTIONS} connections"
HELLO_SINGLE = "hello, 1 connection"
GET_BY_UID = "GET by uid"
LIST = "list of 1,000"
OPENSEARCH_GET = "get by OpenSearch's API"
OPENSEARCH_LIST = "list of 1,000 by OpenSearch's API"
DUMPS = "json.dumps of the list"
CREATE = "create"
UPDATE = "update"
PROXY_1K = "proxy 1 KB"
PROXY_100K = "proxy 100 KB"
NGINX_1K = "nginx proxy 1 KB"
NGINX_100K = "nginx proxy 100 KB"
CADDY_1K = "caddy 1 KB"
PROXY_SINGLE = "proxy 1 KB, 1 connection"
DIRECT_SINGLE = "upstream 1 KB, 1 connection"
PROXY_STREAMS = "proxy 50 MB, 4 connections"
NGINX_STREAMS = "nginx proxy 50 MB, 4 connections"
GET_ALONE = "GET by uid, 512 threads"
GET_BESIDE_SLOW = "GET by uid, 512 threads, 400 slow in flight"
START = "start of Sluice"
START_BARE = "start of bare WSGI"
GET_PERMITTED = "GET by uid by permission, 10 data sources"
GET_PERMITTED_LARGE = "GET by uid by permission, 10,000 data sources"
PROXY_PERMITTED = "proxy 1 KB by permission, 10 data sources"
PROXY_PERMITTED_LARGE = "proxy 1 KB by permission, 10,000 data sources"

AWS_ATTACH = "AttachDataSource, signed"
AWS_DESCRIBE = "DescribeDataSourceAttachment, signed"
AWS_ATTACH_ANEW = "AttachDataSource with a new client token"

_OPENSEARCH = "/_plugins/_query/_datasources"

Measure = Callable[[int], Reading]


def subjects(stage: Stage) -> Mapping[str, Measure]:
    """Return everything that can be timed on this stage."""
    proxied = f"/api/datasources/proxy/uid/{stage.population.read_uid}"
    return {
        HELLO_BUSY: _wrk(stage, Load(stage.hello, "/", BUSY_CONNECTIONS)),
        GET_BY_UID: _wrk(stage, _read(stage, f"/api/datasources/uid/{stage.population.read_uid}", BUSY_CONNECTIONS)),
        PROXY_1K: _wrk(stage, _read(stage, f"{proxied}/1k", BUSY_CONNECTIONS)),
        NGINX_1K: _wrk(stage, Load(stage.nginx, "/1k", BUSY_CONNECTIONS)),
        PROXY_100K: _wrk(stage, _read(stage, f"{proxied}/100k", BUSY_CONNECTIONS)),
        NGINX_100K: _wrk(stage, Load(stage.nginx, "/100k", BUSY_CONNECTIONS)),
        CADDY_1K: lambda seconds: _wrk(stage, Load(stage.caddy(), "/1k", BUSY_CONNECTIONS))(seconds),
        PROXY_SINGLE: _wrk(stage, _read(stage, f"{proxied}/1k", 1)),
        DIRECT_SINGLE: _wrk(stage, Load(stage.upstream, "/1k", 1)),
        PROXY_STREAMS: _streams(stage, stage.sluice, stage.client, f"{proxied}/50m"),
        NGINX_STREAMS: _streams(stage, stage.nginx, RegistryClient(stage.nginx.port, {}), "/50m"),
        GET_ALONE: lambda seconds: _wrk(stage, _get_of_crowded(stage))(seconds),
        GET_BESIDE_SLOW: partial(_beside_slow, stage),
        START: _starts(stage, stage.sluice_command),
        START_BARE: _starts(stage, bare_wsgi),
        GET_PERMITTED: _by_permission(stage, SMALL, "/api/datasources/uid/{uid}"),
        GET_PERMITTED_LARGE: _by_permission(stage, LARGE, "/api/datasources/uid/{uid}"),
        PROXY_PERMITTED: _by_permission(stage, SMALL, "/api/datasources/proxy/uid/{uid}/1k"),
        PROXY_PERMITTED_LARGE: _by_permission(stage, LARGE, "/api/datasources/proxy/uid/{uid}/1k"),
        HELLO_SINGLE: _wrk(stage, Load(stage.hello, "/", 1)),
        LIST: _wrk(stage, _read(stage, "/api/datasources", 1)),
        OPENSEARCH_GET: _wrk(stage, _read(stage, f"{_OPENSEARCH}/{READ_NAME}", BUSY_CONNECTIONS)),
        OPENSEARCH_LIST: _wrk(stage, _read(stage, _OPENSEARCH, 1)),
        AWS_ATTACH: lambda seconds: _called(stage, stage.amazon().attach, BUSY_CONNECTIONS)(seconds),
        AWS_DESCRIBE: lambda seconds: _called(stage, stage.amazon().describe, BUSY_CONNECTIONS)(seconds),
        AWS_ATTACH_ANEW: lambda seconds: _called(stage, stage.amazon().attach_anew, 1)(seconds),
        DUMPS: lambda seconds: measure_dumps(stage.client.list(), seconds=seconds, core=stage.cores.server),
        CREATE: _write(stage, "POST", "/api/datasources", name=f"{CREATED_PREFIX}@"),
        UPDATE: _write(stage, "PUT", f"/api/datasources/uid/{stage.population.updated_uid}", name="updated-@"),
    }


def _wrk(stage: Stage, load: Load) -> Measure:
    return lambda seconds: measure(load, seconds=seconds, core=stage.cores.load)


def _read(stage: Stage, path: str, connections: int) -> Load:
    return Load(stage.sluice, path, connections, stage.client.headers)


def _called(stage: Stage, call: Call, connections: int) -> Measure:
    # Of all runs together no two client tokens may be equal.
    writes = ("POST", uuid4().hex[:8], call.body)
    return _wrk(stage, Load(stage.sluice, call.path, connections, call.headers, writes))


def _streams(stage: Stage, server: Server, client: RegistryClient, path: str) -> Measure:
    return lambda seconds: measure_streams(server, client, path, seconds=seconds, core=stage.cores.load)


def _starts(stage: Stage, command: Callable[[], Command]) -> Measure:
    return lambda seconds: measure_starts(stage.running, command, seconds=seconds, core=stage.cores.load)


def _get_of_crowded(stage: Stage) -> Load:
    path = f"/api/datasources/uid/{stage.population.read_uid}"
    return Load(stage.crowded(), path, BUSY_CONNECTIONS, stage.client.headers)


def _beside_slow(stage: Stage, seconds: int) -> Reading:
    proxied = f"/api/datasources/proxy/uid/{stage.population.slow_uid}{SLOW_PATH}"
    slow = Load(stage.crowded(), proxied, SLOW_CONNECTIONS, stage.client.headers)
    with asking(slow, seconds=seconds, core=stage.cores.load):
        return measure(_get_of_crowded(stage), seconds=seconds, core=stage.cores.load)


def _by_permission(stage: Stage, size: tuple[int, int], path: str) -> Measure:
    def measured(seconds: int) -> Reading:
        caller = stage.permitted(size=size)
        load = Load(stage.sluice, path.format(uid=caller.uid), BUSY_CONNECTIONS, caller.client.headers)
        return measure(load, seconds=seconds, core=stage.cores.load)

    return measured


def _write(stage: Stage, method: str, path: str, *, name: str) -> Measure:
    body = json.dumps(new_data_source(name, url=f"http://{HOST}:9/@"))
    runs = count()

    def once_more(seconds: int) -> Reading:
        writes = (method, str(next(runs)), body)
        load = Load(stage.sluice, path, 1, stage.client.headers, writes)
        try:
            return measure(load, seconds=seconds, core=stage.cores.load)
        finally:
            remove_created(stage.client)

    return once_more
