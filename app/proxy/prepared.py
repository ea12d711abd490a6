"""What of the requests to a data source is the same for all of them: decided once for each version of its row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from app.identity.identity import Identity
from app.proxy.errors import HostNotAllowed, TypeNotHttp, TypeNotInstalled
from app.proxy.headers import OwnHeaders, own_headers
from app.proxy.sigv4 import SigningRules, signing
from app.proxy.targets import query_credentials
from app.proxy.tls import tls_settings
from app.registry.catalog import BackendType, backend_type, is_known
from app.registry.datasource import DataSource, Ref
from app.registry.derived import Derived
from app.registry.errors import InvalidUrl
from app.registry.registry import Registry
from app.registry.urls import Target, check_url, read_target
from app.upstream.request import Signing, TlsSettings

# RFC 3986 2.2, and the escape sign itself: what is escaped stays so.
ALLOWED = "!#$%&'()*+,/:;=?@[]~"
_DEFAULT_PORTS = {"http": 80, "https": 443}
# A request holds a thread for as long as it takes.
_LONGEST_TIMEOUT = 3_600.0
# Each takes a few kilobytes, more with certificates.
_REMEMBERED = 1_000


@dataclass(frozen=True)
class ProxyRules:
    """From the settings. ``timeout`` in seconds, for data sources that do not say."""

    timeout: float
    user_agent: str
    reserved_header: str | None
    allowed_hosts: frozenset[str] = frozenset()  # "host:port"; empty: all
    send_user_header: bool = False
    log_requests: bool = False
    signing: SigningRules | None = None  # None: nothing is signed


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """As in OutboundRequest; ``path`` is the URL's own, escaped. ``query_credentials`` go into each query."""

    data_source: DataSource
    kind: BackendType
    scheme: str
    host: str
    port: int
    authority: str
    path: str
    own: OwnHeaders = field(repr=False)
    query_credentials: Mapping[str, str] = field(repr=False)
    timeout: float
    timeout_setting: str
    tls: TlsSettings | None
    signing: Signing | None


def prepare(data_source: DataSource, secrets: Mapping[str, str], rules: ProxyRules) -> Prepared:
    """Raises TypeNotInstalled, TypeNotHttp, InvalidUrl, HostNotAllowed, UnsendableHeader, SigningRefused."""
    kind = _http_type(data_source.type)
    check_url(data_source.type, data_source.url)
    target = read_target(data_source.url)
    if target.scheme not in {"http", "https"} or not target.host:
        raise InvalidUrl(data_source.url)
    server = f"{target.host}:{target.port or _DEFAULT_PORTS[target.scheme]}"
    if rules.allowed_hosts and server not in rules.allowed_hosts:
        raise HostNotAllowed
    timeout, timeout_setting = _timeout(data_source, rules.timeout)
    host = _ascii_host(target)
    return Prepared(
        data_source=data_source,
        kind=kind,
        scheme=target.scheme,
        host=host,
        port=target.port,
        authority=f"{host}:{target.port}" if target.port else host,
        path=quote(target.path, safe=ALLOWED),
        own=own_headers(data_source, secrets, rules.reserved_header),
        query_credentials=query_credentials(kind, data_source, secrets),
        timeout=timeout,
        timeout_setting=timeout_setting,
        tls=tls_settings(data_source, secrets),
        signing=signing(data_source, secrets, rules.signing),
    )


class Preparations:
    """Looks data sources up as REST does, each time; what follows from the row is kept while the row is the same."""

    def __init__(self, registry: Registry, rules: ProxyRules) -> None:
        self.registry = registry
        self.rules = rules
        self._prepared = Derived(self._prepare, most=_REMEMBERED)

    def look_up(self, identity: Identity, ref: Ref) -> DataSource:
        """Raises what Registry.for_request raises."""
        return self.registry.for_request(identity, ref)

    def of(self, data_source: DataSource) -> Prepared:
        """For a row that ``look_up`` gave just now. Raises what ``prepare`` raises, and SecretsUnreadable."""
        return self._prepared.of(data_source)

    def _prepare(self, data_source: DataSource) -> Prepared:
        return prepare(data_source, self.registry.secrets_of(data_source), self.rules)


def _http_type(type_id: str) -> BackendType:
    if not is_known(type_id):
        raise TypeNotInstalled
    kind = backend_type(type_id)
    if not kind.speaks_http:
        raise TypeNotHttp(type_id)
    return kind


def _ascii_host(target: Target) -> str:
    try:
        return target.host if target.host.isascii() else target.host.encode("idna").decode()
    except UnicodeError as exc:
        raise InvalidUrl(target.host) from exc


def _timeout(data_source: DataSource, default: float) -> tuple[float, str]:
    given = data_source.json_data.get("timeout")
    by_default = (default, "GF_DATAPROXY_TIMEOUT")
    if isinstance(given, bool) or not isinstance(given, (int, float, str)):
        return by_default
    try:
        seconds = float(given)
    except (ValueError, OverflowError):
        return by_default
    return (min(seconds, _LONGEST_TIMEOUT), "jsonData.timeout") if seconds > 0 else by_default
