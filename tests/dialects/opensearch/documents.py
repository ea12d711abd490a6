"""Documents as OpenSearch's clients give them and rows as Grafana's left them, for property tests; and how the registry
stores them, with secrets that are left as they are."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from app.dialects.opensearch.document import Configuration, Document
from app.dialects.opensearch.mapping import Columns, to_columns
from app.registry.catalog import connector_of
from app.registry.datasource import DataSource, NewDataSource, Status, WholeChange
from app.registry.json_data import JsonData
from app.registry.rows import new_row, replaced

MASK = "******"
DATABASES = ("mysql", "grafana-postgresql-datasource", "postgres", "mssql")
OPEN = (
    *DATABASES,
    "influxdb",
    "grafana-mongodb-datasource",
    "grafana-snowflake-datasource",
    "grafana-bigquery-datasource",
    "grafana-opensearch-datasource",
    "elasticsearch",
    "graphite",
    "loki",
    "s3",
    "grafana-clickhouse-datasource",
)
GLUE_AUTH = "glue.indexstore.opensearch.auth"

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
WORD = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
_HOST = st.from_regex(r"[a-z][a-z0-9-]{0,8}(\.[a-z]{2,3})?(:[1-9][0-9]{1,3})?", fullmatch=True)
_NUMBER = st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
_JSON = st.recursive(
    st.none() | st.booleans() | _NUMBER | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORD, inner, max_size=3),
    max_leaves=5,
)
# No name of these ends as a secret's does.
_PLAIN_KEY = st.sampled_from(
    ["a", "port", "Encryption", "tls.mode", "é", "tokens", "timeout", "database", "secretName"]
)
_SECRET_KEY = st.sampled_from(["my.token", "API_KEY", "x.client_secret", "PrivateKey", "auth.access_key", "passphrase"])


_ARN = st.from_regex(r"arn:aws:es:us-east-1:[0-9]{12}:domain/[a-z][a-z0-9-]{2,9}", fullmatch=True)


@dataclass(frozen=True)
class Given:
    """``plain``: the properties that are answered. ``secrets``: the texts that are stored encrypted."""

    document: Document
    plain: Mapping[str, Any]
    secrets: tuple[str, ...]

    def masked(self) -> Document:
        """The same, with stars for each secret."""
        given = self.document
        hidden = {key: MASK if value in self.secrets else value for key, value in given.properties.items()}
        configuration = None if given.configuration is None else replace(given.configuration, password=MASK)
        return replace(given, properties=hidden, configuration=configuration)

    def answered(self, uid: str) -> dict[str, Any]:
        """What must be read."""
        given, where = self.document, self.document.configuration
        shown = (
            {"endpoint": where.endpoint, "credentials": {"username": where.username, "password": MASK}} if where else {}
        )
        return {
            "id": uid,
            "name": given.name,
            "description": given.description,
            "connector": given.connector,
            "resultIndex": given.result_index,
            "status": given.status.value,
            "allowedRoles": list(given.allowed_roles or ()),
            **({"configuration": shown} if where else {}),
            "properties": dict(self.plain),
        }


def _arn_of(member: str) -> st.SearchStrategy[dict[str, str]]:
    return st.just({}) | _ARN.map(lambda arn: {member: arn})


@st.composite
def _endpoints(draw: st.DrawFn, type_id: str) -> str:
    if type_id not in DATABASES:
        return (
            f"{draw(st.sampled_from(['http://', 'https://']))}{draw(_HOST)}{draw(st.sampled_from(['', '/', '/a/b']))}"
        )
    scheme = draw(st.sampled_from(["", "jdbc:mysql://", "mysql://", "jdbc:sqlserver://"]))
    database = draw(st.just("") | WORD.map(lambda name: f"/{name}"))
    rest = draw(st.sampled_from(["", "?useSSL=true&x=y", ";encrypt=true"]))
    if scheme == "jdbc:sqlserver://" and not database:
        rest = draw(st.sampled_from(["", ";databaseName=orders", ";encrypt=true;databaseName=orders;a=b"]))
    return f"{scheme}{draw(_HOST)}{database}{rest}"


@st.composite
def _open(draw: st.DrawFn) -> tuple[str, dict[str, Any], dict[str, str]]:
    type_id = draw(st.sampled_from(OPEN))
    plain = {**draw(st.dictionaries(_PLAIN_KEY, _JSON, max_size=4)), **draw(_arn_of("aws.arn"))}
    hidden = {key: f"property {key}" for key in draw(st.sets(_SECRET_KEY, max_size=3))}
    return type_id, plain, hidden


@st.composite
def _flat(draw: st.DrawFn) -> tuple[str, dict[str, Any], dict[str, str]]:
    type_id = draw(st.sampled_from(["prometheus", "s3glue", "security_lake"]))
    uri = {"prometheus": "prometheus.uri"}.get(type_id, "glue.indexstore.opensearch.uri")
    auth = {"prometheus": "prometheus.auth"}.get(type_id, GLUE_AUTH)
    kind_key = {"prometheus": "prometheus.auth.type"}.get(type_id, GLUE_AUTH)
    region = {"prometheus": "prometheus.auth.region"}.get(type_id, "glue.indexstore.opensearch.region")
    extras = st.sampled_from(["prometheus.ruler.uri", "alertmanager.uri", "note"])
    plain = {
        **draw(st.dictionaries(extras, TEXT, max_size=3)),
        uri: f"http://{draw(_HOST)}",
        **draw(_arn_of("aws.arn")),
    }
    hidden = {key: f"property {key}" for key in draw(st.sets(_SECRET_KEY, max_size=2))}
    kind = draw(st.sampled_from(["", "basicauth", "BasicAuth", "awssigv4", "AWSSigV4"]))
    if type_id != "prometheus":
        plain |= {"glue.auth.type": "iam_role", "glue.auth.role_arn": draw(WORD), kind_key: "noauth"}
    if type_id == "security_lake":
        plain |= {"glue.iceberg.enabled": "true", "glue.lakeformation.enabled": "true"}
        plain["glue.lakeformation.session_tag"] = draw(WORD)
    if kind:
        plain[kind_key] = kind
    if kind.lower() == "basicauth":
        hidden[f"{auth}.password"] = "password of the target"
    if kind.lower() == "awssigv4":
        plain[region] = draw(WORD)
        hidden |= {f"{auth}.access_key": "access key", f"{auth}.secret_key": "secret key"}
    elif draw(st.booleans()):
        plain[region] = "of nobody"
    return type_id, plain, hidden


@st.composite
def documents(draw: st.DrawFn) -> Given:
    """Any checked document of any connector."""
    type_id, plain, hidden = draw(_open() | _flat())
    # Told apart by their texts, so that each is looked for by name nowhere.
    extra = {}
    if str(plain.get("prometheus.auth.type", plain.get(GLUE_AUTH, ""))).lower() == "basicauth":
        auth = "prometheus.auth" if type_id == "prometheus" else GLUE_AUTH
        extra[f"{auth}.username"] = draw(WORD)
    configuration = None
    if draw(st.booleans()):
        configuration = Configuration(
            endpoint=draw(_endpoints(type_id)), username=draw(WORD), password="password of the configuration"
        )
    roles = draw(st.none() | st.lists(TEXT, max_size=3).map(tuple))
    document = Document(
        name="metrics",
        description=draw(TEXT),
        connector=connector_of(type_id),
        type=type_id,
        properties={**plain, **hidden, **extra},
        configuration=configuration,
        result_index=draw(WORD),
        status=draw(st.sampled_from(Status)),
        allowed_roles=roles,
    )
    secrets = (*hidden.values(), *([configuration.password] if configuration else []))
    return Given(document, plain, secrets)


@st.composite
def rows_of_grafana(draw: st.DrawFn) -> DataSource:
    """Any row that only Grafana's API wrote."""
    keys = st.sampled_from(["timeInterval", "token", "authToken", "httpHeaderName1", "database", "tlsSkipVerify"])
    json_data = draw(st.dictionaries(keys, TEXT | st.booleans() | st.integers(0, 9), max_size=3))
    json_data |= draw(_arn_of("awsArn"))
    if draw(st.booleans()):
        kind = draw(st.sampled_from(["keys", "default", "ec2_iam_role"]))
        json_data |= {"sigV4Auth": draw(st.booleans()), "sigV4AuthType": kind, "sigV4Region": draw(WORD)}
    names = ["basicAuthPassword", "password", "sigV4AccessKey", "sigV4SecretKey", "token", "httpHeaderValue1"]
    url = draw(st.sampled_from(["http://h:80", "h:3306", "", "http://u:p@h"]))
    new = NewDataSource(
        name="metrics",
        type=draw(st.sampled_from([*OPEN, "prometheus", "somebodys-own"])),
        access=draw(st.sampled_from(["proxy", "direct"])),
        url=url,
        user=draw(st.sampled_from(["", "user"])),
        database=draw(st.sampled_from(["", "database"])),
        basic_auth=draw(st.booleans()),
        basic_auth_user=draw(st.sampled_from(["", "basic user"])),
        with_credentials=draw(st.booleans()),
        json_data=JsonData.of(json_data),
        api_version=draw(st.sampled_from(["", "v1"])),
    )
    row = new_row(new, org_id=1, uid="uid", name=new.name)
    return replace(row, id=7, ciphertexts={name: f"stored {name}" for name in draw(st.sets(st.sampled_from(names)))})


def whole_change(columns: Columns, old: DataSource) -> WholeChange:
    """What writes ``columns`` over ``old``."""
    return WholeChange(
        name=old.name,
        version=old.version,
        is_default=old.is_default,
        opensearch=columns.side,
        kept_secrets=columns.kept,
        based_on=replace(old, secure_json_fields={}),
        **columns.given(old.access),
    )


def ordered(row: DataSource) -> DataSource:
    """The same row; members of its documents in the order of their names, which means nothing."""
    side = row.opensearch
    document = None if side.document is None else JsonData.of(dict(sorted(side.document.items())))
    json_data = JsonData.of(dict(sorted(row.json_data.items())))
    return replace(row, json_data=json_data, opensearch=replace(side, document=_deeply(document)))


def _deeply(document: JsonData | None) -> JsonData | None:
    if document is None or "properties" not in document:
        return document
    return JsonData.of({**document, "properties": dict(sorted(document["properties"].items()))})


def stored(document: Document, old: DataSource | None = None) -> DataSource:
    """The row, new or over ``old``."""
    columns = to_columns(document, old)
    if old is None:
        new = NewDataSource(name=document.name, opensearch=columns.side, **columns.given())
        row = replace(new_row(new, org_id=1, uid="uid", name=new.name), id=7)
    else:
        row = replaced(old, whole_change(columns, old))
    return replace(row, ciphertexts={**row.ciphertexts, **columns.secrets})
