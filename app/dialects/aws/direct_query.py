"""Direct query data sources: add, get, list, update, delete. They are what several domains and collections can query
without holding it."""

from functools import partial
from typing import Any

from flask import Response, request
from flask.views import MethodView

from app.dialects.aws.answering import respond_json
from app.dialects.aws.arns import direct_query_arn
from app.dialects.aws.direct_query_mapping import (
    CloudWatchLog,
    Kind,
    Prometheus,
    Said,
    SecurityLake,
    is_direct_query,
    to_columns,
    to_document,
)
from app.dialects.aws.door import aws_blueprint, operation, place
from app.dialects.aws.members import Members, Union, matching, several, sized, within
from app.dialects.aws.naming import DATA_SOURCE_NAME, DATA_SOURCE_NAME_RULE
from app.dialects.aws.paging import next_token, read_token
from app.dialects.aws.rewriting import add, delete, found, rewrite
from app.dialects.aws.shapes import MOST_TAGS, TagMembers, description_text
from app.dialects.aws.workspaces import WORKSPACE_ARN, read_workspace
from app.edge.authentication import identity, services
from app.identity.errors import PermissionDenied
from app.registry.arns import read_arn
from app.registry.datasource import ByArn, DataSource
from app.registry.errors import DataSourceNotFound

blueprint = aws_blueprint("direct_query", "/opensearch/directQueryDataSource", "Direct query data sources.")

_PAGE = 100
# Each is looked up.
_MOST_ARNS = 100
_ROLE = r"arn:(aws|aws-cn|aws-us-gov|aws-iso|aws-iso-b):iam::[0-9]{12}:role(/service-role)?/[A-Za-z0-9+=,.@_-]{1,64}"
_ARN = r"(?=.{20})arn:[a-z-]+:[a-z-]+:[a-z0-9-]*:[0-9]*:\S+"
_ONLY_LISTED, _ONLY_GOT = frozenset({"TagList"}), frozenset({"DataSourceAccessPolicy"})


class RoleMembers(Members):
    """By which role it is read. The 32 to 200 characters of the service's model are what the pattern allows."""

    role = matching(
        _ROLE,
        "must be the ARN of a role, such as arn:aws:iam::123456789012:role/reader, whose only path can be service-role",
        data_key="RoleArn",
        required=True,
    )


class PrometheusMembers(RoleMembers):
    """A workspace of the managed service for Prometheus."""

    workspace = matching(
        WORKSPACE_ARN,
        "must be the ARN of a workspace, such as arn:aws:aps:us-east-1:123456789012:workspace/ws-1, in a Region of its "
        "partition",
        longest=2048,
        data_key="WorkspaceArn",
        required=True,
    )


class DirectQueryTypeMembers(Union):
    """What the data source is."""

    cloudwatch = within(RoleMembers, data_key="CloudWatchLog")
    security_lake = within(RoleMembers, data_key="SecurityLake")
    prometheus = within(PrometheusMembers, data_key="Prometheus")


class ChangeDirectQueryMembers(Members):
    """What UpdateDirectQueryDataSource takes; what is absent stays, but for the type."""

    type = within(DirectQueryTypeMembers, data_key="DataSourceType", required=True)
    description = description_text(data_key="Description", load_default=None)
    arns = several(
        matching(_ARN, "must be an ARN of 20 to 2048 characters", longest=2048),
        most=_MOST_ARNS,
        data_key="OpenSearchArns",
        load_default=None,
    )
    policy = sized(0, 102_400, data_key="DataSourceAccessPolicy", load_default=None)


class AddDirectQueryMembers(ChangeDirectQueryMembers):
    """What AddDirectQueryDataSource takes."""

    name = matching(DATA_SOURCE_NAME, DATA_SOURCE_NAME_RULE, data_key="DataSourceName", required=True)
    tags = several(within(TagMembers), most=MOST_TAGS, data_key="TagList", load_default=None)


# Writes tags as they are kept.
_TAGS = TagMembers(many=True)


@blueprint.route("")
class DirectQueryDataSources(MethodView):
    """The direct query data sources of the caller's account."""

    @operation("AddDirectQueryDataSource", "datasources:create")
    @blueprint.arguments(AddDirectQueryMembers())
    @blueprint.response(200, description="DataSourceArn")
    def post(self, body: dict[str, Any]) -> Response:
        """Add a direct query data source."""
        return _arn(add(body["name"], to_columns(_said(body), None)))

    @operation("ListDirectQueryDataSources", "datasources:read")
    @blueprint.response(200, description="DirectQueryDataSources as they were added, and NextToken if there are more")
    def get(self) -> Response:
        """List the direct query data sources that the caller may see; `nexttoken` goes on."""
        of = f"direct query data sources {identity().org_id}"
        after = read_token(of, request.args.get("nexttoken"))
        ours = [row for row in services().registry.all(identity()) if row.id > after and is_direct_query(row)]
        page = sorted(ours, key=lambda row: row.id)[:_PAGE]
        shown: dict[str, Any] = {"DirectQueryDataSources": [_shown(row, without=_ONLY_GOT) for row in page]}
        if len(ours) > len(page):
            shown["NextToken"] = next_token(of, page[-1].id)
        return respond_json(shown)


@blueprint.route("/<data_source_name>")
class DirectQueryDataSourceByName(MethodView):
    """One direct query data source."""

    @operation("GetDirectQueryDataSource", "datasources:read")
    @blueprint.response(200, description="The data source, without its tags")
    def get(self, data_source_name: str) -> Response:
        """Get a direct query data source."""
        return respond_json(_shown(found(data_source_name, is_direct_query), without=_ONLY_LISTED))

    @operation("UpdateDirectQueryDataSource", "datasources:write")
    @blueprint.arguments(ChangeDirectQueryMembers())
    @blueprint.response(200, description="DataSourceArn")
    def put(self, body: dict[str, Any], data_source_name: str) -> Response:
        """Change a direct query data source."""
        return _arn(rewrite(data_source_name, is_direct_query, partial(to_columns, _said(body))))

    @operation("DeleteDirectQueryDataSource", "datasources:delete")
    @blueprint.response(200, description="Nothing")
    def delete(self, data_source_name: str) -> Response:
        """Delete a direct query data source."""
        delete(data_source_name, is_direct_query)
        return respond_json({})


def _arn(row: DataSource) -> Response:
    return respond_json({"DataSourceArn": direct_query_arn(place(), row.name)})


def _shown(row: DataSource, *, without: frozenset[str]) -> dict[str, Any]:
    members = {name: value for name, value in to_document(row).items() if name not in without}
    return {**members, "DataSourceArn": direct_query_arn(place(), row.name)}


def _said(body: dict[str, Any]) -> Said:
    tags = body.get("tags")
    return Said(
        kind=_kind(body["type"], body["arns"]),
        region=place().region,
        description=body["description"],
        opensearch_arns=None if body["arns"] is None else tuple(body["arns"]),
        policy=body["policy"],
        tags=None if tags is None else tuple(_TAGS.dump(tags)),
    )


def _kind(given: dict[str, Any], arns: list[str] | None) -> Kind:
    match given:
        case {"prometheus": {"role": role, "workspace": arn}}:
            workspace = read_workspace(arn)
            # The schema has looked.
            assert workspace is not None
            return Prometheus(role, workspace)
        case {"security_lake": {"role": role}}:
            return SecurityLake(role, None if arns is None else _index_store(arns))
        case {"cloudwatch": {"role": role}}:
            return CloudWatchLog(role)
    raise AssertionError


def _index_store(arns: list[str]) -> str:
    """The URL of the first that is registered in the caller's account; empty: none of them is, for this caller."""
    for arn in arns:
        said = read_arn(arn)
        if said is None or said.account != place().account:
            continue
        try:
            return services().registry.look_up(identity(), ByArn(arn)).url
        except (DataSourceNotFound, PermissionDenied):
            continue
    return ""
