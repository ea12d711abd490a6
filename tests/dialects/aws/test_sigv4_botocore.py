"""What botocore signs is proven, and nothing that differs from it in what the signature covers."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.session import Session
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from app.dialects.aws.sigv4 import Scope, SignedRequest, check, is_proven, read_authorization
from dialects.aws.signed import ACCESS_KEY_ID, SECRET, STAMP, on_the_wire, signed_by_botocore

EXAMPLES = settings(
    deadline=None, derandomize=True, database=None, max_examples=200, phases=[Phase.explicit, Phase.generate]
)
NOW = datetime.fromisoformat(STAMP).timestamp()

# fmt: off
SEGMENTS = st.sampled_from([
    "", ".", "..", "...", "application", "A-b_c", "~x", "%7Ex", "A%20B%21", "a%2Fb", "a%2fb", "%C3%A9", "%25", "%2E%2E",
    "a+b", "!'()*", "a:b@c", "$&,;=",
])
WORDS = st.sampled_from(["", "a", "A", "b", "a-", "10", "9", "%20", "%2B", "+", "~", "%7E", "%C3%A9", "a%3Db", "a=b"])
# fmt: on
TARGETS = st.builds(
    lambda segments, query: f"/{'/'.join(segments)}{query}",
    st.lists(SEGMENTS, max_size=6),
    st.just("")
    | st.lists(st.builds(str.__add__, WORDS, st.just("") | WORDS.map("={}".format)), max_size=5).map(
        lambda pairs: "?" + "&".join(pairs)
    ),
)
# All that may stand in a header's value, and spaces more often.
VALUES = st.text(
    st.sampled_from(" \t") | st.characters(min_codepoint=33, max_codepoint=255, exclude_categories=["Cc"]), max_size=20
)
HEADERS = st.dictionaries(
    st.sampled_from(["Content-Type", "X-Amz-Meta-A", "x-amz-meta-b", "X-Other", "Accept", "User-Agent", "Date"]), VALUES
)
SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)


@st.composite
def signed_requests(draw: st.DrawFn) -> tuple[SignedRequest, str]:
    """With the secret that they were signed with."""
    secret = draw(SECRETS)
    request = signed_by_botocore(
        draw(st.sampled_from(["GET", "POST", "PUT", "DELETE"])),
        draw(TARGETS),
        draw(HEADERS),
        draw(st.binary(max_size=50)),
        secret=secret,
        token=draw(st.none() | st.text("abc/+=", min_size=1)),
        region=draw(st.from_regex(r"[a-z]{2}-[a-z]{1,10}-[0-9]", fullmatch=True)),
        host=draw(st.sampled_from(["127.0.0.1:3000", "search.example.com:9200", "[::1]:8080"])),
    )
    return request, secret


def proven(request: SignedRequest, secret: str = SECRET, prefixes: tuple[str, ...] = ("",)) -> bool:
    return is_proven(read_authorization(request.headers["authorization"]), request, secret, prefixes=prefixes)


@EXAMPLES
@given(signed_requests())
def test_what_botocore_signs_passes_and_is_proven(signed: tuple[SignedRequest, str]) -> None:
    request, secret = signed
    check(read_authorization(request.headers["authorization"]), request, now=NOW, region=None)
    assert proven(request, secret)


@EXAMPLES
@given(signed_requests(), st.randoms(use_true_random=False))
def test_a_query_in_another_order_is_proven_as_well(signed: tuple[SignedRequest, str], random: Any) -> None:
    request, secret = signed
    pairs = request.query.split("&")
    random.shuffle(pairs)
    assert proven(replace(request, query="&".join(pairs)), secret)


def _with_header(request: SignedRequest, name: str, change: Callable[[str], str]) -> SignedRequest:
    return replace(request, headers={**request.headers, name: change(request.headers[name])})


CHANGES: Mapping[str, Callable[[SignedRequest], SignedRequest]] = {
    "method": lambda it: replace(it, method="PATCH"),
    "letter at the end of the path": lambda it: replace(it, path=it.path + "x"),
    # More of them than dot segments behind could take away again.
    "segments at the front of the path": lambda it: replace(it, path="/x" * 50 + it.path),
    "escape in the path": lambda it: replace(it, path=it.path + "%2F"),
    "pair more in the query": lambda it: replace(it, query=f"{it.query}&x=1"),
    "letter at the end of the query": lambda it: replace(it, query=f"{it.query}x"),
    "byte at the end of the body": lambda it: replace(it, body=it.body + b"\0"),
    "byte at the front of the body": lambda it: replace(it, body=b"\n" + it.body),
    "host": lambda it: _with_header(it, "host", lambda host: f"{host}0"),
    "second of signing": lambda it: (
        _with_header(it, "x-amz-date", lambda _: "20150830T123601Z")
        if "x-amz-date" in it.headers
        else _with_header(it, "date", lambda date: date.replace(":00 ", ":01 "))
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
@settings(EXAMPLES, max_examples=40)
@given(signed_requests())
def test_a_change_on_the_way_is_not_proven(
    change: Callable[[SignedRequest], SignedRequest], signed: tuple[SignedRequest, str]
) -> None:
    request, secret = signed
    assert not proven(change(request), secret)


@EXAMPLES
@given(signed_requests(), st.data())
def test_a_change_of_any_signed_header_is_not_proven(signed: tuple[SignedRequest, str], data: st.DataObject) -> None:
    request, secret = signed
    names = read_authorization(request.headers["authorization"]).signed_headers
    changed = _with_header(request, data.draw(st.sampled_from(names)), lambda value: f"{value}!")
    assert not proven(changed, secret)


@EXAMPLES
@given(signed_requests(), SECRETS)
def test_another_secret_is_not_proven(signed: tuple[SignedRequest, str], other: str) -> None:
    request, secret = signed
    assert proven(request, other) is (other == secret)


@pytest.mark.parametrize(
    "scope",
    [Scope("20150831", "us-east-1", "es"), Scope("20150830", "us-east-2", "es"), Scope("20150830", "us-east-1", "s3")],
    ids=["date", "region", "service"],
)
def test_another_scope_than_was_signed_is_not_proven(scope: Scope) -> None:
    request = signed_by_botocore()
    said = read_authorization(request.headers["authorization"])
    assert is_proven(said, request, SECRET)
    assert not is_proven(replace(said, scope=scope), request, SECRET)


def test_a_header_taken_off_the_list_is_not_proven() -> None:
    request = signed_by_botocore(headers={"X-Amz-Meta-A": "1"})
    said = read_authorization(request.headers["authorization"])
    fewer = tuple(name for name in said.signed_headers if name != "x-amz-meta-a")
    assert not is_proven(replace(said, signed_headers=fewer), request, SECRET)


def test_the_order_in_which_the_signed_headers_are_listed_counts_for_nothing() -> None:
    request = signed_by_botocore("POST", "/", {"Content-Type": "application/json"}, b"{}")
    said = read_authorization(request.headers["authorization"])
    assert is_proven(replace(said, signed_headers=said.signed_headers[::-1]), request, SECRET)


def test_a_header_that_is_not_signed_may_change() -> None:
    request = signed_by_botocore(headers={"User-Agent": "Boto3/1"})
    assert proven(_with_header(request, "user-agent", lambda _: "a proxy"))


@pytest.mark.parametrize(
    "word", ["UNSIGNED-PAYLOAD", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]
)
def test_a_clients_word_for_its_body_is_not_believed(word: str) -> None:
    request = signed_by_botocore("POST", "/", {"X-Amz-Content-SHA256": word}, b"{}")
    assert not proven(request)
    # The second is true of an empty body, with which the same signature would hold.
    assert proven(replace(request, body=b"")) is word.startswith("e3b0")


class NothingToRead:
    def stream(self) -> Iterator[bytes]:
        yield b"{}"


def sent_by_client(
    operation: str, endpoint: str = "http://127.0.0.1:3000", token: str | None = None, **parameters: Any
) -> SignedRequest:
    """What botocore's own OpenSearch client would have sent."""
    client = Session().create_client(
        "opensearch",
        region_name="eu-west-1",
        endpoint_url=endpoint,
        aws_access_key_id=ACCESS_KEY_ID,
        aws_secret_access_key=SECRET,
        aws_session_token=token,
    )
    sent: list[SignedRequest] = []

    def keep(request: Any, **_: Any) -> AWSResponse:
        sent.append(on_the_wire(request.method, request.url, request.headers, request.body or b""))
        return AWSResponse(request.url, 200, {}, NothingToRead())

    client.meta.events.register("before-send.opensearch", keep)
    getattr(client, operation)(**parameters)
    return sent[0]


ARN = "arn:aws:es:eu-west-1:123456789012:domain/logs"


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        pytest.param("attach_data_source", {"id": "abc123", "dataSourceArn": ARN}, id="attach"),
        pytest.param("attach_data_source", {"id": "A B!", "dataSourceArn": ARN}, id="id with a space"),
        pytest.param("attach_data_source", {"id": "my-app/x y", "dataSourceArn": ARN}, id="id with a slash"),
        pytest.param("attach_data_source", {"id": "~é+%2F", "dataSourceArn": ARN}, id="id with an accent"),
        pytest.param("attach_data_source", {"id": "", "dataSourceArn": ARN}, id="no id"),
        pytest.param("list_applications", {"statuses": ["FAILED", "ACTIVE"], "maxResults": 5}, id="repeated keys"),
        pytest.param("list_applications", {"nextToken": "a+b/c=="}, id="token in the query"),
        pytest.param("list_applications", {}, id="no query"),
        pytest.param("delete_application", {"id": "abc123"}, id="no body"),
        pytest.param("create_application", {"name": "büro"}, id="text in the body"),
        pytest.param("list_tags", {"ARN": ARN}, id="trailing slash"),
    ],
)
@pytest.mark.parametrize("token", [None, "FwoGZXIvYXdzE/+=="], ids=["key", "session"])
def test_what_botocores_client_sends_passes_and_is_proven(
    operation: str, parameters: dict[str, Any], token: str | None
) -> None:
    request = sent_by_client(operation, token=token, **parameters)
    said = read_authorization(request.headers["authorization"])
    assert said.access_key_id == ACCESS_KEY_ID
    assert ("x-amz-security-token" in said.signed_headers) is (token is not None)
    now = datetime.fromisoformat(request.headers["x-amz-date"]).timestamp()
    check(said, request, now=now, region="eu-west-1")
    assert is_proven(said, request, SECRET)
    assert not is_proven(said, replace(request, body=json.dumps({"other": 1}).encode()), SECRET)


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:3000/tools/sluice", "http://127.0.0.1:3000/tools/sluice/"])
@pytest.mark.parametrize("prefixes", [("/tools/sluice",), ("", "/tools/sluice/"), ("/x", "/tools/sluice")])
def test_a_path_whose_front_a_proxy_took_away_is_proven_with_it(endpoint: str, prefixes: tuple[str, ...]) -> None:
    request = sent_by_client("attach_data_source", endpoint, id="A B!", dataSourceArn=ARN)
    behind = replace(request, path=request.path.removeprefix("/tools/sluice"))
    assert proven(request)
    assert proven(behind, prefixes=prefixes)
    assert not proven(behind)
    assert not proven(behind, prefixes=("", "/tools", "/tools/sluice/x"))
