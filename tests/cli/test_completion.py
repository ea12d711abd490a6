"""Pending attachments complete while nobody looks: by one worker of a machine, in each org once."""

import fcntl
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.cli.completion import Completion
from app.identity.roles import Role
from app.registry.datasource import Status
from app.storage.tables import Tables
from dialects.aws.account import SLOW_TO_ACTIVATE, Account
from installations import Installation, install
from servers.gunicorn import Served, gunicorn_server
from servers.ports import wait_until
from wire.accounts import new_org, new_token

_SETTINGS = {"SLUICE_HTTP_WORKERS": "2", "SLUICE_AWS_APPLICATION_ACTIVATION_SECONDS": "1"}
_ATTACHMENTS = 20
_COMPLETED = "attachments:complete"
# PostgreSQL: how many processes wait for a lock in this database.
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


class Rounds:
    """Counts what is settled, and fails when it is told to."""

    def __init__(self) -> None:
        self.settled = 0
        self.failure: Exception | None = None

    def settle(self) -> None:
        if self.failure is not None:
            raise self.failure
        self.settled += 1


@pytest.fixture
def rounds() -> Rounds:
    return Rounds()


@pytest.fixture
def lock_file(tmp_path: Path) -> Path:
    return tmp_path / "completion.lock"


def _hold(lock_file: Path) -> int:
    """A descriptor of another holder of the lock."""
    descriptor = os.open(lock_file, os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return descriptor


# One of those on a machine


def test_who_holds_the_lock_works_round_after_round(rounds: Rounds, lock_file: Path) -> None:
    completion = Completion(rounds.settle, lock_file)
    assert [completion.once(), completion.once()] == [True, True]
    assert rounds.settled == 2


def test_who_does_not_hold_the_lock_does_nothing(rounds: Rounds, lock_file: Path) -> None:
    other = _hold(lock_file)
    assert not Completion(rounds.settle, lock_file).once()
    assert rounds.settled == 0
    os.close(other)


def test_of_two_one_works(rounds: Rounds, lock_file: Path) -> None:
    first, second = Completion(rounds.settle, lock_file), Completion(rounds.settle, lock_file)
    assert [first.once(), second.once(), first.once(), second.once()] == [True, False, True, False]
    assert rounds.settled == 2


def test_the_round_after_the_other_has_ended_is_ours(rounds: Rounds, lock_file: Path) -> None:
    other, completion = _hold(lock_file), Completion(rounds.settle, lock_file)
    completion.once()
    os.close(other)
    assert completion.once()
    assert rounds.settled == 1


def test_to_try_in_vain_leaves_no_file_open(rounds: Rounds, lock_file: Path) -> None:
    other, completion = _hold(lock_file), Completion(rounds.settle, lock_file)
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        completion.once()
    assert len(os.listdir("/proc/self/fd")) == before
    os.close(other)


def test_the_lock_is_for_this_user_alone(rounds: Rounds, lock_file: Path) -> None:
    Completion(rounds.settle, lock_file).once()
    assert lock_file.stat().st_mode & 0o777 == 0o600


# What fails


def test_what_fails_is_logged_once(rounds: Rounds, lock_file: Path, caplog: pytest.LogCaptureFixture) -> None:
    completion = Completion(rounds.settle, lock_file)
    rounds.failure = ZeroDivisionError("database")
    for _ in range(3):
        completion.once()
    (record,) = caplog.records
    assert (record.levelname, record.getMessage()) == ("WARNING", "pending attachments cannot be completed for now")
    assert vars(record)["event"] == "completion_failed"
    assert vars(record)["why"] == "ZeroDivisionError: database"


def test_what_failed_is_tried_again(rounds: Rounds, lock_file: Path) -> None:
    completion = Completion(rounds.settle, lock_file)
    rounds.failure = OSError()
    assert completion.once()
    rounds.failure = None
    assert completion.once()
    assert rounds.settled == 1


def test_who_fails_keeps_the_lock(rounds: Rounds, lock_file: Path) -> None:
    completion, other = Completion(rounds.settle, lock_file), Completion(rounds.settle, lock_file)
    rounds.failure = OSError()
    completion.once()
    assert not other.once()


def test_what_fails_after_it_worked_in_between_is_logged_again(
    rounds: Rounds, lock_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    completion = Completion(rounds.settle, lock_file)
    for failure in (OSError("first"), OSError("first"), None, OSError("second"), OSError("second")):
        rounds.failure = failure
        completion.once()
    assert [vars(record)["why"] for record in caplog.records] == ["OSError: first", "OSError: second"]


def test_a_lock_file_that_cannot_be_made_does_not_end_it(
    rounds: Rounds, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    missing = tmp_path / "missing"
    completion = Completion(rounds.settle, missing / "completion.lock")
    assert [completion.once(), completion.once()] == [False, False]
    assert [vars(record)["event"] for record in caplog.records] == ["completion_failed"]
    missing.mkdir()
    assert completion.once()
    assert rounds.settled == 1


# In a running service


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = install(tmp_path_factory.mktemp("completion"), "")
    yield made
    made.close()


@pytest.fixture(scope="module")
def served(installed: Installation) -> Served:
    """With two workers, and none beside them in the same folder."""
    return installed.served(_SETTINGS)


@pytest.fixture
def account(installed: Installation, served: Served) -> Iterator[Account]:
    made = _account(installed, served)
    yield made
    made.close()


def _account(installed: Installation, served: Served) -> Account:
    org = new_org(installed.services)
    return Account(installed, org, served.url, new_token(installed.services, org, Role.ADMIN))


def _attach_pending(account: Account, number: int) -> list[tuple[str, str]]:
    """So many data sources that are not active, each attached with a workspace of its own; how they are to be stored
    when they are attached."""
    aws, application = account.client(), account.application()
    arns = [account.register(f"logs-{one}", status=Status.DISABLED) for one in range(number)]
    for one, arn in enumerate(arns):
        workspace = {"name": f"w {one}", "workspaceType": "SEARCH"}
        answer = aws.attach_data_source(id=application, dataSourceArn=arn, workspaceConfiguration=workspace)
        assert answer["status"] == "PENDING"
    return [(arn, "ATTACHED") for arn in arns]


def _activate(account: Account, number: int) -> None:
    for one in range(number):
        account.set_status(f"logs-{one}", Status.ACTIVE)


def _require_completed_once(account: Account, number: int) -> None:
    assert account.audited().count(_COMPLETED) == number
    assert sorted(one["name"] for one in account.workspaces()) == sorted(f"w {one}" for one in range(number))


def _lock_file(installed: Installation) -> Path:
    return installed.directory / "data" / "completion.lock"


def _holder(lock_file: Path, served: Served) -> str | None:
    """The worker of the service that holds the lock, if one of them does."""
    workers = Path(f"/proc/{served.pid}/task/{served.pid}/children").read_text().split()
    rows = [line.split() for line in Path("/proc/locks").read_text().splitlines()] if lock_file.exists() else []
    # 1: FLOCK ADVISORY WRITE <process> <device>:<inode> 0 EOF
    held = [row[4] for row in rows if row[1] == "FLOCK" and row[5].endswith(f":{lock_file.stat().st_ino}")]
    return next((process for process in held if process in workers), None)


def _elected(lock_file: Path, served: Served, *, after: str | None = None) -> str:
    """Waits until a worker of the service, and not ``after``, holds the lock, and tells which."""
    wait_until(lambda: _holder(lock_file, served) not in {None, after}, served.process, log=served.log)
    holder = _holder(lock_file, served)
    assert holder is not None
    return holder


def test_what_waits_for_its_application_is_attached_though_nobody_asks(account: Account, served: Served) -> None:
    arn = account.register("logs")
    account.client().create_application(name="my-app", dataSources=[{"dataSourceArn": arn}])
    assert account.stored_attachments() == [(arn, "PENDING")]
    wait_until(lambda: account.stored_attachments() == [(arn, "ATTACHED")], served.process, log=served.log)
    assert account.audited().count(_COMPLETED) == 1


def test_when_the_worker_that_works_is_killed_another_goes_on(
    installed: Installation, account: Account, served: Served
) -> None:
    lock_file = _lock_file(installed)
    killed = _elected(lock_file, served)
    attached = _attach_pending(account, 2)
    os.kill(int(killed), signal.SIGKILL)
    _elected(lock_file, served, after=killed)
    _activate(account, 2)
    wait_until(lambda: account.stored_attachments() == attached, served.process, log=served.log)
    _require_completed_once(account, 2)


def _activate_under_way(account: Account, served: Served) -> None:
    """Makes the applications ACTIVE past the lock of the org, and waits until two processes wait for that lock."""
    database = account.services.storage.database
    rows = Tables(database).applications
    with database.connected():
        rows.change_in_org(account.org_id, ready_at=rows.updated_at).execute()
        wait_until(lambda: database.rows(_WAITING) == [(2,)], served.process, log=served.log)


def test_two_services_over_one_database_complete_once(
    new_postgresql: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    installed = install(tmp_path_factory.mktemp("first"), new_postgresql())
    beside = tmp_path_factory.mktemp("second")
    # The second has the same secret key.
    shutil.copytree(installed.directory / "data", beside / "data")
    settings = installed.environment({**_SETTINGS, **SLOW_TO_ACTIVATE, "SLUICE_DATABASE_TIMEOUT": "60"})
    with ExitStack() as stack:
        stack.callback(installed.close)
        first = stack.enter_context(gunicorn_server(installed.directory, settings))
        stack.enter_context(gunicorn_server(beside, {**settings, "GF_PATHS_DATA": str(beside / "data")}))
        account = _account(installed, first)
        stack.callback(account.close)
        arns = [account.register(f"logs-{one}") for one in range(_ATTACHMENTS)]
        # Without workspaces: the name of one, taken already, would undo all that the second does.
        account.client().create_application(name="my-app", dataSources=[{"dataSourceArn": arn} for arn in arns])
        attached = [(arn, "ATTACHED") for arn in arns]
        with ThreadPoolExecutor(1) as beside_us, installed.services.storage.attachments.writing(account.org_id):
            # Both have seen what is due before either may write.
            beside_us.submit(_activate_under_way, account, first).result()
        wait_until(lambda: account.stored_attachments() == attached, first.process, log=first.log)
        # Behind whoever came second.
        with installed.services.storage.attachments.writing(account.org_id):
            pass
        assert account.audited().count(_COMPLETED) == _ATTACHMENTS


def test_where_the_api_is_switched_off_nobody_completes(sqlite_installation: Installation) -> None:
    off = sqlite_installation.served({**_SETTINGS, "SLUICE_AWS_ENABLED": "false"})
    # It starts later, and so would be late for the lock.
    on = sqlite_installation.served(_SETTINGS)
    lock_file = _lock_file(sqlite_installation)
    _elected(lock_file, on)
    assert _holder(lock_file, off) is None
