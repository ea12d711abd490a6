"""Grafana's HTTP API under /api: its routes, bodies, messages and statuses.

Must not decide what may be done with a data source: it asks the registry, in the registry's words.
"""

from flask import Flask

from app.dialects.grafana import (
    access_control,
    api_keys,
    correlations,
    datasource_health,
    datasources,
    frontend,
    health,
    org_users,
    orgs,
    proxy,
    resources,
    service_accounts,
    teams,
    user,
    users,
)
from app.dialects.grafana.door import NAME, PREFIX
from app.dialects.grafana.errors import render_for_view
from app.edge.entry import BusyRoute
from app.edge.errors import ErrorDoor
from app.edge.openapi import openapi_of
from app.services import Services

TITLE = "Grafana data source API"


def register(app: Flask) -> list[ErrorDoor]:
    """Registers the routes; returns the doors whose errors this dialect words."""
    api = openapi_of(app, dialect=NAME, title=TITLE)
    modules = (
        datasources,
        proxy,
        resources,
        datasource_health,
        correlations,
        access_control,
        service_accounts,
        api_keys,
        orgs,
        org_users,
        user,
        users,
        teams,
        frontend,
    )
    for module in modules:
        api.register_blueprint(module.blueprint)
    api.register_blueprint(frontend.settings_blueprint)
    app.register_blueprint(health.blueprint)
    # Clients of newer Grafanas look below /apis first, and go on with /api when nothing is there.
    return [ErrorDoor(PREFIX, render_for_view), ErrorDoor("/apis", render_for_view)]


def busy_routes(services: Services) -> list[BusyRoute]:
    """The routes that are answered before Flask; the busiest first."""
    return [proxy.busy_route(services), datasources.busy_route(services), resources.busy_route(services)]
