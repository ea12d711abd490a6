"""Secrets at rest: never in plain text, never the same text twice, and bound to the place they were written for."""

import logging
from base64 import b64encode
from collections.abc import Callable, Mapping

import pytest

from app.identity.access_keys import IssuedAccessKey
from app.identity.authentication import Signature
from app.identity.errors import WrongSignature
from app.identity.identity import system
from app.identity.roles import Role
from app.registry.datasource import ById, DataSource, DataSourceChange, NewDataSource
from app.registry.errors import SecretsUnreadable
from app.services import Services
from installations import Installation, on_disk

SECRET = "korrekt-häst-battery-staple-0815"
SECOND_SECRET = "another-secret-4711-of-the-same-field"


@pytest.fixture
def services(installation: Installation) -> Services:
    return installation.services


def create(services: Services, org_id: int, name: str, secrets: Mapping[str, str]) -> DataSource:
    new = NewDataSource(
        name=name, type="prometheus", access="proxy", url="http://127.0.0.1:9090", secure_json_data=secrets
    )
    return services.registry.create(system(org_id, "test"), new)


def replace_secrets(services: Services, org_id: int, row: DataSource, secrets: Mapping[str, str]) -> None:
    change = DataSourceChange(name=row.name, type=row.type, access=row.access, url=row.url, secure_json_data=secrets)
    services.registry.replace(system(org_id, "test"), ById(row.id), change)


def ciphertexts(services: Services, row: DataSource) -> Mapping[str, str]:
    found = services.storage.data_sources.find(row.org_id, ById(row.id))
    assert found is not None
    return found.ciphertexts


def store_ciphertexts(services: Services, row: DataSource, texts: Mapping[str, str]) -> None:
    with services.storage.data_sources.writing(row.org_id):
        services.storage.data_sources.set_ciphertexts(row.org_id, row.id, texts)


def everything_stored(installation: Installation) -> bytes:
    """All rows of all tables, and all files of the data folder as they are on the disk now."""
    database = installation.services.storage.database
    with database.connected():
        tables = database.peewee.get_tables()
    left, right = database.peewee.quote
    rows = [repr(database.rows(f"SELECT * FROM {left}{table}{right}")).encode() for table in tables]
    return b"\n".join([*rows, on_disk(installation.directory / "data")])


def traces(text: str) -> list[bytes]:
    """The text as it would look in a file, in a printed row, or merely encoded; without what base64 adds at the end."""
    plain = text.encode()
    encoded = [b64encode(b"x" * shift + plain)[4:-4] for shift in range(3)]
    return [plain, repr(text)[1:-1].encode(), text.encode("utf-16-le"), plain.hex().encode(), *encoded]


def test_a_search_of_what_is_stored_finds_what_is_not_secret(installation: Installation, org: int) -> None:
    create(installation.services, org, "Searchable name 2718", {})
    assert b"Searchable name 2718" in everything_stored(installation)


def test_no_secret_is_stored_in_plain_text(installation: Installation, org: int) -> None:
    services = installation.services
    row = create(services, org, "One", {"basicAuthPassword": SECRET, "httpHeaderValue1": SECRET})
    replace_secrets(services, org, row, {"basicAuthPassword": SECOND_SECRET})
    deleted = create(services, org, "Two", {"password": SECRET})
    services.registry.delete(system(org, "test"), ById(deleted.id))
    stored = everything_stored(installation)
    assert [trace for secret in (SECRET, SECOND_SECRET) for trace in traces(secret) if trace in stored] == []


def test_the_secret_of_a_refused_data_source_is_not_stored_either(installation: Installation, org: int) -> None:
    create(installation.services, org, "Taken", {})
    with pytest.raises(Exception, match="taken"):
        create(installation.services, org, "Taken", {"password": SECRET})
    assert [trace for trace in traces(SECRET) if trace in everything_stored(installation)] == []


def test_no_token_and_no_password_of_a_user_is_stored_in_plain_text(installation: Installation, org: int) -> None:
    services, caller = installation.services, system(org, "test")
    account = services.service_accounts.create(caller, name="robot", role=Role.VIEWER, is_disabled=False)
    _, token = services.service_accounts.add_token(caller, account.id, name="token", seconds_to_live=0)
    _, key = services.api_keys.create(caller, name="key", role=Role.VIEWER, seconds_to_live=0)
    services.users.create(
        caller, login=f"ada-{org}", password=SECRET, email="", role=Role.VIEWER, is_server_admin=False
    )
    stored = everything_stored(installation)
    hidden = [*traces(SECRET), token.encode(), token.split("_")[1].encode(), key.encode()]
    assert [trace for trace in hidden if trace in stored] == []


def told_of(services: Services, key: IssuedAccessKey) -> list[str]:
    """The secrets that somebody who checks a signature with the key is told."""
    told: list[str] = []

    def proves(secret: str) -> bool:
        told.append(secret)
        return False

    signature = Signature(key.access_key_id, key.session_token, proves)
    with pytest.raises(WrongSignature):
        services.authenticator.authenticate(signature, door="test", org_id=None)
    return told


def test_no_secret_and_no_session_token_of_an_access_key_is_stored_in_plain_text_or_logged(
    installation: Installation, org: int, caplog: pytest.LogCaptureFixture
) -> None:
    services, caller = installation.services, system(org, "test")
    login = services.service_accounts.create(caller, name="robot", role=Role.VIEWER, is_disabled=False).login
    caplog.set_level(logging.DEBUG)
    keys = [
        services.access_keys.create(caller, login=login, name="", seconds_to_live=seconds) for seconds in (0, 60, 600)
    ]
    services.access_keys.delete(caller, keys[2].access_key_id)
    # What the one who checks a signature is told, so that the search below is for what was stored.
    assert [told_of(services, key) for key in keys[:2]] == [[key.secret_access_key] for key in keys[:2]]
    found = everything_stored(installation) + repr([vars(record) for record in caplog.records]).encode()
    hidden = [text for key in keys for text in (key.secret_access_key, key.session_token) if text is not None]
    assert len(hidden) == 5
    assert [trace for text in hidden for trace in traces(text) if trace in found] == []
    assert keys[0].access_key_id.encode() in found


def test_the_same_secret_twice_gives_different_ciphertexts(services: Services, org: int) -> None:
    one = create(services, org, "One", {"password": SECRET, "basicAuthPassword": SECRET})
    other = create(services, org, "Other", {"password": SECRET})
    before = [*ciphertexts(services, one).values(), *ciphertexts(services, other).values()]
    replace_secrets(services, org, other, {"password": SECRET})
    after = [*ciphertexts(services, other).values()]
    assert len(set(before + after)) == 4


def test_a_secret_in_its_own_place_opens(services: Services, org: int) -> None:
    row = create(services, org, "One", {"password": SECRET})
    store_ciphertexts(services, row, dict(ciphertexts(services, row)))
    assert services.registry.get(system(org, "test"), ById(row.id)).secure_json_fields == {"password": True}
    found = services.registry.for_request(system(org, "test"), ById(row.id))
    assert services.registry.secrets_of(found) == {"password": SECRET}


def moved_to_another_row(services: Services, row: DataSource, other_org: int) -> DataSource:
    target = create(services, row.org_id, "Other", {})
    store_ciphertexts(services, target, ciphertexts(services, row))
    return target


def moved_to_another_field(services: Services, row: DataSource, other_org: int) -> DataSource:
    store_ciphertexts(services, row, {"basicAuthPassword": ciphertexts(services, row)["password"]})
    return row


def moved_to_another_org(services: Services, row: DataSource, other_org: int) -> DataSource:
    target = create(services, other_org, row.name, {})
    store_ciphertexts(services, target, ciphertexts(services, row))
    return target


def moved_with_its_row_to_another_org(services: Services, row: DataSource, other_org: int) -> DataSource:
    database = services.storage.database
    with database.writing():
        database.peewee.execute_sql(
            f"UPDATE data_source SET org_id = {other_org}, default_of = NULL WHERE id = {row.id}"
        )
    found = services.storage.data_sources.find(other_org, ById(row.id))
    assert found is not None
    return found


def changed_in_one_character(services: Services, row: DataSource, other_org: int) -> DataSource:
    text = ciphertexts(services, row)["password"]
    middle = len(text) * 2 // 3
    changed = "A" if text[middle] != "A" else "B"
    store_ciphertexts(services, row, {"password": f"{text[:middle]}{changed}{text[middle + 1 :]}"})
    return row


Move = Callable[[Services, DataSource, int], DataSource]
MOVES: tuple[Move, ...] = (
    moved_to_another_row,
    moved_to_another_field,
    moved_to_another_org,
    moved_with_its_row_to_another_org,
    changed_in_one_character,
)


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.__name__)
def test_a_ciphertext_does_not_open_when_it_was(services: Services, org: int, other_org: int, move: Move) -> None:
    row = move(services, create(services, org, "One", {"password": SECRET}), other_org)
    found = services.registry.for_request(system(row.org_id, "test"), ById(row.id))
    with pytest.raises(SecretsUnreadable):
        services.registry.secrets_of(found)


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.__name__)
def test_a_secret_reads_as_not_set_when_its_ciphertext_was(
    services: Services, org: int, other_org: int, move: Move
) -> None:
    row = move(services, create(services, org, "One", {"password": SECRET}), other_org)
    assert services.registry.get(system(row.org_id, "test"), ById(row.id)).secure_json_fields == {}
