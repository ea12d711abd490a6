"""Tokens that open only some data sources, only reading, or only some requests: behind /api/sluice/tokens and
``sluice token create``."""

from collections.abc import Sequence

from app.identity.identity import Identity
from app.identity.limits import new_limits
from app.identity.roles import Role
from app.identity.service_accounts import ServiceAccounts
from app.registry.datasource import ByUid
from app.registry.registry import Registry


class NarrowTokens:
    """The caller's Identity is the first argument."""

    def __init__(self, service_accounts: ServiceAccounts, registry: Registry) -> None:
        self._service_accounts = service_accounts
        self._registry = registry

    def create(
        self,
        identity: Identity,
        *,
        name: str,
        account: str,
        role: Role,
        data_sources: Sequence[str] | None,
        read_only: bool,
        proxy: Sequence[str] | None,
        seconds_to_live: int,
    ) -> tuple[int, str]:
        """Id and text of a new token of the service account named ``account`` with ``role``, which is made when the org
        has none. ``data_sources`` are uids. What is None or False does not narrow the token.

        Raises InvalidLimits, DataSourceNotFound, RoleTooHigh, ServiceAccountTaken, TokenNameTaken, InvalidAccount and
        the lifetime errors.
        """
        identity.require("serviceaccounts:write")
        is_narrow = data_sources is not None or read_only or proxy is not None
        limits = new_limits(data_sources=data_sources, read_only=read_only, proxy=proxy) if is_narrow else None
        for uid in data_sources or ():
            # A token for a misspelt uid would open nothing, and later whatever someone gives that uid.
            self._registry.get(identity, ByUid(uid))
        return self._service_accounts.add_token_for_role(
            identity, account=account, role=role, name=name, seconds_to_live=seconds_to_live, limits=limits
        )
