"""For each line: makes its calls with a new AsyncGrafanaApi, and prints what each gave or raised."""

import asyncio
import inspect
import json
import operator
import sys
from typing import Any

from calls import argument, connected, plain, refusal
from grafana_client import AsyncGrafanaApi


async def outcome(api: AsyncGrafanaApi, method: str, arguments: list[Any], keywords: dict[str, Any]) -> dict[str, Any]:
    """What one call gave or raised."""
    try:
        target = operator.attrgetter(method)(api)
        if callable(target):
            target = target(*map(argument, arguments), **keywords)
        if inspect.isawaitable(target):
            target = await target
    except Exception as error:
        return refusal(error)
    return {"gave": plain(target)}


async def outcomes(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """What each call gave or raised; ``together`` makes them all at once."""
    api = connected(AsyncGrafanaApi, asked)
    try:
        if asked.get("together"):
            return list(await asyncio.gather(*(outcome(api, *one) for one in asked["calls"])))
        return [await outcome(api, *one) for one in asked["calls"]]
    finally:
        await api.client.s.close()


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(asyncio.run(outcomes(json.loads(line)))), flush=True)
