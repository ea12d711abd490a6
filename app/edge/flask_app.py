"""The Flask application as every dialect needs it: JSON, routing, request life, health."""

from flask import Flask
from werkzeug.routing import BaseConverter

from app.edge import operations
from app.edge.authentication import EXTENSION
from app.edge.body import BODY_LIMIT
from app.edge.json import OrjsonProvider
from app.edge.life import register_life
from app.services import Services


class RestConverter(BaseConverter):
    """The rest of the path, slashes and all: names may hold them."""

    regex = ".+"
    part_isolating = False


def new_flask_app(services: Services) -> Flask:
    """An application without doors."""
    app = Flask("sluice", static_folder=None)
    app.json = OrjsonProvider(app)
    app.extensions[EXTENSION] = services
    app.config[BODY_LIMIT] = services.settings.max_body_bytes
    # Grafana answers with and without a trailing slash, and never redirects.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.url_map.converters["rest"] = RestConverter
    register_life(app, log_all=services.settings.router_logging)
    app.register_blueprint(operations.blueprint)
    return app
