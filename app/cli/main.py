"""The ``sluice`` command: gathers the nouns and turns refusals into one sentence."""

import os
import sys

import click

from app.bootstrap import StartRefused
from app.cli.access_key import access_key
from app.cli.db import db
from app.cli.org import org
from app.cli.secrets import secrets
from app.cli.serve import serve
from app.cli.token import token
from app.cli.user import user
from app.edge.logs import log_to_stderr
from app.encryption.errors import EncryptionError
from app.identity.errors import IdentityError
from app.registry.errors import RegistryError
from app.settings import SettingError, Settings
from app.storage.errors import StorageError
from app.version import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sluice")
@click.pass_context
def sluice(context: click.Context) -> None:
    """Sluice: a data source registry and query gateway.

    Settings come from the environment (GF_... and SLUICE_..., see README).

    \b
    Example:
      sluice serve
      sluice token create --org 1 --role Admin --name provisioning --expires-in 90d
    """
    context.obj = Settings.from_environment(os.environ)
    log_to_stderr(context.obj.log_level)


for command in (serve, db, org, user, token, access_key, secrets):
    sluice.add_command(command)


def main() -> None:
    """Runs the command; what stands against it goes to standard error as one sentence, with exit status 1."""
    # The database and the key file are for this user alone, also in a folder that others may enter.
    os.umask(0o077)
    try:
        " ".join(sys.argv).encode()
    except UnicodeEncodeError:
        click.echo("sluice: An argument is not UTF-8 text: type it again, or look at the locale (LANG).", err=True)
        sys.exit(2)
    try:
        sluice()
    except (SettingError, StartRefused, StorageError, EncryptionError, IdentityError, RegistryError) as exc:
        click.echo(f"sluice: {exc}", err=True)
        sys.exit(1)
