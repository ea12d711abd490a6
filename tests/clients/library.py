"""Drives a Python library in its own environment: a test names the calls, and gets what each of them gave or raised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clients.environments import Script

# A token, or a login and its password, or an access key's id, its secret and perhaps its session token, or nothing.
Credential = str | tuple[str, ...] | None


@dataclass(frozen=True)
class Call:
    """One call of a library's method, such as ``datasource.list_datasources``."""

    method: str
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What a call gave; or the class of the exception that it raised, the status, and what the server had said."""

    gave: Any = None
    raised: str = ""
    status: int = 0
    said: Any = None

    def given(self) -> Any:
        """What the call gave. Raises AssertionError when it raised."""
        assert not self.raised, self
        return self.gave


def call(method: str, *arguments: Any, **keywords: Any) -> Call:
    """Names a call that is not made yet."""
    return Call(method, arguments, keywords)


@dataclass(frozen=True)
class Library:
    """``script`` makes the calls with an instance of the library; ``more`` is what else the instance is made with."""

    script: Script
    url: str
    credential: Credential

    def outcomes(self, *calls: Call, **more: Any) -> Sequence[Outcome]:
        """What became of the calls, made one after the other by one instance of the library."""
        steps = [[one.method, one.arguments, one.keywords] for one in calls]
        asked = {"url": self.url, "credential": self.credential, "calls": steps, **more}
        return [Outcome(**one) for one in self.script.ask(asked)]

    def give(self, *calls: Call, **more: Any) -> Sequence[Any]:
        """What the calls gave. Raises AssertionError when one raised."""
        return [outcome.given() for outcome in self.outcomes(*calls, **more)]

    def gives(self, one: Call, **more: Any) -> Any:
        """What a single call gave. Raises AssertionError when it raised."""
        [given] = self.give(one, **more)
        return given

    def refused(self, one: Call, **more: Any) -> Outcome:
        """How a single call failed. Raises AssertionError when it did not."""
        [outcome] = self.outcomes(one, **more)
        assert outcome.raised, outcome
        return outcome
