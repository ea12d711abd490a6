"""``sluice user``."""

import click

from app.bootstrap import build_prepared
from app.identity.identity import system
from app.identity.roles import Role
from app.settings import Settings


@click.group()
def user() -> None:
    """People who sign in with a password."""


@user.command()
@click.option("--login", required=True, help="Name to sign in with.")
@click.option(
    "--password",
    envvar="SLUICE_PASSWORD",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    help="Asked for when not given.",
)
@click.option("--email", default="", help="Works in place of the login.")
@click.option("--org", "org_id", type=int, default=1, show_default=True, help="Id of the org to be a member of.")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.VIEWER.value, show_default=True)
@click.option("--server-admin", is_flag=True, help="May manage all orgs and users.")
@click.pass_obj
def create(
    settings: Settings, login: str, password: str, email: str, org_id: int, role: str, server_admin: bool
) -> None:
    """Make a user and print their id.

    \b
    Example:
      SLUICE_PASSWORD=correct-horse sluice user create --login ada --role Editor
    """
    user_id = build_prepared(settings).users.create(
        system(org_id, "cli"),
        login=login,
        password=password,
        email=email,
        role=Role(role),
        is_server_admin=server_admin,
    )
    click.echo(user_id)


@user.command()
@click.option("--login", required=True, help="Whose password to set.")
@click.option(
    "--password",
    envvar="SLUICE_PASSWORD",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    help="Asked for when not given.",
)
@click.pass_obj
def password(settings: Settings, login: str, password: str) -> None:
    """Set a user's password; the old one stops at once.

    \b
    Example:
      SLUICE_PASSWORD=battery-staple sluice user password --login admin
    """
    users, caller = build_prepared(settings).users, system(1, "cli")
    users.set_password(caller, users.by_login(caller, login).id, password)
    click.echo(f"The password of {login} is set.")


@user.command()
@click.option("--login", required=True, help="Who becomes a member.")
@click.option("--org", "org_id", type=int, required=True, help="Id of the org.")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.VIEWER.value, show_default=True)
@click.pass_obj
def join(settings: Settings, login: str, org_id: int, role: str) -> None:
    """Make a user a member of another org too; X-Grafana-Org-Id then chooses between them.

    \b
    Example:
      sluice user join --login ada --org 2 --role Admin
    """
    build_prepared(settings).members.add(system(org_id, "cli"), org_id, login=login, role=Role(role))
    click.echo(f"{login} is {role} in org {org_id}.")
