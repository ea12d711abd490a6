"""What was attached is attached, and what is pending is pending, after all processes were killed at once."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError

from app.identity.roles import Role
from app.registry.datasource import Status
from dialects.aws.account import DAY, Account, outcome
from installations import install
from servers.gunicorn import gunicorn_server
from wire.accounts import new_org, new_token

_THREADS = 4
_SOURCES = 120
# So many are attached before the service is killed in the midst of others.
_ATTACHED_FIRST = 20
# Seconds until what is pending fails.
_LEFT = 600


@dataclass(frozen=True)
class Killed:
    """``pending`` are the answers to two attaches, nearly 24 hours ago, whose data sources are not active.
    ``acknowledged`` are the ids of the attachments of which the client heard before the service was killed, by ARN."""

    account: Account
    application: str
    pending: list[dict[str, Any]]
    acknowledged: dict[str, str]


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killed]:
    """The service runs again."""
    directory = tmp_path_factory.mktemp("aws_killed")
    made = install(directory, "")
    settings = made.environment({"SLUICE_HTTP_WORKERS": "2"})
    org = new_org(made.services)
    token = new_token(made.services, org, Role.ADMIN)
    with gunicorn_server(directory, settings) as served:
        account = Account(made, org, served.url, token)
        aws = account.client(max_pool_connections=_THREADS)
        application = aws.create_application(name="my-app")["id"]
        pending = [
            aws.attach_data_source(
                id=application,
                dataSourceArn=account.register(name, status=Status.DISABLED),
                workspaceConfiguration={"name": name, "workspaceType": "SEARCH"},
            )
            for name in ("first", "second")
        ]
        account.pass_time(DAY - _LEFT)
        arns = [account.register(f"logs-{number}") for number in range(_SOURCES)]
        acknowledged: dict[str, str] = {}
        enough = Event()

        def attach(arn: str) -> None:
            try:
                acknowledged[arn] = aws.attach_data_source(id=application, dataSourceArn=arn)["attachmentId"]
            except BotoCoreError:
                # It was killed.
                return
            if len(acknowledged) >= _ATTACHED_FIRST:
                enough.set()

        with ThreadPoolExecutor(_THREADS) as threads:
            attaching = threads.map(attach, arns)
            assert enough.wait(30)
            served.kill()
            list(attaching)
    with gunicorn_server(directory, settings) as served:
        yield Killed(account.at(served.url), application, [*map(outcome, pending)], acknowledged)
    account.close()
    made.close()


def test_what_was_acknowledged_is_there_with_its_id(killed: Killed) -> None:
    assert _ATTACHED_FIRST <= len(killed.acknowledged) < _SOURCES
    aws = killed.account.client()
    for arn, attachment in killed.acknowledged.items():
        found = aws.describe_data_source_attachment(id=killed.application, dataSourceArn=arn)
        assert (found["attachmentId"], found["status"]) == (attachment, "ATTACHED")


def test_nothing_is_there_by_half(killed: Killed) -> None:
    events = killed.account.services.storage.audit.of_org(killed.account.org_id)
    recorded = Counter(event.detail["arn"] for event in events if event.action == "attachments:attach")
    assert recorded == Counter(arn for arn, _ in killed.account.stored_attachments())


def test_what_was_not_acknowledged_can_be_attached_again(killed: Killed) -> None:
    aws, arn = killed.account.client(), killed.account.arn(f"logs-{_SOURCES - 1}")
    first, second = (aws.attach_data_source(id=killed.application, dataSourceArn=arn) for _ in range(2))
    assert (outcome(first), first["status"]) == (outcome(second), "ATTACHED")


def test_what_was_pending_goes_on_as_if_nothing_had_been(killed: Killed) -> None:
    account, aws = killed.account, killed.account.client()

    def describe(pending: dict[str, Any]) -> dict[str, Any]:
        arn = pending["dataSourceArn"]
        return outcome(aws.describe_data_source_attachment(id=killed.application, dataSourceArn=arn))

    assert [describe(pending) for pending in killed.pending] == killed.pending
    assert {pending["status"] for pending in killed.pending} == {"PENDING"}
    first, second = killed.pending
    account.set_status("first", Status.ACTIVE)
    assert describe(first) == {**first, "status": "ATTACHED"}
    assert [one["name"] for one in account.workspaces()] == ["first"]
    # The restart gave it no other 24 hours.
    account.pass_time(_LEFT)
    assert describe(second) == {**second, "status": "FAILED"}
