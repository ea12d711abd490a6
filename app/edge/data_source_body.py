"""The body by which a data source is described, in the words of Grafana's API; more than one door takes it."""

from typing import Any

from marshmallow import EXCLUDE, Schema, post_load, validate

from app.edge.schemas import Flag, FreeObject, Secrets, Text
from app.registry.datasource import NewDataSource

# Columns of this width; Grafana's are too.
_COLUMN = 255
NOT_EMPTY = validate.Length(min=1)


class DataSourceBody(Schema):
    """What POST and PUT have in common."""

    class Meta:
        unknown = EXCLUDE

    type = Text(required=True, validate=NOT_EMPTY, longest=_COLUMN)
    access = Text(required=True, validate=NOT_EMPTY, longest=_COLUMN)
    url = Text()
    user = Text(longest=_COLUMN)
    database = Text(longest=_COLUMN)
    basic_auth = Flag(data_key="basicAuth")
    basic_auth_user = Text(data_key="basicAuthUser", longest=_COLUMN)
    with_credentials = Flag(data_key="withCredentials")
    is_default = Flag(data_key="isDefault")
    json_data = FreeObject(data_key="jsonData")
    secure_json_data = Secrets(data_key="secureJsonData", load_only=True)
    uid = Text()
    api_version = Text(data_key="apiVersion", longest=_COLUMN)


class NewDataSourceBody(DataSourceBody):
    """What POST takes. Without a name one is made from the type."""

    name = Text()

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> NewDataSource:
        """The loaded members as the registry's value."""
        return NewDataSource(**data)
