"""Plays a wire case: real requests to a real server, in an org that the case has to itself."""

import http.client
import json
import re
import secrets
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from app.identity.identity import system
from app.identity.roles import Role
from app.registry.datasource import ByUid, NewDataSource
from app.registry.json_data import JsonData
from installations import Installation
from servers.certificates import Authority, Certificate
from servers.gunicorn import ADMIN_PASSWORD
from servers.ports import LOOPBACK, free_port
from servers.upstream import Upstream, recording_upstream
from wire.accounts import PASSWORD, Person, new_org, new_person, new_token
from wire.error_shapes import check_error_shape
from wire.matching import match

_PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


@dataclass(frozen=True)
class Reply:
    """An answer as it came; of one that broke off, the part of the body that came."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    is_broken_off: bool = False


class Player:
    """One play of one case."""

    def __init__(self, installation: Installation, case: Mapping[str, Any]) -> None:
        self._installation = installation
        self._case = case
        self._services = installation.services
        self._saved: dict[str, Any] = {"unique": secrets.token_hex(6)}
        self._people: dict[str, Person] = {}

    def play(self) -> None:
        """Raises AssertionError at the first step that does not go as the case says."""
        with ExitStack() as stack:
            with_tls = self._case.get("upstream") == "tls"
            tls = self._authority.server_context(self._installation.directory) if with_tls else None
            self._upstream = stack.enter_context(recording_upstream(tls))
            self._upstream.default = _default_answer(self._upstream)
            self._port = self._installation.served(self._filled(self._case.get("settings", {}))).port
            for number, step in enumerate(self._case["steps"], start=1):
                self._step(step, f"step {number}")

    def _step(self, step: Mapping[str, Any], where: str) -> None:
        if "request" in step:
            reply = self._send(step["as"], self._filled(step["request"]))
            check_error_shape(step["request"]["path"], reply.status, reply.headers["Content-Type"], reply.body, where)
            self._check(self._filled(step["response"]), reply, where)
            self._save(step, json.loads(reply.body) if "save" in step else None)
        elif "stored" in step:
            self._save(step, self._store(self._filled(step["stored"]), self._filled(step.get("org", "{org}"))))
        elif "token" in step:
            self._save(step, {"key": self._mint(step["token"])})
        elif "person" in step:
            self._admit(step["person"], self._filled(step))
        elif "upstream_answers" in step:
            answer = dict(self._filled(step["upstream_answers"]))
            headers = [(name, value) for name, value in answer.pop("headers", [])]
            body = answer.pop("body", "").encode()
            self._upstream.answer(**answer, headers=headers, body=body)
        else:
            self._check_upstream(self._filled(step["upstream_received"]), where)

    # What the case may name

    def _value(self, name: str) -> Any:
        if name in self._saved:
            return self._saved[name]
        known: dict[str, Callable[[], Any]] = {
            "org": lambda: self._org,
            "other_org": lambda: self._other_org,
            "upstream": lambda: self._upstream.address,
            "closed": lambda: f"{LOOPBACK}:{free_port()}",
            "upstream_ca": lambda: self._authority.certificate,
            "client_certificate": lambda: self._client.certificate,
            "client_key": lambda: self._client.key,
            "user": lambda: self._user,
            "password": lambda: PASSWORD,
        }
        if name in known:
            return known[name]()
        if name.endswith("_token"):
            return self._token(name.removesuffix("_token"))
        raise KeyError(name)

    @cached_property
    def _org(self) -> int:
        return new_org(self._services)

    @cached_property
    def _other_org(self) -> int:
        return new_org(self._services)

    @cached_property
    def _authority(self) -> Authority:
        return Authority()

    @cached_property
    def _client(self) -> Certificate:
        return self._authority.issue("client")

    @cached_property
    def _user(self) -> str:
        login = new_person(self._services, self._org, Role.ADMIN).login
        other = system(self._other_org, "test")
        self._services.members.add(other, other.org_id, login=login, role=Role.ADMIN)
        return login

    def _token(self, who: str) -> str:
        name = f"token of {who}"
        if name not in self._saved:
            org = self._other_org if who.startswith("other_") else self._org
            role = Role(who.removeprefix("other_").title())
            self._saved[name] = new_token(self._services, org, role)
        return str(self._saved[name])

    def _mint(self, wanted: Mapping[str, Any]) -> str:
        ended, revoked = bool(wanted.get("expired")), bool(wanted.get("revoked"))
        return new_token(self._services, self._org, Role(wanted["role"]), ended=ended, revoked=revoked)

    def _admit(self, name: str, wanted: Mapping[str, Any]) -> None:
        org, is_server_admin = wanted.get("org", self._org), bool(wanted.get("server_admin"))
        person = new_person(self._services, org, Role(wanted["role"]), name=name, is_server_admin=is_server_admin)
        self._people[name] = person
        self._saved |= {name: person.login, f"{name}_email": person.email}
        self._saved |= {f"{name}_id": person.id, f"{name}_uid": person.uid}

    # What a step does

    def _send(self, who: str, request: Mapping[str, Any]) -> Reply:
        headers = {name: str(_basic(value)) for name, value in request.get("headers", {}).items()}
        if authorization := self._authorization(who):
            headers.setdefault("Authorization", authorization)
        body = None
        if "json" in request:
            body = json.dumps(request["json"]).encode()
        elif "body" in request:
            body = request["body"].encode()
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection(LOOPBACK, self._port, timeout=30)
        try:
            connection.request(request["method"], request["path"], body=body, headers=headers)
            response = connection.getresponse()
            return Reply(response.status, response.headers, response.read())
        except (http.client.IncompleteRead, ConnectionResetError) as exc:
            # The second is a connection that ended before the status came.
            part = exc.partial if isinstance(exc, http.client.IncompleteRead) else b""
            return Reply(0, http.client.HTTPMessage(), part, is_broken_off=True)
        finally:
            connection.close()

    def _authorization(self, who: str) -> str | None:
        match who:
            case "nobody":
                return None
            case "user":
                return str(_basic({"$basic": f"{self._user}:{PASSWORD}"}))
            case "server_admin":
                return str(_basic({"$basic": f"admin:{ADMIN_PASSWORD}"}))
            case _ if who in self._people:
                return str(_basic({"$basic": f"{self._people[who].login}:{PASSWORD}"}))
            case _ if _PLACEHOLDER.fullmatch(who):
                return f"Bearer {self._filled(who)}"
            case _:
                return f"Bearer {self._token(who)}"

    def _store(self, members: Mapping[str, Any], org: int) -> dict[str, Any]:
        storage, caller = self._services.storage, system(org, "test")
        given = {_snake(name): value for name, value in members.items()}
        # What the use case decides or refuses is written past it.
        past = {"url": given.pop("url", ""), "is_default": given.pop("is_default", False)}
        past["json_data"] = JsonData.of(given.pop("json_data", {}))
        past["version"] = given.pop("version", 1)
        made = self._services.registry.create(caller, NewDataSource(**given))
        with storage.data_sources.writing(org):
            row = storage.data_sources.find(org, ByUid(made.uid))
            assert row is not None
            storage.data_sources.replace(org, replace(row, **past))
        return {"id": made.id, "uid": made.uid, "name": made.name}

    def _check(self, expected: Mapping[str, Any], reply: Reply, where: str) -> None:
        shown = f"{where}, answered {reply.status} {reply.body[:2000]!r}"
        assert reply.is_broken_off == expected.get("broken_off", False), f"{shown}: broken off"
        if not reply.is_broken_off:
            match(expected["status"], reply.status, f"{shown}: status")
        for name, value in expected.get("headers", {}).items():
            _check_header(value, reply.headers.get(name), f"{where}: header {name}")
        if "json" in expected:
            match(expected["json"], json.loads(reply.body), where)
        if "text" in expected:
            match(expected["text"], reply.body.decode(), f"{where}: body")
        for text in expected.get("body_lacks", []):
            assert text.encode() not in reply.body, f"{where}: the body holds {text!r}"

    def _check_upstream(self, expected: Mapping[str, Any] | None, where: str) -> None:
        if expected is None:
            assert self._upstream.requests == [], f"{where}: the upstream got {self._upstream.requests}"
            return
        received = self._upstream.last
        for name in ("method", "target", "client_certificate"):
            if name in expected:
                match(expected[name], getattr(received, name), f"{where}: {name}")
        if "body" in expected:
            match(expected["body"], received.body.decode(), f"{where}: body")
        for name, value in expected.get("headers", {}).items():
            found = received.values(name)
            assert len(found) < 2, f"{where}: the upstream got {name} twice: {found}"
            _check_header(value, found[0] if found else None, f"{where}: upstream header {name}")

    def _save(self, step: Mapping[str, Any], source: Any) -> None:
        for name, path in step.get("save", {}).items():
            value = source
            for part in path.split("."):
                value = value[int(part)] if isinstance(value, list) else value[part]
            self._saved[name] = value

    def _filled(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._filled(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._filled(one) for one in value]
        if not isinstance(value, str):
            return value
        whole = _PLACEHOLDER.fullmatch(value)
        if whole and self._knows(whole[1]):
            return self._value(whole[1])
        return _PLACEHOLDER.sub(lambda found: str(self._value(found[1])) if self._knows(found[1]) else found[0], value)

    def _knows(self, name: str) -> bool:
        try:
            self._value(name)
        except (KeyError, ValueError):
            return False
        return True


def _check_header(expected: Any, found: str | None, where: str) -> None:
    if expected is None:
        assert found is None, f"{where}: expected none, found {found!r}"
    else:
        match(expected if isinstance(expected, dict) else str(expected), found, where)


def _basic(value: Any) -> Any:
    if isinstance(value, dict) and "$basic" in value:
        return "Basic " + b64encode(value["$basic"].encode()).decode()
    return value


def _snake(name: str) -> str:
    return re.sub(r"[A-Z]", lambda found: f"_{found[0].lower()}", name)


def _default_answer(upstream: Upstream) -> Any:
    return type(upstream.default)(status=200, headers=(("Content-Type", "text/plain"),), body=b"ok")
