"""Attachments when something fails, when many come at once, and when what they stand for is deleted."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

import pytest
from botocore.exceptions import ClientError

from app.identity.identity import system
from app.identity.roles import Role
from app.registry.datasource import Status
from dialects.aws.account import DAY, Account
from dialects.aws.raw import PREFIX
from installations import Installation
from wire.accounts import new_org, new_token

_THREADS = 50
_WORKERS = {"SLUICE_HTTP_WORKERS": "2"}
_WORKSPACE = {"name": "w 1", "workspaceType": "SEARCH"}


def _at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each call gives, all begun at the same moment."""
    barrier = Barrier(len(calls))

    def begin(call: Callable[[], Any]) -> Any:
        barrier.wait(30)
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(begin, calls))


@pytest.fixture
def busy_account(installation: Installation) -> Iterator[Account]:
    """A new account on each of the three databases in turn, at a service with two worker processes."""
    org = new_org(installation.services)
    token = new_token(installation.services, org, Role.ADMIN)
    made = Account(installation, org, installation.served(_WORKERS).url, token)
    yield made
    made.close()


# A database that fails


@contextmanager
def _failing(account: Account, table: str) -> Iterator[None]:
    """SQLite refuses to add a row of the account's org to the table."""
    database = account.services.storage.database
    name = f"fail_{table}_{account.org_id}"
    with database.writing():
        database.run(
            f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN NEW.org_id = {account.org_id} "
            "BEGIN SELECT RAISE(ABORT, 'made to fail'); END",
            (),
        )
    try:
        yield
    finally:
        with database.writing():
            database.run(f"DROP TRIGGER {name}", ())


@pytest.mark.parametrize("table", ["attachment", "audit_event", "client_token", "workspace"])
def test_an_attach_that_fails_within_leaves_nothing_and_can_be_repeated(
    account: Account, application: str, table: str
) -> None:
    arn, aws = account.register("logs"), account.client()
    asked = {"id": application, "dataSourceArn": arn, "clientToken": "t1", "workspaceConfiguration": _WORKSPACE}
    with _failing(account, table):
        with pytest.raises(aws.exceptions.InternalException) as error:
            aws.attach_data_source(**asked)
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
        assert "made to fail" not in str(error.value)
        assert (account.stored_attachments(), account.workspaces()) == ([], [])
        assert "attachments:attach" not in account.audited()
    assert aws.attach_data_source(**asked)["status"] == "ATTACHED"
    assert account.stored_attachments() == [(arn, "ATTACHED")]


def test_boto3_tries_an_attach_that_fails_three_times(
    account: Account, application: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # botocore waits up to two seconds before it tries again.
    monkeypatch.setattr("botocore.retries.standard.random.random", lambda: 0.0)
    aws, sent = account.client(attempts=3), []
    aws.meta.events.register("before-send", lambda request, **_: sent.append(request.headers["amz-sdk-request"]))
    arn = account.register("logs")
    with _failing(account, "attachment"), pytest.raises(aws.exceptions.InternalException):
        aws.attach_data_source(id=application, dataSourceArn=arn)
    assert len(sent) == 3
    aws.attach_data_source(id=application, dataSourceArn=arn)
    assert account.stored_attachments() == [(arn, "ATTACHED")]


def test_a_describe_that_cannot_write_what_has_come_fails_and_changes_nothing(
    account: Account, application: str
) -> None:
    arn, aws = account.register("later", status=Status.DISABLED), account.client()
    aws.attach_data_source(id=application, dataSourceArn=arn)
    account.set_status("later", Status.ACTIVE)
    with _failing(account, "audit_event"):
        with pytest.raises(aws.exceptions.InternalException):
            aws.describe_data_source_attachment(id=application, dataSourceArn=arn)
        assert account.stored_attachments() == [(arn, "PENDING")]
    assert aws.describe_data_source_attachment(id=application, dataSourceArn=arn)["status"] == "ATTACHED"
    assert account.audited().count("attachments:complete") == 1


# Many at once


def test_a_pair_that_many_attach_at_once_is_attached_once(busy_account: Account) -> None:
    account = busy_account
    application, arn = account.application(), account.register("logs")
    aws = account.client(max_pool_connections=_THREADS)

    def attach() -> Any:
        return aws.attach_data_source(id=application, dataSourceArn=arn, workspaceConfiguration=_WORKSPACE)

    answers = _at_once([attach] * _THREADS)
    assert len({answer["attachmentId"] for answer in answers}) == 1
    assert {answer["status"] for answer in answers} == {"ATTACHED"}
    assert len({answer["ResponseMetadata"]["RequestId"] for answer in answers}) == _THREADS
    assert account.stored_attachments() == [(arn, "ATTACHED")]
    assert account.audited().count("attachments:attach") == 1
    assert len(account.workspaces()) == 1


def test_a_workspace_name_that_many_ask_for_at_once_is_given_once(account: Account, application: str) -> None:
    account = account.served(_WORKERS)
    arns = [account.register(f"logs-{number}") for number in range(10)]
    aws = account.client(max_pool_connections=10)

    def attach(arn: str) -> str:
        try:
            aws.attach_data_source(id=application, dataSourceArn=arn, workspaceConfiguration=_WORKSPACE)
        except ClientError as exc:
            return str(exc.response["Error"]["Code"])
        return "attached"

    outcomes = _at_once([lambda arn=arn: attach(arn) for arn in arns])  # type: ignore[misc]
    assert sorted(outcomes) == ["ConflictException"] * 9 + ["attached"]
    assert len(account.stored_attachments()) == len(account.workspaces()) == 1


def test_an_application_name_that_many_ask_for_at_once_is_given_once(account: Account) -> None:
    aws = account.served(_WORKERS).client(max_pool_connections=10)

    def create() -> str:
        try:
            aws.create_application(name="my-app")
        except ClientError as exc:
            return str(exc.response["Error"]["Code"])
        return "created"

    assert sorted(_at_once([create] * 10)) == ["ConflictException"] * 9 + ["created"]
    assert len(aws.list_applications()["ApplicationSummaries"]) == 1


def test_a_completion_that_many_see_at_once_happens_once(busy_account: Account) -> None:
    account = busy_account
    application, arn = account.application(), account.register("later", status=Status.DISABLED)
    aws = account.client(max_pool_connections=20)
    attached = aws.attach_data_source(id=application, dataSourceArn=arn, workspaceConfiguration=_WORKSPACE)
    assert (attached["status"], account.workspaces()) == ("PENDING", [])
    account.set_status("later", Status.ACTIVE)
    answers = _at_once([lambda: aws.describe_data_source_attachment(id=application, dataSourceArn=arn)] * 20)
    seen = {(answer["attachmentId"], answer["status"]) for answer in answers}
    assert seen == {(attached["attachmentId"], "ATTACHED")}
    assert account.audited().count("attachments:complete") == 1
    assert [one["name"] for one in account.workspaces()] == ["w 1"]


def test_a_deadline_that_many_see_at_once_passes_once(account: Account, application: str) -> None:
    account = account.served(_WORKERS)
    arn, aws = account.register("later", status=Status.DISABLED), account.client(max_pool_connections=20)
    aws.attach_data_source(id=application, dataSourceArn=arn)
    account.pass_time(DAY)
    answers = _at_once([lambda: aws.describe_data_source_attachment(id=application, dataSourceArn=arn)] * 20)
    assert {answer["status"] for answer in answers} == {"FAILED"}
    assert account.audited().count("attachments:fail") == 1


def test_attaching_and_detaching_at_once_ends_in_one_of_the_two(account: Account, application: str) -> None:
    account = account.served(_WORKERS)
    arn, aws = account.register("logs"), account.client(max_pool_connections=20)

    def detach() -> str:
        try:
            aws.detach_data_source(id=application, dataSourceArn=arn)
        except aws.exceptions.ResourceNotFoundException:
            return "not attached"
        return "detached"

    def attach() -> str:
        return str(aws.attach_data_source(id=application, dataSourceArn=arn)["status"])

    outcomes = _at_once([attach, detach] * 10)
    assert outcomes.count("ATTACHED") == 10
    trail = account.audited()
    left = trail.count("attachments:attach") - trail.count("attachments:detach")
    assert trail.count("attachments:detach") == outcomes.count("detached")
    assert account.stored_attachments() == [(arn, "ATTACHED")] * left


# What is deleted


def _by_grafana(account: Account, name: str) -> None:
    account.delete_source(name)


def _by_opensearch(account: Account, name: str) -> None:
    answer = account.ask("DELETE", f"/_plugins/_query/_datasources/{name}")
    assert answer.status == 200, answer


def _by_amazon(account: Account, name: str) -> None:
    assert account.client().delete_domain(DomainName=name)["DomainStatus"]["Deleted"] is True


@pytest.mark.parametrize("state", ["ATTACHED", "PENDING", "FAILED"])
@pytest.mark.parametrize(
    "delete",
    [
        pytest.param(_by_grafana, id="by Grafana's API"),
        pytest.param(_by_opensearch, id="by OpenSearch's API"),
        pytest.param(_by_amazon, id="by DeleteDomain"),
    ],
)
def test_a_data_source_is_deleted_whatever_it_is_attached_to_and_fails_there(
    account: Account, application: str, delete: Callable[[Account, str], None], state: str
) -> None:
    aws = account.client()
    arn = account.register("logs", status=Status.ACTIVE if state == "ATTACHED" else Status.DISABLED)
    attached = aws.attach_data_source(id=application, dataSourceArn=arn)["attachmentId"]
    if state == "FAILED":
        account.pass_time(DAY)
    found = aws.describe_data_source_attachment(id=application, dataSourceArn=arn)
    assert (found["attachmentId"], found["status"]) == (attached, state)
    delete(account, "logs")
    found = aws.describe_data_source_attachment(id=application, dataSourceArn=arn)
    assert (found["attachmentId"], found["status"]) == (attached, "FAILED")
    assert aws.get_application(id=application)["dataSources"] == []
    assert account.audited().count("attachments:fail") == 1
    for call in (aws.attach_data_source, aws.detach_data_source):
        with pytest.raises(aws.exceptions.ResourceNotFoundException):
            call(id=application, dataSourceArn=arn)
    # Another one of the name is another one: what failed is attached anew.
    account.register("logs")
    assert aws.describe_data_source_attachment(id=application, dataSourceArn=arn)["status"] == "FAILED"
    again = aws.attach_data_source(id=application, dataSourceArn=arn)
    assert again["status"] == "ATTACHED"
    assert again["attachmentId"] != attached
    assert account.stored_attachments() == [(arn, "ATTACHED")]


@pytest.mark.parametrize("state", ["ATTACHED", "PENDING", "FAILED"])
def test_an_application_is_deleted_whatever_is_attached_to_it(account: Account, application: str, state: str) -> None:
    aws = account.client()
    arn = account.register("logs", status=Status.ACTIVE if state == "ATTACHED" else Status.DISABLED)
    aws.attach_data_source(id=application, dataSourceArn=arn)
    if state == "FAILED":
        account.pass_time(DAY)
    assert aws.describe_data_source_attachment(id=application, dataSourceArn=arn)["status"] == state
    aws.delete_application(id=application)
    assert account.stored_attachments() == []
    with pytest.raises(aws.exceptions.ResourceNotFoundException):
        aws.describe_data_source_attachment(id=application, dataSourceArn=arn)
    assert account.audited().count("attachments:fail") == (0 if state == "ATTACHED" else 1)
    assert account.source("logs").name == "logs"


def test_an_org_is_deleted_with_all_that_is_attached_in_it(account: Account, application: str) -> None:
    aws = account.client()
    aws.attach_data_source(id=application, dataSourceArn=account.register("logs"), workspaceConfiguration=_WORKSPACE)
    aws.attach_data_source(id=application, dataSourceArn=account.register("later", status=Status.DISABLED))
    account.services.orgs.delete(system(0, "test"), account.org_id)
    assert account.stored_attachments() == []
    with pytest.raises(ClientError) as error:
        aws.list_applications()
    assert error.value.response["Error"]["Code"] == "UnrecognizedClientException"
    assert account.ask("GET", f"{PREFIX}/list-applications").status == 403
