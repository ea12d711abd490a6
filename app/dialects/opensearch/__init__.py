"""OpenSearch's Data Source API under /_plugins: its routes, bodies, texts and statuses.

Must not decide what may be done with a data source: it asks the registry, in the registry's words.
"""

from flask import Flask

from app.dialects.opensearch import datasources, queries
from app.dialects.opensearch.door import NAME, PREFIX
from app.dialects.opensearch.errors import render_for_view
from app.edge.errors import ErrorDoor
from app.edge.openapi import openapi_of

busy_route = datasources.busy_route
TITLE = "OpenSearch Data Source API"


def register(app: Flask) -> ErrorDoor:
    """Registers the routes; returns the door whose errors this dialect words."""
    api = openapi_of(app, dialect=NAME, title=TITLE)
    for module in (datasources, queries):
        api.register_blueprint(module.blueprint)
    return ErrorDoor(PREFIX, render_for_view)
