"""Data sources of a domain: add, get, list, update, delete. They are catalogs of AWS Glue that the domain queries."""

from functools import partial
from typing import Any

from flask import Response
from flask.views import MethodView

from app.dialects.aws.answering import respond_json
from app.dialects.aws.arns import domain_arn
from app.dialects.aws.domain_data_source_mapping import (
    DataSourceStatus,
    Domain,
    Said,
    is_of,
    to_columns,
    to_document,
)
from app.dialects.aws.domains import domain
from app.dialects.aws.door import aws_blueprint, operation, place
from app.dialects.aws.members import Members, Union, matching, one_of, within
from app.dialects.aws.naming import DATA_SOURCE_NAME, DATA_SOURCE_NAME_RULE
from app.dialects.aws.rewriting import add, delete, found, rewrite
from app.dialects.aws.shapes import description_text, role_arn
from app.edge.authentication import identity, services
from app.registry.datasource import DataSource

blueprint = aws_blueprint(
    "domain_data_sources", "/opensearch/domain/<domain_name>/dataSource", "Data sources of a domain."
)


class GlueMembers(Members):
    """A catalog of AWS Glue."""

    role = role_arn(data_key="RoleArn", load_default=None)


class CatalogTypeMembers(Union):
    """What the data source is."""

    glue = within(GlueMembers, data_key="S3GlueDataCatalog")


class ChangeDataSourceMembers(Members):
    """What UpdateDataSource takes; what is absent stays, but for the type."""

    type = within(CatalogTypeMembers, data_key="DataSourceType", required=True)
    description = description_text(data_key="Description", load_default=None)
    status = one_of(DataSourceStatus, data_key="Status", load_default=None)


class AddDataSourceMembers(ChangeDataSourceMembers):
    """What AddDataSource takes."""

    class Meta(ChangeDataSourceMembers.Meta):
        exclude = ("status",)

    name = matching(DATA_SOURCE_NAME, DATA_SOURCE_NAME_RULE, data_key="Name", required=True)


@blueprint.route("")
class DataSources(MethodView):
    """The data sources of a domain."""

    @operation("AddDataSource", "datasources:create")
    @blueprint.arguments(AddDataSourceMembers())
    @blueprint.response(200, description="Message")
    def post(self, body: dict[str, Any], domain_name: str) -> Response:
        """Add a data source to a domain."""
        row = add(body["name"], to_columns(_said(body), _domain(domain_name), None))
        return _message(row, "added")

    @operation("ListDataSources", "datasources:read")
    @blueprint.response(200, description="DataSources, by name")
    def get(self, domain_name: str) -> Response:
        """List the data sources of a domain that the caller may see."""
        of = _domain(domain_name)
        rows = services().registry.all(identity())
        return respond_json({"DataSources": [to_document(row) for row in rows if is_of(row, of)]})


@blueprint.route("/<name>")
class DataSourceByName(MethodView):
    """One data source of a domain."""

    @operation("GetDataSource", "datasources:read")
    @blueprint.response(200, description="Name, DataSourceType, Description, Status")
    def get(self, domain_name: str, name: str) -> Response:
        """Get a data source of a domain."""
        return respond_json(to_document(found(name, partial(is_of, domain=_domain(domain_name)))))

    @operation("UpdateDataSource", "datasources:write")
    @blueprint.arguments(ChangeDataSourceMembers())
    @blueprint.response(200, description="Message")
    def put(self, body: dict[str, Any], domain_name: str, name: str) -> Response:
        """Change a data source of a domain."""
        of = _domain(domain_name)
        row = rewrite(name, partial(is_of, domain=of), partial(to_columns, _said(body), of))
        return _message(row, "updated")

    @operation("DeleteDataSource", "datasources:delete")
    @blueprint.response(200, description="Message")
    def delete(self, domain_name: str, name: str) -> Response:
        """Delete a data source of a domain."""
        return _message(delete(name, partial(is_of, domain=_domain(domain_name))), "deleted")


def _domain(name: str) -> Domain:
    return Domain(domain(name), domain_arn(place(), name))


def _said(body: dict[str, Any]) -> Said:
    status = body.get("status")
    return Said(
        role=body["type"]["glue"]["role"],
        description=body["description"],
        status=status and DataSourceStatus(status),
    )


def _message(row: DataSource, participle: str) -> Response:
    return respond_json({"Message": f"The data source {row.name} was {participle}."})
