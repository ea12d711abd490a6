"""One thread of the soak: creates, updates and makes default over one connection until the service is gone."""

import http.client
import json
import random
from collections.abc import Callable
from typing import Any

from benchmarks.ledger import Entry, Ledger
from benchmarks.loopback import HOST

ANSWER_SECONDS = 60
# In each org that many names are created by every one of its writers.
CONTESTED_NAMES = 1_000
_REFUSALS = {http.client.CONFLICT, http.client.PRECONDITION_FAILED}


class Gone(Exception):
    """The service did not answer."""


def document(name: str, state: int, *, is_default: bool, version: int = 0) -> dict[str, object]:
    """A data source in the given state; the secret tells the state too, so that halves of two writes are seen."""
    return {
        "name": name,
        "type": "prometheus",
        "url": "http://127.0.0.1:9090",
        "access": "proxy",
        "isDefault": is_default,
        "version": version,
        "jsonData": {"state": state},
        "secureJsonData": {"password": secret_of(name, state)},
    }


def secret_of(name: str, state: int) -> str:
    """The secret that belongs to a state."""
    return f"secret {state} of {name}"


class Writer:
    """Keeps the ledger; ``is_over`` says that the service may be gone now."""

    def __init__(
        self, number: int, port: int, org_id: int, token: str, ledger: Ledger, is_over: Callable[[], bool]
    ) -> None:
        self._number = number
        self._org_id = org_id
        self._ledger = ledger
        self._is_over = is_over
        self._connection = http.client.HTTPConnection(HOST, port, timeout=ANSWER_SECONDS)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        # The same choices for the same number, so that a run can be repeated.
        self._choice = random.Random(number)
        self._made = 0
        self._plain: list[tuple[Entry, str]] = []
        self._defaults: list[tuple[Entry, str]] = []

    def run(self) -> None:
        """Returns when the service no longer answers, or refuses to be what it should be."""
        actions = (self._create, self._update, self._update, self._flip, self._flip, self._contest, self._share)
        try:
            while not self._is_over():
                self._choice.choice(actions)()
        except Gone as gone:
            self._ledger.not_answered()
            if not self._is_over():
                self._ledger.fault(f"no answer while the service ran: {gone}")
        finally:
            self._connection.close()

    def _create(self) -> None:
        self._made += 1
        # A data source is a candidate for the default from its first moment or never: an update that says
        # isDefault false of the present default would leave the org without one, as it should.
        is_default = self._made % 2 == 0
        entry = self._ledger.open(self._org_id, f"writer {self._number} made {self._made}")
        entry.attempted = 0
        status, answer = self._send("POST", "", document(entry.name, 0, is_default=is_default))
        if status == http.client.OK:
            entry.acknowledged = 0
            (self._defaults if is_default else self._plain).append((entry, answer["datasource"]["uid"]))
        else:
            self._ledger.fault(f"creating {entry.name} answered {status}: {answer}")

    def _update(self) -> None:
        self._write(self._plain, is_default=False)

    def _flip(self) -> None:
        self._write(self._defaults, is_default=True)

    def _write(self, owned: list[tuple[Entry, str]], *, is_default: bool) -> None:
        if not owned:
            self._create()
            return
        entry, uid = self._choice.choice(owned)
        entry.attempted = state = entry.attempted + 1
        status, answer = self._send("PUT", f"/uid/{uid}", document(entry.name, state, is_default=is_default))
        if status == http.client.OK:
            entry.acknowledged = state
        else:
            self._ledger.fault(f"updating {entry.name} answered {status}: {answer}")

    def _contest(self) -> None:
        name = f"contested {self._choice.randrange(CONTESTED_NAMES)}"
        status, answer = self._send("POST", "", document(name, 0, is_default=False))
        if status == http.client.OK:
            with self._ledger.lock:
                self._ledger.contested[self._org_id, name] += 1
        elif status not in _REFUSALS:
            self._ledger.fault(f"creating {name} answered {status}: {answer}")

    def _share(self) -> None:
        shared = self._ledger.shared[self._org_id]
        status, read = self._send("GET", f"/uid/{shared.name}", None)
        if status != http.client.OK:
            self._ledger.fault(f"reading {shared.name} answered {status}: {read}")
            return
        given = document(shared.name, 0, is_default=True, version=read["version"])
        try:
            status, answer = self._send("PUT", f"/uid/{shared.name}", given)
        except Gone:
            with self._ledger.lock:
                shared.unanswered += 1
            raise
        if status == http.client.OK:
            with self._ledger.lock:
                shared.accepted += 1
        elif status not in _REFUSALS:
            self._ledger.fault(f"updating {shared.name} answered {status}: {answer}")

    def _send(self, method: str, path: str, given: object) -> tuple[int, Any]:
        body = None if given is None else json.dumps(given)
        try:
            self._connection.request(method, f"/api/datasources{path}", body, self._headers)
            response = self._connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException) as exc:
            raise Gone(f"{method} {path}: {exc!r}") from exc
        self._ledger.answered(response.status)
        return response.status, json.loads(text)
