"""The models, as the newest migration leaves the tables; bound to one database at a time, never globally."""

from collections.abc import Sequence
from typing import Any, TypeVar

import peewee

from app.storage.application_tables import ApplicationRow, AttachmentRow, ClientTokenRow, WorkspaceRow
from app.storage.database import Database
from app.storage.tenancy import IdRow, LongText, TenantRow


class OrgRow(IdRow):
    """An org."""

    name = peewee.CharField(190)
    created_at = peewee.BigIntegerField()
    default_query_role = peewee.CharField(20, null=True)
    has_permissions = peewee.BooleanField(default=False)  # whether one was ever set on a data source of the org

    class Meta:
        table_name = "org"


class AccountRow(IdRow):
    """A user or a service account: they share ids, because permissions address both by one id."""

    uid = peewee.CharField(40)
    login = peewee.CharField(255)
    email = peewee.CharField(190, null=True)
    name = peewee.CharField(255)
    password_hash = peewee.CharField(255)
    is_server_admin = peewee.BooleanField()
    is_disabled = peewee.BooleanField()
    is_service_account = peewee.BooleanField()
    org_id = peewee.IntegerField()  # the org used when a request names none
    created_at = peewee.BigIntegerField()

    class Meta:
        table_name = "account"


class MemberRow(TenantRow):
    """A role of an account in an org."""

    account_id = peewee.IntegerField()
    role = peewee.CharField(20)

    class Meta:
        table_name = "org_member"


class TokenRow(TenantRow):
    """A service account token, or (without service account) a legacy API key."""

    name = peewee.CharField(190)
    token_hash = peewee.CharField(64)
    service_account_id = peewee.IntegerField(null=True)
    role = peewee.CharField(20, null=True)
    created_at = peewee.BigIntegerField()
    expires_at = peewee.BigIntegerField(null=True)
    last_used_at = peewee.BigIntegerField(null=True)
    is_revoked = peewee.BooleanField()
    limits = LongText(null=True)  # JSON
    successor_id = peewee.IntegerField(null=True)  # the token that it was rotated to

    class Meta:
        table_name = "token"


class AccessKeyRow(TenantRow):
    """An access key of an account."""

    account_id = peewee.IntegerField()
    access_key_id = peewee.CharField(40)
    name = peewee.CharField(190)  # empty where nobody gave one
    secret = LongText()  # encrypted
    session_token_hash = peewee.CharField(64, null=True)  # of a temporary key
    created_at = peewee.BigIntegerField()
    expires_at = peewee.BigIntegerField(null=True)
    last_used_at = peewee.BigIntegerField(null=True)

    class Meta:
        table_name = "access_key"


class TeamRow(TenantRow):
    """A team."""

    uid = peewee.CharField(40)
    name = peewee.CharField(190)
    email = peewee.CharField(190)
    created_at = peewee.BigIntegerField()

    class Meta:
        table_name = "team"


class TeamMemberRow(TenantRow):
    """A user in a team."""

    team_id = peewee.IntegerField()
    account_id = peewee.IntegerField()

    class Meta:
        table_name = "team_member"


class DataSourceRow(TenantRow):
    """A data source. ``default_of`` is the org's id on its default and NULL elsewhere; being unique, it keeps any
    database from holding two defaults."""

    uid = peewee.CharField(40)
    name = peewee.CharField(190)
    type = peewee.CharField(255)
    access = peewee.CharField(255)
    url = peewee.CharField(255)
    user = peewee.CharField(255)
    database = peewee.CharField(255)
    basic_auth = peewee.BooleanField()
    basic_auth_user = peewee.CharField(255)
    with_credentials = peewee.BooleanField()
    default_of = peewee.IntegerField(null=True)
    json_data = LongText()
    ciphertexts = LongText()
    read_only = peewee.BooleanField()
    api_version = peewee.CharField(255)
    version = peewee.BigIntegerField()
    created_at = peewee.BigIntegerField()
    updated_at = peewee.BigIntegerField()
    has_permissions = peewee.BooleanField()  # whether a permission was ever set on it; saves asking for them
    status = peewee.CharField(20)
    allowed_roles = LongText(null=True)  # JSON; NULL: nothing was ever said of roles
    opensearch = LongText(null=True)  # JSON; NULL: no request of OpenSearch's ever wrote it
    aws_arn = peewee.CharField(255, null=True)  # as json_data has it, to be found by

    class Meta:
        table_name = "data_source"


class DataSourcePermissionRow(TenantRow):
    """What a role, an account or a team (exactly one of them) may do with a data source."""

    data_source_id = peewee.IntegerField()
    role = peewee.CharField(20, null=True)
    account_id = peewee.IntegerField(null=True)
    team_id = peewee.IntegerField(null=True)
    level = peewee.CharField(20)

    class Meta:
        table_name = "data_source_permission"


class CorrelationRow(TenantRow):
    """A link from the results of one data source to a query of another, or to an address."""

    uid = peewee.CharField(40)
    source_id = peewee.IntegerField()
    target_id = peewee.IntegerField(null=True)
    label = LongText()
    description = LongText()
    type = peewee.CharField(40)
    config = LongText()  # JSON
    provisioned = peewee.BooleanField()

    class Meta:
        table_name = "correlation"


class DataKeyRow(IdRow):
    """A wrapped data key, in base64."""

    key_id = peewee.CharField(40)
    salt = peewee.CharField(64)
    wrapped = peewee.CharField(255)
    is_active = peewee.BooleanField()
    created_at = peewee.BigIntegerField()

    class Meta:
        table_name = "data_key"


class AuditEventRow(TenantRow):
    """Something that was done."""

    at = peewee.BigIntegerField()
    actor = peewee.CharField(255)
    door = peewee.CharField(40)
    action = peewee.CharField(190)
    target = peewee.CharField(255)
    detail = LongText()

    class Meta:
        table_name = "audit_event"


class WrongPasswordRow(IdRow):
    """A wrong password for a login that may or may not exist."""

    login = peewee.CharField(190)
    at = peewee.BigIntegerField()

    class Meta:
        table_name = "wrong_password"


_R = TypeVar("_R", bound=IdRow)


class Tables:
    """The models bound to one database."""

    def __init__(self, database: Database) -> None:
        self.orgs = _bound(OrgRow, database)
        self.accounts = _bound(AccountRow, database)
        self.members = _bound(MemberRow, database)
        self.tokens = _bound(TokenRow, database)
        self.access_keys = _bound(AccessKeyRow, database)
        self.teams = _bound(TeamRow, database)
        self.team_members = _bound(TeamMemberRow, database)
        self.data_sources = _bound(DataSourceRow, database)
        self.permissions = _bound(DataSourcePermissionRow, database)
        self.correlations = _bound(CorrelationRow, database)
        self.applications = _bound(ApplicationRow, database)
        self.workspaces = _bound(WorkspaceRow, database)
        self.attachments = _bound(AttachmentRow, database)
        self.client_tokens = _bound(ClientTokenRow, database)
        self.data_keys = _bound(DataKeyRow, database)
        self.audit_events = _bound(AuditEventRow, database)
        self.wrong_passwords = _bound(WrongPasswordRow, database)


def _bound(model: type[_R], database: Database) -> type[_R]:
    meta = type("Meta", (), {"database": database.peewee, "table_name": model._meta.table_name})
    return type(model.__name__, (model,), {"Meta": meta})


def insert_text(model: type[IdRow]) -> tuple[str, Sequence[str]]:
    """The SQL text that stores a row and returns its id, and the columns whose values it takes, in order."""
    columns = [field.column_name for field in model._meta.sorted_fields if not field.primary_key]
    database = model._meta.database
    names = ", ".join(_quoted(database, column) for column in columns)
    marks = ", ".join([database.param] * len(columns))
    table = _quoted(database, model._meta.table_name)
    return f"INSERT INTO {table} ({names}) VALUES ({marks}) RETURNING id", columns


def update_in_org_text(model: type[TenantRow], columns: Sequence[str]) -> str:
    """The SQL text that sets ``columns`` of one row; its parameters are their values, the org and the row's id."""
    database = model._meta.database
    changes = ", ".join(f"{_quoted(database, column)} = {database.param}" for column in columns)
    table = _quoted(database, model._meta.table_name)
    return f"UPDATE {table} SET {changes} WHERE org_id = {database.param} AND id = {database.param}"


def _quoted(database: Any, name: str) -> str:
    left, right = database.quote
    return f"{left}{name}{right}"


def select_text(query: Any, *, parameters: Sequence[Any]) -> str:
    """The SQL text of ``query``, to be run many times with other parameters.

    Building it costs forty times what running it does. ``parameters`` are those that the query was written with,
    in order: they are compared, so that a constant in the query cannot slip in among them unseen.
    """
    sql, found = query.sql()
    if list(found) != list(parameters):
        raise ValueError(f"expected the parameters {parameters!r}, found {found!r}")
    return str(sql)
