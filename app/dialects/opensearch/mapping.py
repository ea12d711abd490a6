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
from app.registry.arns import ARN_MEMBER
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
_BASIC, _SIGNED = "basicauth", "awssigv4"
_SIGNING = ("sigV4Auth", "sigV4AuthType", "sigV4Region")
# Secrets that only this API writes, so that they cannot be taken for one of Grafana's.
_OWN_PASSWORD = "opensearch.configuration.password"
_OWN_PROPERTY = "opensearch.property."
_GRAFANAS = frozenset({"password", "basicAuthPassword", "sigV4AccessKey", "sigV4SecretKey"})
# Amazon's name for it, which every API has a member for.
_ARN = "aws.arn"
# Grafana's word: requests go from the server.
_ACCESS = "proxy"
_INDEX_CHARACTERS = re.compile("[^a-z0-9_-]")
_INDEX_PREFIX = "query_execution_result_"
_LONGEST_INDEX = 255
_LONGEST_TEXT = 255


class NothingToKeep(Exception):
    """A ``******`` stands where no secret is stored."""

    def __init__(self, member: str) -> None:
        super().__init__(f"{member} is {MASK}, which stands for a stored secret, and none is stored")


class TextTooLong(Exception):
    """A text is longer than what all databases store."""

    def __init__(self, member: str) -> None:
        super().__init__(f"The text for {member.replace('_', ' ')} has more than {_LONGEST_TEXT} characters")


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

    def given(self, access: str = _ACCESS) -> dict[str, Any]:
        """The members that a new data source and a change have in common."""
        return {
            "type": self.type,
            "access": access,
            "url": self.url,
            "user": self.user,
            "database": self.database,
            "basic_auth": self.basic_auth,
            "basic_auth_user": self.basic_auth_user,
            "json_data": self.json_data,
            "secure_json_data": self.secrets,
        }


def default_result_index(name: str) -> str:
    """The SQL plugin's own: from the name, as far as its characters may stand in the name of an index."""
    return _INDEX_CHARACTERS.sub("", f"{_INDEX_PREFIX}{name.lower()}"[:_LONGEST_INDEX])


def to_columns(document: Document, old: DataSource | None) -> Columns:
    """What is stored for ``document`` over ``old``. Raises NothingToKeep, TextTooLong."""
    return _Writing(document, old).columns()


def with_side(document: Document, old: DataSource) -> Columns:
    """``old`` with another description, result index, status and roles: all else stays as it is stored."""
    side = {**_kept_document(old), "description": document.description, "resultIndex": document.result_index}
    text = json.dumps(side, ensure_ascii=False, separators=(",", ":"))
    return Columns(
        type=old.type,
        url=old.url,
        user=old.user,
        database=old.database,
        basic_auth=old.basic_auth,
        basic_auth_user=old.basic_auth_user,
        json_data=old.json_data,
        secrets={},
        kept=frozenset(old.ciphertexts),
        side=OpenSearchSide(status=document.status, allowed_roles=document.allowed_roles, document=JsonData(text)),
    )


def to_document(row: DataSource) -> dict[str, Any]:
    """The object that is answered, without any secret."""
    kept = _kept_document(row)
    configuration = _configuration_of(row)
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
            for key, value in _properties_of(row).items()
            if not is_secret(key)
        },
    }


def to_editable(row: DataSource) -> dict[str, Any]:
    """The object that a patch changes: as it is answered, with ``******`` for each secret, and roles that may be
    unsaid."""
    hidden = {name.removeprefix(_OWN_PROPERTY): MASK for name in _own_secrets(row)}
    if row.type in _FLAT:
        _, auth, _ = _FLAT[row.type]
        if row.basic_auth:
            hidden[f"{auth}.username"] = row.basic_auth_user
        names = {
            "basicAuthPassword": f"{auth}.password",
            "sigV4AccessKey": f"{auth}.access_key",
            "sigV4SecretKey": f"{auth}.secret_key",
        }
        hidden |= {names[name]: MASK for name in _expressible(row) & names.keys() & row.ciphertexts.keys()}
    return {
        **to_document(row),
        "allowedRoles": None if row.opensearch.allowed_roles is None else list(row.opensearch.allowed_roles),
        # What is kept is kept whole: passwords in URLs are not masked here.
        "properties": {**{key: value for key, value in _properties_of(row).items() if not is_secret(key)}, **hidden},
    }


def _own_secrets(row: DataSource) -> list[str]:
    return [
        name for name in _kept_document(row).get("secrets", ()) if name in row.ciphertexts and name != _OWN_PASSWORD
    ]


class _Writing:
    """Fills the columns from one document. What the API has no words for is ``old``'s, where that is of the same
    connector."""

    def __init__(self, document: Document, old: DataSource | None) -> None:
        self._document = document
        same = old is not None and connector_of(old.type) == document.connector
        self._old = old if same else None
        self._type = old.type if old is not None and same else document.type
        self._secrets: dict[str, str] = {}
        self._kept: set[str] = set()
        self._own_secrets: list[str] = []
        self._side: dict[str, Any] = {"description": document.description, "resultIndex": document.result_index}

    def columns(self) -> Columns:
        old = self._old
        filled: dict[str, Any] = {
            "url": "",
            "user": old.user if old is not None else "",
            "database": old.database if old is not None else "",
            "basic_auth": old is not None and old.basic_auth,
            "basic_auth_user": old.basic_auth_user if old is not None else "",
        }
        if old is not None:
            self._kept |= frozenset(old.ciphertexts) - _expressible(old)
        if self._type in _FLAT:
            self._fill_flat(filled)
        else:
            self._fill_open(filled)
        self._side["secrets"] = sorted(self._own_secrets)
        text = json.dumps(self._side, ensure_ascii=False, separators=(",", ":"))
        filled["json_data"] = JsonData.of(filled["json_data"])
        for member in ("user", "database", "basic_auth_user"):
            if len(filled[member]) > _LONGEST_TEXT:
                raise TextTooLong(member)
        return Columns(
            type=self._type,
            **filled,
            secrets=self._secrets,
            kept=frozenset(self._kept - self._secrets.keys()),
            side=OpenSearchSide(
                status=self._document.status,
                allowed_roles=self._document.allowed_roles,
                document=JsonData(text),
            ),
        )

    def _put_secret(self, name: str, value: str, member: str) -> None:
        if value != MASK:
            self._secrets[name] = value
        elif self._old is not None and name in self._old.ciphertexts:
            self._kept.add(name)
        else:
            raise NothingToKeep(member)

    def _put_own_secret(self, key: str, value: Any) -> None:
        name = own_secret(key)
        self._own_secrets.append(name)
        self._put_secret(name, _text(value), f"properties.{key}")

    def _fill_open(self, filled: dict[str, Any]) -> None:
        """Connectors whose properties are free: they are jsonData, and the configuration says where and who."""
        old, given = self._old, self._document.configuration
        hidden = {} if old is None else {key: value for key, value in old.json_data.items() if is_secret(key)}
        json_data = {}
        for key, value in self._document.properties.items():
            if key == _ARN:
                json_data[ARN_MEMBER] = value
            elif is_secret(key):
                self._put_own_secret(key, value)
                hidden.pop(key, None)
            else:
                json_data[key] = _restored(value, old.json_data.get(key) if old is not None else None)
        # What only looks like a secret, and Grafana keeps in the open.
        filled["json_data"] = {**hidden, **json_data}
        if given is None and old is not None and _configuration_of(old) is None:
            # It was not shown, and so nothing is said of it.
            filled["url"] = old.url
            return
        endpoint = _restored(given.endpoint, _endpoint_of(old) if old is not None else None) if given else ""
        username, password = (given.username, given.password) if given else ("", "")
        if given is not None:
            self._side["endpoint"] = endpoint
        if old is not None and endpoint == _endpoint_of(old):
            filled["url"], filled["database"] = old.url, old.database
        elif self._type in _HOST_AND_PORT:
            filled["url"], filled["database"] = columns_of(endpoint)
        else:
            filled["url"] = endpoint
        member = "configuration.credentials.password"
        if self._type in _WITH_USER:
            filled["user"] = username
            if password:
                self._put_secret("password", password, member)
            return
        signs_in = bool(username or password)
        if given is not None and old is not None and old.basic_auth and "basicAuthPassword" not in old.ciphertexts:
            # Basic auth without a password, which is shown as no credentials when it has no user either.
            signs_in = signs_in or username == old.basic_auth_user
        if signs_in or filled["basic_auth"]:
            filled["basic_auth"], filled["basic_auth_user"] = signs_in, username
        if password:
            self._put_secret("basicAuthPassword", password, member)

    def _fill_flat(self, filled: dict[str, Any]) -> None:
        """The SQL plugin's own connectors: the columns come from the properties, and the configuration is only kept."""
        uri_key, auth, region_key = _FLAT[self._type]
        old, stored = self._old, {} if self._old is None else _properties_of(self._old)
        given = {key: _restored(_text(value), stored.get(key)) for key, value in self._document.properties.items()}
        kind, had = given.get(_kind_key(auth), "").lower(), "" if old is None else _kind_of(old)
        filled["url"] = given.pop(uri_key, "")
        filled["json_data"] = json_data = {} if old is None else dict(old.json_data)
        json_data.pop(ARN_MEMBER, None)
        if _ARN in given:
            json_data[ARN_MEMBER] = given.pop(_ARN)
        if had == _SIGNED and kind != _SIGNED:
            for key in _SIGNING:
                json_data.pop(key, None)
        if kind == _SIGNED:
            keys = "keys" if old is None or had != _SIGNED else json_data.get("sigV4AuthType", "keys")
            for key, name in ((f"{auth}.access_key", "sigV4AccessKey"), (f"{auth}.secret_key", "sigV4SecretKey")):
                if key in given:
                    keys = "keys" if given[key] != MASK else keys
                    self._put_secret(name, given.pop(key), f"properties.{key}")
            region = given.pop(region_key, "")
            json_data.update({"sigV4Auth": True, "sigV4AuthType": keys, "sigV4Region": region})
        if kind == _BASIC:
            user = given.pop(f"{auth}.username", "")
            if user == MASK:
                if old is None or not old.basic_auth:
                    raise NothingToKeep(f"properties.{auth}.username")
                user = old.basic_auth_user
            filled["basic_auth_user"] = user
            if f"{auth}.password" in given:
                self._put_secret("basicAuthPassword", given.pop(f"{auth}.password"), f"properties.{auth}.password")
        if kind == _BASIC or had == _BASIC:
            filled["basic_auth"] = kind == _BASIC
        if had == _BASIC and kind != _BASIC:
            filled["basic_auth_user"] = ""
        for key in [key for key in given if is_secret(key)]:
            self._put_own_secret(key, given.pop(key))
        self._side["properties"] = given
        if (configuration := self._document.configuration) is not None:
            kept = _kept_document(old).get("endpoint") if old is not None else None
            self._side["endpoint"] = _restored(configuration.endpoint, kept)
            self._side["username"] = configuration.username
            self._own_secrets.append(_OWN_PASSWORD)
            self._put_secret(_OWN_PASSWORD, configuration.password, "configuration.credentials.password")


def own_secret(key: str) -> str:
    """The name under which a secret property is stored: its own, unless Grafana has another use for that."""
    return f"{_OWN_PROPERTY}{key}" if key in _GRAFANAS or key.startswith(_OWN_PROPERTY) else key


def _expressible(row: DataSource) -> frozenset[str]:
    """The stored secrets that this API has words for; the others are Grafana's, and stay."""
    own = _kept_document(row).get("secrets", ())
    if row.type in _FLAT:
        of_kind = {_BASIC: ("basicAuthPassword",), _SIGNED: ("sigV4AccessKey", "sigV4SecretKey")}
        return frozenset({*of_kind.get(_kind_of(row), ()), *own})
    if row.type in _WITH_USER:
        return frozenset({"password", *own}) if _configuration_of(row) is not None else frozenset(own)
    signs_in = row.basic_auth and _configuration_of(row) is not None
    return frozenset({"basicAuthPassword", *own}) if signs_in else frozenset(own)


def _kind_of(row: DataSource) -> str:
    """By what a flat connector's server is signed in to."""
    if row.basic_auth:
        return _BASIC
    return _SIGNED if row.json_data.get("sigV4Auth") is True else ""


def _restored(given: Any, stored: Any) -> Any:
    # A URL that was answered with a masked password, and comes back as it was answered.
    if isinstance(given, str) and isinstance(stored, str) and MASK in given and given == masked(stored):
        return stored
    return given


def _kept_document(row: DataSource) -> Mapping[str, Any]:
    return row.opensearch.document if row.opensearch.document is not None else {}


def _properties_of(row: DataSource) -> dict[str, Any]:
    arn = row.json_data.get(ARN_MEMBER)
    own = {} if arn is None else {_ARN: arn}
    if row.type not in _FLAT:
        return {**{key: value for key, value in row.json_data.items() if key != ARN_MEMBER}, **own}
    uri_key, auth, region_key = _FLAT[row.type]
    stored = dict(_kept_document(row).get("properties", {}))
    kind, said = _kind_of(row), str(stored.pop(_kind_key(auth), ""))
    if kind:
        said = said if said.lower() == kind else kind
    elif said.lower() in {_BASIC, _SIGNED}:
        said = ""
    if kind == _SIGNED:
        stored[region_key] = _text(row.json_data.get("sigV4Region", ""))
    return {
        **({uri_key: row.url} if row.url else {}),
        **({_kind_key(auth): said} if said else {}),
        **stored,
        **own,
    }


def _kind_key(auth: str) -> str:
    # The index store of Glue has the kind in the prefix itself.
    return auth if auth.startswith("glue.") else f"{auth}.type"


def _configuration_of(row: DataSource) -> dict[str, Any] | None:
    kept = _kept_document(row)
    if row.type in _FLAT:
        if "endpoint" not in kept:
            return None
        return _configuration(kept["endpoint"], kept["username"], _OWN_PASSWORD in row.ciphertexts)
    if not row.url and "endpoint" not in kept:
        return None
    endpoint = _endpoint_of(row)
    if row.type in _WITH_USER:
        return _configuration(endpoint, row.user, "password" in row.ciphertexts)
    if not row.basic_auth:
        return _configuration(endpoint, "", has_password=False)
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
