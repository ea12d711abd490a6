"""A real server, asked directly, and the data source by which Sluice asks it."""

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from servers.influxdb import DATABASE
from servers.nginx import WithCertificate
from servers.requests import Answer, Guarded, ask

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class BackEnd:
    """``data_source`` is a body of create without a name; ``headers`` and ``tls`` are what the server wants to see."""

    data_source: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: str | None) -> Answer:
        """Directly, as one who knows the credentials."""
        url = f"{self.data_source['url']}/{path}"
        return ask(url, {**self.headers, **headers}, method=method, body=body, tls=self.tls)


@dataclass(frozen=True)
class Gateway:
    """A running Sluice; ``headers`` are a service account's with the role Admin."""

    url: str
    headers: Mapping[str, str]

    def ask(self, method: str, path: str, headers: Mapping[str, str] | None = None, body: str | None = None) -> Answer:
        return ask(f"{self.url}{path}", {**self.headers, **(headers or {})}, method=method, body=body)

    def send(self, method: str, path: str, document: object) -> Any:
        """What a request with a document gives. Raises AssertionError when it is refused."""
        answer = self.ask(method, path, JSON, json.dumps(document))
        assert answer.status in {200, 201}, answer
        return json.loads(answer.body)

    def create(self, name: str, data_source: Mapping[str, Any]) -> Mapping[str, Any]:
        """The data source, as create answers it."""
        made: Mapping[str, Any] = self.send("POST", "/api/datasources", {**data_source, "name": name})["datasource"]
        return made


def prometheus(server: Guarded) -> BackEnd:
    """Prometheus, which asks for a password itself."""
    return _with_basic_auth("prometheus", server)


def victoria_metrics(server: Guarded) -> BackEnd:
    """VictoriaMetrics by the type of its own plugin."""
    return _with_basic_auth("victoriametrics-metrics-datasource", server)


def graphite(url: str) -> BackEnd:
    """Graphite, which lets everybody in."""
    return BackEnd({"type": "graphite", "access": "proxy", "url": url})


def graphite_behind_password(nginx: Guarded) -> BackEnd:
    """Graphite behind an nginx with basic auth."""
    return _with_basic_auth("graphite", nginx)


def influxdb(server: Guarded) -> BackEnd:
    """InfluxDB with a user of its own."""
    return BackEnd(
        {
            "type": "influxdb",
            "access": "proxy",
            "url": server.url,
            "user": server.user,
            "jsonData": {"dbName": DATABASE, "httpMode": "POST", "version": "InfluxQL"},
            "secureJsonData": {"password": server.password},
        },
        server.headers,
    )


def prometheus_behind_certificate(nginx: WithCertificate, server: Guarded) -> BackEnd:
    """Prometheus with its password, behind an nginx that wants a certificate and has one of an unknown authority."""
    plain = prometheus(server)
    return BackEnd(
        {
            **plain.data_source,
            "url": nginx.url,
            "jsonData": {"tlsAuth": True, "tlsAuthWithCACert": True, "serverName": nginx.server_name},
            "secureJsonData": {
                **plain.data_source["secureJsonData"],
                "tlsCACert": nginx.authority,
                "tlsClientCert": nginx.client.certificate,
                "tlsClientKey": nginx.client.key,
            },
        },
        plain.headers,
        nginx.tls,
    )


def _with_basic_auth(type: str, server: Guarded) -> BackEnd:
    return BackEnd(
        {
            "type": type,
            "access": "proxy",
            "url": server.url,
            "basicAuth": True,
            "basicAuthUser": server.user,
            "secureJsonData": {"basicAuthPassword": server.password},
        },
        server.headers,
    )
