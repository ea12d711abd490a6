"""Which properties are secret, and what of a URL is. Pure."""

import re
import unicodedata

# Those of the SQL plugin, what clients of every connector call such things, and Grafana's own.
_SUFFIXES = (
    "auth.username",
    "auth.password",
    "auth.access_key",
    "auth.secret_key",
    "password",
    "passwd",
    "pwd",
    "secret",
    "secret_key",
    "secretkey",
    "access_key",
    "accesskey",
    "token",
    "client_secret",
    "clientsecret",
    "private_key",
    "privatekey",
    "passphrase",
    "api_key",
    "apikey",
    "tlsclientkey",
)
_HEADER_VALUE = re.compile(r"httpheadervalue[0-9]+")
_NOT_PART_OF_A_WORD = re.compile(r"[^a-z0-9._]+|[._]+$")
# Scheme, authority, and what follows.
_URL = re.compile(r"((?:jdbc:)?[A-Za-z][A-Za-z0-9+.-]*:[/\\]{2}|//)?([^/\\?#;]*)(.*)", re.DOTALL)
_SPACES = re.compile(r"(\s+)")
_PARAMETER = re.compile(r"([?&;])([^=&;?]+)=([^&;]*)")

# What stands for a secret that is set, and sent back means: as it was.
MASK = "******"


def is_secret(key: str) -> bool:
    """Whether the value of a property is kept encrypted and never answered."""
    if key.isascii() and key.isalnum():
        plain = key.lower()
    else:
        plain = _NOT_PART_OF_A_WORD.sub("", unicodedata.normalize("NFKC", key).casefold())
    return plain.endswith(_SUFFIXES) or _HEADER_VALUE.fullmatch(plain) is not None


def masked(url: str) -> str:
    """The same text; a password of a URL in it, before the host or among the parameters, is ``******``."""
    if "@" not in url and "=" not in url:
        return url
    return "".join(_masked(part) for part in _SPACES.split(url))


def _masked(url: str) -> str:
    found = _URL.fullmatch(url)
    # The expression matches any text.
    assert found is not None
    scheme, authority, rest = (text or "" for text in found.groups())
    user_info, at, host = authority.rpartition("@")
    if at and ":" in user_info:
        authority = f"{user_info.partition(':')[0]}:{MASK}@{host}"
    if authority:
        rest = _PARAMETER.sub(lambda one: f"{one[1]}{one[2]}={MASK}" if is_secret(one[2]) else one[0], rest)
    return f"{scheme}{authority}{rest}"
