"""What stands in the paths of proxied requests. Pure."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from app.dialects.grafana.ids import read_id
from app.registry.datasource import ById, ByUid, Ref

_BY_UID = re.compile(r"uid/([^/]*)/?(.*)", re.DOTALL)
_BY_ID = re.compile(r"([^/]*)/?(.*)", re.DOTALL)
_RESOURCES = re.compile(r"(uid/[^/]*|[^/]*)/resources(?:/(.*))?", re.DOTALL)
_UID_CHARACTERS = re.compile(r"[A-Za-z0-9_-]+")


class InvalidPathUid(Exception):
    """The path's uid has characters that no uid has."""


@dataclass(frozen=True)
class ProxiedPath:
    """The data source that a proxied path names, and what is asked of it, still escaped."""

    ref: Ref
    rest: str


def read_uid(text: str) -> ByUid:
    """From a decoded part of a path. Raises InvalidPathUid."""
    if not _UID_CHARACTERS.fullmatch(text):
        raise InvalidPathUid
    return ByUid(text)


def read_resource_path(path: str) -> ProxiedPath | None:
    """From the escaped path behind ``/api/datasources/``; None when it is no path of resources. Raises InvalidPathUid,
    InvalidId."""
    found = _RESOURCES.fullmatch(path)
    return None if found is None else read_proxied_path(f"{found[1]}/{found[2] or ''}")


def read_proxied_path(path: str) -> ProxiedPath:
    """From the escaped path behind ``/api/datasources/proxy/``. Raises InvalidPathUid, InvalidId."""
    if found := _BY_UID.fullmatch(path):
        return ProxiedPath(read_uid(unquote(found[1])), found[2])
    found = _BY_ID.fullmatch(path)
    # The expression matches any text.
    assert found is not None
    return ProxiedPath(ById(read_id(unquote(found[1]))), found[2])
