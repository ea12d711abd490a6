"""Every error has, byte for byte, what Amazon's clients look for; requests that no SDK would send included."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from app.identity.identity import system
from dialects.aws.raw import JSON, PREFIX, Answer, Signer, require_error, send, send_signed
from installations import Installation
from servers.gunicorn import Served

# The default of SLUICE_MAX_BODY_BYTES.
_ARN = "arn:aws:es:us-east-1:000000000001:domain/wire"

_INVALID = "ValidationException"
_MISSING = "ResourceNotFoundException"
_UNKNOWN = "UnknownOperationException"


@pytest.fixture(scope="module")
def served(aws_installation: Installation) -> Served:
    return aws_installation.served({})


@pytest.fixture(scope="module")
def signer(aws_installation: Installation) -> Signer:
    keys = aws_installation.services.access_keys
    return Signer(keys.create(system(1, "test"), login="admin", name="wire", seconds_to_live=0))


@pytest.fixture(scope="module")
def application(served: Served, signer: Signer) -> str:
    """The path of an application; the domain ``wire`` is registered."""
    assert send_signed(served.port, signer, "POST", f"{PREFIX}/domain", b'{"DomainName": "wire"}').status == 200
    made = send_signed(served.port, signer, "POST", f"{PREFIX}/application", b'{"name": "wire"}')
    return f"{PREFIX}/application/{made.json['id']}"


# What is asked for is not there


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        pytest.param("GET", "/nosuch", 404, id="unknown path"),
        pytest.param("POST", "/application/wire/nosuch", 404, id="unknown operation of an application"),
        pytest.param("POST", "/application//attachDataSource", 404, id="empty id"),
        pytest.param("GET", "/application//", 404, id="two slashes at the end"),
        pytest.param("POST", "//application", 404, id="two slashes within"),
        pytest.param("POST", "/application/a%2Fb/attachDataSource", 404, id="escaped slash"),
        pytest.param("GET", "/application/a%2fb", 404, id="escaped slash in lower case"),
        pytest.param("GET", "/application/wire/../wire", 404, id="dot segment"),
        pytest.param("GET", "/application/wire/attachDataSource", 405, id="GET of attachDataSource"),
        pytest.param("PUT", "/application/wire/attachDataSource", 405, id="PUT to attachDataSource"),
        pytest.param("DELETE", "/application/wire/attachDataSource", 405, id="DELETE of attachDataSource"),
        pytest.param("PATCH", "/application/wire", 405, id="PATCH of an application"),
        pytest.param("TRACE", "/application/wire", 405, id="TRACE"),
    ],
)
@pytest.mark.parametrize("is_signed", [True, False], ids=["signed", "unsigned"])
def test_what_no_operation_has_is_an_unknown_operation(
    served: Served, signer: Signer, method: str, target: str, status: int, is_signed: bool
) -> None:
    body = b"{}" if method in {"POST", "PUT"} else b""
    if is_signed:
        answer = send_signed(served.port, signer, method, PREFIX + target, body)
    else:
        answer = send(served.port, method, PREFIX + target, body, JSON)
    require_error(answer, status, _UNKNOWN)


@pytest.mark.parametrize("target", ["/2021-01-01", "/2021-01-01/", "/2021-01-01//domain", "/2021-01-01/opensearch"])
def test_a_path_that_is_the_front_of_operations_only_is_an_unknown_operation(
    served: Served, signer: Signer, target: str
) -> None:
    require_error(send_signed(served.port, signer, "GET", target), 404, _UNKNOWN)


def test_a_wrong_method_is_told_the_right_ones(served: Served, signer: Signer) -> None:
    answer = send_signed(served.port, signer, "GET", f"{PREFIX}/application/wire/attachDataSource")
    assert answer.headers["Allow"] == "OPTIONS, POST"


@pytest.mark.parametrize(
    "id", ["ab", "A%20B%21", "x" * 31, "-ab", "abc%00", "abc%0a", "%C3%A9%C3%A9%C3%A9", "%ff%fe%fd", "x" * 4000]
)
@pytest.mark.parametrize(
    "operation", ["attachDataSource", "detachDataSource", "describeDataSourceAttachment", "listDataSourceAttachments"]
)
def test_an_id_that_none_can_be_is_refused(served: Served, signer: Signer, operation: str, id: str) -> None:
    body = json.dumps({"dataSourceArn": _ARN}).encode()
    answer = send_signed(served.port, signer, "POST", f"{PREFIX}/application/{id}/{operation}", body)
    require_error(answer, 400, _INVALID)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("id", ["ab", "A%20B%21", "abc%0a", "%ff%fe%fd"])
def test_an_application_that_none_can_be_is_refused(served: Served, signer: Signer, method: str, id: str) -> None:
    require_error(send_signed(served.port, signer, method, f"{PREFIX}/application/{id}"), 400, _INVALID)


# Bodies


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"{", id="cut"),
        pytest.param(b"[]", id="list"),
        pytest.param(b'"text"', id="text"),
        pytest.param(b"null", id="null"),
        pytest.param(b"1", id="number"),
        pytest.param(b"\xff\xfe", id="no UTF-8"),
        pytest.param(b'{"dataSourceArn": NaN}', id="NaN"),
        pytest.param(b'{"dataSourceArn": "\\ud800aaaaaaaaaaaaaaaaaaaa"}', id="half a character"),
        pytest.param(b'{"dataSourceArn": 1e400}', id="number beyond all numbers"),
        pytest.param(b"[" * 4_000, id="deep"),
        pytest.param(b"{} {}", id="two objects"),
        pytest.param(b"", id="none"),
        pytest.param(b"{}", id="empty object"),
    ],
)
def test_a_body_that_is_not_the_object_wanted_is_invalid(
    served: Served, signer: Signer, application: str, body: bytes
) -> None:
    answer = send_signed(served.port, signer, "POST", f"{application}/attachDataSource", body)
    require_error(answer, 400, _INVALID)


@pytest.mark.parametrize(
    ("members", "named"),
    [
        pytest.param({"dataSourceArn": None}, "dataSourceArn", id="null in place of what is required"),
        pytest.param({"dataSourceArn": 20}, "dataSourceArn", id="number in place of a text"),
        pytest.param({"dataSourceArn": [_ARN]}, "dataSourceArn", id="list in place of a text"),
        pytest.param({"DataSourceArn": _ARN}, "dataSourceArn", id="name in another case"),
        pytest.param({"dataSourceArn": f"{_ARN}\0"}, "dataSourceArn", id="NUL"),
        pytest.param({"dataSourceArn": _ARN, "clientToken": ""}, "clientToken", id="empty token"),
        pytest.param({"dataSourceArn": _ARN, "clientToken": 1}, "clientToken", id="number in place of a token"),
        pytest.param({"dataSourceArn": _ARN, "workspaceId": {}}, "workspaceId", id="object in place of a text"),
        pytest.param(
            {"dataSourceArn": _ARN, "workspaceConfiguration": []}, "workspaceConfiguration", id="list for an object"
        ),
        pytest.param(
            {"dataSourceArn": _ARN, "workspaceConfiguration": "w"}, "workspaceConfiguration", id="text for an object"
        ),
        pytest.param(
            {"dataSourceArn": _ARN, "workspaceConfiguration": {"name": "w"}},
            "workspaceConfiguration.workspaceType",
            id="object without a member",
        ),
        pytest.param(
            {"dataSourceArn": _ARN, "workspaceConfiguration": {"name": None, "workspaceType": "SEARCH"}},
            "workspaceConfiguration.name",
            id="null within an object",
        ),
    ],
)
def test_a_member_that_breaks_a_rule_is_named(
    served: Served, signer: Signer, application: str, members: Mapping[str, Any], named: str
) -> None:
    body = json.dumps(members).encode()
    answer = send_signed(served.port, signer, "POST", f"{application}/attachDataSource", body)
    assert require_error(answer, 400, _INVALID).startswith(f"{named} ")


@pytest.mark.parametrize("number", ['"5"', "true", "2.5", "99999999999999999999", "[]", "{}"])
def test_what_is_no_number_is_no_page_size(served: Served, signer: Signer, application: str, number: str) -> None:
    body = f'{{"maxResults": {number}}}'.encode()
    answer = send_signed(served.port, signer, "POST", f"{application}/listDataSourceAttachments", body)
    assert require_error(answer, 400, _INVALID).startswith("maxResults ")


@pytest.mark.parametrize(
    "text", ["x", "", "--5", "-", "5.0", "0x5", "%D9%A5", "99999999999999999999", "0", "-1", "101"]
)
def test_what_is_no_number_is_no_page_size_in_a_query_either(served: Served, signer: Signer, text: str) -> None:
    answer = send_signed(served.port, signer, "GET", f"{PREFIX}/list-applications?maxResults={text}")
    assert require_error(answer, 400, _INVALID).startswith("maxResults ")


@pytest.mark.parametrize("text", ["", "garbage", "%C3%A9", "AAAA", "=", "x" * 3_000])
def test_what_no_list_gave_out_is_no_token_in_a_query(served: Served, signer: Signer, text: str) -> None:
    answer = send_signed(served.port, signer, "GET", f"{PREFIX}/list-applications?nextToken={text}")
    assert require_error(answer, 400, _INVALID).startswith("nextToken ")


def _attach(served: Served, signer: Signer, application: str, members: Mapping[str, Any], **more: Any) -> Answer:
    body = json.dumps({"dataSourceArn": _ARN, **members}).encode()
    return send_signed(served.port, signer, "POST", f"{application}/attachDataSource", body, **more)


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"dataSourceARN": "x", "x": {"y": [1]}}, id="unknown"),
        pytest.param({"workspaceId": None, "workspaceConfiguration": None, "clientToken": None}, id="null"),
        pytest.param({"WorkspaceId": 5, "ClientToken": ""}, id="known in another case"),
    ],
)
def test_members_that_say_nothing_are_ignored(
    served: Served, signer: Signer, application: str, members: Mapping[str, Any]
) -> None:
    answer = _attach(served, signer, application, members)
    assert (answer.status, answer.json["status"]) == (200, "ATTACHED"), answer
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-amz-json-1.1", "multipart/form-data", ""])
def test_a_body_is_json_whatever_it_is_called(
    served: Served, signer: Signer, application: str, media_type: str
) -> None:
    answer = _attach(served, signer, application, {}, headers={"Content-Type": media_type} if media_type else {})
    assert answer.status == 200, answer


# Every other way to be refused


@pytest.mark.parametrize(
    ("method", "target", "members", "status", "code"),
    [
        pytest.param("GET", "/application/nosuch", None, 409, _MISSING, id="unknown application"),
        pytest.param("DELETE", "/application/nosuch", None, 409, _MISSING, id="unknown application to delete"),
        pytest.param("PUT", "/application/nosuch", {}, 409, _MISSING, id="unknown application to change"),
        pytest.param("GET", "/domain/nosuch", None, 409, _MISSING, id="unknown domain"),
        pytest.param("GET", "/domain/NO", None, 400, _INVALID, id="domain that none can be"),
        pytest.param("DELETE", "/domain/nosuch", None, 409, _MISSING, id="unknown domain to delete"),
        pytest.param(
            "POST", "/domain", {"DomainName": "wire"}, 409, "ResourceAlreadyExistsException", id="domain that exists"
        ),
        pytest.param("POST", "/application", {"name": "wire"}, 409, "ConflictException", id="application that exists"),
        pytest.param("POST", "/application", {"name": "ab"}, 400, _INVALID, id="name too short"),
        pytest.param(
            "POST",
            "/application/wire/attachDataSource",
            {"dataSourceArn": _ARN.replace("01:domain", "02:domain")},
            403,
            "AccessDeniedException",
            id="another account",
        ),
        pytest.param(
            "POST",
            "/application/wire/describeDataSourceAttachment",
            {"dataSourceArn": f"{_ARN}-nosuch"},
            409,
            _MISSING,
            id="never attached",
        ),
        pytest.param("GET", "/domain/wire/config", None, 409, "DisabledOperationException", id="not implemented"),
    ],
)
def test_a_refusal_has_its_status_and_code(
    served: Served,
    signer: Signer,
    application: str,
    method: str,
    target: str,
    members: Mapping[str, Any] | None,
    status: int,
    code: str,
) -> None:
    body = b"" if members is None else json.dumps(members).encode()
    require_error(send_signed(served.port, signer, method, PREFIX + target, body), status, code)


def test_a_request_without_credentials_misses_them(served: Served, application: str) -> None:
    answer = send(served.port, "POST", f"{application}/attachDataSource", b"{}", JSON)
    require_error(answer, 403, "MissingAuthenticationTokenException")


def test_the_answers_to_two_errors_have_ids_of_their_own(served: Served, signer: Signer) -> None:
    answers = [send_signed(served.port, signer, "GET", f"{PREFIX}/application/nosuch") for _ in range(2)]
    assert len({answer.headers["x-amzn-RequestId"] for answer in answers}) == 2
