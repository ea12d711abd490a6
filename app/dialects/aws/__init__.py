"""AWS's OpenSearch Service API under /2021-01-01: its routes, bodies, codes and statuses.

Must not decide what may be done: it asks the use cases, in their words.
"""

from flask import Flask

from app.dialects.aws import (
    applications,
    attachments,
    busy,
    direct_query,
    domain_data_sources,
    domains,
    not_implemented,
)
from app.dialects.aws.callers import NAME
from app.dialects.aws.door import PREFIX
from app.dialects.aws.errors import render
from app.edge.errors import ErrorDoor
from app.edge.openapi import openapi_of

busy_route = busy.busy_route
TITLE = "Amazon OpenSearch Service API"

_SIGNATURES = {
    "sigv4": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "AWS Signature Version 4 for the service `es`, with an access key of Sluice's.",
    }
}


def register(app: Flask) -> ErrorDoor:
    """Registers the routes; returns the door whose errors this dialect words."""
    api = openapi_of(app, dialect=NAME, title=TITLE, schemes=_SIGNATURES)
    for module in (attachments, applications, domains, domain_data_sources, direct_query):
        api.register_blueprint(module.blueprint)
    app.register_blueprint(not_implemented.blueprint)
    return ErrorDoor(PREFIX, render)
