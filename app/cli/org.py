"""``sluice org``."""

import click

from app.bootstrap import build_prepared
from app.identity.identity import system
from app.settings import Settings


@click.group()
def org() -> None:
    """Orgs: each has data sources of its own."""


@org.command()
@click.option("--name", required=True, help="Name of the new org.")
@click.pass_obj
def create(settings: Settings, name: str) -> None:
    """Make an org and print its id.

    \b
    Example:
      sluice org create --name Acme
    """
    made = build_prepared(settings).orgs.create(system(0, "cli"), name)
    click.echo(made.id)
