"""Holds an answer against the service's own model, as botocore carries it: members, types, values, error codes."""

import json
from collections.abc import Mapping
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

# Members that an answer may leave out, by the shape that has them. What is not here must be there, always.
MAY_BE_ABSENT: Mapping[str, frozenset[str]] = {
    "ListDataSourceAttachmentsResponse": frozenset({"nextToken"}),
    "ListApplicationsResponse": frozenset({"nextToken"}),
    "CreateApplicationResponse": frozenset({"tagList", "kmsKeyArn"}),
    "GetApplicationResponse": frozenset({"kmsKeyArn"}),
    "ListDirectQueryDataSourcesResponse": frozenset({"NextToken"}),
    "GetDirectQueryDataSourceResponse": frozenset({"Description", "DataSourceAccessPolicy"}),
    "DirectQueryDataSource": frozenset({"Description", "TagList"}),
    "GetDataSourceResponse": frozenset({"Description"}),
    "DataSourceDetails": frozenset({"Description"}),
    "S3GlueDataCatalog": frozenset({"RoleArn"}),
    "DataSource": frozenset({"dataSourceDescription", "iamRoleForDataSourceArn"}),
    "IamIdentityCenterOptions": frozenset(
        {
            "enabled",
            "iamIdentityCenterInstanceArn",
            "iamRoleForIdentityCenterApplicationArn",
            "iamIdentityCenterApplicationArn",
        }
    ),
}
# Shapes about machines that there are none of: these members must be there, all others may be.
MUST_BE_THERE: Mapping[str, frozenset[str]] = {
    "DomainStatus": frozenset({"DomainId", "DomainName", "ARN", "Created", "Deleted", "Processing", "Endpoint"}),
    "ClusterConfig": frozenset(),
}
# Codes of the door, which no service models.
_OF_THE_DOOR: Mapping[str, frozenset[int]] = {
    "MissingAuthenticationTokenException": frozenset({403}),
    "IncompleteSignatureException": frozenset({403}),
    "UnrecognizedClientException": frozenset({403}),
    "InvalidSignatureException": frozenset({403}),
    "ExpiredTokenException": frozenset({403}),
    "UnknownOperationException": frozenset({404, 405}),
    "RequestEntityTooLargeException": frozenset({413}),
}
_PYTHON: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float),
}


def check_answer(operation: OperationModel, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Raises AssertionError that says where the answer deviates. Names in ``headers`` are in lower case."""
    assert headers.get("content-type") == "application/json", f"{operation.name}: {headers.get('content-type')}"
    assert headers.get("x-amzn-requestid"), f"{operation.name}: no request id"
    value = json.loads(body)
    if status == 200:
        assert "x-amzn-errortype" not in headers, f"{operation.name}: an error with status 200"
        found = deviations(operation.output_shape, value, operation.name)
        assert not found, "; ".join(found)
    else:
        _check_error(operation, status, headers, value)


def deviations(shape: Shape | None, value: Any, path: str) -> list[str]:
    """Where ``value``, parsed from JSON, is not of ``shape``."""
    if isinstance(shape, StructureShape):
        return _of_structure(shape, value, path)
    if isinstance(shape, ListShape):
        if not isinstance(value, list):
            return [f"{path} is no list"]
        return [one for i, item in enumerate(value) for one in deviations(shape.member, item, f"{path}[{i}]")]
    if isinstance(shape, MapShape):
        if not isinstance(value, dict):
            return [f"{path} is no map"]
        return [one for key, item in value.items() for one in deviations(shape.value, item, f"{path}.{key}")]
    return [f"{path} is more than nothing"] * (value != {}) if shape is None else _of_scalar(shape, value, path)


def _of_structure(shape: StructureShape, value: Any, path: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{path} is no object"]
    members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
    must = MUST_BE_THERE.get(shape.name, frozenset(members) - MAY_BE_ABSENT.get(shape.name, frozenset()))
    if shape.is_tagged_union:
        must = frozenset()
    missing = sorted((must | frozenset(shape.required_members)) - value.keys())
    found = [f"{path}.{name} is missing" for name in missing]
    if shape.is_tagged_union and len(value) != 1:
        found.append(f"{path} has {len(value)} members and must have one")
    for name, item in value.items():
        if name in members:
            found += deviations(members[name], item, f"{path}.{name}")
        else:
            found.append(f"{path}.{name} is unknown to the model")
    return found


def _of_scalar(shape: Shape, value: Any, path: str) -> list[str]:
    types = _PYTHON[shape.type_name]
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        return [f"{path} is no {shape.type_name}"]
    found = []
    choices = shape.metadata.get("enum")
    if choices and value not in choices:
        found.append(f"{path} is none of {', '.join(choices)}")
    if isinstance(value, str) and not shape.metadata.get("min", 0) <= len(value) <= shape.metadata.get("max", 2**31):
        found.append(f"{path} has a length that the model forbids")
    return found


def _check_error(operation: OperationModel, status: int, headers: Mapping[str, str], value: Any) -> None:
    assert isinstance(value, dict), f"{operation.name}: the error is no object"
    assert value.keys() == {"__type", "message"}, f"{operation.name}: the error has {sorted(value)}"
    code, message = value["__type"], value["message"]
    assert headers.get("x-amzn-errortype") == code, f"{operation.name}: header and body name different errors"
    assert isinstance(message, str), f"{operation.name}: the message is no text"
    assert message, f"{operation.name}: no message"
    allowed = statuses(operation).get(code)
    assert allowed is not None, f"{operation.name}: {code} is no error of this service"
    assert status in allowed, f"{operation.name}: {code} with status {status}"


def statuses(operation: OperationModel) -> Mapping[str, frozenset[int]]:
    """The statuses of each error code that the service, or its door, has."""
    modelled = {
        shape.error_code: frozenset({shape.metadata["error"]["httpStatusCode"]})
        for shape in operation.service_model.error_shapes
        if "httpStatusCode" in shape.metadata.get("error", {})
    }
    return {**_OF_THE_DOOR, **modelled}
