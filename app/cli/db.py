"""``sluice db``."""

import click

from app.bootstrap import prepare
from app.services import open_storage
from app.settings import Settings


@click.group()
def db() -> None:
    """The database's schema."""


@db.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Bring the database to the newest schema; makes it, the secret key and the first admin when missing.

    \b
    Example:
      GF_DATABASE_URL=postgresql://sluice:secret@localhost/sluice sluice db migrate
    """
    prepared = prepare(settings)
    for name in prepared.applied_migrations:
        click.echo(f"applied {name}")
    if not prepared.applied_migrations:
        click.echo("The schema is up to date.")
    if prepared.made_password is not None:
        click.echo(f"Made the first admin: login {prepared.made_admin}, password {prepared.made_password}")


@db.command()
@click.pass_obj
def status(settings: Settings) -> None:
    """Show which migrations are applied; exit status 1 while some wait.

    \b
    Example:
      sluice db status
    """
    storage = open_storage(settings)
    storage.database.ping()
    states = storage.migrations.status()
    for state in states:
        click.echo(
            f"{state.name}  {state.applied_at:%Y-%m-%d %H:%M:%S}" if state.applied_at else f"{state.name}  waits"
        )
    if any(state.applied_at is None for state in states):
        raise SystemExit(1)
