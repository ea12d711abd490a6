"""Between what OpenSearch's API says of a data source and the columns that all dialects share. Pure.

What a column holds is read from the column, whoever wrote it last. What no column holds is kept in a document of its
own, but for secrets, which are all among the data source's secrets.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.dialects.opensearch.document import Document
from app.dialects.opensearch.endpoints import columns_of, with_columns
from app.dialects.opensearch.secret_keys import MASK, is_secret, masked
from app.registry.catalog import connector_of
from app.registry.datasource import DataSource, OpenSearchSide
from app.registry.json_data import JsonData

# Its own columns for user and database; the others sign in by basic auth.
_WITH_USER = frozenset(
    {
        "mysql",
        "grafana-postgresql-datasource",
        "postgres",
        "mssql",
        "influxdb",
        "grafana-mongodb-datasource",
        "grafana-snowflake-datasource",
    }
)
# Their column for the URL holds host and port alone.
_HOST_AND_PORT = frozenset({"mysql", "grafana-postgresql-datasource", "postgres", "mssql"})

# Connectors with a fixed set of properties, whose values are texts: the property with the URL, and the beginning of
# those that sign in there.
_FLAT: Mapping[str, tuple[str, str, str]] = {
    # type: (URL, prefix of the credentials, region)
    "prometheus": ("prometheus.uri", "prometheus.auth", "prometheus.auth.region"),
    "s3glue": (
        "glue.indexstore.opensearch.uri",
        "glue.indexstore.opensearch.auth",
        "glue.indexstore.opensearch.region",
    ),
    "security_lake": (
        "glue.indexstore.opensearch.uri",
        "glue.indexstore.opensearch.auth",
        "glue.indexstore.opensearch.region",
    ),
}
_SIGNING = ("sigV4Auth", "sigV4AuthType", "sigV4Region")
# Secrets that only this API writes, so that they cannot be taken for one of Grafana's.
_OWN_PASSWORD = "opensearch.configuration.password"
_OWN_PROPERTY = "opensearch.property."
_INDEX_CHARACTERS = re.compile("[^a-z0-9_-]")
_INDEX_PREFIX = "query_execution_result_"
_LONGEST_INDEX = 255


class NothingToKeep(Exception):
    """A ``******`` stands where no secret is stored."""

    def __init__(self, member: str) -> None:
        super().__init__(f"{member} is {MASK}, which stands for a stored secret, and none is stored")


@dataclass(frozen=True, kw_only=True)
class Columns:
    """What is stored. ``secrets`` are given anew, those in ``kept`` stay as they are."""

    type: str
    url: str
    user: str
    database: str
    basic_auth: bool
    basic_auth_user: str
    json_data: JsonData
    secrets: Mapping[str, str] = field(repr=False)
    kept: frozenset[str]
    side: OpenSearchSide


def default_result_index(name: str) -> str:
    """The SQL plugin's own: from the name, as far as its characters may stand in the name of an index."""
    return _INDEX_CHARACTERS.sub("", f"{_INDEX_PREFIX}{name.lower()}"[:_LONGEST_INDEX])


def to_columns(document: Document, old: DataSource | None) -> Columns:
    """What is stored for ``document`` over ``old``. Raises NothingToKeep."""
    return _Writing(document, old).columns()


def to_document(row: DataSource) -> dict[str, Any]:
    """The object that is answered, without any secret."""
    kept = _kept_document(row)
    configuration = _configuration_of(row, kept)
    return {
        "id": row.uid,
        "name": row.name,
        "description": kept.get("description", ""),
        "connector": connector_of(row.type),
        "resultIndex": kept.get("resultIndex") or default_result_index(row.name),
        "status": row.opensearch.status.value,
        "allowedRoles": list(row.opensearch.allowed_roles or ()),
        **({} if configuration is None else {"configuration": configuration}),
        "properties": {
            key: masked(value) if isinstance(value, str) else value
            for key, value in _properties_of(row, kept).items()
            if not is_secret(key)
        },
    }


def to_editable(row: DataSource) -> dict[str, Any]:
    """The object that a patch changes: as it is answered, with ``******`` for each secret, and roles that may be
    unsaid."""
    shown = to_document(row)
    hidden: dict[str, Any] = {}
    if row.type in _FLAT:
        _, auth, _ = _FLAT[row.type]
        if row.basic_auth:
            hidden[f"{auth}.username"] = row.basic_auth_user
        names = {
            "basicAuthPassword": f"{auth}.password",
            "sigV4AccessKey": f"{auth}.access_key",
            "sigV4SecretKey": f"{auth}.secret_key",
        }
        hidden |= {key: MASK for name, key in names.items() if name in row.ciphertexts}
    own = [name for name in _kept_document(row).get("secrets", ()) if name in row.ciphertexts and name != _OWN_PASSWORD]
    hidden |= {name.removeprefix(_OWN_PROPERTY): MASK for name in own}
    # Not yet masked: what is kept must be kept whole.
    return {
        **shown,
        "allowedRoles": None if row.opensearch.allowed_roles is None else list(row.opensearch.allowed_roles),
        "properties": {**_properties_of(row, _kept_document(row)), **hidden},
    }


class _Writing:
    """Fills the columns from one document."""

    def __init__(self, document: Document, old: DataSource | None) -> None:
        self._document = document
        self._old = old
        self._stored = frozenset() if old is None else frozenset(old.ciphertexts)
        self._secrets: dict[str, str] = {}
        self._kept: set[str] = set()
        self._own_secrets: list[str] = []

    def columns(self) -> Columns:
        document, old = self._document, self._old
        same_type = old is not None and connector_of(old.type) == document.connector
        type_id = old.type if old is not None and same_type else document.type
        fill = self._flat if document.type in _FLAT else self._open
        filled = fill(type_id, old if same_type else None)
        if same_type:
            self._kept |= {name for name in self._stored - self._expressible() if name not in self._secrets}
        text = {
            "description": document.description,
            "resultIndex": document.result_index,
            "secrets": sorted(self._own_secrets),
            **filled["document"],
        }
        return Columns(
            type=type_id,
            url=filled.get("url", ""),
            user=filled.get("user", ""),
            database=filled.get("database", ""),
            basic_auth=filled.get("basic_auth", False),
            basic_auth_user=filled.get("basic_auth_user", ""),
            json_data=JsonData.of(filled["json_data"]),
            secrets=self._secrets,
            kept=frozenset(self._kept),
            side=OpenSearchSide(
                status=document.status,
                allowed_roles=document.allowed_roles,
                document=JsonData(json.dumps(text, ensure_ascii=False, separators=(",", ":"))),
            ),
        )

    def _expressible(self) -> frozenset[str]:
        """The stored secrets that this API has words for; the others are Grafana's, and stay."""
        own = _kept_document(self._old).get("secrets", ()) if self._old is not None else ()
        return frozenset({"basicAuthPassword", "password", "sigV4AccessKey", "sigV4SecretKey", *own})

    def _put_secret(self, name: str, value: str, member: str) -> None:
        if value != MASK:
            self._secrets[name] = value
        elif name in self._stored:
            self._kept.add(name)
        else:
            raise NothingToKeep(member)

    def _open(self, type_id: str, old: DataSource | None) -> dict[str, Any]:
        """Connectors whose properties are free: they are jsonData, and the configuration says where and who."""
        json_data = {}
        for key, value in self._document.properties.items():
            if not is_secret(key):
                json_data[key] = value
                continue
            self._own_secrets.append(key)
            self._put_secret(key, value if isinstance(value, str) else json.dumps(value), f"properties.{key}")
        filled: dict[str, Any] = {"json_data": json_data, "document": {}}
        given = self._document.configuration
        if given is None:
            return filled
        endpoint = given.endpoint
        if old is not None and MASK in endpoint and endpoint == masked(_endpoint_of(old)):
            endpoint = _endpoint_of(old)
        url, database = columns_of(endpoint) if type_id in _HOST_AND_PORT else (endpoint, "")
        filled.update(url=url, database=database, document={"endpoint": endpoint})
        if type_id in _WITH_USER:
            filled["user"] = given.username
            self._put_secret("password", given.password, "configuration.credentials.password")
        else:
            filled.update(basic_auth=True, basic_auth_user=given.username)
            self._put_secret("basicAuthPassword", given.password, "configuration.credentials.password")
        return filled

    def _flat(self, type_id: str, old: DataSource | None) -> dict[str, Any]:
        """The SQL plugin's own connectors: the columns come from the properties, and the configuration is only kept."""
        uri_key, auth, region_key = _FLAT[self._document.type]
        given = {key: _text(value) for key, value in self._document.properties.items()}
        kind = given.get(_kind_key(auth), "").lower()
        json_data = {} if old is None else {key: old.json_data[key] for key in old.json_data if key not in _SIGNING}
        filled: dict[str, Any] = {"url": given.pop(uri_key, ""), "json_data": json_data}
        for key, name, wanted in (
            (f"{auth}.password", "basicAuthPassword", "basicauth"),
            (f"{auth}.access_key", "sigV4AccessKey", "awssigv4"),
            (f"{auth}.secret_key", "sigV4SecretKey", "awssigv4"),
        ):
            if kind == wanted and key in given:
                self._put_secret(name, given.pop(key), f"properties.{key}")
        if kind == "basicauth":
            user = given.pop(f"{auth}.username", "")
            filled.update(basic_auth=True, basic_auth_user=user)
        if kind == "awssigv4":
            json_data.update({"sigV4Auth": True, "sigV4AuthType": "keys", "sigV4Region": given.get(region_key, "")})
        properties = {}
        for key, value in given.items():
            if is_secret(key):
                self._own_secrets.append(f"{_OWN_PROPERTY}{key}")
                self._put_secret(f"{_OWN_PROPERTY}{key}", value, f"properties.{key}")
            else:
                properties[key] = value
        filled["document"] = {"properties": properties}
        if (configuration := self._document.configuration) is not None:
            filled["document"].update(endpoint=configuration.endpoint, username=configuration.username)
            self._own_secrets.append(_OWN_PASSWORD)
            self._put_secret(_OWN_PASSWORD, configuration.password, "configuration.credentials.password")
        return filled


def _kept_document(row: DataSource) -> Mapping[str, Any]:
    return row.opensearch.document if row.opensearch.document is not None else {}


def _properties_of(row: DataSource, kept: Mapping[str, Any]) -> dict[str, Any]:
    if row.type not in _FLAT:
        return dict(row.json_data)
    uri_key, auth, region_key = _FLAT[row.type]
    stored = dict(kept.get("properties", {}))
    signs = row.json_data.get("sigV4Auth") is True
    kind = "basicauth" if row.basic_auth else "awssigv4" if signs else ""
    said = str(stored.pop(_kind_key(auth), ""))
    if kind:
        said = said if said.lower() == kind else kind
    elif said.lower() in {"basicauth", "awssigv4"}:
        said = ""
    stored.pop(region_key, None)
    return {
        **({uri_key: row.url} if row.url else {}),
        **({_kind_key(auth): said} if said else {}),
        **({region_key: _text(row.json_data.get("sigV4Region", ""))} if signs else {}),
        **stored,
    }


def _kind_key(auth: str) -> str:
    # The index store of Glue has the kind in the prefix itself.
    return auth if auth.startswith("glue.") else f"{auth}.type"


def _configuration_of(row: DataSource, kept: Mapping[str, Any]) -> dict[str, Any] | None:
    if row.type in _FLAT:
        if "endpoint" not in kept:
            return None
        return _configuration(kept["endpoint"], kept["username"], _OWN_PASSWORD in row.ciphertexts)
    if not row.url:
        return None
    endpoint = _endpoint_of(row)
    if row.type in _WITH_USER:
        return _configuration(endpoint, row.user, "password" in row.ciphertexts)
    return _configuration(endpoint, row.basic_auth_user, "basicAuthPassword" in row.ciphertexts)


def _endpoint_of(row: DataSource) -> str:
    stored = str(_kept_document(row).get("endpoint", ""))
    return with_columns(stored, row.url, row.database) if row.type in _HOST_AND_PORT else row.url


def _configuration(endpoint: str, username: str, has_password: bool) -> dict[str, Any]:
    return {
        "endpoint": masked(endpoint),
        "credentials": {"username": username, "password": MASK if has_password else ""},
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
