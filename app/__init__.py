"""Sluice: a data source registry and query gateway. ``create_app`` builds services and registers the doors."""

import os

from flask import Flask

from app.bootstrap import build_prepared
from app.dialects import aws, grafana, native, opensearch
from app.edge.errors import register_error_doors
from app.edge.flask_app import new_flask_app, put_layers_before
from app.edge.openapi import register_docs_page
from app.services import Services
from app.settings import Settings


def create_app(services: Services | None = None) -> Flask:
    """The WSGI application. Without ``services`` it builds those of an installation that was prepared before."""
    built = build_prepared(Settings.from_environment(os.environ)) if services is None else services
    app = new_flask_app(built)
    # In this order: the native paths lie below Grafana's.
    doors = [native.register(app), *grafana.register(app), opensearch.register(app), aws.register(app)]
    register_error_doors(app, doors)
    dialects = {"grafana": grafana, "native": native, "opensearch": opensearch, "aws": aws}
    register_docs_page(app, {name: dialect.TITLE for name, dialect in dialects.items()})
    busy = [*grafana.busy_routes(built), opensearch.busy_route(built), aws.busy_route(built)]
    put_layers_before(app, busy, log_requests=built.settings.router_logging)
    return app
