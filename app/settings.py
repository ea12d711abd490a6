"""Reads every setting once, from the environment, into one frozen value; nothing else reads the environment.

A setting that Grafana has keeps Grafana's name and meaning (``GF_<SECTION>_<KEY>``); only what Grafana lacks is
``SLUICE_<KEY>``. ``<NAME>__FILE`` reads the value from a file. Grafana settings that Sluice does not have are ignored.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from os import cpu_count
from pathlib import Path
from typing import Any

from app import setting_values as values
from app.setting_values import Network

# As curl and Go read them.
_ALSO_IN_LOWER_CASE = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"})


class SettingError(Exception):
    """A setting has a value it cannot take; the text is one sentence that says what to do."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"Setting {name} {problem}.")
        self.name = name


def _setting(name: str, default: str, read: Callable[[str], Any], about: str, *, secret: bool = False) -> Any:
    """One row of the settings table: environment name, default as text, reader, and what README says of it."""
    return field(
        default_factory=lambda: read(default),
        repr=not secret,
        metadata={"name": name, "default": default, "read": read, "about": about},
    )


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings, checked. ``Settings()`` holds the defaults; secrets are kept out of ``repr``."""

    http_addr: str = _setting("GF_SERVER_HTTP_ADDR", "127.0.0.1", values.address, "address to listen on")
    http_port: int = _setting("GF_SERVER_HTTP_PORT", "3000", values.whole(1, 65535), "port to listen on")
    root_url: str = _setting(
        "GF_SERVER_ROOT_URL", "", values.root_url, "address that clients are told to use; empty: the one they used"
    )
    router_logging: bool = _setting(
        "GF_SERVER_ROUTER_LOGGING", "false", values.boolean, "log every request, not only the failed ones"
    )
    log_level: str = _setting(
        "GF_LOG_LEVEL", "info", values.one_of("debug", "info", "warn", "error"), "least important level that is logged"
    )
    data_path: Path = _setting(
        "GF_PATHS_DATA", "./var", values.folder, "folder of the embedded database and the key file"
    )
    database_url: str = _setting(
        "GF_DATABASE_URL",
        "",
        values.text,
        "``sqlite:///path``, ``postgresql://user:password@host/name`` or ``mysql://...``; "
        "empty: ``sluice.db`` in the data path",
        secret=True,
    )
    admin_user: str = _setting("GF_SECURITY_ADMIN_USER", "admin", values.login, "login of the first server admin")
    admin_password: str = _setting(
        "GF_SECURITY_ADMIN_PASSWORD",
        "",
        values.password,
        "password of the first server admin; empty: the first start makes one and shows it once",
        secret=True,
    )
    secret_key: str = _setting(
        "GF_SECURITY_SECRET_KEY",
        "",
        values.secret_key,
        "wraps the data keys that encrypt credentials; empty: a key file in the data path, made by the first start",
        secret=True,
    )
    login_protection_off: bool = _setting(
        "GF_SECURITY_DISABLE_BRUTE_FORCE_LOGIN_PROTECTION",
        "false",
        values.boolean,
        "true: five wrong passwords in five minutes no longer block a login",
    )
    proxy_whitelist: str = _setting(
        "GF_SECURITY_DATA_SOURCE_PROXY_WHITELIST",
        "",
        values.text,
        "``host:port`` of the servers that the proxy may reach, separated by spaces; empty: all",
    )
    basic_auth_enabled: bool = _setting(
        "GF_AUTH_BASIC_ENABLED", "true", values.boolean, "users may sign in by basic auth"
    )
    api_key_max_seconds_to_live: int = _setting(
        "GF_AUTH_API_KEY_MAX_SECONDS_TO_LIVE",
        "-1",
        values.whole(-1, 2**40),
        "longest life of a new API key; -1: no limit",
    )
    auth_proxy_enabled: bool = _setting(
        "GF_AUTH_PROXY_ENABLED",
        "false",
        values.boolean,
        "true: the header below is reserved; no data source may send it and no caller's is forwarded",
    )
    auth_proxy_header: str = _setting(
        "GF_AUTH_PROXY_HEADER_NAME",
        "X-WEBAUTH-USER",
        values.text,
        "the header that an authenticating proxy in front sets",
    )
    proxy_timeout: float = _setting(
        "GF_DATAPROXY_TIMEOUT", "30", values.seconds, "seconds a proxied request may take, unless its data source says"
    )
    proxy_dial_timeout: float = _setting(
        "GF_DATAPROXY_DIALTIMEOUT", "10", values.seconds, "seconds to reach a data source's server"
    )
    proxy_tls_timeout: float = _setting(
        "GF_DATAPROXY_TLS_HANDSHAKE_TIMEOUT_SECONDS", "10", values.seconds, "seconds for the TLS handshake with it"
    )
    proxy_keep_alive: float = _setting(
        "GF_DATAPROXY_KEEP_ALIVE_SECONDS", "30", values.seconds, "seconds of silence before a connection is probed"
    )
    proxy_max_conns_per_host: int = _setting(
        "GF_DATAPROXY_MAX_CONNS_PER_HOST",
        "0",
        values.whole(0, 100_000),
        "most requests to one data source at once per worker, more get 503; 0: three quarters of the threads",
    )
    proxy_send_user_header: bool = _setting(
        "GF_DATAPROXY_SEND_USER_HEADER",
        "false",
        values.boolean,
        "tell the servers the caller's login in X-Grafana-User",
    )
    proxy_response_limit: int = _setting(
        "GF_DATAPROXY_RESPONSE_LIMIT",
        "0",
        values.whole(0, 2**60),
        "largest answer through the proxy, in bytes; 0: no limit",
    )
    proxy_logging: bool = _setting(
        "GF_DATAPROXY_LOGGING",
        "false",
        values.boolean,
        "log a line for every proxied request, without query and bodies",
    )
    proxy_deny_networks: tuple[Network, ...] = _setting(
        "SLUICE_PROXY_DENY_NETWORKS",
        "169.254.0.0/16 fe80::/10 fd00:ec2::/32 100.100.100.200/32 168.63.129.16/32",
        values.networks,
        "networks that no data source leads to, looked at when connecting; link-local and cloud metadata by default; "
        "``none``: all are reached",
    )
    metrics_enabled: bool = _setting(
        "GF_METRICS_ENABLED", "true", values.boolean, "counters for Prometheus at ``/metrics``"
    )
    metrics_user: str = _setting(
        "GF_METRICS_BASIC_AUTH_USERNAME", "", values.text, "login for them by basic auth; empty: they are open"
    )
    metrics_password: str = _setting(
        "GF_METRICS_BASIC_AUTH_PASSWORD", "", values.text, "the password of that login", secret=True
    )
    sigv4_enabled: bool = _setting(
        "GF_AUTH_SIGV4_AUTH_ENABLED",
        "false",
        values.boolean,
        "sign requests of data sources with ``sigV4Auth`` for Amazon; needs ``pip install 'sluice[aws]'``",
    )
    aws_auth_providers: str = _setting(
        "GF_AWS_ALLOWED_AUTH_PROVIDERS",
        "default,keys,credentials",
        values.text,
        "whose credentials data sources may sign with: ``default`` the machine's, ``keys`` their own, "
        "``credentials`` a profile's of the shared file",
    )
    aws_assume_role: bool = _setting(
        "GF_AWS_ASSUME_ROLE_ENABLED", "true", values.boolean, "data sources may name a role that is asked for first"
    )
    http_proxy: str = _setting(
        "HTTP_PROXY",
        "",
        values.text,
        "proxy for data sources with ``http`` URLs; loopback never goes through it",
        secret=True,
    )
    https_proxy: str = _setting(
        "HTTPS_PROXY", "", values.text, "proxy for data sources with ``https`` URLs", secret=True
    )
    no_proxy: str = _setting("NO_PROXY", "", values.text, "hosts that are reached without a proxy, separated by commas")
    proxy_max_idle: int = _setting(
        "GF_DATAPROXY_MAX_IDLE_CONNECTIONS",
        "100",
        values.whole(0, 100_000),
        "idle upstream connections kept per worker",
    )
    proxy_idle_timeout: float = _setting(
        "GF_DATAPROXY_IDLE_CONN_TIMEOUT_SECONDS", "90", values.seconds, "seconds an idle upstream connection is kept"
    )
    datasource_limit: int = _setting(
        "GF_DATASOURCES_DATASOURCE_LIMIT",
        "5000",
        values.whole(-1, 2**31),
        "most data sources in one list; 0 or -1: no limit",
    )
    quota_enabled: bool = _setting("GF_QUOTA_ENABLED", "false", values.boolean, "apply the two quotas below")
    quota_org_data_source: int = _setting(
        "GF_QUOTA_ORG_DATA_SOURCE", "10", values.whole(-1, 2**31), "most data sources of one org; -1: no limit"
    )
    quota_global_data_source: int = _setting(
        "GF_QUOTA_GLOBAL_DATA_SOURCE", "-1", values.whole(-1, 2**31), "most data sources of all orgs; -1: no limit"
    )
    grafana_version: str = _setting(
        "SLUICE_GRAFANA_VERSION", "12.3.0", values.version, "the Grafana version that clients are told"
    )
    default_query_role: str = _setting(
        "SLUICE_DEFAULT_QUERY_ROLE",
        "Viewer",
        values.one_of("Viewer", "Editor", "Admin"),
        "least role that may see and query a data source whose permissions do not name it; an org can have its own",
    )
    opensearch_enabled: bool = _setting(
        "SLUICE_OPENSEARCH_ENABLED",
        "true",
        values.boolean,
        "OpenSearch's Data Source API; false: it refuses everything",
    )
    opensearch_profile: str = _setting(
        "SLUICE_OPENSEARCH_PROFILE",
        "documented",
        values.one_of("documented", "server"),
        "its answers: as OpenSearch documents them, or as its server gives them",
    )
    opensearch_org: int = _setting(
        "SLUICE_OPENSEARCH_ORG", "0", values.whole(0, 2**31), "id of the org that it serves; 0: the caller's own"
    )
    opensearch_limit: int = _setting(
        "SLUICE_OPENSEARCH_LIMIT",
        "0",
        values.whole(0, 2**31),
        "most data sources an org may have for it to add one; 0: all",
    )
    aws_enabled: bool = _setting(
        "SLUICE_AWS_ENABLED", "true", values.boolean, "Amazon's OpenSearch Service API; false: it refuses everything"
    )
    aws_accounts: Mapping[int, str] = _setting(
        "SLUICE_AWS_ACCOUNTS",
        "",
        values.accounts,
        "the account that an org is in this API, such as ``1=123456789012``; else the org's id with zeros before it",
    )
    aws_region: str = _setting(
        "SLUICE_AWS_REGION",
        "",
        values.region,
        "the one Region that it serves; empty: any, and us-east-1 without a signature",
    )
    aws_activation_seconds: int = _setting(
        "SLUICE_AWS_APPLICATION_ACTIVATION_SECONDS",
        "0",
        values.whole(0, 86_400),
        "how long an application is CREATING or UPDATING, for tests of clients that wait",
    )
    aws_domain_url: str = _setting(
        "SLUICE_AWS_DOMAIN_URL",
        "https://{name}",
        values.domain_url,
        "the server of a domain that this API creates; ``{name}`` stands for the domain's name",
    )
    http_workers: int = _setting(
        "SLUICE_HTTP_WORKERS", str(cpu_count() or 1), values.whole(1, 1024), "worker processes"
    )
    http_threads: int = _setting(
        "SLUICE_HTTP_THREADS", "512", values.whole(1, 10_000), "requests a worker process serves at once"
    )
    http_client_timeout: float = _setting(
        "SLUICE_HTTP_CLIENT_TIMEOUT",
        "60",
        values.seconds,
        "seconds a client may send nothing of a body, or take nothing of an answer; at most ten for a request's head",
    )
    max_body_bytes: int = _setting(
        "SLUICE_MAX_BODY_BYTES",
        "4194304",
        values.whole(1024, 2**40),
        "largest request body outside the proxy, in bytes",
    )
    database_connections: int = _setting(
        "SLUICE_DATABASE_CONNECTIONS", "16", values.whole(1, 10_000), "most database connections a worker process opens"
    )
    database_timeout: float = _setting(
        "SLUICE_DATABASE_TIMEOUT", "30", values.seconds, "seconds to wait for a database connection or a lock"
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Settings from ``environment``; raises SettingError for a value that a setting cannot take."""
        given = {}
        for row in fields(cls):
            name = row.metadata["name"]
            text = _given_text(environment, name)
            # An empty variable is what container files write for "not set".
            if text is None or text == "":
                continue
            try:
                given[row.name] = row.metadata["read"](text)
            except ValueError as exc:
                raise SettingError(name, str(exc)) from None
        return cls(**given)


def _given_text(environment: Mapping[str, str], name: str) -> str | None:
    by_file = environment.get(f"{name}__FILE")
    if by_file:
        if environment.get(name):
            raise SettingError(name, f"and {name}__FILE are both set: keep one")
        try:
            return Path(by_file).read_text().strip()
        except (OSError, UnicodeDecodeError) as exc:
            raise SettingError(f"{name}__FILE", f"names a file that cannot be read ({exc})") from None
    if name in _ALSO_IN_LOWER_CASE:
        return environment.get(name) or environment.get(name.lower())
    return environment.get(name)
