"""Answers the two operations that are asked most before Flask, by what their views call too."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from app.attachments.attachments import READ, WRITE
from app.dialects.aws.answering import answer_json
from app.dialects.aws.arns import application_arn, user_arn
from app.dialects.aws.attachments import AttachMembers, DataSourceMembers, attach, describe
from app.dialects.aws.callers import Caller, caller_of
from app.dialects.aws.door import PREFIX
from app.dialects.aws.errors import render
from app.dialects.aws.members import Members, loaded
from app.dialects.aws.refusals import NotAuthorized
from app.edge.body import read_body
from app.edge.entry import Answer, BusyRoute
from app.edge.inbound import Environ
from app.identity.errors import PermissionDenied
from app.services import Services


@dataclass(frozen=True)
class _Operation:
    """``answer`` is given what ``members`` loads of the body, once the caller may do ``action`` at all."""

    name: str
    action: str
    members: Members
    answer: Callable[[Services, Caller, str, Mapping[str, Any]], dict[str, str]]


_OPERATIONS = {
    "attachDataSource": _Operation("AttachDataSource", WRITE, AttachMembers(), attach),
    "describeDataSourceAttachment": _Operation("DescribeDataSourceAttachment", READ, DataSourceMembers(), describe),
}
_APPLICATIONS = f"{PREFIX}/opensearch/application/"
# All other forms of the path, a slash at its end say, are Flask's.
_PATH = re.compile(rf"{_APPLICATIONS}([^/]+)/({'|'.join(_OPERATIONS)})")


def busy_route(built: Services) -> BusyRoute:
    """Attach and describe."""

    def takes(environ: Environ) -> bool:
        return environ["REQUEST_METHOD"] == "POST" and _PATH.fullmatch(environ["PATH_INFO"]) is not None

    def answer(environ: Environ) -> Answer:
        found = _PATH.fullmatch(environ["PATH_INFO"])
        assert found is not None
        application, operation = found[1], _OPERATIONS[found[2]]
        body = cache(lambda: read_body(environ, built.settings.max_body_bytes))
        caller = caller_of(built, environ, body)
        try:
            caller.identity.require(operation.action)
            return answer_json(operation.answer(built, caller, application, loaded(operation.members, body())))
        except PermissionDenied as exc:
            raise NotAuthorized(
                user=user_arn(caller.place, caller.identity.login),
                operation=operation.name,
                resource=application_arn(caller.place, application),
            ) from exc

    return BusyRoute(prefix=_APPLICATIONS, takes=takes, answer=answer, render=render)
