"""Which properties are secret, and what of a URL is. Pure."""

import re

# Those of the SQL plugin, and what clients of every connector call such things.
_SUFFIXES = (
    "auth.username",
    "auth.password",
    "auth.access_key",
    "auth.secret_key",
    "password",
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
)
_USER_INFO = re.compile(r"(?<=://)([^/@:?#]*):([^/@?#]*)@")

# What stands for a secret that is set, and sent back means: as it was.
MASK = "******"


def is_secret(key: str) -> bool:
    """Whether the value of a property is kept encrypted and never answered."""
    return key.lower().endswith(_SUFFIXES)


def masked(url: str) -> str:
    """The same text; a password in it is ``******``."""
    return _USER_INFO.sub(rf"\1:{MASK}@", url)
