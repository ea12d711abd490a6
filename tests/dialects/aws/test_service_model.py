"""That the service's model, held against an answer, can say no; the answers here are written by hand."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.model import OperationModel, ServiceModel
from botocore.session import Session

from dialects.aws.service_model import MAY_BE_ABSENT, MUST_BE_THERE, check_answer

_HEADERS = {"content-type": "application/json", "x-amzn-requestid": "5d2b0c3e-5f6a-4f0e-9f5e-1f2d3c4b5a69"}
_ARN = "arn:aws:es:us-east-1:123456789012:domain/logs"
_ATTACHMENT = {
    "attachmentId": "one",
    "id": "1abc",
    "arn": "arn:aws:opensearch:us-east-1:123456789012:application/1abc",
    "dataSourceArn": _ARN,
    "status": "ATTACHED",
}
_LISTED = {"attachmentId": "one", "dataSourceArn": _ARN, "status": "FAILED"}
_APPLICATION = {
    "id": "1abc",
    "name": "my-app",
    "arn": "arn:aws:opensearch:us-east-1:123456789012:application/1abc",
    "dataSources": [],
    "iamIdentityCenterOptions": {},
    "appConfigs": [],
    "createdAt": 1.5,
}


@pytest.fixture(scope="module")
def service() -> ServiceModel:
    return Session().get_service_model("opensearch")


def _check(
    operation: OperationModel, body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> None:
    check_answer(operation, status, {**_HEADERS, **(headers or {})}, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("AttachDataSource", _ATTACHMENT),
        ("ListDataSourceAttachments", {"attachments": []}),
        ("ListDataSourceAttachments", {"attachments": [_LISTED], "nextToken": "more"}),
        ("CreateApplication", _APPLICATION),
        ("DeleteApplication", {}),
    ],
)
def test_what_the_model_describes_passes(service: ServiceModel, operation: str, body: Any) -> None:
    _check(service.operation_model(operation), body)


@pytest.mark.parametrize(
    ("operation", "body", "complaint"),
    [
        ("AttachDataSource", {**_ATTACHMENT, "workspaceId": "w"}, "AttachDataSource.workspaceId is unknown"),
        ("AttachDataSource", {k: v for k, v in _ATTACHMENT.items() if k != "arn"}, "AttachDataSource.arn is missing"),
        ("AttachDataSource", {**_ATTACHMENT, "attachmentId": 1}, "AttachDataSource.attachmentId is no string"),
        ("AttachDataSource", {**_ATTACHMENT, "attachmentId": None}, "AttachDataSource.attachmentId is no string"),
        ("AttachDataSource", {**_ATTACHMENT, "status": "attached"}, "AttachDataSource.status is none of PENDING"),
        ("AttachDataSource", {**_ATTACHMENT, "arn": "arn:short"}, "AttachDataSource.arn has a length"),
        ("AttachDataSource", [_ATTACHMENT], "AttachDataSource is no object"),
        ("ListDataSourceAttachments", {}, "attachments is missing"),
        ("ListDataSourceAttachments", {"attachments": {}}, "attachments is no list"),
        ("ListDataSourceAttachments", {"attachments": [_ATTACHMENT]}, r"attachments\[0\]\.arn is unknown"),
        ("CreateApplication", {**_APPLICATION, "createdAt": "2026-01-01T00:00:00Z"}, "createdAt is no timestamp"),
        ("CreateApplication", {**_APPLICATION, "createdAt": True}, "createdAt is no timestamp"),
        ("CreateApplication", {**_APPLICATION, "status": "ACTIVE"}, "status is unknown"),
        ("ListDomainNames", {"DomainNames": [{"DomainName": "logs", "EngineType": "Solr"}]}, "EngineType is none of"),
        ("DeleteApplication", {"id": "1abc"}, "DeleteApplication.id is unknown"),
        ("DescribeDomain", {"DomainStatus": {}}, "DomainStatus.ARN is missing"),
    ],
)
def test_what_the_model_does_not_describe_fails(
    service: ServiceModel, operation: str, body: Any, complaint: str
) -> None:
    with pytest.raises(AssertionError, match=complaint):
        _check(service.operation_model(operation), body)


@pytest.mark.parametrize("name", ["content-type", "x-amzn-requestid"])
def test_an_answer_without_one_of_its_headers_fails(service: ServiceModel, name: str) -> None:
    headers = {key: value for key, value in _HEADERS.items() if key != name}
    with pytest.raises(AssertionError):
        check_answer(service.operation_model("AttachDataSource"), 200, headers, json.dumps(_ATTACHMENT).encode())


def _refuse(service: ServiceModel, status: int, code: str, **body: Any) -> None:
    answer = {"__type": code, "message": "It is not.", **body}
    _check(service.operation_model("AttachDataSource"), answer, status=status, headers={"x-amzn-errortype": code})


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (409, "ResourceNotFoundException"),
        (400, "ValidationException"),
        (500, "InternalException"),
        (403, "InvalidSignatureException"),
    ],
)
def test_an_error_of_the_service_passes(service: ServiceModel, status: int, code: str) -> None:
    _refuse(service, status, code)


def test_an_error_with_another_status_than_the_model_s_fails(service: ServiceModel) -> None:
    with pytest.raises(AssertionError, match="with status 404"):
        _refuse(service, 404, "ResourceNotFoundException")


def test_an_error_that_the_service_does_not_have_fails(service: ServiceModel) -> None:
    with pytest.raises(AssertionError, match="is no error of this service"):
        _refuse(service, 400, "BadThingException")


@pytest.mark.parametrize("more", [{"message": ""}, {"message": 1}, {"Code": "ValidationException"}], ids=repr)
def test_an_error_of_another_form_fails(service: ServiceModel, more: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        _refuse(service, 400, "ValidationException", **more)


def test_an_error_whose_header_says_another_code_than_its_body_fails(service: ServiceModel) -> None:
    answer = {"__type": "ValidationException", "message": "It is not."}
    headers = {"x-amzn-errortype": "ConflictException"}
    with pytest.raises(AssertionError, match="different errors"):
        _check(service.operation_model("AttachDataSource"), answer, status=400, headers=headers)


def test_the_tables_of_exceptions_name_members_that_the_model_has(service: ServiceModel) -> None:
    for table in (MAY_BE_ABSENT, MUST_BE_THERE):
        for shape, members in table.items():
            assert members <= service.shape_for(shape).members.keys(), shape
