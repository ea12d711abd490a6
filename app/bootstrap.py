"""The first start and every later one: data path, secret key, schema, first org and admin. Safe to run at once on
several machines that share a database."""

import os
import secrets
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from app.encryption.errors import WrongSecretKey
from app.identity.identity import system
from app.identity.roles import Role
from app.services import Services, Storage, build, key_ring, open_storage
from app.settings import SettingError, Settings

FIRST_ORG = "Main Org."
_KEY_FILE = "secret_key"


class StartRefused(Exception):
    """The service cannot start; the text is one sentence that says what to do."""


@dataclass(frozen=True)
class Prepared:
    """What ``prepare`` found or made. The password is there only when it was made just now."""

    services: Services
    applied_migrations: list[str]
    made_key_file: Path | None
    made_admin: str | None
    made_password: str | None = field(repr=False)


def prepare(settings: Settings) -> Prepared:
    """Makes what is missing and builds the services.

    Raises StartRefused, SettingError, DatabaseUnreachable, WrongSecretKey.
    """
    _make_data_path(settings)
    storage = open_storage(settings)
    try:
        with storage.database.alone():
            storage.database.ping()
            applied = storage.migrations.apply()
            secret_key, made_key_file = _secret_key(settings, storage, may_make=True)
            services = build(settings, storage, secret_key)
            made_admin, made_password = _first_admin(settings, services)
    finally:
        # Workers fork after this and must not share a connection.
        storage.database.close()
    return Prepared(services, applied, made_key_file, made_admin, made_password)


def build_prepared(settings: Settings) -> Services:
    """The services of an installation that was prepared before.

    Raises StartRefused, SettingError, DatabaseUnreachable, SchemaBehind, WrongSecretKey.
    """
    storage = open_storage(settings)
    try:
        storage.database.ping()
        storage.migrations.require_current()
        secret_key, _ = _secret_key(settings, storage, may_make=False)
        return build(settings, storage, secret_key)
    finally:
        storage.database.close()


def forget_secrets(settings: Settings) -> bool:
    """Goes on with the present secret key, making one if there is none: a new active data key; what was encrypted
    under keys that the present secret key does not open stays unreadable until its key is given back.

    Returns False, and changes nothing, when the present secret key opens everything that is in use."""
    _make_data_path(settings)
    storage = open_storage(settings)
    with closing(storage.database), storage.database.alone():
        storage.database.ping()
        storage.migrations.require_current()
        if not settings.secret_key and not _key_path(settings).exists():
            _write_key(_key_path(settings))
        secret_key, _ = _secret_key(settings, storage, may_make=False)
        keys = key_ring(storage, secret_key)
        try:
            keys.load()
        except WrongSecretKey:
            keys.rotate()
            return True
        return False


def _make_data_path(settings: Settings) -> None:
    try:
        settings.data_path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        raise SettingError("GF_PATHS_DATA", f"names a folder that cannot be made ({exc.strerror})") from None
    if not os.access(settings.data_path, os.W_OK | os.X_OK):
        raise SettingError("GF_PATHS_DATA", f"names {settings.data_path}, where this user may not write")


def _key_path(settings: Settings) -> Path:
    return settings.data_path / _KEY_FILE


def _secret_key(settings: Settings, storage: Storage, *, may_make: bool) -> tuple[str, Path | None]:
    if settings.secret_key:
        return settings.secret_key, None
    path = _key_path(settings)
    try:
        key = path.read_text().strip()
    except FileNotFoundError:
        if storage.data_keys.all():
            # A new key here would lock every stored credential away for good, so it is never made in silence.
            raise StartRefused(
                f"The secret key is missing: put the key file back at {path}, or set GF_SECURITY_SECRET_KEY to the key "
                "that this database was used with; 'sluice secrets forget' goes on without the stored credentials."
            ) from None
        if not may_make:
            raise StartRefused(
                f"There is no secret key yet: run 'sluice db migrate' or 'sluice serve' once, which makes {path}, "
                "or set GF_SECURITY_SECRET_KEY."
            ) from None
        return _write_key(path), path
    except OSError as exc:
        raise StartRefused(f"The key file {path} cannot be read ({exc.strerror}): let this user read it.") from None
    except UnicodeDecodeError:
        key = ""
    if len(key) < 16:
        raise StartRefused(f"The key file {path} is damaged: put back the one that this database was used with.")
    return key, None


def _write_key(path: Path) -> str:
    key = secrets.token_urlsafe(32)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(key + "\n")
        file.flush()
        # The database may already hold secrets under this key when the power goes.
        os.fsync(file.fileno())
    return key


def _first_admin(settings: Settings, services: Services) -> tuple[str | None, str | None]:
    people = services.storage.people
    org = people.first_org() or services.orgs.create(system(0, "start"), FIRST_ORG)
    if people.any_user():
        return None, None
    made = None if settings.admin_password else secrets.token_urlsafe(12)
    services.users.create(
        system(org.id, "start"),
        login=settings.admin_user,
        password=settings.admin_password or made or "",
        email=f"{settings.admin_user}@localhost",
        role=Role.ADMIN,
        is_server_admin=True,
    )
    return settings.admin_user, made
