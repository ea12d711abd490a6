"""From the JSON of a request to a checked Document. Pure; the texts are the SQL plugin's (opensearch.md 2.3)."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.dialects.opensearch.connectors import OF_THE_PLUGIN, checked
from app.dialects.opensearch.document import Configuration, Document
from app.dialects.opensearch.mapping import default_result_index
from app.registry.catalog import connector_of, type_of_connector
from app.registry.datasource import Status
from app.upstream.addresses import Network

BUILT_IN = "@opensearch"
_NAME = re.compile(r"[@*A-Za-z]+?[*a-zA-Z_\-0-9]*")
_RESULT_INDEX = re.compile(r"[a-z0-9_-]+")
_LONGEST_INDEX = 255
_MEMBERS = frozenset({"name", "description", "connector", "allowedRoles", "properties", "resultIndex", "status"})
# The object that is read can be edited and sent back.
_TOLERATED = frozenset({"id", "dataSourceId"})
_REQUIRED = ("name", "connector", "properties", "resultIndex", "status")
_OF_THE_PLUGIN = ("name", "connector")


class InvalidBody(Exception):
    """The body is not what the API takes; the text says why."""


class BuiltInSource(Exception):
    """The data source of the cluster's own indexes cannot be looked at or changed."""

    def __init__(self, verb: str) -> None:
        super().__init__(f"Not allowed to {verb} datasource with name : {BUILT_IN}")
        self.verb = verb


@dataclass(frozen=True)
class BodyRules:
    """From the settings. ``like_the_plugin``: as the server is, not as its documentation says."""

    like_the_plugin: bool
    denied: Sequence[Network]


def read_new(given: Mapping[str, Any], rules: BodyRules) -> Document:
    """Of a create. With neither result index nor status the plugin's defaults hold, as its dashboards expect; with one
    of them the documented members are all required. Raises InvalidBody, BuiltInSource, InvalidProperties."""
    _check_members(given, rules, tolerated=frozenset())
    compact = "resultIndex" not in given and "status" not in given
    kind = type_of_connector(given["connector"]) if isinstance(given.get("connector"), str) else None
    required: Sequence[str] = _REQUIRED
    if rules.like_the_plugin:
        required = _OF_THE_PLUGIN
    elif compact:
        required = _OF_THE_PLUGIN if kind == "grafana-opensearch-datasource" else (*_OF_THE_PLUGIN, "properties")
    _check_kinds_and_required(given, rules, required)
    name = given["name"]
    if not _NAME.fullmatch(name):
        raise InvalidBody(f"DataSource Name: {name} contains illegal characters. Allowed characters: a-zA-Z0-9_-*@.")
    document = _document(given, rules)
    if name == BUILT_IN:
        raise BuiltInSource("create")
    return document


def read_replacement(given: Mapping[str, Any], stored: Mapping[str, Any], rules: BodyRules) -> Document:
    """Of an update, which says everything. ``stored`` is the object as it is answered. Raises as ``read_new``."""
    _check_members(given, rules, tolerated=_TOLERATED)
    _check_id(given, stored)
    required = _OF_THE_PLUGIN if rules.like_the_plugin else _REQUIRED
    _check_kinds_and_required(given, rules, required, known=stored["connector"])
    return _document(given, rules)


def read_name(given: Mapping[str, Any], verb: str) -> str:
    """Which data source an update or a patch is for. Raises InvalidBody, BuiltInSource."""
    name = given.get("name")
    if name is None:
        raise InvalidBody("Name is a required field." if verb == "patch" else _missing(["name"]))
    if not isinstance(name, str):
        raise InvalidBody("name must be a text.")
    if name == BUILT_IN:
        raise BuiltInSource(verb)
    return name


def patched(given: Mapping[str, Any], stored: Mapping[str, Any], rules: BodyRules) -> Document:
    """``stored``, with ``******`` for its secrets, and what ``given`` says written over it; properties are merged, and
    the connector stays. Raises as ``read_new``."""
    _check_members(given, rules, tolerated=_TOLERATED)
    _check_id(given, stored)
    _check_kinds_and_required({**given, "connector": None}, rules, ())
    fixed = {"connector", *_TOLERATED}
    changed = {key: value for key, value in given.items() if value is not None and key not in fixed}
    merged = {**stored, **changed, "properties": {**stored["properties"], **(given.get("properties") or {})}}
    # What another API wrote need not be what this one asks for, as long as nothing is said of it.
    document = _document(merged, rules, with_properties=given.get("properties") is not None)
    # Nothing was ever said of roles, and nothing is now.
    return document if merged["allowedRoles"] is not None else replace(document, allowed_roles=None)


def _check_id(given: Mapping[str, Any], stored: Mapping[str, Any]) -> None:
    # An object that was read is sent back for the same data source only.
    for member in sorted(_TOLERATED):
        if given.get(member) is not None and given[member] != stored["id"]:
            raise InvalidBody(f"{member} is of another data source than name")


def _check_members(given: Mapping[str, Any], rules: BodyRules, *, tolerated: frozenset[str]) -> None:
    known = _MEMBERS | tolerated if rules.like_the_plugin else _MEMBERS | tolerated | {"configuration"}
    for member in given:
        if member not in known:
            raise InvalidBody(f"Unknown field: {member}")
    try:
        text = json.dumps(given, allow_nan=False)
    except ValueError as exc:
        raise InvalidBody("A number is too large.") from exc
    if "\\u0000" in text:
        # PostgreSQL cannot store it.
        raise InvalidBody("A text has a NUL character.")


def _check_kinds_and_required(
    given: Mapping[str, Any], rules: BodyRules, required: Sequence[str], known: str = ""
) -> None:
    """``known``: a connector that is taken whatever the tables say, because the data source has it."""
    for member in ("name", "description", "connector", "resultIndex", "status"):
        if not isinstance(given.get(member), str | None):
            raise InvalidBody(f"{member} must be a text.")
    if not isinstance(given.get("properties"), Mapping | None):
        raise InvalidBody("properties must be an object.")
    roles = given.get("allowedRoles")
    if roles is not None and not (isinstance(roles, list) and all(isinstance(role, str) for role in roles)):
        raise InvalidBody("allowedRoles must be an array of texts.")
    connector, status = given.get("connector"), given.get("status")
    if connector and connector.lower() != known.lower():
        kind = type_of_connector(connector)
        if kind is None or (rules.like_the_plugin and kind not in OF_THE_PLUGIN):
            raise InvalidBody(f"No DataSourceType with name {connector} found")
    if status is not None:
        _status(status)
    # An empty name is there; what it lacks is said of its characters.
    missing = [member for member in required if given.get(member) is None or (given[member] == "" and member != "name")]
    if missing:
        raise InvalidBody(_missing(missing))


def _missing(members: Sequence[str]) -> str:
    return f"Datasource configuration error: {', '.join(members)} cannot be null or empty."


def _document(given: Mapping[str, Any], rules: BodyRules, *, with_properties: bool = True) -> Document:
    kind = type_of_connector(given["connector"]) or given["connector"]
    roles, properties = given.get("allowedRoles"), given.get("properties") or {}
    name, result_index = given["name"], given.get("resultIndex")
    if result_index is not None:
        _check_result_index(result_index, rules)
    return Document(
        name=name,
        description=given.get("description") or "",
        connector=connector_of(kind),
        type=kind,
        properties=checked(kind, properties, rules.denied) if with_properties else properties,
        configuration=_configuration(given.get("configuration")),
        result_index=result_index or default_result_index(name),
        status=_status(given.get("status") or Status.ACTIVE),
        allowed_roles=tuple(roles) if roles is not None else (),
    )


def _check_result_index(text: str, rules: BodyRules) -> None:
    complaint = ""
    if len(text) > _LONGEST_INDEX:
        complaint += "Result index name size must contains less than 255 characters."
    if not _RESULT_INDEX.fullmatch(text):
        complaint += (
            "Result index name has invalid character. Valid characters are a-z, 0-9, -(hyphen) and _(underscore)."
        )
    if rules.like_the_plugin and not text.startswith("query_execution_result"):
        complaint += "Result index must start with query_execution_result"
    if complaint:
        raise InvalidBody(complaint)


def _status(text: str) -> Status:
    try:
        return Status(text.upper())
    except ValueError:
        raise InvalidBody(f"No DataSourceStatus with text {text} found") from None


def _configuration(given: Any) -> Configuration | None:
    if given is None:
        return None
    credentials = given.get("credentials") if isinstance(given, Mapping) else None
    if not isinstance(credentials, Mapping):
        raise InvalidBody(_missing(["configuration.credentials"]))
    found = {"endpoint": given.get("endpoint"), **{key: credentials.get(key) for key in ("username", "password")}}
    for key, value in found.items():
        if not isinstance(value, str) or (key == "endpoint" and not value):
            where = "configuration" if key == "endpoint" else "configuration.credentials"
            raise InvalidBody(_missing([f"{where}.{key}"]))
    for unknown in (*(set(given) - {"endpoint", "credentials"}), *(set(credentials) - {"username", "password"})):
        raise InvalidBody(f"Unknown field: {unknown}")
    return Configuration(**found)
