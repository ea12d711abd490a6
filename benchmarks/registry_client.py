"""Speaks the data source API to the service under test: a token, data sources, the list."""

import base64
import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.failure import BenchmarkFailure
from benchmarks.loopback import HOST
from benchmarks.under_test import ADMIN_PASSWORD

ANSWER_SECONDS = 30


@dataclass(frozen=True)
class RegistryClient:
    """A caller of the API; each call is one connection, since nothing here is measured."""

    port: int
    headers: Mapping[str, str]

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Return the decoded answer, or fail when it is not a success."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=ANSWER_SECONDS)
        payload = None if body is None else json.dumps(body)
        try:
            connection.request(method, path, payload, {**self.headers, "Content-Type": "application/json"})
            response = connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException) as exc:
            raise BenchmarkFailure(f"{method} {path} got no answer: {exc}") from exc
        finally:
            connection.close()
        if response.status >= http.client.MULTIPLE_CHOICES:
            raise BenchmarkFailure(f"{method} {path} answered {response.status}: {text[:200].decode(errors='replace')}")
        return json.loads(text)

    def create(self, data_source: object) -> str:
        """Create a data source and return its uid."""
        uid: str = self.call("POST", "/api/datasources", data_source)["datasource"]["uid"]
        return uid

    def list(self) -> list[dict[str, Any]]:
        """Return all data sources."""
        listed: list[dict[str, Any]] = self.call("GET", "/api/datasources")
        return listed

    def delete(self, uid: str) -> None:
        """Delete a data source."""
        self.call("DELETE", f"/api/datasources/uid/{uid}")


def administrator(port: int) -> RegistryClient:
    """The first server admin, by password."""
    credentials = base64.b64encode(f"admin:{ADMIN_PASSWORD}".encode()).decode()
    return RegistryClient(port, {"Authorization": f"Basic {credentials}"})


def client_with_token(port: int) -> RegistryClient:
    """Log in as the administrator once, and go on with a service account's token as tools do."""
    admin = administrator(port)
    account = admin.call("POST", "/api/serviceaccounts", {"name": "bench", "role": "Admin"})
    token = admin.call("POST", f"/api/serviceaccounts/{account['id']}/tokens", {"name": "bench"})
    return RegistryClient(port, {"Authorization": f"Bearer {token['key']}"})
