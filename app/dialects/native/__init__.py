"""Sluice's own API under /api/sluice: what no other dialect has words for.

Must not decide anything: it asks the registry and the identity room, as the other dialects do.
"""

from flask import Flask

from app.dialects.native import access_keys, attachments, datasource_tests, org_settings, tokens
from app.dialects.native.door import NAME, PREFIX
from app.dialects.native.errors import render
from app.edge.errors import ErrorDoor
from app.edge.openapi import openapi_of

TITLE = "Sluice API"


def register(app: Flask) -> ErrorDoor:
    """Registers the routes; returns the door whose errors this dialect words."""
    api = openapi_of(app, dialect=NAME, title=TITLE)
    for module in (tokens, access_keys, attachments, org_settings, datasource_tests):
        api.register_blueprint(module.blueprint)
    return ErrorDoor(PREFIX, render)
