"""What boto3's retries make of an answer that was lost: nothing is done twice, and the client gets the one answer."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import boto3
import pytest

from app.registry.datasource import Status
from dialects.aws.account import REGION, Account
from dialects.aws.lossy import Loss, LossyWay, lossy_way
from servers.ports import LOOPBACK


def _answer(status: bytes, media_type: bytes, body: bytes) -> bytes:
    head = b"HTTP/1.1 %b\r\nContent-Type: %b\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    return head % (status, media_type, len(body)) + body


def _nothing(_: bytes) -> bytes:
    return b""


def _failure(_: bytes) -> bytes:
    return _answer(
        b"500 Internal Server Error", b"application/json", b'{"__type": "InternalException", "message": "x"}'
    )


def _page_of_a_proxy(_: bytes) -> bytes:
    return _answer(b"502 Bad Gateway", b"text/html", b"<html><body>Bad Gateway</body></html>")


def _unavailable(_: bytes) -> bytes:
    return _answer(b"503 Service Unavailable", b"text/plain", b"")


LOSSES = [
    pytest.param(_nothing, id="closed"),
    pytest.param(_failure, id="500"),
    pytest.param(_page_of_a_proxy, id="502 of a proxy"),
    pytest.param(_unavailable, id="503"),
]


@contextmanager
def _retrying(account: Account, *losses: Loss) -> Iterator[tuple[Any, LossyWay]]:
    """A client with boto3's own settings, whose answers are not all the service's."""
    key = account.key()
    with lossy_way(account, *losses) as way:
        made = boto3.Session(region_name=REGION).client(
            "opensearch",
            endpoint_url=f"http://{LOOPBACK}:{way.port}",
            aws_access_key_id=key.access_key_id,
            aws_secret_access_key=key.secret_access_key,
        )
        with closing(made):
            yield made, way


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore waits up to two seconds before it tries again."""
    monkeypatch.setattr("botocore.retries.standard.random.random", lambda: 0.0)


@pytest.mark.parametrize("loss", LOSSES)
def test_an_attach_whose_answer_was_lost_attaches_once(account: Account, application: str, loss: Loss) -> None:
    arn = account.register("logs")
    workspace = {"name": "w 1", "workspaceType": "SEARCH"}
    with _retrying(account, loss) as (aws, way):
        found = aws.attach_data_source(id=application, dataSourceArn=arn, workspaceConfiguration=workspace)
    assert [answer.split(b" ", 2)[1] for answer in way.answers] == [b"200", b"200"]
    assert way.answers[0].rpartition(b"\r\n\r\n")[2] == way.answers[1].rpartition(b"\r\n\r\n")[2]
    assert account.stored_attachments() == [(arn, "ATTACHED")]
    (listed,) = account.client().list_data_source_attachments(id=application)["attachments"]
    assert listed == {name: found[name] for name in ("attachmentId", "dataSourceArn", "status")}
    assert account.audited().count("attachments:attach") == 1
    assert [one["name"] for one in account.workspaces()] == ["w 1"]


def test_two_lost_answers_are_no_more_than_one(account: Account, application: str) -> None:
    arn = account.register("later", status=Status.DISABLED)
    with _retrying(account, _nothing, _failure) as (aws, way):
        found = aws.attach_data_source(id=application, dataSourceArn=arn, clientToken="t1")
    assert (found["status"], len(way.answers)) == ("PENDING", 3)
    assert account.stored_attachments() == [(arn, "PENDING")]


def test_a_retry_says_that_it_is_one(account: Account, application: str) -> None:
    with _retrying(account, _failure) as (aws, way):
        aws.attach_data_source(id=application, dataSourceArn=account.register("logs"))
    bodies = {request.partition(b"\r\n\r\n")[2] for request in way.requests}
    assert len(bodies) == 1
    assert [b"attempt=2" in request for request in way.requests] == [False, True]


@pytest.mark.parametrize("loss", LOSSES)
def test_a_create_whose_answer_was_lost_creates_once(account: Account, loss: Loss) -> None:
    source = {"dataSourceArn": account.register("logs")}
    with _retrying(account, loss) as (aws, way):
        created = aws.create_application(name="my-app", dataSources=[source])
    assert len(way.answers) == 2
    (found,) = account.client().list_applications()["ApplicationSummaries"]
    assert (found["id"], created["dataSources"]) == (created["id"], [source])
    assert account.audited().count("applications:create") == 1


def test_an_update_whose_answer_was_lost_ends_the_same(account: Account, application: str) -> None:
    sources = [{"dataSourceArn": account.register(name)} for name in ("logs", "traces")]
    with _retrying(account, _nothing) as (aws, way):
        changed = aws.update_application(id=application, dataSources=sources)
    assert (len(way.answers), changed["dataSources"]) == (2, sources)
    assert account.audited().count("attachments:attach") == 2


def test_a_detach_whose_answer_was_lost_says_that_nothing_is_attached(account: Account, application: str) -> None:
    arn = account.register("logs")
    account.client().attach_data_source(id=application, dataSourceArn=arn)
    with _retrying(account, _nothing) as (aws, way), pytest.raises(aws.exceptions.ResourceNotFoundException):
        aws.detach_data_source(id=application, dataSourceArn=arn)
    assert (len(way.answers), account.stored_attachments()) == (2, [])
    assert account.audited().count("attachments:detach") == 1


def test_a_delete_whose_answer_was_lost_says_that_nothing_is_there(account: Account, application: str) -> None:
    with _retrying(account, _nothing) as (aws, _), pytest.raises(aws.exceptions.ResourceNotFoundException):
        aws.delete_application(id=application)
    assert account.audited().count("applications:delete") == 1
