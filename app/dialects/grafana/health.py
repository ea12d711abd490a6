"""/api/health: whether the database answers, for anyone who asks."""

import threading
import time

import orjson
from flask import Blueprint, Response, current_app

from app.dialects.grafana.door import PREFIX
from app.edge.authentication import services

blueprint = Blueprint("health", __name__)

# Grafana keeps the result for five seconds, so that a monitor's polling is not a load on the database.
_KEPT_SECONDS = 5.0


class DatabaseHealth:
    """The last look at the database."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._is_up = False

    def is_up(self) -> bool:
        """Whether the database answers, or did within the last five seconds."""
        with self._lock:
            if time.monotonic() - self._looked_at >= _KEPT_SECONDS:
                self._is_up = services().storage.database.has_schema()
                self._looked_at = time.monotonic()
            return self._is_up


@blueprint.get(f"{PREFIX}/health")
def health() -> Response:
    """200 while the database answers, else 503."""
    is_up = current_app.extensions.setdefault("sluice_database_health", DatabaseHealth()).is_up()
    body = {
        "database": "ok" if is_up else "failing",
        "version": services().settings.grafana_version,
        "commit": "",
    }
    return Response(
        orjson.dumps(body, option=orjson.OPT_INDENT_2), status=200 if is_up else 503, mimetype="application/json"
    )
