"""Every operation of the service's model is either there, or says that it is not."""

import re
from typing import Any

import boto3
import pytest

from app import create_app
from app.dialects.aws.not_implemented import OPERATIONS
from app.identity.identity import system
from dialects.aws.account import REGION, Account
from dialects.aws.raw import Signer, require_error, send_signed
from installations import Installation

_MODEL = boto3.Session(region_name=REGION).client("opensearch").meta.service_model
_PREFIX = "/2021-01-01"
_MISSING = frozenset(name for _, _, name in OPERATIONS)
_IN_BRACES = re.compile(r"\{\w+\}")


def _route(name: str) -> tuple[str, str]:
    """Method and path of an operation, without its query and the names of what the path holds."""
    http = _MODEL.operation_model(name).http
    return http["method"], _IN_BRACES.sub("{}", http["requestUri"].partition("?")[0])


@pytest.fixture(scope="module")
def signer(aws_installation: Installation) -> Signer:
    keys = aws_installation.services.access_keys
    return Signer(keys.create(system(1, "test"), login="admin", name="missing", seconds_to_live=0))


def _call(installation: Installation, signer: Signer, name: str) -> Any:
    method, path = _route(name)
    body = b"{}" if method in {"POST", "PUT"} else b""
    return send_signed(installation.served({}).port, signer, method, path.replace("{}", "nosuch"), body)


def test_an_operation_is_missing_once() -> None:
    assert len(_MISSING) == len(OPERATIONS)


def test_the_model_has_every_operation_that_is_missing() -> None:
    assert set(_MODEL.operation_names) >= _MISSING


@pytest.mark.parametrize(("method", "path", "name"), OPERATIONS, ids=[name for _, _, name in OPERATIONS])
def test_an_operation_that_is_missing_is_refused_where_the_model_has_it(
    aws_installation: Installation, signer: Signer, method: str, path: str, name: str
) -> None:
    assert (method, _IN_BRACES.sub("{}", _PREFIX + path)) == _route(name)
    message = require_error(_call(aws_installation, signer, name), 409, "DisabledOperationException")
    assert f"does not implement {name}:" in message


@pytest.mark.parametrize("name", sorted(set(_MODEL.operation_names) - _MISSING))
def test_an_operation_that_is_not_missing_is_there(aws_installation: Installation, signer: Signer, name: str) -> None:
    answer = _call(aws_installation, signer, name)
    # Empty bodies, and names of nothing: what is there finds fault with those.
    assert answer.code in {None, "ValidationException", "ResourceNotFoundException"}, answer


def test_an_operation_has_one_route(aws_installation: Installation) -> None:
    routes = [
        (method, re.sub("<.*?>", "{}", rule.rule.rstrip("/")))
        for rule in create_app(aws_installation.services).url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith(f"{_PREFIX}/")
    ]
    of_the_model = [(method, path.rstrip("/")) for method, path in map(_route, _MODEL.operation_names)]
    assert sorted(routes) == sorted(of_the_model)


def test_boto3_tells_that_an_operation_is_missing(account: Account) -> None:
    aws = account.client()
    with pytest.raises(
        aws.exceptions.DisabledOperationException, match="does not implement DescribeDomainConfig"
    ) as error:
        aws.describe_domain_config(DomainName="logs")
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409


def test_a_missing_operation_asks_for_credentials_first(aws_installation: Installation, signer: Signer) -> None:
    wrong = Signer(signer.key, service="s3")
    answer = _call(aws_installation, wrong, "DescribeDomainConfig")
    require_error(answer, 403, "InvalidSignatureException")
