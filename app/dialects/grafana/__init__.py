"""Grafana's HTTP API under /api: its routes, bodies, messages and statuses.

Must not decide what may be done with a data source: it asks the registry, in the registry's words.
"""

from flask import Flask

from app.dialects.grafana import api_keys, datasources, health, proxy, service_accounts
from app.dialects.grafana.door import NAME, PREFIX
from app.dialects.grafana.errors import render_for_view
from app.edge.entry import BusyRoute
from app.edge.errors import ErrorDoor
from app.edge.openapi import openapi_of
from app.services import Services

TITLE = "Grafana data source API"


def register(app: Flask) -> ErrorDoor:
    """Registers the routes; returns the door whose errors this dialect words."""
    api = openapi_of(app, dialect=NAME, title=TITLE)
    for module in (datasources, proxy, service_accounts, api_keys):
        api.register_blueprint(module.blueprint)
    app.register_blueprint(health.blueprint)
    return ErrorDoor(PREFIX, render_for_view)


def busy_routes(services: Services) -> list[BusyRoute]:
    """The routes that are answered before Flask; the busiest first."""
    return [proxy.busy_route(services), datasources.busy_route(services)]
