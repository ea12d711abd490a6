"""Client tokens: a request that comes again with the same token does nothing more."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from app.attachments.errors import ClientTokenReused
from app.attachments.store import ClientTokenStore, UsedToken

_KEPT_SECONDS = 24 * 3600


class ClientTokens:
    """Tokens of an org, Region and operation, for a day. ``clock`` gives epoch seconds."""

    def __init__(self, store: ClientTokenStore, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    def answer(
        self, org_id: int, region: str, operation: str, token: str | None, parameters: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """What was answered to the same request before; None: it is new. Raises ClientTokenReused."""
        if token is None:
            return None
        used = self._store.used(org_id, region, operation, token, since=self._oldest())
        if used is None:
            return None
        if used.parameters != _digest(parameters):
            raise ClientTokenReused
        answer: dict[str, Any] = json.loads(used.answer)
        return answer

    def remember(
        self,
        org_id: int,
        region: str,
        operation: str,
        token: str | None,
        parameters: Mapping[str, Any],
        answer: Mapping[str, Any],
    ) -> None:
        """Inside the transaction of what the request did, so that a failed one does not use up its token."""
        if token is None:
            return
        self._store.forget(self._oldest())
        used = UsedToken(_digest(parameters), json.dumps(answer))
        self._store.use(org_id, region, operation, token, used, int(self._clock()))

    def _oldest(self) -> int:
        return int(self._clock()) - _KEPT_SECONDS


def _digest(parameters: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(parameters, sort_keys=True).encode()).hexdigest()
