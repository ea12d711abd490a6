"""For each line: makes its calls with a new client of boto3, and prints what each gave or raised."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError

REGION = "us-east-1"
TIMEOUT_SECONDS = 60
PAGES = "paginate."


def client_for(asked: dict[str, Any]) -> BaseClient:
    """A client with an access key, its secret and perhaps a session token; or one that does not sign."""
    names = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
    config = Config(connect_timeout=TIMEOUT_SECONDS, read_timeout=TIMEOUT_SECONDS, retries={"total_max_attempts": 1})
    if not asked["credential"]:
        config = config.merge(Config(signature_version=UNSIGNED))
    return boto3.client(
        "opensearch",
        endpoint_url=asked["url"],
        region_name=REGION,
        config=config,
        **dict(zip(names, asked["credential"] or (), strict=False)),
    )


def outcome(client: BaseClient, step: tuple[str, list[Any], dict[str, Any]]) -> dict[str, Any]:
    """What one call gave or raised; ``paginate.list_applications`` gives all pages."""
    method, arguments, keywords = step
    try:
        if method.startswith(PAGES):
            pages = client.get_paginator(method.removeprefix(PAGES)).paginate(*arguments, **keywords)
            return {"gave": [{key: page[key] for key in page if key != "ResponseMetadata"} for page in pages]}
        return answer(getattr(client, method)(*arguments, **keywords))
    except Exception as error:
        return refusal(error)


def answer(given: dict[str, Any]) -> dict[str, Any]:
    """What a call gave, apart from how it arrived."""
    arrived = given.pop("ResponseMetadata")
    return {"gave": given, "status": arrived["HTTPStatusCode"], "said": {"request_id": arrived.get("RequestId")}}


def refusal(error: Exception) -> dict[str, Any]:
    """How a call failed: the class, and what the service said when it was the service that refused."""
    raised = type(error).__name__
    if not isinstance(error, ClientError):
        return {"raised": raised, "said": {"message": str(error)}}
    arrived, said = error.response["ResponseMetadata"], error.response["Error"]
    return {
        "raised": raised,
        "status": arrived["HTTPStatusCode"],
        "said": {"code": said["Code"], "message": said["Message"], "request_id": arrived.get("RequestId")},
    }


def outcomes(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """What each call gave or raised; ``together`` makes them all at once."""
    client = client_for(asked)
    with ThreadPoolExecutor(max_workers=len(asked["calls"]) if asked.get("together") else 1) as pool:
        return list(pool.map(partial(outcome, client), asked["calls"]))


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(outcomes(json.loads(line)), default=datetime.isoformat), flush=True)
