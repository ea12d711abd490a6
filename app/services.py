"""The one place where concrete classes meet: settings in, use cases out."""

import os
import secrets
import string
import time
from dataclasses import dataclass

from app.encryption.encryptor import Encryptor
from app.encryption.keyring import KeyRing
from app.identity.api_keys import ApiKeys
from app.identity.authentication import Authenticator, LoginPolicy
from app.identity.directory import Directory
from app.identity.passwords import Passwords
from app.identity.service_accounts import ServiceAccounts
from app.proxy.forward import Proxy
from app.proxy.outbound import ProxyRules
from app.registry.registry import Registry, RegistryLimits
from app.settings import Settings
from app.storage.audit import AuditEvents
from app.storage.authentication import Authentications
from app.storage.data_keys import DataKeys
from app.storage.database import Database
from app.storage.datasources import DataSources
from app.storage.directory import Directories
from app.storage.migrations import Migrations
from app.storage.org_lock import OrgLock
from app.storage.tables import Tables
from app.upstream.transport import Transport, TransportLimits

# OWASP's advice is 600,000 for PBKDF2-HMAC-SHA256 and slow enough to hurt scripts that sign in with every request;
# with five tries in five minutes per login this is out of reach all the same. About 0.1 s of CPU.
_PASSWORD_ROUNDS = 210_000
_BASE_36 = string.digits + string.ascii_lowercase


@dataclass(frozen=True)
class Storage:
    """The database and the stores over it, before any secret key is needed."""

    database: Database
    migrations: Migrations
    data_sources: DataSources
    authentications: Authentications
    directories: Directories
    data_keys: DataKeys
    audit: AuditEvents


@dataclass(frozen=True)
class Services:
    """The use cases that doors and commands call."""

    settings: Settings
    storage: Storage
    authenticator: Authenticator
    directory: Directory
    service_accounts: ServiceAccounts
    api_keys: ApiKeys
    registry: Registry
    proxy: Proxy


def open_storage(settings: Settings) -> Storage:
    """Opens no connection yet. Raises DatabaseUnreachable for a URL that cannot be used."""
    url = settings.database_url or f"sqlite:///{settings.data_path / 'sluice.db'}"
    database = Database(url, connections=settings.database_connections, timeout=settings.database_timeout)
    tables = Tables(database)
    org_lock = OrgLock(database, tables)
    return Storage(
        database=database,
        migrations=Migrations(database),
        data_sources=DataSources(database, tables, org_lock, time.time),
        authentications=Authentications(database, tables),
        directories=Directories(database, tables, org_lock, time.time, new_uid),
        data_keys=DataKeys(database, tables, time.time),
        audit=AuditEvents(database, tables, time.time),
    )


def key_ring(storage: Storage, secret_key: str) -> KeyRing:
    """The data keys, not loaded yet."""
    return KeyRing(storage.data_keys, secret_key, os.urandom)


def build(settings: Settings, storage: Storage, secret_key: str) -> Services:
    """Everything, ready to serve. Raises WrongSecretKey. The caller closes the database before a fork."""
    keys = key_ring(storage, secret_key)
    keys.load()
    passwords = Passwords(_PASSWORD_ROUNDS)
    reserved_header = settings.auth_proxy_header if settings.auth_proxy_enabled else None
    registry = Registry(
        storage.data_sources, Encryptor(keys), storage.audit, _registry_limits(settings, reserved_header), new_uid
    )
    transport = Transport(
        TransportLimits(
            dial_timeout=settings.proxy_dial_timeout,
            tls_timeout=settings.proxy_tls_timeout,
            idle_timeout=settings.proxy_idle_timeout,
            max_idle=settings.proxy_max_idle,
        )
    )
    rules = ProxyRules(
        timeout=settings.proxy_timeout,
        user_agent=f"Grafana/{settings.grafana_version}",
        reserved_header=reserved_header,
        allowed_hosts=frozenset(settings.proxy_whitelist.split()),
    )
    policy = LoginPolicy(
        passwords_allowed=settings.basic_auth_enabled,
        block_after_wrong_passwords=not settings.login_protection_off,
    )
    longest_life = settings.api_key_max_seconds_to_live
    return Services(
        settings=settings,
        storage=storage,
        authenticator=Authenticator(storage.authentications, passwords, policy, time.time),
        directory=Directory(storage.directories, storage.audit, passwords),
        service_accounts=ServiceAccounts(storage.directories, storage.audit, time.time, longest_life),
        api_keys=ApiKeys(storage.directories, storage.audit, time.time, longest_life),
        registry=registry,
        proxy=Proxy(registry, transport, rules),
    )


def new_uid() -> str:
    """14 lower-case characters that begin with a letter, as Grafana's are: about 70 random bits."""
    number = secrets.randbelow(26 * 36**13)
    characters = []
    for _ in range(13):
        number, digit = divmod(number, 36)
        characters.append(_BASE_36[digit])
    return string.ascii_lowercase[number] + "".join(characters)


def _registry_limits(settings: Settings, reserved_header: str | None) -> RegistryLimits:
    quotas = settings.quota_enabled
    return RegistryLimits(
        listed=settings.datasource_limit if settings.datasource_limit > 0 else None,
        quota_of_org=_quota(settings.quota_org_data_source) if quotas else None,
        quota_of_all=_quota(settings.quota_global_data_source) if quotas else None,
        reserved_header=reserved_header,
    )


def _quota(setting: int) -> int | None:
    return None if setting < 0 else setting
