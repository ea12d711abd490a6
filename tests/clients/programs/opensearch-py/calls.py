"""For each line: makes its calls with a new OpenSearch client, and prints what each gave or raised."""

import json
import operator
import sys
from typing import Any

from opensearchpy import OpenSearch, TransportError

TIMEOUT_SECONDS = 60


def credential(given: Any) -> dict[str, Any]:
    """The client's own basic auth for a login and password; a header for a token, as its documentation has it."""
    if isinstance(given, list):
        return {"http_auth": tuple(given)}
    return {"headers": {"authorization": f"Bearer {given}"}} if given else {}


def options(asked: dict[str, Any]) -> dict[str, Any]:
    """What a client is made with."""
    return {"hosts": [asked["url"]], "timeout": TIMEOUT_SECONDS, "max_retries": 0, **credential(asked["credential"])}


def refusal(error: Exception) -> dict[str, Any]:
    """How a call failed, with what the client's own exceptions tell of the answer."""
    raised = type(error).__name__
    if not isinstance(error, TransportError) or not isinstance(error.status_code, int):
        return {"raised": raised, "said": str(error)}
    return {"raised": raised, "status": error.status_code, "said": {"error": error.error, "info": error.info}}


def outcomes(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """What each call gave or raised."""
    found = []
    with OpenSearch(**options(asked)) as client:
        for method, arguments, keywords in asked["calls"]:
            try:
                found.append({"gave": operator.attrgetter(method)(client)(*arguments, **keywords)})
            except Exception as error:
                found.append(refusal(error))
    return found


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(outcomes(json.loads(line))), flush=True)
