"""Domains: data sources whose server is an OpenSearch or Elasticsearch, as Amazon's API names and makes them."""

import re
from typing import Any

from flask import Response, request
from flask.views import MethodView

from app.dialects.aws.answering import respond_json
from app.dialects.aws.arns import domain_arn
from app.dialects.aws.door import aws_blueprint, operation, place
from app.dialects.aws.members import Members, matching, sized, within
from app.dialects.aws.naming import DOMAIN_NAME, DOMAIN_NAME_RULE, require_domain_name
from app.dialects.aws.refusals import DomainExists, DomainNotFound, InvalidRequest
from app.edge.authentication import identity, services
from app.edge.schemas import Flag
from app.registry.arns import ARN_MEMBER, is_domain, own_arn, read_arn
from app.registry.datasource import ByArn, DataSource, NewDataSource
from app.registry.errors import DataSourceArnTaken, DataSourceNameTaken, DataSourceNotFound, InvalidUrl
from app.registry.json_data import JsonData
from app.registry.urls import read_target

blueprint = aws_blueprint("domains", "", "Domains, which are data sources.")

_OPENSEARCH = "OpenSearch"
_ENGINES = {_OPENSEARCH: "grafana-opensearch-datasource", "Elasticsearch": "elasticsearch"}
_VERSION_MEMBER = "version"
_VERSION = r"(OpenSearch_[0-9]{1,2}|Elasticsearch_[0-9])\.[0-9]{1,2}"
_NUMBERS = re.compile(r"([0-9]{1,2}\.[0-9]{1,2})(\..*)?")
_HOST = r"(([A-Za-z0-9-]{0,62}[A-Za-z0-9])\.)+[A-Za-z0-9-]{1,62}[A-Za-z0-9]"


class EndpointMembers(Members):
    """Where the domain's server is reached."""

    custom = Flag(data_key="CustomEndpointEnabled", load_default=False)
    host = matching(_HOST, "must be a host name", longest=255, data_key="CustomEndpoint", load_default="")


class MasterMembers(Members):
    """Who signs in there."""

    name = sized(1, 64, data_key="MasterUserName", load_default=None)
    password = sized(8, 128, data_key="MasterUserPassword", load_default=None, load_only=True)


class SecurityMembers(Members):
    """How one signs in there."""

    master = within(MasterMembers, data_key="MasterUserOptions", load_default=None)


class DomainMembers(Members):
    """What CreateDomain takes and Sluice has a use for; what is said of machines is ignored, for there are none."""

    name = matching(DOMAIN_NAME, DOMAIN_NAME_RULE, data_key="DomainName", required=True)
    engine = matching(
        _VERSION,
        "must be such as OpenSearch_2.19 or Elasticsearch_7.10",
        data_key="EngineVersion",
        load_default=None,
    )
    endpoint = within(EndpointMembers, data_key="DomainEndpointOptions", load_default=None)
    security = within(SecurityMembers, data_key="AdvancedSecurityOptions", load_default=None)


@blueprint.route("/opensearch/domain")
class CreateDomain(MethodView):
    """A new domain."""

    @operation("CreateDomain", "datasources:create")
    @blueprint.arguments(DomainMembers())
    @blueprint.response(200, description="DomainStatus")
    def post(self, body: dict[str, Any]) -> Response:
        """Register a domain as a data source; no machine is started."""
        try:
            row = services().registry.create(identity(), _new(body))
        except (DataSourceNameTaken, DataSourceArnTaken) as exc:
            raise DomainExists(body["name"]) from exc
        return respond_json({"DomainStatus": _status(row, body["name"])})


@blueprint.route("/opensearch/domain/<domain_name>")
class DomainByName(MethodView):
    """One domain."""

    @operation("DescribeDomain", "datasources:read")
    @blueprint.response(200, description="DomainStatus")
    def get(self, domain_name: str) -> Response:
        """Get a domain."""
        return respond_json({"DomainStatus": _status(domain(domain_name), domain_name)})

    @operation("DeleteDomain", "datasources:delete")
    @blueprint.response(200, description="DomainStatus, which says that it is deleted")
    def delete(self, domain_name: str) -> Response:
        """Delete a domain's data source."""
        domain(domain_name)
        row = services().registry.delete(identity(), ByArn(domain_arn(place(), domain_name)))
        return respond_json({"DomainStatus": {**_status(row, domain_name), "Deleted": True}})


@blueprint.route("/domain")
class ListDomainNames(MethodView):
    """The domains of the caller's account and Region."""

    @operation("ListDomainNames", "datasources:read")
    @blueprint.response(200, description="DomainNames, with the type of each one's engine")
    def get(self) -> Response:
        """List domains; `engineType` leaves those of one engine."""
        wanted = request.args.get("engineType")
        if wanted is not None and wanted not in _ENGINES:
            raise InvalidRequest(f"engineType must be one of {', '.join(_ENGINES)}.")
        # An ARN that a data source was given goes before the name of another.
        rows = sorted(services().registry.all(identity()), key=lambda row: own_arn(row.json_data) is None)
        named: dict[str, DataSource] = {}
        for row in rows:
            if (name := _name(row)) is not None:
                named.setdefault(name, row)
        engines = ((name, _engine(row)) for name, row in sorted(named.items()))
        shown = [{"DomainName": name, "EngineType": engine} for name, engine in engines if wanted in {None, engine}]
        return respond_json({"DomainNames": shown})


def domain(name: str) -> DataSource:
    """The data source that stands for a domain of the caller's. Raises InvalidRequest, PermissionDenied,
    DomainNotFound."""
    try:
        row = services().registry.look_up(identity(), ByArn(domain_arn(place(), require_domain_name(name))))
    except DataSourceNotFound as exc:
        raise DomainNotFound(name) from exc
    # Any data source can be given a domain's ARN, to be attached by; that makes it none.
    if not is_domain(row):
        raise DomainNotFound(name)
    return row


def _new(body: dict[str, Any]) -> NewDataSource:
    name, endpoint = body["name"], body["endpoint"]
    kind, _, version = (body["engine"] or _OPENSEARCH).partition("_")
    host = endpoint["host"] if endpoint and endpoint["custom"] else ""
    master = (body["security"] or {}).get("master") or {"name": None, "password": None}
    return NewDataSource(
        name=name,
        type=_ENGINES[kind],
        access="proxy",
        url=f"https://{host}" if host else services().settings.aws_domain_url.replace("{name}", name),
        basic_auth=master["name"] is not None,
        basic_auth_user=master["name"] or "",
        # The version where Grafana's data sources of this type have it.
        json_data=JsonData.of(
            {ARN_MEMBER: domain_arn(place(), name), **({_VERSION_MEMBER: f"{version}.0"} if version else {})}
        ),
        secure_json_data={"basicAuthPassword": master["password"]} if master["password"] else {},
    )


def _name(row: DataSource) -> str | None:
    """The name of the domain that ``row`` stands for, if it does for one of the caller's."""
    if not is_domain(row):
        return None
    own = own_arn(row.json_data)
    if own is None:
        return row.name if re.fullmatch(DOMAIN_NAME, row.name) else None
    arn = read_arn(own)
    return arn.domain if arn is not None and arn.text == domain_arn(place(), arn.domain) else None


def _engine(row: DataSource) -> str:
    return "Elasticsearch" if row.type == _ENGINES["Elasticsearch"] else _OPENSEARCH


def _engine_version(row: DataSource) -> str | None:
    """What the API can say of the version, whoever wrote it."""
    said = row.json_data.get(_VERSION_MEMBER)
    numbers = _NUMBERS.fullmatch(said) if isinstance(said, str) else None
    version = "" if numbers is None else f"{_engine(row)}_{numbers[1]}"
    return version if re.fullmatch(_VERSION, version) else None


def _endpoint(row: DataSource) -> str:
    """Host and port of its server, without what signs in there."""
    try:
        target = read_target(row.url)
    except InvalidUrl:
        return ""
    return f"{target.host}:{target.port}" if target.port else target.host


def _status(row: DataSource, name: str) -> dict[str, Any]:
    version = _engine_version(row)
    return {
        "DomainId": f"{place().account}/{name}",
        "DomainName": name,
        "ARN": domain_arn(place(), name),
        "Created": True,
        "Deleted": False,
        "Processing": False,
        "Endpoint": _endpoint(row),
        **({} if version is None else {"EngineVersion": version}),
        # Required by the service's model; there are no machines.
        "ClusterConfig": {},
    }
