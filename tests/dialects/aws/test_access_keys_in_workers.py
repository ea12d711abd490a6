"""What is taken from an access key, every worker process refuses from the next request on."""

import http.client
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from app.identity.access_keys import IssuedAccessKey
from app.identity.identity import system
from app.identity.roles import Role
from dialects.aws.account import Account
from dialects.aws.raw import PREFIX, Signer
from servers.ports import LOOPBACK
from servers.workers import a_connection_to_each
from wire.accounts import Person, new_person

_WORKERS = 2
_LIST = f"{PREFIX}/list-applications"


def _delete_key(account: Account, person: Person, key: IssuedAccessKey) -> None:
    account.services.access_keys.delete(account.identity, key.access_key_id)


def _disable(account: Account, person: Person, key: IssuedAccessKey) -> None:
    account.services.users.set_disabled(system(0, "test"), person.id, is_disabled=True)


def _delete_user(account: Account, person: Person, key: IssuedAccessKey) -> None:
    account.services.users.delete(system(0, "test"), person.id)


def _remove(account: Account, person: Person, key: IssuedAccessKey) -> None:
    account.services.members.remove(account.identity, account.org_id, person.id)


@pytest.mark.parametrize(
    ("take", "code"),
    [
        pytest.param(_delete_key, "UnrecognizedClientException", id="key deleted"),
        pytest.param(_disable, "AccessDeniedException", id="user disabled"),
        pytest.param(_delete_user, "UnrecognizedClientException", id="user deleted"),
        pytest.param(_remove, "UnrecognizedClientException", id="member removed"),
    ],
)
def test_every_worker_refuses_at_the_next_request(
    account: Account, take: Callable[[Account, Person, IssuedAccessKey], None], code: str
) -> None:
    served = account.installation.served({"SLUICE_HTTP_WORKERS": str(_WORKERS)})
    new_person(account.services, account.org_id, Role.ADMIN)
    person = new_person(account.services, account.org_id, Role.ADMIN)
    key = account.services.access_keys.create(account.identity, login=person.login, name="", seconds_to_live=0)
    headers = Signer(key).headers("GET", f"http://{LOOPBACK}:{served.port}{_LIST}")

    def outcome(connection: http.client.HTTPConnection) -> tuple[int, str | None]:
        connection.request("GET", _LIST, headers=headers)
        response = connection.getresponse()
        response.read()
        return response.status, response.headers["x-amzn-ErrorType"]

    with ExitStack() as stack:
        workers = a_connection_to_each(served, _WORKERS, stack)
        # Each of them has let the caller in, and could remember it.
        assert [outcome(worker) for worker in workers] == [(200, None)] * _WORKERS
        take(account, person, key)
        assert [outcome(worker) for worker in workers] == [(403, code)] * _WORKERS
