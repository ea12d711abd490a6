"""AWS Signature Version 4 for back ends in Amazon's cloud, by botocore; the only module that imports it."""

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote

from app.upstream.errors import BodyTooLargeToSign, UpstreamTimeout, UpstreamUnreachable
from app.upstream.request import OutboundBody, OutboundRequest, Signing

# Each set of credentials that Amazon lends is kept until it must be renewed.
_REMEMBERED = 256
# RFC 3986 2.3: all else is escaped in what is signed, and so in what is sent.
_UNRESERVED = "-_.~"
# What a caller says of these is not signed with the data source's keys.
_OURS = frozenset({"authorization", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"})
# Seconds for a server of Amazon's that lends credentials, which callers wait for.
_LENDING_SECONDS = 5


class SigningUnavailable(Exception):
    """botocore is not installed."""


class Signer:
    """One per process. ``longest`` bytes of body: the signature covers the body, which is therefore held in memory."""

    def __init__(self, longest: int) -> None:
        """Raises SigningUnavailable."""
        try:
            # Here and not above: it takes a tenth of a second that only those pay who sign.
            from botocore import auth, awsrequest, config, credentials, exceptions, session
        except ImportError as exc:
            raise SigningUnavailable from exc
        self._auth, self._awsrequest, self._credentials, self._session = auth, awsrequest, credentials, session
        self._config = config.Config(
            connect_timeout=_LENDING_SECONDS, read_timeout=_LENDING_SECONDS, retries={"total_max_attempts": 1}
        )
        self._failures = (exceptions.BotoCoreError, exceptions.ClientError)
        self._longest = longest
        self._lock = threading.Lock()
        remembered = lru_cache(maxsize=_REMEMBERED)(self._new_credentials)
        self._lent: Callable[[Signing], Any] = remembered
        self._forget = remembered.cache_clear

    def sign(
        self, request: OutboundRequest, signing: Signing, body: OutboundBody | None, deadline: float
    ) -> tuple[OutboundRequest, OutboundBody | None]:
        """The same request with the headers of the signature, and its body, read to the end.

        Raises UpstreamUnreachable (phase send) when there are no credentials to sign with, UpstreamTimeout,
        BodyTooLargeToSign, and what ``body`` raises.
        """
        data = self._whole(request, body, deadline)
        path, _, query = request.target.partition("?")
        target = f"{path}?{_escaped(query)}" if query else path
        signed_by = {
            name: value
            for name, value in request.headers
            if name.lower() == "content-type" or (name.lower().startswith("x-amz-") and name.lower() not in _OURS)
        }
        signed_by["Host"] = request.host_header
        # Amazon's serverless OpenSearch wants it said; the others take it.
        signed_by["X-Amz-Content-SHA256"] = hashlib.sha256(data).hexdigest()
        draft = self._awsrequest.AWSRequest(
            method=request.method, url=f"{request.scheme}://{request.host_header}{target}", data=data, headers=signed_by
        )
        try:
            credentials = self._frozen(signing)
            self._auth.SigV4Auth(credentials, signing.service, signing.region).add_auth(draft)
        except self._failures as exc:
            raise UpstreamUnreachable("send", f"it cannot be signed: {exc}") from exc
        of_signature = {name: value for name, value in draft.headers.items() if name.lower() != "host"}
        replaced = _OURS | {name.lower() for name in of_signature}
        kept = [(name, value) for name, value in request.headers if name.lower() not in replaced]
        signed = replace(request, target=target, headers=[*kept, *of_signature.items()], signing=None)
        return signed, None if body is None else OutboundBody(len(data), iter((data,)))

    def _whole(self, request: OutboundRequest, body: OutboundBody | None, deadline: float) -> bytes:
        data = bytearray()
        for piece in body.chunks if body is not None else ():
            data += piece
            if time.monotonic() >= deadline:
                raise UpstreamTimeout("send", "the time was over before the body was read", request.timeout_setting)
            if len(data) > self._longest:
                raise BodyTooLargeToSign(self._longest)
        return bytes(data)

    def _frozen(self, signing: Signing) -> Any:
        # To find them may take a request to the machine's own address for that: one for all who wait.
        with self._lock:
            lent = self._lent(signing)
            if lent is None:
                # Looked for again with the next request: somebody may bring them meanwhile.
                self._forget()
        if lent is None:
            raise UpstreamUnreachable("send", "it cannot be signed: this machine has no credentials of Amazon")
        return lent.get_frozen_credentials()

    def _new_credentials(self, signing: Signing) -> Any:
        session = self._session.Session(profile=signing.profile or None)
        if signing.access_key or signing.secret_key:
            own = self._credentials.Credentials(
                signing.access_key, signing.secret_key, signing.session_token or None, method="keys"
            )
        else:
            own = session.get_credentials()
        if not signing.role_arn or own is None:
            return own

        def client(*args: Any, **kwargs: Any) -> Any:
            return session.create_client(*args, **{"region_name": signing.region, "config": self._config, **kwargs})

        fetcher = self._credentials.AssumeRoleCredentialFetcher(
            client_creator=client,
            source_credentials=own,
            role_arn=signing.role_arn,
            extra_args={"ExternalId": signing.external_id} if signing.external_id else {},
        )
        return self._credentials.DeferredRefreshableCredentials(
            method="assume-role", refresh_using=fetcher.fetch_credentials
        )


def _escaped(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True, encoding="latin-1")
    return "&".join(
        f"{quote(name, _UNRESERVED, 'latin-1')}={quote(value, _UNRESERVED, 'latin-1')}" for name, value in pairs
    )
