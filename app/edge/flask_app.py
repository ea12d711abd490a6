"""The Flask application as every dialect needs it, and the WSGI layers in front of it."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask
from werkzeug.routing import BaseConverter

from app.edge import operations
from app.edge.authentication import EXTENSION
from app.edge.body import BODY_LIMIT
from app.edge.entry import BusyRoute, Entry
from app.edge.json import OrjsonProvider
from app.edge.life import DefaultHeaders, RequestLog, Wsgi
from app.services import Services


class RestConverter(BaseConverter):
    """The rest of the path, slashes and all: names may hold them."""

    regex = ".+"
    part_isolating = False


class _SyncFlask(Flask):
    """Flask looks for coroutines on every call; no view here is one."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function as it is."""
        return func


def new_flask_app(services: Services) -> Flask:
    """An application without doors."""
    app = _SyncFlask("sluice", static_folder=None)
    app.json = OrjsonProvider(app)
    app.extensions[EXTENSION] = services
    app.config[BODY_LIMIT] = services.settings.max_body_bytes
    # Grafana answers with and without a trailing slash, and never redirects.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.url_map.converters["rest"] = RestConverter
    app.register_blueprint(operations.blueprint)
    return app


def put_layers_before(app: Flask, busy_routes: Sequence[BusyRoute], *, log_requests: bool) -> None:
    """From the outside in: request log, default headers, busy routes, Flask."""
    wsgi: Wsgi = DefaultHeaders(Entry(app.wsgi_app, busy_routes))
    app.wsgi_app = RequestLog(wsgi) if log_requests else wsgi  # type: ignore[assignment, method-assign]
