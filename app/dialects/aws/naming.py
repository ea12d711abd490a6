"""How the things of this dialect may be named; what no thing can be named is refused before it is looked for. Pure."""

import re

from app.dialects.aws.refusals import InvalidRequest

APPLICATION_NAME = r"[a-z][a-z0-9-]{2,29}"
DOMAIN_NAME = r"[a-z][a-z0-9-]{2,27}"
DATA_SOURCE_NAME = r"[a-z][a-z0-9_]{2,79}"
APPLICATION_NAME_RULE = "must have 3 to 30 characters of a-z, 0-9 and -, and begin with a letter"
DOMAIN_NAME_RULE = "must have 3 to 28 characters of a-z, 0-9 and -, and begin with a letter"
DATA_SOURCE_NAME_RULE = "must have 3 to 80 characters of a-z, 0-9 and _, and begin with a letter"

# An application is meant by its id or by its name.
_APPLICATION = re.compile(r"[a-z0-9][a-z0-9-]{2,29}")


def require_id(named: str) -> str:
    """The id or name of an application, from a path. Raises InvalidRequest."""
    if _APPLICATION.fullmatch(named) is None:
        raise InvalidRequest("id must have 3 to 30 characters of a-z, 0-9 and -, and begin with a letter or digit.")
    return named


def require_domain_name(name: str) -> str:
    """The name of a domain, from a path. Raises InvalidRequest."""
    if re.fullmatch(DOMAIN_NAME, name) is None:
        raise InvalidRequest(f"DomainName {DOMAIN_NAME_RULE}.")
    return name


def require_data_source_name(name: str) -> str:
    """The name of a data source, from a path. Raises InvalidRequest."""
    if re.fullmatch(DATA_SOURCE_NAME, name) is None:
        raise InvalidRequest(f"DataSourceName {DATA_SOURCE_NAME_RULE}.")
    return name
