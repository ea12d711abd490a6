"""``sluice token``."""

import re

import click

from app.bootstrap import build_prepared
from app.identity.identity import system
from app.identity.roles import Role
from app.settings import Settings

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class Lifetime(click.ParamType[int]):
    """A number with s, m, h or d; as seconds."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Seconds."""
        if isinstance(value, int):
            return value
        found = re.fullmatch(r"([1-9][0-9]{0,8})([smhd])", str(value))
        if found is None:
            self.fail(f"{value!r} is no time: write a number and s, m, h or d, such as 90d.", param, ctx)
        return int(found[1]) * _UNITS[found[2]]


@click.group()
def token() -> None:
    """Bearer tokens for scripts and dashboards."""


@token.command()
@click.option("--org", "org_id", type=int, required=True, help="Id of the org that the token opens.")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--name", required=True, help="Name of the token and of its service account.")
@click.option("--expires-in", type=Lifetime(), default=0, help="Such as 12h or 90d; never, when not given.")
@click.pass_obj
def create(settings: Settings, org_id: int, role: str, name: str, expires_in: int) -> None:
    """Make a service account with a token, and print only the token. It is not kept and cannot be shown again.

    \b
    Example:
      TOKEN=$(sluice token create --org 1 --role Admin --name provisioning --expires-in 90d)
    """
    accounts = build_prepared(settings).service_accounts
    caller = system(org_id, "cli")
    account = accounts.for_role(caller, name=name, role=Role(role))
    _, text = accounts.add_token(caller, account.id, name=name, seconds_to_live=expires_in)
    click.echo(text)
