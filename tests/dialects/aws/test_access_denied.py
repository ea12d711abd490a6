"""The words of AccessDeniedException: who may not do what with which resource."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

import pytest
from botocore.exceptions import ClientError

from app.identity.access_keys import IssuedAccessKey
from app.identity.limits import TokenLimits
from app.identity.roles import Role
from app.registry.access import ForRole, Grantee, Level
from app.registry.datasource import ByName
from dialects.aws.account import Account
from dialects.aws.direct_query import LAKE, add
from dialects.aws.domains import created
from dialects.aws.raw import PREFIX, require_error, send
from wire.accounts import new_token

_ROLE = "arn:aws:iam::123456789012:role/reader-of-catalogs"
_CATALOG = {"S3GlueDataCatalog": {"RoleArn": _ROLE}}
_ATTACHED = {"dataSourceArn": "arn:aws:es:us-east-1:123456789012:domain/logs"}
_APPLICATION = "arn:aws:opensearch:us-east-1:{number}:application/my-app"
_DOMAIN = "arn:aws:es:us-east-1:{number}:domain/logs"
_DIRECT = "arn:aws:opensearch:us-east-1:{number}:datasource/lake"

Operation = Callable[[Any], Any]


_CALLS: Sequence[tuple[str, Operation, str]] = [
    ("CreateApplication", lambda aws: aws.create_application(name="my-app"), "*"),
    ("UpdateApplication", lambda aws: aws.update_application(id="my-app"), _APPLICATION),
    ("DeleteApplication", lambda aws: aws.delete_application(id="my-app"), _APPLICATION),
    ("AttachDataSource", lambda aws: aws.attach_data_source(id="my-app", **_ATTACHED), _APPLICATION),
    ("DetachDataSource", lambda aws: aws.detach_data_source(id="my-app", **_ATTACHED), _APPLICATION),
    ("CreateDomain", lambda aws: aws.create_domain(DomainName="logs"), "*"),
    ("DeleteDomain", lambda aws: aws.delete_domain(DomainName="logs"), _DOMAIN),
    ("AddDirectQueryDataSource", lambda aws: add(aws, "lake", LAKE), "*"),
    (
        "UpdateDirectQueryDataSource",
        lambda aws: aws.update_direct_query_data_source(DataSourceName="lake", DataSourceType=LAKE),
        _DIRECT,
    ),
    (
        "DeleteDirectQueryDataSource",
        lambda aws: aws.delete_direct_query_data_source(DataSourceName="lake"),
        _DIRECT,
    ),
    (
        "AddDataSource",
        lambda aws: aws.add_data_source(DomainName="logs", Name="sales", DataSourceType=_CATALOG),
        _DOMAIN,
    ),
    (
        "UpdateDataSource",
        lambda aws: aws.update_data_source(DomainName="logs", Name="sales", DataSourceType=_CATALOG),
        _DOMAIN,
    ),
    ("DeleteDataSource", lambda aws: aws.delete_data_source(DomainName="logs", Name="sales"), _DOMAIN),
]


@pytest.fixture
def key(account: Account) -> IssuedAccessKey:
    """Of a Viewer."""
    return account.key(Role.VIEWER)


def _message(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as refused:
        call()
    answer = refused.value.response
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == ("AccessDeniedException", 403)
    return str(answer["Error"]["Message"])


def _words(account: Account, login: str, operation: str, resource: str) -> str:
    user = f"arn:aws:iam::{account.number}:user/{login}"
    return f"User: {user} is not authorized to perform: es:{operation} on resource: " + resource.format(
        number=account.number
    )


@pytest.mark.parametrize(("operation", "call", "resource"), _CALLS, ids=[call[0] for call in _CALLS])
def test_a_refusal_names_user_operation_and_resource(
    account: Account, key: IssuedAccessKey, operation: str, call: Operation, resource: str
) -> None:
    viewer = account.client(key=key)
    assert _message(lambda: call(viewer)) == _words(account, key.login, operation, resource)


def test_it_is_the_same_whether_the_resource_is_there_or_not(account: Account, key: IssuedAccessKey) -> None:
    viewer = account.client(key=key)
    before = _message(lambda: viewer.delete_domain(DomainName="logs"))
    created(account.client())
    assert _message(lambda: viewer.delete_domain(DomainName="logs")) == before


def test_one_data_source_that_is_hidden_is_named(account: Account, key: IssuedAccessKey) -> None:
    created(account.client())
    levels: dict[Grantee, Level] = {ForRole(Role.VIEWER): Level.NONE}
    account.services.permissions.set(account.identity, ByName("logs"), levels)
    viewer = account.client(key=key)
    expected = _words(account, key.login, "DescribeDomain", _DOMAIN)
    assert _message(lambda: viewer.describe_domain(DomainName="logs")) == expected


def test_a_token_is_named_by_the_login_of_its_service_account(account: Account) -> None:
    accounts = account.services.service_accounts
    robot = accounts.create(account.identity, name="robot", role=Role.ADMIN, is_disabled=False)
    limits = TokenLimits(data_sources=None, read_only=True, proxy=None)
    _, token = accounts.add_token(account.identity, robot.id, name="narrow", seconds_to_live=0, limits=limits)
    headers = {"Authorization": f"Bearer {token}"}
    answer = send(int(account.url.rpartition(":")[2]), "GET", f"{PREFIX}/application/my-app", headers=headers)
    expected = _words(account, robot.login, "GetApplication", _APPLICATION)
    assert require_error(answer, 403, "AccessDeniedException") == expected


@pytest.mark.parametrize("id", ["{0.__class__}", "{user}", "%s", "%00", "é"])
def test_whatever_stands_in_the_path_is_text(account: Account, id: str) -> None:
    headers = {"Authorization": f"Bearer {new_token(account.services, account.org_id, Role.VIEWER)}"}
    target = f"{PREFIX}/application/{quote(id)}"
    answer = send(int(account.url.rpartition(":")[2]), "DELETE", target, headers=headers)
    message = require_error(answer, 403, "AccessDeniedException")
    resource = f"arn:aws:opensearch:us-east-1:{account.number}:application/{id}"
    assert message.endswith(f" is not authorized to perform: es:DeleteApplication on resource: {resource}")
