"""What the SQL plugin's own connectors ask of their properties. Tables and pure functions.

The texts are the plugin's (opensearch.md 5.1); the connectors that only its documentation names ask for nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from app.dialects.opensearch.secret_keys import masked
from app.upstream.addresses import Network, check_literal
from app.upstream.errors import AddressDenied

_LONGEST = 1_000
_FALSE, _TRUE = "false", "true"
_ICEBERG, _LAKE = "glue.iceberg.enabled", "glue.lakeformation.enabled"
_SESSION_TAG = "glue.lakeformation.session_tag"
_GLUE_AUTH = "glue.indexstore.opensearch.auth"


class InvalidProperties(Exception):
    """The properties are not what the connector needs; the text is the plugin's."""


@dataclass(frozen=True)
class _Connector:
    """``uri``: the property whose host is looked at. ``required`` of all; ``auth``: the property with the kind of
    credentials; ``required_by`` each kind. ``refuses``: how a kind that is not in the table is refused, if it is."""

    uri: str
    required: tuple[str, ...]
    auth: str
    required_by: Mapping[str, tuple[str, ...]]
    refuses: str = ""


_GLUE = _Connector(
    uri="glue.indexstore.opensearch.uri",
    required=("glue.auth.type", "glue.auth.role_arn", "glue.indexstore.opensearch.uri", _GLUE_AUTH),
    auth=_GLUE_AUTH,
    required_by={
        "basicauth": (f"{_GLUE_AUTH}.username", f"{_GLUE_AUTH}.password"),
        "awssigv4": ("glue.indexstore.opensearch.region",),
    },
)
_CONNECTORS: Mapping[str, _Connector] = {
    "prometheus": _Connector(
        uri="prometheus.uri",
        required=("prometheus.uri",),
        auth="prometheus.auth.type",
        required_by={
            "": (),
            "basicauth": ("prometheus.auth.username", "prometheus.auth.password"),
            "awssigv4": ("prometheus.auth.region", "prometheus.auth.access_key", "prometheus.auth.secret_key"),
            # Of newer dashboards; what a query with it needs is not there yet.
            "oauth2": (),
        },
        refuses="AUTH Type : {kind} is not supported with Prometheus Connector",
    ),
    "s3glue": _GLUE,
    "security_lake": _GLUE,
}
# The plugin knows these alone; their properties are texts.
OF_THE_PLUGIN = frozenset({*_CONNECTORS, "grafana-opensearch-datasource"})


def checked(type_id: str, properties: Mapping[str, Any], denied: Sequence[Network]) -> Mapping[str, Any]:
    """The properties as they are stored: those of the plugin's own connectors are texts. ``denied``: networks that no
    data source may lead to. Raises InvalidProperties."""
    if type_id not in OF_THE_PLUGIN:
        return properties
    texts = {key: _text(key, value) for key, value in properties.items()}
    connector = _CONNECTORS.get(type_id)
    if connector is None:
        return texts
    if type_id == "security_lake":
        texts = _of_security_lake(texts)
    kind = texts.get(connector.auth, "")
    of_kind = connector.required_by.get(kind.lower())
    if of_kind is None and connector.refuses:
        raise InvalidProperties(connector.refuses.format(kind=kind))
    required = (*connector.required, *(of_kind or ()))
    missing = [key for key in required if key not in texts]
    too_long = [key for key in required if len(texts.get(key, "")) > _LONGEST]
    complaint = f"Missing [{', '.join(missing)}] fields in the connector properties." if missing else ""
    complaint += f"Fields [{', '.join(too_long)}] exceeds more than {_LONGEST} characters." if too_long else ""
    if complaint:
        raise InvalidProperties(complaint)
    if connector is _GLUE:
        _check_lake_formation(texts)
    _check_host(texts[connector.uri], denied, of_glue=connector is _GLUE)
    return texts


def _of_security_lake(texts: dict[str, str]) -> dict[str, str]:
    for flag in (_ICEBERG, _LAKE):
        if texts.get(flag, _TRUE).lower() == _FALSE:
            raise InvalidProperties(f"{flag} cannot be false when using Security Lake data source.")
    if _SESSION_TAG not in texts:
        raise InvalidProperties(f"{_SESSION_TAG} must be specified when using Security Lake data source")
    return {**texts, _ICEBERG: _TRUE, _LAKE: _TRUE}


def _check_lake_formation(texts: Mapping[str, str]) -> None:
    if texts.get(_LAKE, _FALSE).lower() != _TRUE:
        return
    if texts.get(_ICEBERG, _FALSE).lower() != _TRUE:
        raise InvalidProperties("Lake Formation can only be enabled when Iceberg is enabled.")
    if _SESSION_TAG not in texts:
        raise InvalidProperties("Lake Formation session tag must be specified when enabling Lake Formation")


def _check_host(uri: str, denied: Sequence[Network], *, of_glue: bool) -> None:
    # The name is not resolved here: the guard at connect time does that, for each request.
    try:
        host = urlsplit(uri if "://" in uri else f"//{uri}").hostname
    except ValueError:
        host = None
    if not host:
        raise InvalidProperties(
            "Invalid flint host in properties." if of_glue else f"Invalid URI in prometheus properties: {masked(uri)}"
        )
    try:
        check_literal(host, denied)
    except AddressDenied as exc:
        raise InvalidProperties(
            "Disallowed hostname in the uri. Validate with plugins.query.datasources.uri.hosts.denylist config"
        ) from exc


def _text(key: str, value: Any) -> str:
    match value:
        case str():
            return value
        case bool():
            return _TRUE if value else _FALSE
        case int() | float():
            return str(value)
    raise InvalidProperties(f"The property {key} must be a text, a number or a boolean.")
