"""``sluice token``: what it prints is a bearer token and nothing else."""

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import click
import pytest

from app.bootstrap import build_prepared
from app.cli.token import Lifetime
from app.identity.authentication import BearerToken
from app.identity.errors import ExpiredToken, InvalidToken, TokenOfAnotherOrg
from app.identity.identity import Identity, system
from app.identity.limits import TokenLimits
from app.identity.roles import Role
from app.identity.store import Token
from app.registry.datasource import NewDataSource
from app.services import Services
from app.settings import Settings as ServiceSettings
from cli.commands import printed, refusal, sluice
from cli.conftest import Settings
from cli.requests import get
from installations import Installation

OPERATOR = system(1, "test")


@pytest.fixture
def services(prepared: Settings) -> Iterator[Services]:
    """The use cases over the installation that the commands work on."""
    built = build_prepared(ServiceSettings.from_environment(prepared))
    yield built
    built.storage.database.close()


def create(settings: Settings, *options: str, role: str = "Editor", name: str = "script") -> str:
    return printed(sluice(settings, "token", "create", "--org", "1", "--role", role, "--name", name, *options))


def rotate(settings: Settings, token_id: int, *options: str) -> str:
    return printed(sluice(settings, "token", "rotate", "--org", "1", "--id", str(token_id), *options))


def signed_in(services: Services, token: str) -> Identity:
    return services.authenticator.authenticate(BearerToken(token.strip()), door="test", org_id=None)


def add_data_source(services: Services, uid: str) -> None:
    services.registry.create(OPERATOR, NewDataSource(name=uid, uid=uid, type="testdata", access="proxy"))


def add_token(services: Services, name: str, **given: Any) -> tuple[int, str]:
    """Id and text of a token that no command made."""
    plain: dict[str, Any] = {"data_sources": None, "read_only": False, "proxy": None, "seconds_to_live": 0}
    return services.narrow_tokens.create(OPERATOR, name=name, account=name, role=Role.VIEWER, **{**plain, **given})


def successor_of(services: Services, token_id: int) -> Token:
    """The one token besides it."""
    [other] = [token for token in services.service_accounts.all_tokens(OPERATOR) if token.id != token_id]
    return other


def only_token(services: Services) -> Token:
    caller = system(1, "test")
    _, [account] = services.service_accounts.search(
        caller, query="", page=1, per_page=10, disabled=False, expired_tokens=False
    )
    [token] = services.service_accounts.tokens(caller, account.id)
    return token


def test_create_prints_the_token_alone(prepared: Settings) -> None:
    assert re.fullmatch(r"glsa_[0-9A-Za-z]{32}_[0-9a-f]{8}\n", create(prepared))


@pytest.mark.parametrize("role", list(Role))
def test_the_token_opens_its_org_with_its_role(prepared: Settings, services: Services, role: Role) -> None:
    token = BearerToken(create(prepared, role=role).strip())
    identity = services.authenticator.authenticate(token, door="test", org_id=None)
    assert (identity.kind, identity.org_id, identity.role) == ("service_account", 1, role)
    with pytest.raises(TokenOfAnotherOrg):
        services.authenticator.authenticate(token, door="test", org_id=2)


def test_the_token_works_as_a_bearer_token_at_a_server_that_runs_already(sqlite_installation: Installation) -> None:
    served = sqlite_installation.served({})
    token = create(sqlite_installation.environment({}), role="Admin").strip()
    assert get(served.port, "/api/datasources", f"Bearer {token}") == (200, [])


def test_a_token_without_a_limit_never_expires(prepared: Settings, services: Services) -> None:
    create(prepared)
    assert only_token(services).expires_at is None


def test_expires_in_limits_the_life_of_the_token(prepared: Settings, services: Services) -> None:
    before = int(time.time())
    create(prepared, "--expires-in", "12h")
    token = only_token(services)
    assert token.expires_at == token.created_at + 43_200
    assert before <= token.created_at <= int(time.time())


@pytest.mark.parametrize(("given", "seconds"), [("45s", 45), ("30m", 1800), ("12h", 43_200), ("90d", 7_776_000)])
def test_a_time_is_written_in_seconds_minutes_hours_or_days(given: str, seconds: int) -> None:
    assert Lifetime().convert(given, None, None) == seconds


@pytest.mark.parametrize("given", ["90", "d", "-1d", "0d", "1w", "1.5h", "1 d", "", "1d\n", "\u0663d"])
def test_what_is_no_time_is_refused_with_an_example_of_one(given: str) -> None:
    with pytest.raises(click.BadParameter, match="90d"):
        Lifetime().convert(given, None, None)


def test_a_token_whose_life_is_no_time_is_not_made(prepared: Settings, services: Services) -> None:
    options = ("--org", "1", "--role", "Viewer", "--name", "script", "--expires-in", "soon")
    done = sluice(prepared, "token", "create", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--expires-in" in done.stderr


def test_a_second_token_of_the_same_name_is_refused_in_words(prepared: Settings) -> None:
    create(prepared)
    options = ("--org", "1", "--role", "Editor", "--name", "script")
    assert "script" in refusal(sluice(prepared, "token", "create", *options))


def test_a_name_with_another_role_is_refused_in_words(prepared: Settings) -> None:
    create(prepared, role="Viewer")
    options = ("--org", "1", "--role", "Admin", "--name", "script")
    assert "script" in refusal(sluice(prepared, "token", "create", *options))


def test_an_org_that_does_not_exist_is_refused(prepared: Settings) -> None:
    options = ("--org", "77", "--role", "Editor", "--name", "script")
    assert "no org 77" in refusal(sluice(prepared, "token", "create", *options))


def test_a_token_for_ever_is_refused_in_words_where_the_settings_limit_its_life(prepared: Settings) -> None:
    limited = {**prepared, "GF_AUTH_API_KEY_MAX_SECONDS_TO_LIVE": "3600"}
    options = ("--org", "1", "--role", "Editor", "--name", "script")
    assert refusal(sluice(limited, "token", "create", *options))


def test_a_token_beyond_the_limit_of_the_settings_is_refused_in_words(prepared: Settings) -> None:
    limited = {**prepared, "GF_AUTH_API_KEY_MAX_SECONDS_TO_LIVE": "3600"}
    options = ("--org", "1", "--role", "Editor", "--name", "script", "--expires-in", "2h")
    assert refusal(sluice(limited, "token", "create", *options))


@pytest.mark.parametrize(
    ("options", "limits"),
    [
        (("--read-only",), TokenLimits(None, read_only=True, proxy=None)),
        (
            ("--data-source", "one", "--data-source", "two", "--proxy", "GET api/v1/query*", "--proxy", "* x/**"),
            TokenLimits(frozenset({"one", "two"}), read_only=False, proxy=("GET api/v1/query*", "* x/**")),
        ),
    ],
    ids=["read only", "data sources and requests"],
)
def test_a_token_is_as_narrow_as_the_options_say(
    prepared: Settings, services: Services, options: tuple[str, ...], limits: TokenLimits
) -> None:
    for uid in ("one", "two"):
        add_data_source(services, uid)
    assert signed_in(services, create(prepared, *options)).limits == limits


def test_a_token_is_not_narrow_unless_it_is_said(prepared: Settings, services: Services) -> None:
    assert signed_in(services, create(prepared)).limits is None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--data-source", "nothing"), "no data source of this uid"),
        (("--proxy", "GET x//y"), "'GET x//y' is no rule"),
    ],
    ids=["unknown data source", "ambiguous path"],
)
def test_limits_that_cannot_be_are_refused_in_words(
    prepared: Settings, services: Services, options: tuple[str, ...], words: str
) -> None:
    given = ("--org", "1", "--role", "Viewer", "--name", "script", *options)
    assert words in refusal(sluice(prepared, "token", "create", *given))
    assert services.service_accounts.all_tokens(OPERATOR) == []


def test_a_token_may_be_of_a_service_account_of_another_name(prepared: Settings, services: Services) -> None:
    assert create(prepared, "--service-account", "scripts")
    token = only_token(services)
    assert token.name == "script"
    assert services.service_accounts.get(OPERATOR, token.service_account_id or 0).name == "scripts"


def test_the_list_tells_expiry_use_and_limits_and_no_token(prepared: Settings, services: Services) -> None:
    add_data_source(services, "one")
    narrow_id, narrow = add_token(services, "narrow", data_sources=["one"], proxy=["GET x"])
    wide_id, wide = add_token(services, "wide", seconds_to_live=43_200)
    signed_in(services, wide)
    used = services.service_accounts.token(OPERATOR, wide_id)
    assert used.last_used_at is not None
    told = printed(sluice(prepared, "token", "list", "--org", "1"))
    assert [json.loads(line) for line in told.splitlines()] == [
        {
            "id": narrow_id,
            "name": "narrow",
            "service_account_id": services.service_accounts.token(OPERATOR, narrow_id).service_account_id,
            "successor_id": None,
            "expires_at": None,
            "last_used_at": None,
            "data_sources": ["one"],
            "read_only": False,
            "proxy": ["GET x"],
        },
        {
            "id": wide_id,
            "name": "wide",
            "service_account_id": used.service_account_id,
            "successor_id": None,
            "expires_at": used.created_at + 43_200,
            "last_used_at": used.last_used_at,
        },
    ]
    assert [text for text in (narrow, wide) if text.split("_")[1] in told] == []


def test_the_tokens_of_another_org_are_not_listed(prepared: Settings, services: Services) -> None:
    add_token(services, "script")
    other = services.orgs.create(OPERATOR, "other").id
    assert printed(sluice(prepared, "token", "list", "--org", str(other))) == ""


def test_a_rotated_token_has_a_successor_of_its_name_life_and_limits(prepared: Settings, services: Services) -> None:
    token_id, old = add_token(services, "script", read_only=True, seconds_to_live=864_000)
    new = rotate(prepared, token_id)
    assert re.fullmatch(r"glsa_[0-9A-Za-z]{32}_[0-9a-f]{8}\n", new)
    limits = TokenLimits(None, read_only=True, proxy=None)
    assert [signed_in(services, text).limits for text in (old, new)] == [limits, limits]
    retired, successor = services.service_accounts.token(OPERATOR, token_id), successor_of(services, token_id)
    assert (successor.name, retired.name) == ("script", f"script (before rotation, {token_id})")
    assert successor.expires_at == successor.created_at + 864_000
    # Unless it is said, the old one goes on for a day.
    assert retired.expires_at == successor.created_at + 86_400


def test_the_overlap_and_the_life_of_the_successor_can_be_said(prepared: Settings, services: Services) -> None:
    token_id, _ = add_token(services, "script")
    rotate(prepared, token_id, "--overlap", "1h", "--expires-in", "2h")
    retired, successor = services.service_accounts.token(OPERATOR, token_id), successor_of(services, token_id)
    assert retired.expires_at == successor.created_at + 3_600
    assert successor.expires_at == successor.created_at + 7_200


def test_a_token_of_another_org_is_not_rotated(prepared: Settings, services: Services) -> None:
    token_id, text = add_token(services, "script")
    other = services.orgs.create(OPERATOR, "other").id
    assert refusal(sluice(prepared, "token", "rotate", "--org", str(other), "--id", str(token_id)))
    assert signed_in(services, text).org_id == 1
    assert only_token(services).name == "script"


def test_a_deleted_token_opens_nothing(prepared: Settings, services: Services) -> None:
    token_id, text = add_token(services, "script")
    assert "script" in printed(sluice(prepared, "token", "delete", "--org", "1", "--id", str(token_id)))
    with pytest.raises(InvalidToken):
        signed_in(services, text)


def test_without_overlap_the_rotated_token_ends_at_once(prepared: Settings, services: Services) -> None:
    token_id, text = add_token(services, "script")
    assert printed(sluice(prepared, "token", "rotate", "--org", "1", "--id", str(token_id), "--overlap", "0s"))
    with pytest.raises(ExpiredToken):
        signed_in(services, text)
