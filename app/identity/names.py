"""What a name of an org, an account or a token may be; pure."""

from app.identity.errors import InvalidAccount

# The width of the columns.
_LENGTH = 190


def check_name(what: str, text: str) -> None:
    """Raises InvalidAccount for a blank name, one of more than 190 characters, or one with NUL."""
    if not text.strip() or len(text) > _LENGTH or "\0" in text:
        raise InvalidAccount(f"{what} needs 1 to {_LENGTH} characters, not all of them blank and none of them NUL.")
