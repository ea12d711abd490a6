"""``sluice secrets``."""

import click

from app.bootstrap import forget_secrets
from app.settings import Settings


@click.group()
def secrets() -> None:
    """The keys that encrypt stored credentials."""


@secrets.command()
@click.confirmation_option(prompt="Stored credentials stay locked until the lost key is given back. Go on?")
@click.pass_obj
def forget(settings: Settings) -> None:
    """Go on with another secret key after the old one was lost; stop all servers first.

    Data sources stay; their credentials must be set again. Nothing is erased: with the old secret key back and
    this command run once more, the old credentials open again.

    \b
    Example:
      sluice secrets forget --yes
    """
    if not forget_secrets(settings):
        click.echo("Nothing is lost: the present secret key opens the stored credentials. Nothing was changed.")
        return
    click.echo("New credentials are encrypted under the present secret key. Set the old ones again.")
