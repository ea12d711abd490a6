"""Writes figures with their units."""


def megabytes(count: float) -> str:
    """Write a growth in bytes."""
    return f"{count / 1e6:+.1f} MB"


def seconds(count: float) -> str:
    """Write a difference in seconds."""
    return f"{count:+.2f} s"
