"""TokenLimits: what a narrow token leaves of its account's grants. Pure; only ever takes away."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import unquote_plus

from app.identity.errors import InvalidLimits, ProxyRefusedByToken
from app.identity.roles import NO_SCOPE

# With the name of the org, which clients ask for when they sign in.
_READ_ACTIONS = frozenset({"datasources:read", "datasources.id:read", "datasources:query", "orgs:read"})
_WRITE_ACTIONS = frozenset({"datasources:write", "datasources:delete"})
_CREATE_ACTIONS = frozenset({"datasources:create"})
# RFC 9110 9.2.1, without TRACE, which is never proxied.
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_RULE = re.compile(r"(\*|[A-Z]{3,16}) (\S{1,500})")
_MOST_RULES = 100
_MOST_DATA_SOURCES = 1_000
# Back ends differ in what these mean, so that a pattern could not tell what they will do.
_AMBIGUOUS = re.compile(r"[%\\;#\x00-\x20\x7f]|//|(^|/)\.{1,2}(/|$)")
# Servers that honour one of these do something else than the method that a rule admitted.
_OVERRIDING_HEADERS = frozenset(
    {
        "x-http-method-override",
        "x-http-method",
        "x-method-override",
        "x-original-method",
        "x-original-url",
        "x-rewrite-url",
    }
)
_OVERRIDING_PARAMETERS = frozenset({"_method", "method_override"})


@dataclass(frozen=True)
class TokenLimits:
    """What a token may at most do, whatever its account may.

    A narrow token never opens accounts, tokens, teams or permissions.
    """

    data_sources: frozenset[str] | None  # uids; None: all
    read_only: bool
    proxy: tuple[str, ...] | None  # "GET api/v1/query*"; None: all

    def admit(self, action: str, scope: str = NO_SCOPE) -> bool:
        """Whether ``action`` on ``scope`` is within the limits."""
        if action not in self._actions():
            return False
        if scope == NO_SCOPE or self.data_sources is None:
            return True
        return scope.removeprefix("datasources:uid:") in self.data_sources

    def require_request(self, method: str, path: str, query: str, header_names: Sequence[str]) -> None:
        """Raises ProxyRefusedByToken for a request to a data source's server that is outside the limits.

        ``path`` and ``query`` are as they came, still escaped. Bodies are not looked at.
        """
        if self.proxy is None and not self.read_only:
            return
        overriding = _OVERRIDING_HEADERS.intersection(name.lower() for name in header_names)
        if overriding or any(_overrides(part) for part in re.split("[&;]", query)):
            raise ProxyRefusedByToken(method, path)
        if self.read_only and method not in _SAFE_METHODS:
            raise ProxyRefusedByToken(method, path)
        if self.proxy is None:
            return
        if _AMBIGUOUS.search(path) or not any(_matches(rule, method, path) for rule in self.proxy):
            raise ProxyRefusedByToken(method, path)

    def as_document(self) -> dict[str, Any]:
        """For storage; ``limits_from`` reads it."""
        return {
            "data_sources": None if self.data_sources is None else sorted(self.data_sources),
            "read_only": self.read_only,
            "proxy": None if self.proxy is None else list(self.proxy),
        }

    def _actions(self) -> frozenset[str]:
        # Rules are about paths below the data source's URL: who could change that would decide what they mean.
        if self.read_only or self.proxy is not None:
            return _READ_ACTIONS
        if self.data_sources is not None:
            return _READ_ACTIONS | _WRITE_ACTIONS
        return _READ_ACTIONS | _WRITE_ACTIONS | _CREATE_ACTIONS


def limits_from(document: Mapping[str, Any]) -> TokenLimits:
    """What ``as_document`` wrote."""
    uids, proxy = document["data_sources"], document["proxy"]
    return TokenLimits(
        data_sources=None if uids is None else frozenset(uids),
        read_only=document["read_only"],
        proxy=None if proxy is None else tuple(proxy),
    )


def new_limits(*, data_sources: Sequence[str] | None, read_only: bool, proxy: Sequence[str] | None) -> TokenLimits:
    """Checked limits. A rule is a method (or ``*``), a space, and a path below the data source's URL, in whose segments
    the shell's wildcards count; a last segment ``**`` stands for all that may follow. Raises InvalidLimits."""
    if data_sources is not None and not 0 < len(data_sources) <= _MOST_DATA_SOURCES:
        raise InvalidLimits(f"Name 1 to {_MOST_DATA_SOURCES} data sources, or leave them out for all.")
    for rule in proxy or ():
        found = _RULE.fullmatch(rule)
        if found is None or not _is_pattern(found[2].lstrip("/")):
            raise InvalidLimits(
                f"{rule!r} is no rule: write a method in capitals or *, one space, and a path such as api/v1/query*, "
                "without escapes, query, semicolons, empty or dotted segments, and with ** only as its last segment."
            )
    if proxy is not None and len(proxy) > _MOST_RULES:
        raise InvalidLimits(f"A token can have at most {_MOST_RULES} rules.")
    return TokenLimits(
        data_sources=None if data_sources is None else frozenset(data_sources),
        read_only=read_only,
        proxy=None if proxy is None else tuple(proxy),
    )


def _is_pattern(path: str) -> bool:
    segments = path.removesuffix("/**").split("/") if path != "**" else []
    return not _AMBIGUOUS.search(path) and "?" not in path and not any("**" in segment for segment in segments)


def _overrides(parameter: str) -> bool:
    name = unquote_plus(parameter.partition("=")[0]).partition("\0")[0].strip().lower()
    # PHP reads dots, blanks and brackets that do not close as underscores, and cuts at those that do.
    forms = {re.sub(r"[. [\]]", "_", name), re.sub("[. ]", "_", name.partition("[")[0])}
    return not forms.isdisjoint(_OVERRIDING_PARAMETERS)


def _matches(rule: str, method: str, path: str) -> bool:
    rule_method, _, pattern = rule.partition(" ")
    if rule_method not in {"*", method}:
        return False
    wanted, given = pattern.lstrip("/").split("/"), path.lstrip("/").split("/")
    if wanted[-1] == "**":
        wanted, given = wanted[:-1], given[: len(wanted) - 1]
    return len(wanted) == len(given) and all(map(fnmatchcase, given, wanted))
