"""Readers of settings: each turns the text of one into its value, or says in a sentence what it must be. Pure."""

import re
from collections.abc import Callable, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path

Network = IPv4Network | IPv6Network

# Published in Grafana's defaults.ini, so it protects nothing.
GRAFANA_DEFAULT_SECRET_KEY = "SW2YcwTIb9zpOOhoPsMm"


def networks(value: str) -> tuple[Network, ...]:
    """IP networks, separated by spaces or commas; ``none`` stands for none."""
    if value.strip().lower() == "none":
        return ()
    try:
        return tuple(ip_network(part, strict=False) for part in value.replace(",", " ").split())
    except ValueError as exc:
        raise ValueError(f"must be networks such as 10.0.0.0/8, separated by spaces, or none ({exc})") from None


def text(value: str) -> str:
    """As it is."""
    return value


def boolean(value: str) -> bool:
    """True or false, in the words that Grafana takes."""
    lowered = value.strip().lower()
    if lowered in {"true", "1", "t", "yes", "on"}:
        return True
    if lowered in {"false", "0", "f", "no", "off"}:
        return False
    raise ValueError("must be true or false")


def whole(lowest: int, highest: int) -> Callable[[str], int]:
    """A reader of whole numbers from ``lowest`` to ``highest``."""

    def read(value: str) -> int:
        try:
            number = int(value)
        except ValueError:
            raise ValueError("must be a whole number") from None
        if not lowest <= number <= highest:
            raise ValueError(f"must be between {lowest} and {highest}")
        return number

    return read


def seconds(value: str) -> float:
    """A duration of more than nothing and at most a day."""
    try:
        number = float(value)
    except ValueError:
        raise ValueError("must be a number of seconds") from None
    if not 0 < number <= 86_400:
        raise ValueError("must be more than 0 and at most 86400 seconds")
    return number


def address(value: str) -> str:
    """An address to listen on."""
    if value == "localhost":
        return value
    try:
        return str(ip_address(value))
    except ValueError:
        raise ValueError("must be an IP address of this machine or 'localhost'") from None


def root_url(value: str) -> str:
    """A URL that ends with a slash, or nothing."""
    if value and not value.startswith(("http://", "https://")):
        raise ValueError("must begin with http:// or https://")
    return f"{value.rstrip('/')}/" if value else value


def folder(value: str) -> Path:
    """An absolute path."""
    if not value:
        raise ValueError("must name a folder")
    return Path(value).absolute()


def secret_key(value: str) -> str:
    """A key that protects something, or nothing."""
    if value == GRAFANA_DEFAULT_SECRET_KEY:
        raise ValueError(
            "is Grafana's published default, which protects nothing: set your own, or leave it unset and "
            "Sluice makes one"
        )
    if value and len(value) < 16:
        raise ValueError("must have at least 16 characters; leave it unset and Sluice makes one")
    return value


def login(value: str) -> str:
    """A login that basic auth can carry."""
    if len(value) > 190 or ":" in value or "\0" in value or not value.strip():
        raise ValueError("must have 1 to 190 characters and no colon, which basic auth could not carry")
    return value


def password(value: str) -> str:
    """A password, or nothing."""
    if value and not 4 <= len(value.encode("utf-8", "replace")) <= 4096:
        raise ValueError("must have 4 to 4096 bytes")
    return value


def one_of(*choices: str) -> Callable[[str], str]:
    """A reader of one of ``choices``, in any case."""
    by_lower = {choice.lower(): choice for choice in choices}

    def read(value: str) -> str:
        if value.lower() not in by_lower:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return by_lower[value.lower()]

    return read


def version(value: str) -> str:
    """Three numbers with dots between them."""
    parts = value.split(".")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        raise ValueError("must be a plain version such as 12.3.0")
    return value


def accounts(value: str) -> Mapping[int, str]:
    """The id of an org to the twelve digits of an account of Amazon's; each once."""
    pairs = [part.partition("=") for part in value.replace(",", " ").split()]
    if any(not re.fullmatch("[0-9]{1,9}=[0-9]{12}", "".join(pair)) for pair in pairs):
        raise ValueError("must be pairs such as 1=123456789012: the id of an org, and the 12 digits of its account")
    accounts = {int(org): account for org, _, account in pairs}
    if len(accounts) < len(pairs) or len(set(accounts.values())) < len(pairs):
        raise ValueError("must name each org and each account once")
    return accounts


def region(value: str) -> str:
    """The name of a Region of Amazon's, or nothing."""
    if value and re.fullmatch("[a-z]{2}[a-z0-9-]{1,30}", value) is None:
        raise ValueError("must be a Region such as eu-central-1")
    return value


def domain_url(value: str) -> str:
    """A URL, in which ``{name}`` may stand for something."""
    if not value.startswith(("http://", "https://")):
        raise ValueError("must begin with http:// or https://, such as https://{name}.internal:9200")
    return value
