"""``sluice token``."""

import json
import re

import click

from app.bootstrap import build_prepared
from app.identity.identity import system
from app.identity.roles import Role
from app.settings import Settings

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class Lifetime(click.ParamType[int]):
    """A number with s, m, h or d; as seconds. ``least`` 0 takes ``0s`` too."""

    name = "time"

    def __init__(self, least: int = 1) -> None:
        self._least = least

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Seconds."""
        if isinstance(value, int):
            return value
        found = re.fullmatch(r"([0-9]{1,9})([smhd])", str(value))
        if found is None or int(found[1]) < self._least:
            self.fail(f"{value!r} is no time: write a number and s, m, h or d, such as 90d.", param, ctx)
        return int(found[1]) * _UNITS[found[2]]


@click.group()
def token() -> None:
    """Bearer tokens for scripts and dashboards."""


@token.command()
@click.option("--org", "org_id", type=int, required=True, help="Id of the org that the token opens.")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--name", required=True, help="Name of the token and, unless it is given, of its service account.")
@click.option(
    "--service-account",
    "account",
    default="",
    help="Made when the org has none of this name; one with another role is refused.",
)
@click.option("--expires-in", type=Lifetime(), default=0, help="Such as 12h or 90d; never, when not given.")
@click.option("--data-source", "data_sources", multiple=True, help="Uid of one it opens; again for more. All, if none.")
@click.option("--read-only", is_flag=True, help="Changes nothing; by proxy only GET, HEAD and OPTIONS.")
@click.option("--proxy", "rules", multiple=True, help="Request it may send by proxy, and no change of data sources.")
@click.pass_obj
def create(
    settings: Settings,
    org_id: int,
    role: str,
    name: str,
    account: str,
    expires_in: int,
    data_sources: tuple[str, ...],
    read_only: bool,
    rules: tuple[str, ...],
) -> None:
    """Make a token of a service account, and print only the token. It is not kept and cannot be shown again.

    \b
    Example:
      TOKEN=$(sluice token create --org 1 --role Admin --name provisioning --expires-in 90d)
      sluice token create --org 1 --role Viewer --name wallboard --data-source metrics --proxy 'GET api/v1/query*'
    """
    _, text = build_prepared(settings).narrow_tokens.create(
        system(org_id, "cli"),
        name=name,
        account=account or name,
        role=Role(role),
        data_sources=data_sources or None,
        read_only=read_only,
        proxy=rules or None,
        seconds_to_live=expires_in,
    )
    click.echo(text)


@token.command("list")
@click.option("--org", "org_id", type=int, required=True, help="Id of the org.")
@click.pass_obj
def list_tokens(settings: Settings, org_id: int) -> None:
    """List the tokens of an org's service accounts, with expiry, last use and limits, one JSON object a line.

    \b
    Example:
      sluice token list --org 1
    """
    for found in build_prepared(settings).service_accounts.all_tokens(system(org_id, "cli")):
        row = {
            "id": found.id,
            "name": found.name,
            "service_account_id": found.service_account_id,
            "expires_at": found.expires_at,
            "last_used_at": found.last_used_at,
            "successor_id": found.successor_id,
        }
        click.echo(json.dumps(row | (found.limits.as_document() if found.limits else {})))


@token.command()
@click.option("--org", "org_id", type=int, required=True, help="Id of the org.")
@click.option("--id", "token_id", type=int, required=True, help="Id of the token, as 'sluice token list' shows it.")
@click.option(
    "--overlap", type=Lifetime(least=0), default="1d", show_default=True, help="How long the old token goes on."
)
@click.option("--expires-in", type=Lifetime(), help="When the new one ends; as long as the old one had, if not given.")
@click.pass_obj
def rotate(settings: Settings, org_id: int, token_id: int, overlap: int, expires_in: int | None) -> None:
    """Make a successor of a token, with its name and limits, and print only the new token.

    \b
    Example:
      TOKEN=$(sluice token rotate --org 1 --id 3 --overlap 1h)
    """
    _, text = build_prepared(settings).service_accounts.rotate_token(
        system(org_id, "cli"), token_id, overlap=overlap, seconds_to_live=expires_in
    )
    click.echo(text)


@token.command()
@click.option("--org", "org_id", type=int, required=True, help="Id of the org.")
@click.option("--id", "token_id", type=int, required=True, help="Id of the token, as 'sluice token list' shows it.")
@click.pass_obj
def delete(settings: Settings, org_id: int, token_id: int) -> None:
    """Delete a token: it stops at once, in every worker.

    \b
    Example:
      sluice token delete --org 1 --id 3
    """
    gone = build_prepared(settings).service_accounts.delete_any_token(system(org_id, "cli"), token_id)
    click.echo(f"The token {gone.name} opens nothing any more.")
