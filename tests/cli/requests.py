"""Small HTTP requests to a service that a test has started."""

import http.client
import json
from base64 import b64encode
from contextlib import closing
from typing import Any

from servers.ports import LOOPBACK


def basic(login: str, password: str) -> str:
    """The value of an Authorization header."""
    return "Basic " + b64encode(f"{login}:{password}".encode()).decode()


def get(port: int, path: str, authorization: str) -> tuple[int, Any]:
    """Status and document."""
    return _call(port, "GET", path, authorization, None)


def post(port: int, path: str, authorization: str, document: Any) -> tuple[int, Any]:
    """Status and document."""
    return _call(port, "POST", path, authorization, document)


def _call(port: int, method: str, path: str, authorization: str, document: Any) -> tuple[int, Any]:
    headers = {"Authorization": authorization, "Content-Type": "application/json"}
    body = None if document is None else json.dumps(document)
    with closing(http.client.HTTPConnection(LOOPBACK, port, timeout=30)) as connection:
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
