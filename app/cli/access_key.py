"""``sluice access-key``."""

import json

import click

from app.bootstrap import build_prepared
from app.cli.token import Lifetime
from app.identity.identity import system
from app.settings import Settings


@click.group("access-key")
def access_key() -> None:
    """Access keys, with which AWS's clients sign requests."""


@access_key.command()
@click.option("--org", "org_id", type=int, required=True, help="Id of the org that the access key opens.")
@click.option("--login", required=True, help="Of the user or service account that the key stands for.")
@click.option("--name", default="", help="What it is for.")
@click.option("--expires-in", type=Lifetime(), default=0, help="Such as 12h; with it the key has a session token.")
@click.pass_obj
def create(settings: Settings, org_id: int, login: str, name: str, expires_in: int) -> None:
    """Make an access key, and print it as lines for a shell. The secret cannot be shown again.

    \b
    Example:
      eval "$(sluice access-key create --org 1 --login admin)"
      sluice access-key create --org 1 --login sa-1-ci --name pipeline --expires-in 12h
    """
    issued = build_prepared(settings).access_keys.create(
        system(org_id, "cli"), login=login, name=name, seconds_to_live=expires_in
    )
    # None of the three has a character that a shell reads as anything but itself.
    click.echo(f"export AWS_ACCESS_KEY_ID={issued.access_key_id}")
    click.echo(f"export AWS_SECRET_ACCESS_KEY={issued.secret_access_key}")
    # One that an earlier key left behind would be sent along, and make the new key unknown.
    session = issued.session_token
    click.echo("unset AWS_SESSION_TOKEN" if session is None else f"export AWS_SESSION_TOKEN={session}")


@access_key.command("list")
@click.option("--org", "org_id", type=int, required=True, help="Id of the org.")
@click.pass_obj
def list_access_keys(settings: Settings, org_id: int) -> None:
    """List the access keys of an org, with expiry and last use, one JSON object a line.

    \b
    Example:
      sluice access-key list --org 1
    """
    for found in build_prepared(settings).access_keys.all(system(org_id, "cli")):
        row = {
            "access_key_id": found.access_key_id,
            "login": found.login,
            "name": found.name,
            "created_at": found.created_at,
            "expires_at": found.expires_at,
            "last_used_at": found.last_used_at,
        }
        click.echo(json.dumps(row))


@access_key.command()
@click.option("--org", "org_id", type=int, required=True, help="Id of the org.")
@click.option("--id", "access_key_id", required=True, help="Id of the access key, AKIA... or ASIA...")
@click.pass_obj
def delete(settings: Settings, org_id: int, access_key_id: str) -> None:
    """Delete an access key: it stops at once, in every worker.

    \b
    Example:
      sluice access-key delete --org 1 --id AKIAABCDEFGHIJKLMNOP
    """
    gone = build_prepared(settings).access_keys.delete(system(org_id, "cli"), access_key_id)
    click.echo(f"The access key {gone.access_key_id} of {gone.login} opens nothing any more.")
