"""For each line: makes its calls with a new AsyncOpenSearch client, and prints what each gave or raised."""

import asyncio
import json
import operator
import sys
from typing import Any

from calls import options, refusal
from opensearchpy import AsyncOpenSearch


async def outcome(client: AsyncOpenSearch, method: str, arguments: list[Any], keywords: dict[str, Any]) -> Any:
    """What one call gave or raised."""
    try:
        return {"gave": await operator.attrgetter(method)(client)(*arguments, **keywords)}
    except Exception as error:
        return refusal(error)


async def outcomes(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """What each call gave or raised; ``together`` makes them all at once."""
    async with AsyncOpenSearch(**options(asked)) as client:
        if asked.get("together"):
            return list(await asyncio.gather(*(outcome(client, *one) for one in asked["calls"])))
        return [await outcome(client, *one) for one in asked["calls"]]


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(asyncio.run(outcomes(json.loads(line)))), flush=True)
