"""Who asks, and from where: what the head of a request says, and a signature over all of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from app.attachments.values import Place
from app.dialects.aws.refusals import Disabled
from app.dialects.aws.sigv4 import SignedRequest, check, is_proven, is_signed, read_authorization
from app.edge.authentication import identify_by, read_credentials, requested_org
from app.edge.inbound import Environ, raw_target
from app.identity.authentication import Credentials, Signature
from app.identity.identity import Identity
from app.services import Services

NAME = "aws"

# For callers who do not sign, and so name no Region.
_DEFAULT_REGION = "us-east-1"
_SESSION_TOKEN = "x-amz-security-token"


@dataclass(frozen=True)
class Caller:
    """Somebody, and where they stand: their org's account, and the Region that they signed for."""

    identity: Identity
    place: Place


def caller_of(built: Services, environ: Environ, body: Callable[[], bytes]) -> Caller:
    """Who sent a request. ``body`` reads it, and is called only for a signature by a key that is known.

    Raises SignatureError, what Authenticator raises, what ``body`` raises, Disabled.
    """
    settings = built.settings
    authorization = environ.get("HTTP_AUTHORIZATION", "")
    credentials: Credentials
    if is_signed(authorization):
        credentials, region = _signature(built, environ, body)
        org_id = None
    else:
        credentials, region = read_credentials(authorization), settings.aws_region or _DEFAULT_REGION
        org_id = requested_org(environ)
    identity = identify_by(built.authenticator, environ, credentials, door=NAME, org_id=org_id)
    if not settings.aws_enabled:
        raise Disabled
    account = settings.aws_accounts.get(identity.org_id) or f"{identity.org_id:012}"
    return Caller(identity, Place(account, region))


def _signature(built: Services, environ: Environ, body: Callable[[], bytes]) -> tuple[Signature, str]:
    settings = built.settings
    authorization = read_authorization(environ["HTTP_AUTHORIZATION"])
    path, query = raw_target(environ)
    headers = _headers(environ)
    signed = SignedRequest(method=environ["REQUEST_METHOD"], path=path, query=query, headers=headers, body=b"")
    check(authorization, signed, now=time.time(), region=settings.aws_region or None)
    # A proxy in front that serves us below a path of its own takes that away, and the client signed it.
    below = urlsplit(settings.root_url).path.rstrip("/")
    prefixes = ("", below) if below else ("",)
    signature = Signature(
        access_key_id=authorization.access_key_id,
        session_token=headers.get(_SESSION_TOKEN),
        # The signature is over the body too, which is not read for a stranger.
        proves=lambda secret: is_proven(authorization, replace(signed, body=body()), secret, prefixes=prefixes),
    )
    return signature, authorization.scope.region


def _headers(environ: Environ) -> dict[str, str]:
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = environ[name]
    return headers
