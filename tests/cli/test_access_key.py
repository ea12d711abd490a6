"""``sluice access-key``: what it prints is lines for a shell and nothing else."""

import json
import re
import subprocess
from collections.abc import Iterator

import pytest

from app.bootstrap import build_prepared
from app.identity.access_keys import IssuedAccessKey
from app.identity.authentication import Signature
from app.identity.errors import UnknownAccessKey
from app.identity.identity import Identity, system
from app.identity.roles import Role
from app.services import Services
from app.settings import Settings as ServiceSettings
from cli.commands import printed, refusal, sluice
from cli.conftest import Settings

OPERATOR = system(1, "test")


@pytest.fixture
def services(prepared: Settings) -> Iterator[Services]:
    """The use cases over the installation that the commands work on."""
    built = build_prepared(ServiceSettings.from_environment(prepared))
    yield built
    built.storage.database.close()


def create(settings: Settings, *options: str, login: str = "admin") -> str:
    return printed(sluice(settings, "access-key", "create", "--org", "1", "--login", login, *options))


def evaluated(text: str) -> dict[str, str]:
    """What a shell that evaluates the text has in its environment for AWS's clients."""
    script = 'eval "$1"; env'
    done = subprocess.run(["sh", "-c", script, "sh", text], capture_output=True, text=True, check=True, env={})
    assert done.stderr == ""
    found = dict(line.split("=", 1) for line in done.stdout.splitlines())
    return {name: value for name, value in found.items() if name.startswith("AWS_")}


def signed_in(services: Services, variables: dict[str, str]) -> Identity:
    """The caller who signs with what is in the environment."""
    secret = variables["AWS_SECRET_ACCESS_KEY"]
    signature = Signature(
        variables["AWS_ACCESS_KEY_ID"], variables.get("AWS_SESSION_TOKEN"), lambda stored: stored == secret
    )
    return services.authenticator.authenticate(signature, door="test", org_id=None)


def issued(services: Services, name: str = "", seconds: int = 0) -> IssuedAccessKey:
    return services.access_keys.create(OPERATOR, login="admin", name=name, seconds_to_live=seconds)


def test_create_prints_lines_for_a_shell(prepared: Settings) -> None:
    lines = (
        r"export AWS_ACCESS_KEY_ID=AKIA[A-Z2-7]{16}\n"
        r"export AWS_SECRET_ACCESS_KEY=[A-Za-z0-9+/]{40}\n"
        r"unset AWS_SESSION_TOKEN\n"
    )
    assert re.fullmatch(lines, create(prepared))


def test_what_a_shell_makes_of_them_signs_in_as_the_user(prepared: Settings, services: Services) -> None:
    identity = signed_in(services, evaluated(create(prepared)))
    assert (identity.kind, identity.login, identity.org_id, identity.role) == ("user", "admin", 1, Role.ADMIN)


def test_a_service_account_can_have_one_too(prepared: Settings, services: Services) -> None:
    account = services.service_accounts.create(OPERATOR, name="ci", role=Role.VIEWER, is_disabled=False)
    identity = signed_in(services, evaluated(create(prepared, login=account.login)))
    assert (identity.kind, identity.id, identity.role) == ("service_account", account.id, Role.VIEWER)


def test_a_key_that_expires_has_a_session_token(prepared: Settings, services: Services) -> None:
    variables = evaluated(create(prepared, "--expires-in", "12h", "--name", "pipeline"))
    assert variables.keys() == {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
    assert variables["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert signed_in(services, variables).login == "admin"
    [key] = services.access_keys.all(OPERATOR)
    assert (key.name, key.expires_at) == ("pipeline", key.created_at + 43_200)
    del variables["AWS_SESSION_TOKEN"]
    with pytest.raises(UnknownAccessKey):
        signed_in(services, variables)


@pytest.mark.parametrize(
    ("org", "login", "words"),
    [("1", "nobody", "'nobody'"), ("77", "admin", "no org 77")],
    ids=["unknown login", "unknown org"],
)
def test_a_key_for_nobody_is_refused_in_words(prepared: Settings, org: str, login: str, words: str) -> None:
    assert words in refusal(sluice(prepared, "access-key", "create", "--org", org, "--login", login))


def test_a_key_for_ever_is_refused_in_words_where_the_settings_limit_its_life(prepared: Settings) -> None:
    limited = {**prepared, "GF_AUTH_API_KEY_MAX_SECONDS_TO_LIVE": "3600"}
    assert refusal(sluice(limited, "access-key", "create", "--org", "1", "--login", "admin"))


def test_the_list_tells_expiry_and_use_and_no_secret(prepared: Settings, services: Services) -> None:
    lasting, temporary = issued(services, "laptop"), issued(services, seconds=60)
    signed_in(
        services,
        {"AWS_ACCESS_KEY_ID": lasting.access_key_id, "AWS_SECRET_ACCESS_KEY": lasting.secret_access_key},
    )
    [first, second] = services.access_keys.all(OPERATOR)
    assert first.last_used_at is not None
    told = printed(sluice(prepared, "access-key", "list", "--org", "1"))
    assert [json.loads(line) for line in told.splitlines()] == [
        {
            "access_key_id": lasting.access_key_id,
            "login": "admin",
            "name": "laptop",
            "created_at": first.created_at,
            "expires_at": None,
            "last_used_at": first.last_used_at,
        },
        {
            "access_key_id": temporary.access_key_id,
            "login": "admin",
            "name": "",
            "created_at": second.created_at,
            "expires_at": second.created_at + 60,
            "last_used_at": None,
        },
    ]


def test_the_keys_of_another_org_are_neither_listed_nor_deleted(prepared: Settings, services: Services) -> None:
    key = issued(services)
    other = str(services.orgs.create(OPERATOR, "other").id)
    assert printed(sluice(prepared, "access-key", "list", "--org", other)) == ""
    assert refusal(sluice(prepared, "access-key", "delete", "--org", other, "--id", key.access_key_id))
    assert len(services.access_keys.all(OPERATOR)) == 1


def test_a_deleted_key_opens_nothing(prepared: Settings, services: Services) -> None:
    variables = evaluated(create(prepared))
    key = variables["AWS_ACCESS_KEY_ID"]
    assert signed_in(services, variables).login == "admin"
    assert key in printed(sluice(prepared, "access-key", "delete", "--org", "1", "--id", key))
    with pytest.raises(UnknownAccessKey):
        signed_in(services, variables)
