"""Nothing is lost between Amazon's documents of direct query data sources and rows, and other APIs' rows are seen."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from app.dialects.aws.direct_query_mapping import (
    CloudWatchLog,
    Kind,
    Prometheus,
    Said,
    SecurityLake,
    is_direct_query,
    kind_of,
    to_columns,
    to_document,
)
from app.dialects.aws.refusals import TypeFixed
from app.dialects.aws.workspaces import Workspace
from app.proxy.sigv4 import SigningRules, signing
from app.registry.datasource import DataSource, OpenSearchSide, Status
from app.registry.json_data import JsonData
from dialects.aws.rows import added, from_grafana, rewritten

EXAMPLES = settings(
    deadline=None, derandomize=True, database=None, max_examples=60, phases=[Phase.explicit, Phase.generate]
)
REGION = "us-east-1"
ROLE = "arn:aws:iam::123456789012:role/reader"
OTHER_ROLE = "arn:aws:iam::123456789012:role/other"
WORKSPACE = Workspace("eu-west-1", "123456789012", "ws-1")
APS = "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1"
PROMETHEUS, LAKE, LOGS = Prometheus(ROLE, WORKSPACE), SecurityLake(ROLE), CloudWatchLog(ROLE)
ANY_KIND = pytest.mark.parametrize(
    "kind",
    [pytest.param(PROMETHEUS, id="Prometheus"), pytest.param(LAKE, id="SecurityLake"), pytest.param(LOGS, id="logs")],
)
SIGNED: dict[str, Any] = {"sigV4Auth": True, "sigV4AssumeRoleArn": ROLE}

roles = st.from_regex(r"arn:aws:iam::[0-9]{12}:role(/service-role)?/[A-Za-z0-9+=,.@_-]{1,64}", fullmatch=True)
regions = st.sampled_from(["us-east-1", "cn-north-1", "us-gov-west-1"])
workspaces = st.builds(
    Workspace,
    regions,
    st.from_regex(r"[0-9]{12}", fullmatch=True).filter(str.isascii),
    st.from_regex(r"ws-[a-z0-9-]{0,36}", fullmatch=True),
)
kinds: st.SearchStrategy[Kind] = st.one_of(
    st.builds(CloudWatchLog, roles.filter(str.isascii)),
    st.builds(SecurityLake, roles.filter(str.isascii), st.none()),
    st.builds(Prometheus, roles.filter(str.isascii), workspaces),
)
tags = st.fixed_dictionaries({"Key": st.text(min_size=1), "Value": st.text()})
said = st.builds(
    Said,
    kind=kinds,
    region=regions,
    description=st.text(),
    opensearch_arns=st.lists(st.text()).map(tuple),
    policy=st.text(),
    tags=st.lists(tags).map(tuple),
)


def row_of(kind: Kind, **members: Any) -> DataSource:
    return added("metrics", to_columns(Said(kind=kind, region=REGION, **members), None))


def changed(row: DataSource, kind: Kind, **members: Any) -> DataSource:
    return rewritten(row, to_columns(Said(kind=kind, region=REGION, **members), row))


def written_by(type_id: str, **properties: str) -> DataSource:
    """By OpenSearch's API, which keeps such properties beside the columns."""
    row = from_grafana(type_id, url="https://search.example.com")
    return replace(row, opensearch=OpenSearchSide(document=JsonData.of({"properties": properties})))


@EXAMPLES
@given(said)
def test_what_is_read_is_what_was_said(one: Said) -> None:
    row = added("metrics", to_columns(one, None))
    document = to_document(row)
    assert is_direct_query(row)
    assert kind_of(row) == one.kind
    assert document.get("Description", "") == one.description
    assert document["OpenSearchArns"] == list(one.opensearch_arns or ())
    assert document["DataSourceAccessPolicy"] == one.policy
    assert document.get("TagList", []) == list(one.tags or ())


@EXAMPLES
@given(said)
def test_to_say_the_same_again_changes_nothing(one: Said) -> None:
    row = added("metrics", to_columns(one, None))
    again = rewritten(row, to_columns(one, row))
    assert replace(again, version=row.version) == row


def test_a_workspace_is_a_prometheus_whose_requests_are_signed_with_the_role() -> None:
    row = row_of(PROMETHEUS)
    assert (row.type, row.url) == ("prometheus", APS)
    assert dict(row.json_data) == {
        "sigV4Auth": True,
        "sigV4AuthType": "default",
        "sigV4Region": "eu-west-1",
        "sigV4AssumeRoleArn": ROLE,
    }


def test_the_proxy_signs_for_the_workspaces_service_in_its_region_with_the_role() -> None:
    found = signing(row_of(PROMETHEUS), {}, SigningRules(providers=frozenset({"default"}), assume_role=True))
    assert found is not None
    assert (found.service, found.region, found.role_arn) == ("aps", "eu-west-1", ROLE)


def test_a_workspace_in_china_is_reached_in_china() -> None:
    row = row_of(Prometheus(ROLE, Workspace("cn-north-1", "123456789012", "ws-1")))
    assert row.url == "https://aps-workspaces.cn-north-1.amazonaws.com.cn/workspaces/ws-1"


def test_a_workspace_of_another_account_than_the_roles_keeps_its_account() -> None:
    of_another = Workspace("eu-west-1", "999999999999", "ws-1")
    row = row_of(Prometheus(ROLE, of_another))
    assert to_document(row)["DataSourceType"]["Prometheus"]["WorkspaceArn"] == (
        "arn:aws:aps:eu-west-1:999999999999:workspace/ws-1"
    )


def test_a_workspace_that_moves_into_the_roles_account_is_there() -> None:
    row = row_of(Prometheus(ROLE, Workspace("eu-west-1", "999999999999", "ws-1")))
    assert kind_of(changed(row, PROMETHEUS)) == PROMETHEUS


def test_another_url_leads_to_another_workspace_whatever_was_said_before() -> None:
    row = row_of(Prometheus(ROLE, Workspace("eu-west-1", "999999999999", "ws-1")))
    moved = replace(row, url="https://aps-workspaces.eu-west-2.amazonaws.com/workspaces/ws-2/")
    assert kind_of(moved) == Prometheus(ROLE, Workspace("eu-west-2", "123456789012", "ws-2"))


def test_a_prometheus_of_grafanas_that_signs_for_a_workspace_is_seen() -> None:
    row = from_grafana("grafana-amazonprometheus-datasource", url=f"{APS}/", **SIGNED)
    assert kind_of(row) == PROMETHEUS


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(from_grafana("prometheus", url=APS, sigV4AssumeRoleArn=ROLE), id="not signed"),
        pytest.param(from_grafana("prometheus", url=APS, sigV4Auth=True), id="no role"),
        pytest.param(from_grafana("prometheus", url=APS, sigV4Auth=True, sigV4AssumeRoleArn=7), id="a number as role"),
        pytest.param(from_grafana("prometheus", url="https://example.com", **SIGNED), id="another server"),
        pytest.param(from_grafana("prometheus", url=f"{APS}/api", **SIGNED), id="more of a path"),
        pytest.param(from_grafana("alertmanager", url=APS, **SIGNED), id="another type"),
        pytest.param(from_grafana("prometheus", "Metrics", url=APS, **SIGNED), id="a name that this API has not"),
        pytest.param(
            from_grafana("prometheus", url=APS.replace("eu-west-1", "us-iso-east-1"), **SIGNED), id="no such Region"
        ),
        pytest.param(from_grafana("cloudwatch", authType="keys"), id="logs without a role"),
        pytest.param(from_grafana("security_lake"), id="a lake without a role"),
        pytest.param(written_by("s3glue", **{"glue.auth.role_arn": ROLE}), id="a domain's kind"),
    ],
)
def test_a_row_without_what_must_be_said_is_none(row: DataSource) -> None:
    assert not is_direct_query(row)


def test_logs_are_read_with_the_role_in_the_callers_region() -> None:
    row = row_of(LOGS)
    assert row.type == "cloudwatch"
    assert dict(row.json_data) == {"authType": "default", "assumeRoleArn": ROLE, "defaultRegion": REGION}


def test_a_cloudwatch_of_grafanas_with_a_role_is_seen() -> None:
    assert kind_of(from_grafana("cloudwatch", authType="keys", assumeRoleArn=ROLE)) == LOGS


def test_a_lake_is_a_connector_with_the_role_whose_indices_are_in_the_domain() -> None:
    row = row_of(SecurityLake(ROLE, "https://search.example.com"))
    assert (row.type, row.url) == ("security_lake", "https://search.example.com")
    assert row.opensearch.document is not None
    assert row.opensearch.document["properties"] == {
        "glue.auth.type": "iam_role",
        "glue.auth.role_arn": ROLE,
        "glue.indexstore.opensearch.auth": "noauth",
        "glue.iceberg.enabled": "true",
        "glue.lakeformation.enabled": "true",
        "glue.lakeformation.session_tag": "OpenSearch",
    }


def test_a_lake_of_opensearchs_is_seen() -> None:
    assert kind_of(written_by("security_lake", **{"glue.auth.role_arn": ROLE})) == LAKE


def test_the_properties_that_opensearch_wrote_stay() -> None:
    row = written_by(
        "security_lake",
        **{
            "glue.auth.role_arn": ROLE,
            "glue.lakeformation.session_tag": "mine",
            "glue.indexstore.opensearch.auth": "x",
        },
    )
    document = changed(row, SecurityLake(OTHER_ROLE)).opensearch.document
    assert document is not None
    assert document["properties"]["glue.lakeformation.session_tag"] == "mine"
    assert document["properties"]["glue.indexstore.opensearch.auth"] == "x"
    assert document["properties"]["glue.auth.role_arn"] == OTHER_ROLE


@ANY_KIND
def test_what_is_not_said_stays(kind: Kind) -> None:
    row = row_of(kind, description="d", opensearch_arns=("a",), policy="{}", tags=({"Key": "k", "Value": "v"},))
    assert to_document(changed(row, kind)) == to_document(row)


@ANY_KIND
def test_nothing_can_be_said_instead_of_something(kind: Kind) -> None:
    row = row_of(kind, description="d", opensearch_arns=("a",))
    document = to_document(changed(row, kind, description="", opensearch_arns=()))
    assert "Description" not in document
    assert document["OpenSearchArns"] == []


@ANY_KIND
def test_what_only_other_apis_say_stays(kind: Kind) -> None:
    row = replace(
        row_of(kind),
        basic_auth_user="somebody",
        is_default=True,
        ciphertexts={"httpHeaderValue1": "sealed"},
        opensearch=replace(row_of(kind).opensearch, status=Status.DISABLED, allowed_roles=("ops",)),
    )
    row = replace(row, json_data=JsonData.of({**row.json_data, "httpHeaderName1": "X-Scope"}))
    after = changed(row, kind, description="new")
    assert replace(after, version=row.version, opensearch=row.opensearch) == row
    assert (after.opensearch.status, after.opensearch.allowed_roles) == (Status.DISABLED, ("ops",))


def test_signing_by_keys_stays_signing_by_keys() -> None:
    row = from_grafana("prometheus", url=APS, **SIGNED, sigV4AuthType="keys")
    assert changed(row, Prometheus(OTHER_ROLE, WORKSPACE)).json_data["sigV4AuthType"] == "keys"


def test_the_type_of_grafanas_own_prometheus_stays() -> None:
    row = from_grafana("grafana-amazonprometheus-datasource", url=APS, **SIGNED)
    assert changed(row, PROMETHEUS).type == "grafana-amazonprometheus-datasource"


@pytest.mark.parametrize(
    ("old", "kind"),
    [
        pytest.param(PROMETHEUS, LOGS, id="Prometheus to logs"),
        pytest.param(LOGS, LAKE, id="logs to a lake"),
        pytest.param(LAKE, PROMETHEUS, id="a lake to Prometheus"),
    ],
)
def test_no_data_source_becomes_another_thing(old: Kind, kind: Kind) -> None:
    with pytest.raises(TypeFixed):
        changed(row_of(old), kind)


def test_what_others_wrote_under_this_apis_names_is_taken_as_far_as_it_fits() -> None:
    row = from_grafana(
        "cloudwatch",
        assumeRoleArn=ROLE,
        awsOpenSearchArns=["a", 7],
        awsAccessPolicy={},
        awsTags=["x", {"Key": "k"}, {"Key": "k", "Value": "v"}],
    )
    assert to_document(row) == {
        "DataSourceName": "metrics",
        "DataSourceType": {"CloudWatchLog": {"RoleArn": ROLE}},
        "OpenSearchArns": ["a"],
        "TagList": [{"Key": "k", "Value": "v"}],
    }
