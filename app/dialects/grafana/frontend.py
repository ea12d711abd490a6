"""What clients ask first: frontend settings, plugins, search, ping."""

from typing import Any

from flask import Response, request
from flask.views import MethodView
from marshmallow import Schema, fields

from app.dialects.grafana.door import NAME, PREFIX, grafana_blueprint
from app.dialects.grafana.plugins import plugin_item, plugin_meta, plugin_settings
from app.edge.authentication import authenticate_if_given, identity_if_given, services
from app.edge.body import SluiceBlueprint
from app.edge.json import dump
from app.identity.identity import Identity
from app.registry.catalog import BACKEND_TYPES, backend_type, is_known
from app.registry.datasource import DataSource

blueprint = grafana_blueprint("frontend", "", "What clients ask before anything else.")
settings_blueprint = SluiceBlueprint(
    "frontend_settings", __name__, url_prefix=f"{PREFIX}/frontend", description="Frontend settings."
)
settings_blueprint.before_request(authenticate_if_given(NAME))

# Types whose queries name a database; the others keep it in jsonData.
_DATABASE_SHOWN = frozenset({"influxdb", "influxdb_08", "elasticsearch"})
_DATABASE_IN_JSON = frozenset({"mssql", "mysql", "grafana-postgresql-datasource"})
_FIRST_ORG = 1


class PluginsQuery(Schema):
    """Each of them leaves some out; all that there is, is a data source, built in and enabled."""

    type = fields.String(load_default="")
    core = fields.String(load_default="")
    embedded = fields.String(load_default="")
    enabled = fields.String(load_default="")


@settings_blueprint.route("/settings")
class FrontendSettings(MethodView):
    """What Grafana's own pages, and the tools that imitate them, begin with."""

    @settings_blueprint.response(200, description="Version, and for signed-in callers their data sources")
    def get(self) -> Response:
        """Get the version, and for signed-in callers their data sources, without any secret."""
        body = _about_the_build()
        caller = identity_if_given()
        if caller is not None:
            body |= _about_the_org(caller)
        return Response(dump(body), mimetype="application/json")


@blueprint.route("/plugins")
class Plugins(MethodView):
    """The types of data sources."""

    @blueprint.arguments(PluginsQuery(), location="query")
    @blueprint.response(200, description="The plugins")
    def get(self, query: dict[str, str]) -> Response:
        """List the types of data sources as plugins."""
        left_out = (
            query["type"] not in {"", "datasource"}
            or query["core"] == "0"
            or query["embedded"] == "1"
            or query["enabled"] == "0"
        )
        version = services().settings.grafana_version
        body = [] if left_out else [plugin_item(row, version) for row in BACKEND_TYPES]
        return Response(dump(body), mimetype="application/json")


@blueprint.route("/plugins/<id>/settings")
class PluginSettings(MethodView):
    """One type of data sources."""

    @blueprint.response(200, description="The plugin")
    def get(self, id: str) -> Response:
        """Get a type of data sources as a plugin."""
        return Response(dump(plugin_settings(id, services().settings.grafana_version)), mimetype="application/json")


@blueprint.route("/search")
@blueprint.route("/folders")
@blueprint.route("/annotations")
@blueprint.route("/dashboard/snapshots")
@blueprint.route("/v1/provisioning/alert-rules")
class Nothing(MethodView):
    """Dashboards, folders and the like, of which there are none here: tools that save or count everything stop at the
    first list that is missing."""

    @blueprint.response(200, description="An empty list")
    def get(self) -> Response:
        """List what there is none of here."""
        return Response(b"[]", mimetype="application/json")


@blueprint.route("/login/ping")
class LoginPing(MethodView):
    """Whether the credentials hold."""

    @blueprint.response(200, description="A message")
    def get(self) -> Response:
        """Ask whether the caller is signed in."""
        return Response(b'{"message":"Logged in"}', mimetype="application/json")


def _about_the_build() -> dict[str, Any]:
    settings = services().settings
    return {
        "appUrl": settings.root_url or request.host_url,
        "appSubUrl": "",
        "buildInfo": {
            "version": settings.grafana_version,
            "versionString": f"Grafana v{settings.grafana_version}",
            "commit": "",
            "commitShort": "",
            "buildstamp": 0,
            "edition": "Open Source",
            "env": "production",
            "hasUpdate": False,
            "hideVersion": False,
            "latestVersion": "",
        },
    }


def _about_the_org(caller: Identity) -> dict[str, Any]:
    # Someone who is in no org is signed in all the same, and has no data sources.
    readable = services().registry.all(caller) if caller.may("datasources:read") else []
    rows = [row for row in readable if is_known(row.type)]
    version = services().settings.grafana_version
    return {
        "namespace": "default" if caller.org_id == _FIRST_ORG else f"org-{caller.org_id}",
        "datasources": {row.name: _entry(row, version) for row in rows},
        "defaultDatasource": next((row.name for row in rows if row.is_default), ""),
    }


def _entry(row: DataSource, version: str) -> dict[str, Any]:
    kind = backend_type(row.type)
    json_data = dict(row.json_data)
    if kind.id == "prometheus":
        json_data["directUrl"] = row.url
    if kind.id in _DATABASE_IN_JSON and not json_data.get("database"):
        json_data["database"] = row.database
    entry = {
        "id": row.id,
        "uid": row.uid,
        "type": kind.id,
        "name": row.name,
        "url": row.url if row.access == "direct" else f"{PREFIX}/datasources/proxy/uid/{row.uid}",
        "isDefault": row.is_default,
        "access": row.access,
        "readOnly": row.read_only,
        "preload": False,
        "module": f"core:plugin/{kind.id}",
        "meta": plugin_meta(kind, version),
        "jsonData": json_data,
    }
    if row.api_version:
        entry["apiVersion"] = row.api_version
    if row.access == "direct" and row.with_credentials:
        entry["withCredentials"] = True
    if kind.id in _DATABASE_SHOWN:
        entry["database"] = row.database
    return entry
