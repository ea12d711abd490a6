"""For each line: makes its calls with a new GrafanaApi, and prints what each gave or raised."""

import dataclasses
import json
import operator
import sys
from typing import Any
from urllib.parse import urlsplit

from grafana_client import GrafanaApi
from grafana_client.model import DatasourceIdentifier, DatasourceModel

# The library's own 5 seconds can pass while a busy disk of a test machine finishes one write.
TIMEOUT_SECONDS = 60.0


def argument(value: Any) -> Any:
    """What JSON cannot say: an object with one member named for a class of the library is made one."""
    if isinstance(value, dict) and list(value) == ["DatasourceModel"]:
        return DatasourceModel(**value["DatasourceModel"]).asdict()
    if isinstance(value, dict) and list(value) == ["DatasourceIdentifier"]:
        return DatasourceIdentifier(**value["DatasourceIdentifier"])
    return value


def connected(library: type[GrafanaApi], asked: dict[str, Any]) -> GrafanaApi:
    """An instance with the credential and, when there is one, the org that are asked for."""
    credential = asked["credential"]
    auth = tuple(credential) if isinstance(credential, list) else credential
    if "organization_id" not in asked:
        return library.from_url(asked["url"], auth, timeout=TIMEOUT_SECONDS)
    url = urlsplit(asked["url"])
    where = {"host": url.hostname, "port": url.port, "timeout": TIMEOUT_SECONDS}
    return library(auth, **where, organization_id=asked["organization_id"])


def plain(value: Any) -> Any:
    """Only what JSON can say."""
    return dataclasses.asdict(value) if dataclasses.is_dataclass(value) else value


def refusal(error: Exception) -> dict[str, Any]:
    """How a call failed: the library's own exceptions hold what the server answered."""
    answered = {"status": getattr(error, "status_code", 0), "said": getattr(error, "response", str(error))}
    return {"raised": type(error).__name__, **answered}


def outcomes(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """What each call gave or raised."""
    api, found = connected(GrafanaApi, asked), []
    for method, arguments, keywords in asked["calls"]:
        try:
            target = operator.attrgetter(method)(api)
            if callable(target):
                target = target(*map(argument, arguments), **keywords)
            found.append({"gave": plain(target)})
        except Exception as error:
            found.append(refusal(error))
    return found


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(outcomes(json.loads(line))), flush=True)
