"""The OpenAPI documents and a page to read them that needs nothing from other hosts."""

from typing import Any

from flask import Flask
from flask_smorest import Api
from flask_swagger_ui import get_swaggerui_blueprint

from app.version import __version__

DOCS_PATH = "/docs"


class DialectApi(Api):
    """An Api whose errors are worded by ``edge.errors`` alone."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        pass


def openapi_of(app: Flask, *, dialect: str, title: str) -> Api:
    """The Api that collects a dialect's blueprints; its document is ``/docs/<dialect>/openapi.json``."""
    prefix = dialect.upper()
    app.config.update(
        {
            f"{prefix}_API_TITLE": title,
            f"{prefix}_API_VERSION": __version__,
            f"{prefix}_OPENAPI_VERSION": "3.0.3",
            f"{prefix}_OPENAPI_URL_PREFIX": f"{DOCS_PATH}/{dialect}",
        }
    )
    api = DialectApi(app, config_prefix=prefix, spec_kwargs={"security": [{"bearer": []}, {"basic": []}]})
    schemes: dict[str, dict[str, Any]] = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "basic": {"type": "http", "scheme": "basic"},
    }
    for name, scheme in schemes.items():
        api.spec.components.security_scheme(name, scheme)
    return api


def register_docs_page(app: Flask, dialects: dict[str, str]) -> None:
    """Swagger UI under /docs/, with one document a dialect (name to title)."""
    documents = [{"url": f"{DOCS_PATH}/{name}/openapi.json", "name": title} for name, title in dialects.items()]
    page = get_swaggerui_blueprint(
        DOCS_PATH, documents[0]["url"], config={"urls": documents, "validatorUrl": None}, blueprint_name="docs"
    )
    app.register_blueprint(page)
