"""Fixtures of Amazon's dialect: a real server, and an account of its own for each test."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from dialects.aws.account import Account, new_account
from installations import Installation, install
from servers.upstream import Answer, Upstream, recording_upstream


@pytest.fixture(scope="session")
def aws_installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One installation on SQLite, whose servers run until the end."""
    made = install(tmp_path_factory.mktemp("for_aws"), "")
    yield made
    made.close()


@pytest.fixture
def account(aws_installation: Installation) -> Iterator[Account]:
    """A new account of the served installation."""
    made = new_account(aws_installation)
    yield made
    made.close()


@pytest.fixture
def other_account(aws_installation: Installation) -> Iterator[Account]:
    """A second one, for what must stay apart."""
    made = new_account(aws_installation)
    yield made
    made.close()


@pytest.fixture
def account_anywhere(installation: Installation) -> Iterator[Account]:
    """A new account on each of the three databases in turn."""
    made = new_account(installation)
    yield made
    made.close()


@pytest.fixture
def aws(account: Account) -> Any:
    """A client of an Admin of the account."""
    return account.client()


@pytest.fixture
def application(account: Account) -> str:
    """The id of an ACTIVE application with the name ``my-app``."""
    return account.application()


@pytest.fixture
def recorder() -> Iterator[Upstream]:
    """A server that records what clients send, and answers each that its data source is attached."""
    body = dict.fromkeys(("attachmentId", "id", "arn", "dataSourceArn"), "x" * 20) | {"status": "ATTACHED"}
    headers = (("Content-Type", "application/json"), ("x-amzn-RequestId", "1"))
    with recording_upstream() as upstream:
        upstream.default = Answer(headers=headers, body=json.dumps(body).encode())
        yield upstream
