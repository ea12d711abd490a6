"""Bodies of data sources, as Grafana's clients send and expect them. camelCase lives here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields, post_load

from app.edge.data_source_body import NOT_EMPTY, DataSourceBody
from app.edge.schemas import Text, View, Whole
from app.registry.catalog import backend_type
from app.registry.datasource import DataSource, DataSourceChange


class DataSourceListItem(View):
    """An element of the list. ``password`` is of the 2021 API, always empty."""

    id = fields.Integer()
    uid = fields.String()
    org_id = fields.Integer(data_key="orgId")
    name = fields.String()
    type = fields.Function(lambda row: backend_type(row.type).id)
    type_name = fields.Function(lambda row: backend_type(row.type).title, data_key="typeName")
    type_logo_url = fields.Function(lambda row: backend_type(row.type).logo, data_key="typeLogoUrl")
    access = fields.String()
    url = fields.String()
    password = fields.Constant("")
    user = fields.String()
    database = fields.String()
    basic_auth = fields.Boolean(data_key="basicAuth")
    is_default = fields.Boolean(data_key="isDefault")
    json_data = fields.Dict(data_key="jsonData")
    read_only = fields.Boolean(data_key="readOnly")


class DataSourceView(View):
    """A single data source. ``password`` and ``basicAuthPassword`` are of the 2021 API, always empty."""

    id = fields.Integer()
    uid = fields.String()
    org_id = fields.Integer(data_key="orgId")
    name = fields.String()
    type = fields.Function(lambda row: backend_type(row.type).id)
    type_logo_url = fields.Function(lambda row: backend_type(row.type).logo, data_key="typeLogoUrl")
    access = fields.String()
    url = fields.String()
    password = fields.Constant("")
    user = fields.String()
    database = fields.String()
    basic_auth = fields.Boolean(data_key="basicAuth")
    basic_auth_user = fields.String(data_key="basicAuthUser")
    basic_auth_password = fields.Constant("", data_key="basicAuthPassword")
    with_credentials = fields.Boolean(data_key="withCredentials")
    is_default = fields.Boolean(data_key="isDefault")
    json_data = fields.Dict(data_key="jsonData")
    secure_json_fields = fields.Function(lambda row: dict(row.secure_json_fields), data_key="secureJsonFields")
    version = fields.Integer()
    read_only = fields.Boolean(data_key="readOnly")
    api_version = fields.String(data_key="apiVersion")


_SINGLE = DataSourceView()


@dataclass(frozen=True)
class Viewed:
    """A data source and, when they were asked for, the caller's actions on it."""

    row: DataSource
    actions: Sequence[str] | None


class DataSourceWithAccess(Schema):
    """A single data source and what the caller may do with it."""

    access_control = fields.Dict(keys=fields.String(), values=fields.Boolean(), data_key="accessControl")

    def dump(self, obj: Viewed, *, many: bool | None = None) -> dict[str, Any]:
        """The view of the row, with ``accessControl`` when actions were asked for and there are any."""
        body: dict[str, Any] = _SINGLE.dump(obj.row)
        if obj.actions:
            body["accessControl"] = dict.fromkeys(obj.actions, True)
        return body


class DataSourceId(View):
    """The answer of id-by-name."""

    id = fields.Integer()


class DataSourceDeleted(View):
    """The answer to a delete by uid or name."""

    id = fields.Integer()
    message = fields.Constant("Data source deleted")


class DataSourceDeletedById(View):
    """The answer to a delete by id, which never told the id."""

    message = fields.Constant("Data source deleted")


class DataSourceAdded(View):
    """The answer to a create."""

    datasource = fields.Function(lambda row: _SINGLE.dump(row))
    id = fields.Integer()
    message = fields.Constant("Datasource added")
    name = fields.String()


class DataSourceUpdated(View):
    """The answer to an update."""

    datasource = fields.Function(lambda row: _SINGLE.dump(row))
    id = fields.Integer()
    message = fields.Constant("Datasource updated")
    name = fields.String()


class DataSourceChangeBody(DataSourceBody):
    """What PUT takes. ``version`` is the one that was read; without it the change always applies."""

    name = Text(required=True, validate=NOT_EMPTY)
    version = Whole()

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> DataSourceChange:
        """The loaded members as the registry's value."""
        return DataSourceChange(**data)
