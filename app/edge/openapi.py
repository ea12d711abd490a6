"""The OpenAPI documents and a page to read them that needs nothing from other hosts."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask import Flask
from flask_smorest import Api
from flask_swagger_ui import get_swaggerui_blueprint

from app.version import __version__

DOCS_PATH = "/docs"

_SCHEMES: Mapping[str, dict[str, Any]] = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
}
_NO_SCHEMES: Mapping[str, dict[str, Any]] = MappingProxyType({})


class DialectApi(Api):
    """An Api whose errors are worded by ``edge.errors`` alone."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        pass


def openapi_of(app: Flask, *, dialect: str, title: str, schemes: Mapping[str, dict[str, Any]] = _NO_SCHEMES) -> Api:
    """The Api that collects a dialect's blueprints; its document is ``/docs/<dialect>/openapi.json``. ``schemes`` are
    the ways to sign in that only this dialect has."""
    prefix = dialect.upper()
    app.config.update(
        {
            f"{prefix}_API_TITLE": title,
            f"{prefix}_API_VERSION": __version__,
            f"{prefix}_OPENAPI_VERSION": "3.0.3",
            f"{prefix}_OPENAPI_URL_PREFIX": f"{DOCS_PATH}/{dialect}",
        }
    )
    ways = {**schemes, **_SCHEMES}
    api = DialectApi(app, config_prefix=prefix, spec_kwargs={"security": [{name: []} for name in ways]})
    for name, scheme in ways.items():
        api.spec.components.security_scheme(name, scheme)
    return api


def register_docs_page(app: Flask, dialects: dict[str, str]) -> None:
    """Swagger UI under /docs/, with one document a dialect (name to title)."""
    documents = [{"url": f"{DOCS_PATH}/{name}/openapi.json", "name": title} for name, title in dialects.items()]
    page = get_swaggerui_blueprint(
        DOCS_PATH, documents[0]["url"], config={"urls": documents, "validatorUrl": None}, blueprint_name="docs"
    )
    app.register_blueprint(page)
