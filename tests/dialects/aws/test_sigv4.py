"""Reading a signature, what is refused without knowing the secret, and signatures that were published."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from app.dialects.aws.sigv4 import (
    Authorization,
    Scope,
    SignatureError,
    SignatureRefused,
    SignedRequest,
    UnreadableAuthorization,
    check,
    is_proven,
    is_signed,
    read_authorization,
)
from dialects.aws.signed import ACCESS_KEY_ID, SECRET, STAMP, signed_by_botocore

EXAMPLES = settings(
    deadline=None, derandomize=True, database=None, max_examples=300, phases=[Phase.explicit, Phase.generate]
)
NOON = datetime(2015, 8, 30, 12, 36, tzinfo=UTC).timestamp()
SCOPE = Scope("20150830", "us-east-1", "es")
CREDENTIAL = "AKIDEXAMPLE/20150830/us-east-1/es/aws4_request"
SIGNATURE = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"


def header(credential: str = CREDENTIAL, signed_headers: str = "host;x-amz-date", signature: str = SIGNATURE) -> str:
    return f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={signed_headers}, Signature={signature}"


def authorization(*signed_headers: str, scope: Scope = SCOPE) -> Authorization:
    names = signed_headers or ("host", "x-amz-date")
    return Authorization(access_key_id=ACCESS_KEY_ID, scope=scope, signed_headers=names, signature=SIGNATURE)


def request(headers: Mapping[str, str] | None = None, method: str = "GET", query: str = "") -> SignedRequest:
    headers = {"host": "example.amazonaws.com", "x-amz-date": STAMP} if headers is None else headers
    return SignedRequest(method=method, path="/", query=query, headers=headers, body=b"")


# From the suite that Amazon published for those who write signers; its service has the name "service".
@pytest.mark.parametrize(
    ("method", "query", "signature"),
    [
        pytest.param("GET", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", id="get-vanilla"),
        pytest.param("POST", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b", id="post-vanilla"),
        pytest.param(
            "GET",
            "Param2=value2&Param1=value1",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            id="get-vanilla-query-order-key-case",
        ),
    ],
)
def test_a_published_signature_is_proven(method: str, query: str, signature: str) -> None:
    scope = Scope("20150830", "us-east-1", "service")
    assert is_proven(replace(authorization(scope=scope), signature=signature), request(None, method, query), SECRET)


def test_the_header_of_an_sdk_is_read() -> None:
    assert read_authorization(header(signed_headers="content-type;host;x-amz-date")) == Authorization(
        access_key_id="AKIDEXAMPLE",
        scope=SCOPE,
        signed_headers=("content-type", "host", "x-amz-date"),
        signature=SIGNATURE,
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(header().replace(", ", ","), id="no spaces"),
        pytest.param(header().replace(", ", " ,  "), id="more spaces"),
        pytest.param(
            f"AWS4-HMAC-SHA256 Signature={SIGNATURE}, SignedHeaders=host;x-amz-date, Credential={CREDENTIAL}",
            id="another order",
        ),
    ],
)
def test_a_header_in_another_writing_is_read_the_same(text: str) -> None:
    assert read_authorization(text) == read_authorization(header())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 ",
        "AWS4-HMAC-SHA256 ,,",
        "Bearer glsa_x",
        pytest.param(header().replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"), id="another algorithm"),
        pytest.param(header().replace("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256-PAYLOAD"), id="a longer algorithm"),
        pytest.param(header().rpartition(",")[0], id="no signature"),
        pytest.param(header() + ", Signature=" + SIGNATURE, id="two signatures"),
        pytest.param(header().replace("SignedHeaders=", "Signature="), id="two signatures and no signed headers"),
        pytest.param(header() + ", Expires=60", id="a part too many"),
        pytest.param(header() + ",", id="a comma too many"),
        pytest.param(header().replace("Credential=", "credential="), id="a part in lower case"),
        pytest.param(header(credential=""), id="empty credential"),
        pytest.param(header(credential="AKIDEXAMPLE"), id="no scope"),
        pytest.param(header(credential="/20150830/us-east-1/es/aws4_request"), id="no access key id"),
        pytest.param(header(credential="AKIDEXAMPLE/20150830/us-east-1/es"), id="no termination"),
        pytest.param(header(credential="AKIDEXAMPLE/2015083/us-east-1/es/aws4_request"), id="date of seven digits"),
        pytest.param(
            header(credential="AKIDEXAMPLE/2015083\u0660/us-east-1/es/aws4_request"), id="digits of another script"
        ),
        pytest.param(header(credential="AKIDEXAMPLE/20150830//es/aws4_request"), id="no region"),
        pytest.param(header(credential=f"AKIDEXAMPLE/20150830/{'r' * 65}/es/aws4_request"), id="region too long"),
        pytest.param(header(credential="AKIDEXAMPLE/20150830/us-east-1/es/aws4_request/x"), id="a step too many"),
        pytest.param(header(credential=f"{'A' * 129}/20150830/us-east-1/es/aws4_request"), id="access key id too long"),
        pytest.param(header(credential="AKID\xe9/20150830/us-east-1/es/aws4_request"), id="access key id not ASCII"),
        pytest.param(header(signed_headers=""), id="no signed headers"),
        pytest.param(header(signed_headers="host;"), id="an empty name"),
        pytest.param(header(signed_headers="Host;x-amz-date"), id="a name in upper case"),
        pytest.param(header(signed_headers="host;x amz date"), id="a name with spaces"),
        pytest.param(header(signed_headers="host;host"), id="a name twice"),
        pytest.param(header(signed_headers=";".join(f"x-{n}" for n in range(1000))), id="a thousand names"),
        pytest.param(header(signature=""), id="empty signature"),
        pytest.param(header(signature=SIGNATURE[1:]), id="63 digits"),
        pytest.param(header(signature=SIGNATURE + "0"), id="65 digits"),
        pytest.param(header(signature=SIGNATURE.upper()), id="digits in upper case"),
        pytest.param(header(signature=SIGNATURE + "\n"), id="a line feed after the signature"),
        pytest.param(header(signature="\xb2" * 64), id="digits that are no ASCII"),
    ],
)
def test_a_malformed_header_is_unreadable_and_the_error_quotes_none_of_it(text: str) -> None:
    with pytest.raises(UnreadableAuthorization) as error:
        read_authorization(text)
    assert str(error.value).endswith(".")
    assert "AKID" not in str(error.value)
    assert SIGNATURE[:8] not in str(error.value).lower()


@pytest.mark.parametrize(
    ("text", "signed"),
    [
        (header(), True),
        ("AWS4-HMAC-SHA256", True),
        ("Bearer AWS4-HMAC-SHA256", False),
        ("Basic YWRtaW46YWRtaW4=", False),
        ("", False),
    ],
)
def test_a_header_is_signed_when_it_begins_with_the_algorithm(text: str, signed: bool) -> None:
    assert is_signed(text) is signed


@pytest.mark.parametrize("region", ["us-east-1", None])
@pytest.mark.parametrize("seconds", [-900, -1, 0, 0.5, 900])
def test_a_request_within_15_minutes_of_our_clock_passes(seconds: float, region: str | None) -> None:
    check(authorization(), request(), now=NOON + seconds, region=region)


@pytest.mark.parametrize("seconds", [-86400, -901, -900.5, 900.5, 901, 86400])
def test_a_request_further_from_our_clock_is_refused(seconds: float) -> None:
    with pytest.raises(SignatureRefused, match="15 minutes"):
        check(authorization(), request(), now=NOON + seconds, region=None)


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        (Scope("20150830", "us-east-1", "s3"), "service es"),
        (Scope("20150830", "us-east-1", "ES"), "service es"),
        (Scope("20150830", "eu-west-1", "es"), "region us-east-1"),
        (Scope("20150831", "us-east-1", "es"), "same date"),
    ],
    ids=["service", "case of the service", "region", "date"],
)
def test_a_request_for_another_scope_is_refused(scope: Scope, words: str) -> None:
    with pytest.raises(SignatureRefused, match=words):
        check(authorization(scope=scope), request(), now=NOON, region="us-east-1")


@pytest.mark.parametrize(
    ("signed_headers", "words"),
    [
        (("x-amz-date",), "Host"),
        (("host",), "X-Amz-Date"),
        (("host", "date"), "X-Amz-"),
        (("host", "x-amz-date"), "X-Amz-"),
    ],
    ids=["host", "any date", "the date that counts", "token"],
)
def test_a_header_that_must_be_signed_and_is_not_is_refused(signed_headers: tuple[str, ...], words: str) -> None:
    headers = {"host": "a", "x-amz-date": STAMP, "date": "Sun, 30 Aug 2015 12:36:00 GMT", "x-amz-security-token": "t"}
    with pytest.raises(SignatureRefused, match=words):
        check(authorization(*signed_headers), request(headers), now=NOON, region=None)


def test_what_a_load_balancer_of_amazon_adds_need_not_be_signed() -> None:
    headers = {"host": "a", "x-amz-date": STAMP, "x-amzn-trace-id": "Root=1-5759e988"}
    check(authorization(), request(headers), now=NOON, region=None)


@pytest.mark.parametrize(
    "date", ["Sun, 30 Aug 2015 12:36:00 GMT", "Sun, 30 Aug 2015 12:36:00 -0000", "20150830T123600Z"]
)
def test_the_header_date_says_when_where_x_amz_date_is_missing(date: str) -> None:
    check(authorization("date", "host"), request({"host": "a", "date": date}), now=NOON + 900, region=None)
    with pytest.raises(SignatureRefused, match="15 minutes"):
        check(authorization("date", "host"), request({"host": "a", "date": date}), now=NOON + 901, region=None)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"x-amz-date": ""}, id="empty"),
        pytest.param({"x-amz-date": "2015-08-30T12:36:00Z"}, id="with hyphens"),
        pytest.param({"x-amz-date": "20150830T123600"}, id="no zone"),
        pytest.param({"x-amz-date": "20150830T123600Z\n"}, id="a line feed"),
        pytest.param({"x-amz-date": "20150830T1236\u0660\u0660Z"}, id="digits of another script"),
        pytest.param({"x-amz-date": "20150231T123600Z"}, id="no such day"),
        pytest.param({"x-amz-date": "00000830T123600Z"}, id="no such year"),
        pytest.param({"x-amz-date": "20150830T126100Z"}, id="no such minute"),
        pytest.param({"x-amz-date": "", "date": "Sun, 30 Aug 2015 12:36:00 GMT"}, id="empty beside a date"),
        pytest.param({"date": "Sun, 30 Aug 2015 12:36:00 +0200"}, id="another zone"),
        pytest.param({"date": "Sun, 30 Aug 2015 12:36:00 GMT, x"}, id="more than a date"),
        pytest.param({"date": "Sun, 30 Agu 2015 12:36:00 GMT"}, id="no such month"),
        pytest.param({"date": "Sun, 31 Feb 2015 12:36:00 GMT"}, id="no such day of the month"),
        pytest.param({}, id="none"),
    ],
)
def test_a_request_that_names_no_time_is_unreadable(headers: dict[str, str]) -> None:
    with pytest.raises(UnreadableAuthorization, match="yyyymmddThhmmssZ"):
        check(authorization("host", "date", "x-amz-date"), request(headers), now=NOON, region=None)


def test_a_signed_header_that_the_request_lacks_is_not_proven() -> None:
    signed = signed_by_botocore(headers={"X-Amz-Meta-A": "1"})
    lacking = {name: value for name, value in signed.headers.items() if name != "x-amz-meta-a"}
    said = read_authorization(signed.headers["authorization"])
    assert is_proven(said, signed, SECRET)
    assert not is_proven(said, replace(signed, headers=lacking), SECRET)


def test_neither_signature_nor_token_nor_body_is_printed() -> None:
    signed = signed_by_botocore("POST", body=b"the body", token="the token")
    said = read_authorization(signed.headers["authorization"])
    printed = f"{said!r} {signed!r}"
    assert said.signature not in printed
    assert "the token" not in printed
    assert "the body" not in printed


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)
NEARLY_A_HEADER = st.lists(
    st.sampled_from(
        [header(), CREDENTIAL, SIGNATURE, "Credential=", "SignedHeaders=", "Signature=", ",", ";", "=", " "]
    )
    | ANY_TEXT
).map(lambda parts: "AWS4-HMAC-SHA256 " + "".join(parts))


@EXAMPLES
@given(ANY_TEXT | NEARLY_A_HEADER)
def test_any_text_is_read_or_unreadable(text: str) -> None:
    try:
        read_authorization(text)
    except UnreadableAuthorization:
        return


@EXAMPLES
@given(
    st.builds(
        SignedRequest,
        method=ANY_TEXT,
        path=ANY_TEXT,
        query=ANY_TEXT,
        headers=st.dictionaries(
            st.sampled_from(["host", "x-amz-date", "date", "x-amz-meta"]), ANY_TEXT | st.just(STAMP)
        ),
        body=st.binary(),
    ),
    st.sets(st.sampled_from(["host", "x-amz-date", "date", "x-amz-meta"])),
)
@example(SignedRequest(method="GET", path="/\ud800", query="", headers={}, body=b""), set())
@example(SignedRequest(method="GET", path="/", query="\ud800", headers={}, body=b""), set())
@example(SignedRequest(method="GET", path="/", query="", headers={"host": "\ud800"}, body=b""), {"host"})
@example(SignedRequest(method="GET", path="/", query="", headers={"x-amz-date": "\ud800"}, body=b""), set())
def test_any_request_passes_or_is_refused(request: SignedRequest, signed_headers: set[str]) -> None:
    said = replace(authorization(), signed_headers=tuple(sorted(signed_headers)))
    assert not is_proven(said, request, SECRET)
    try:
        check(said, request, now=NOON, region=None)
    except SignatureError:
        return
