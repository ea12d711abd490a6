"""The rows of the table: which readings are set against each other, and what must be and is good to be reached."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks import subjects
from benchmarks.ratios import Ratio, cost, cost_above, latency, latency_above, pace, speed


@dataclass(frozen=True)
class Comparison:
    """A row: its name for ``--only``, and the readings its ratio is made of, in the ratio's order."""

    name: str
    case: str
    ratio: Callable[..., Ratio]
    readings: tuple[str, ...]
    must: str
    good: str


COMPARISONS = (
    Comparison(
        "get",
        "GET by uid / bare Flask hello",
        speed,
        (subjects.GET_BY_UID, subjects.HELLO_BUSY),
        must=">= 0.70",
        good=">= 1.3",
    ),
    Comparison(
        "proxy",
        "proxy 1 KB / bare Flask hello",
        speed,
        (subjects.PROXY_1K, subjects.HELLO_BUSY),
        must=">= 0.50",
        good=">= 1.1",
    ),
    Comparison(
        "proxy-nginx",
        "proxy 1 KB / nginx proxy",
        speed,
        (subjects.PROXY_1K, subjects.NGINX_1K),
        must=">= 0.040",
        good=">= 0.09",
    ),
    Comparison(
        "proxy-caddy",
        "proxy 1 KB / caddy",
        speed,
        (subjects.PROXY_1K, subjects.CADDY_1K),
        must=">= 0.14",
        good=">= 0.28",
    ),
    Comparison(
        "proxy-nginx-100k",
        "proxy 100 KB / nginx proxy",
        speed,
        (subjects.PROXY_100K, subjects.NGINX_100K),
        must=">= 0.15",
        good=">= 0.25",
    ),
    Comparison(
        "streams",
        "proxy 50 MB, 4 connections / nginx proxy",
        speed,
        (subjects.PROXY_STREAMS, subjects.NGINX_STREAMS),
        must=">= 0.9",
        good=">= 1.3",
    ),
    Comparison(
        "latency-single",
        "proxy p99 less direct p99 / hello p99, 1 connection",
        latency_above,
        (subjects.PROXY_SINGLE, subjects.HELLO_SINGLE, subjects.DIRECT_SINGLE),
        must="<= 1.6",
        good="<= 0.9",
    ),
    Comparison(
        "latency",
        "proxy p99 / hello p99, 16 connections",
        latency,
        (subjects.PROXY_1K, subjects.HELLO_BUSY),
        must="<= 1.0",
        good="<= 0.5",
    ),
    Comparison(
        "mixed",
        "GET by uid, 400 slow in flight / alone",
        pace,
        (subjects.GET_BESIDE_SLOW, subjects.GET_ALONE),
        must=">= 0.5",
        good=">= 0.7",
    ),
    *(
        Comparison(name, case, cost, readings, must=must, good="<= 1.05")
        for name, case, readings, must in (
            (
                "permission-get",
                "GET by uid, by permission / as admin",
                (subjects.GET_PERMITTED, subjects.GET_BY_UID),
                "<= 1.15",
            ),
            (
                "permission-proxy",
                "proxy 1 KB, by permission / as admin",
                (subjects.PROXY_PERMITTED, subjects.PROXY_1K),
                "<= 1.15",
            ),
            (
                "permission-get-large",
                "GET by permission, 10,000 data sources / 10",
                (subjects.GET_PERMITTED_LARGE, subjects.GET_PERMITTED),
                "<= 1.15",
            ),
            (
                "permission-proxy-large",
                "proxy by permission, 10,000 data sources / 10",
                (subjects.PROXY_PERMITTED_LARGE, subjects.PROXY_PERMITTED),
                "<= 1.15",
            ),
        )
    ),
    Comparison(
        "opensearch-get",
        "get by OpenSearch's API / GET by uid",
        cost,
        (subjects.OPENSEARCH_GET, subjects.GET_BY_UID),
        must="<= 1.2",
        good="<= 1.0",
    ),
    Comparison(
        "opensearch-list",
        "list of 1,000 by OpenSearch's API / by Grafana's",
        cost,
        (subjects.OPENSEARCH_LIST, subjects.LIST),
        must="<= 1.2",
        good="<= 1.0",
    ),
    *(
        Comparison(name, case, cost, readings, must="<= 2.5", good="<= 1.5")
        for name, case, readings in (
            (
                "aws-attach",
                "AttachDataSource, signed, attached already / bare Flask hello",
                (subjects.AWS_ATTACH, subjects.HELLO_BUSY),
            ),
            (
                "aws-describe",
                "DescribeDataSourceAttachment, signed / bare Flask hello",
                (subjects.AWS_DESCRIBE, subjects.HELLO_BUSY),
            ),
            (
                "aws-attach-write",
                "AttachDataSource, new client token / hello, 1 client",
                (subjects.AWS_ATTACH_ANEW, subjects.HELLO_SINGLE),
            ),
        )
    ),
    Comparison(
        "list",
        "list of 1,000, less hello / json.dumps of it",
        cost_above,
        (subjects.LIST, subjects.DUMPS, subjects.HELLO_SINGLE),
        must="<= 2.0",
        good="<= 0.5",
    ),
    Comparison(
        "create",
        "create / bare Flask hello, 1 client",
        cost,
        (subjects.CREATE, subjects.HELLO_SINGLE),
        must="<= 2.5",
        good="<= 1.5",
    ),
    Comparison(
        "update",
        "update / bare Flask hello, 1 client",
        cost,
        (subjects.UPDATE, subjects.HELLO_SINGLE),
        must="<= 2.5",
        good="<= 1.5",
    ),
    Comparison(
        "start",
        "first answer / bare WSGI gunicorn",
        cost,
        (subjects.START, subjects.START_BARE),
        must="<= 6",
        good="<= 4.5",
    ),
)
