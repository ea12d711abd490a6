"""The one place where concrete classes meet: settings in, use cases out."""

import os
import secrets
import string
import time
from dataclasses import dataclass
from uuid import uuid4

from app.attachments.applications import Applications
from app.attachments.attaching import Attaching
from app.attachments.attachments import Attachments
from app.attachments.client_tokens import ClientTokens
from app.encryption.encryptor import Encryptor
from app.encryption.keyring import KeyRing
from app.identity.access_key_sealing import AccessKeySealing
from app.identity.access_keys import AccessKeys
from app.identity.api_keys import ApiKeys
from app.identity.authentication import Authenticator, LoginPolicy
from app.identity.members import Members
from app.identity.orgs import Orgs
from app.identity.passwords import Passwords
from app.identity.roles import Role
from app.identity.service_accounts import ServiceAccounts
from app.identity.teams import Teams
from app.identity.users import Users
from app.metrics import Metrics
from app.proxy.forward import Proxy
from app.proxy.health import HealthChecks
from app.proxy.prepared import Preparations, ProxyRules
from app.proxy.sigv4 import SigningRules
from app.registry.correlations import Correlations
from app.registry.narrow_tokens import NarrowTokens
from app.registry.permissions import Permissions
from app.registry.registry import Registry, RegistryLimits
from app.settings import SettingError, Settings
from app.storage.access_keys import AccessKeyRows
from app.storage.applications import Applications as ApplicationRows
from app.storage.attachments import Attachments as AttachmentRows
from app.storage.audit import AuditEvents
from app.storage.authentication import Authentications
from app.storage.client_tokens import ClientTokens as ClientTokenRows
from app.storage.correlations import Correlations as CorrelationRows
from app.storage.data_keys import DataKeys
from app.storage.database import Database
from app.storage.datasources import DataSources
from app.storage.migrations import Migrations
from app.storage.org_lock import OrgLock
from app.storage.people import People
from app.storage.permissions import PermissionRows
from app.storage.service_accounts import ServiceAccountRows
from app.storage.tables import Tables
from app.storage.teams import Teams as TeamRows
from app.upstream.forward_proxies import ForwardProxies
from app.upstream.limits import TransportLimits
from app.upstream.signing import Signer, SigningUnavailable
from app.upstream.transport import Transport

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
    people: People
    teams: TeamRows
    service_accounts: ServiceAccountRows
    access_keys: AccessKeyRows
    permissions: PermissionRows
    correlations: CorrelationRows
    applications: ApplicationRows
    attachments: AttachmentRows
    client_tokens: ClientTokenRows
    data_keys: DataKeys
    audit: AuditEvents


@dataclass(frozen=True)
class Services:
    """The use cases that doors and commands call."""

    settings: Settings
    storage: Storage
    authenticator: Authenticator
    orgs: Orgs
    users: Users
    members: Members
    teams: Teams
    service_accounts: ServiceAccounts
    access_keys: AccessKeys
    api_keys: ApiKeys
    registry: Registry
    permissions: Permissions
    correlations: Correlations
    narrow_tokens: NarrowTokens
    proxy: Proxy
    health_checks: HealthChecks
    applications: Applications
    attachments: Attachments
    metrics: Metrics


def open_storage(settings: Settings) -> Storage:
    """Opens no connection yet. Raises DatabaseUnreachable for a URL that cannot be used."""
    url = settings.database_url or f"sqlite:///{settings.data_path / 'sluice.db'}"
    database = Database(url, connections=settings.database_connections, timeout=settings.database_timeout)
    tables = Tables(database)
    org_lock = OrgLock(database, tables)
    people = People(database, tables, org_lock, time.time, new_uid)
    attachments = AttachmentRows(database, tables, org_lock)
    return Storage(
        database=database,
        migrations=Migrations(database),
        data_sources=DataSources(database, tables, org_lock, time.time),
        authentications=Authentications(database, tables),
        people=people,
        teams=TeamRows(database, tables, org_lock, people, time.time, new_uid),
        service_accounts=ServiceAccountRows(database, tables, org_lock, time.time, new_uid),
        access_keys=AccessKeyRows(database, tables, org_lock),
        permissions=PermissionRows(database, tables, org_lock),
        correlations=CorrelationRows(database, tables, org_lock),
        applications=ApplicationRows(database, tables, org_lock, attachments),
        attachments=attachments,
        client_tokens=ClientTokenRows(database, tables),
        data_keys=DataKeys(database, tables, time.time),
        audit=AuditEvents(database, tables, time.time),
    )


def key_ring(storage: Storage, secret_key: str) -> KeyRing:
    """The data keys, not loaded yet."""
    return KeyRing(storage.data_keys, secret_key, os.urandom)


def build(settings: Settings, storage: Storage, secret_key: str) -> Services:
    """Everything, ready to serve. Raises WrongSecretKey, SettingError. The caller closes the database before a fork."""
    _check_metrics_login(settings)
    keys = key_ring(storage, secret_key)
    keys.load()
    encryptor = Encryptor(keys)
    sealing = AccessKeySealing(encryptor)
    passwords, metrics = Passwords(_PASSWORD_ROUNDS), Metrics()
    reserved_header = settings.auth_proxy_header if settings.auth_proxy_enabled else None
    registry = Registry(
        storage.data_sources,
        encryptor,
        storage.audit,
        _registry_limits(settings, reserved_header),
        new_uid,
        storage.permissions,
    )
    transport = Transport(
        TransportLimits(
            dial_timeout=settings.proxy_dial_timeout,
            tls_timeout=settings.proxy_tls_timeout,
            idle_timeout=settings.proxy_idle_timeout,
            keep_alive=settings.proxy_keep_alive,
            max_idle=settings.proxy_max_idle,
            max_per_data_source=_bound(settings.proxy_max_conns_per_host, settings.http_threads),
            max_answer=settings.proxy_response_limit or None,
            denied=settings.proxy_deny_networks,
        ),
        ForwardProxies(http=settings.http_proxy, https=settings.https_proxy, no_proxy=settings.no_proxy),
        _signer(settings),
    )
    rules = ProxyRules(
        timeout=settings.proxy_timeout,
        user_agent=f"Grafana/{settings.grafana_version}",
        reserved_header=reserved_header,
        allowed_hosts=frozenset(settings.proxy_whitelist.split()),
        send_user_header=settings.proxy_send_user_header,
        log_requests=settings.proxy_logging,
        signing=_signing_rules(settings),
    )
    preparations = Preparations(registry, rules)
    policy = LoginPolicy(
        passwords_allowed=settings.basic_auth_enabled,
        block_after_wrong_passwords=not settings.login_protection_off,
        default_query_role=Role(settings.default_query_role),
    )
    attaching = Attaching(
        storage.attachments,
        storage.applications,
        registry,
        storage.audit,
        clock=time.time,
        new_id=lambda: str(uuid4()),
        new_workspace_id=new_workspace_id,
    )
    tokens = ClientTokens(storage.client_tokens, time.time)
    longest_life = settings.api_key_max_seconds_to_live
    service_accounts = ServiceAccounts(storage.service_accounts, storage.audit, time.time, longest_life)
    return Services(
        settings=settings,
        storage=storage,
        authenticator=Authenticator(
            storage.authentications, passwords, policy, time.time, storage.access_keys, sealing
        ),
        orgs=Orgs(storage.people, storage.audit, policy.default_query_role),
        users=Users(storage.people, storage.audit, passwords),
        members=Members(storage.people, storage.audit),
        teams=Teams(storage.teams, storage.people, storage.audit),
        service_accounts=service_accounts,
        access_keys=AccessKeys(storage.access_keys, storage.audit, sealing, time.time, longest_life),
        api_keys=ApiKeys(storage.service_accounts, storage.audit, time.time, longest_life),
        registry=registry,
        permissions=Permissions(storage.permissions, registry, storage.audit),
        correlations=Correlations(storage.correlations, registry, storage.audit, new_uid),
        narrow_tokens=NarrowTokens(service_accounts, registry),
        proxy=Proxy(preparations, transport, metrics),
        health_checks=HealthChecks(preparations, transport),
        applications=Applications(
            storage.applications,
            storage.attachments,
            attaching,
            tokens,
            registry,
            storage.audit,
            clock=time.time,
            new_id=new_application_id,
            activation_seconds=settings.aws_activation_seconds,
        ),
        attachments=Attachments(
            storage.attachments, storage.applications, attaching, tokens, registry, clock=time.time
        ),
        metrics=metrics,
    )


def new_uid() -> str:
    """14 lower-case characters that begin with a letter, as Grafana's are: about 70 random bits."""
    number = secrets.randbelow(26 * 36**13)
    characters = []
    for _ in range(13):
        number, digit = divmod(number, 36)
        characters.append(_BASE_36[digit])
    return string.ascii_lowercase[number] + "".join(characters)


def new_application_id() -> str:
    """20 random characters of a-z and 0-9 that begin with a digit, so that no id is a name."""
    return secrets.choice(string.digits) + "".join(secrets.choice(_BASE_36) for _ in range(19))


def new_workspace_id() -> str:
    """6 random letters and digits, as OpenSearch Dashboards makes them."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(6))


def _registry_limits(settings: Settings, reserved_header: str | None) -> RegistryLimits:
    quotas = settings.quota_enabled
    return RegistryLimits(
        listed=settings.datasource_limit if settings.datasource_limit > 0 else None,
        quota_of_org=_quota(settings.quota_org_data_source) if quotas else None,
        quota_of_all=_quota(settings.quota_global_data_source) if quotas else None,
        reserved_header=reserved_header,
    )


def _check_metrics_login(settings: Settings) -> None:
    if settings.metrics_password and not settings.metrics_user:
        raise SettingError("GF_METRICS_BASIC_AUTH_PASSWORD", "needs GF_METRICS_BASIC_AUTH_USERNAME beside it")


def _signer(settings: Settings) -> Signer | None:
    if not settings.sigv4_enabled:
        return None
    try:
        return Signer(settings.max_body_bytes)
    except SigningUnavailable:
        raise SettingError("GF_AUTH_SIGV4_AUTH_ENABLED", "needs botocore: pip install 'sluice[aws]'") from None


def _signing_rules(settings: Settings) -> SigningRules | None:
    if not settings.sigv4_enabled:
        return None
    providers = frozenset(settings.aws_auth_providers.replace(",", " ").split())
    return SigningRules(providers=providers, assume_role=settings.aws_assume_role)


def _bound(setting: int, threads: int) -> int:
    # Without a setting one data source may take three quarters of the threads: the rest answers for all others.
    return setting or max(1, threads * 3 // 4)


def _quota(setting: int) -> int | None:
    return None if setting < 0 else setting
