"""Endpoints of databases, such as ``jdbc:mysql://server:3306/customers?x=y``: what Grafana's columns hold of them, and
back. Pure."""

import re

# scheme, host and port, the path without its slash, and what follows from ? or ; on
_ENDPOINT = re.compile(r"((?:jdbc:)?[A-Za-z][A-Za-z0-9+.-]*://)?([^/?;]*)(?:/([^?;]*))?([?;].*)?", re.DOTALL)
# SQL Server's JDBC driver has the database among the properties.
_DATABASE_NAME = re.compile(r"(;databaseName=)([^;]*)", re.IGNORECASE)


def columns_of(endpoint: str) -> tuple[str, str]:
    """URL (``server:3306``) and database (empty: none) of an endpoint."""
    found = _ENDPOINT.fullmatch(endpoint)
    # The expression matches any text.
    assert found is not None
    _, server, path, rest = found.groups()
    named = _DATABASE_NAME.search(rest or "")
    return server, path or (named[2] if named else "")


def with_columns(endpoint: str, url: str, database: str) -> str:
    """``endpoint`` for another URL and database, in its own style: scheme and parameters stay."""
    if columns_of(endpoint) == (url, database):
        return endpoint
    found = _ENDPOINT.fullmatch(endpoint)
    assert found is not None
    scheme, _, path, rest = (text or "" for text in found.groups())
    if not path and _DATABASE_NAME.search(rest):
        rest = _DATABASE_NAME.sub(lambda named: f"{named[1]}{database}", rest)
        return f"{scheme}{url}{rest}"
    return f"{scheme}{url}{f'/{database}' if database else ''}{rest}"
