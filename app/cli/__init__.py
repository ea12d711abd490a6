"""``sluice``: the commands, one file a noun, over the same use cases as the doors."""

from app.cli.main import main

__all__ = ["main"]
