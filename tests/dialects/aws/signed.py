"""Requests as botocore signs them, and as they then stand on the wire."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from app.dialects.aws.sigv4 import SignedRequest

ACCESS_KEY_ID = "AKIDEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
STAMP = "20150830T123600Z"
HOST = "search.example.com:9200"


def signed_by_botocore(
    method: str = "GET",
    target: str = "/",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    *,
    secret: str = SECRET,
    token: str | None = None,
    region: str = "us-east-1",
    service: str = "es",
    host: str = HOST,
) -> SignedRequest:
    """``target`` is path and query, escaped. What ``add_auth`` does, at STAMP instead of now."""
    request = AWSRequest(method, f"http://{host}{target}", headers=dict(headers or {}), data=body)
    request.context["timestamp"] = STAMP
    signer = SigV4Auth(Credentials(ACCESS_KEY_ID, secret, token), service, region)
    signer._modify_request_before_signing(request)
    text = signer.string_to_sign(request, signer.canonical_request(request))
    signer._inject_signature_to_request(request, signer.signature(text, request))
    return on_the_wire(method, request.url, request.headers, body)


def on_the_wire(method: str, url: str, headers: Mapping[str, str | bytes], body: bytes) -> SignedRequest:
    """With the Host that HTTP clients add by themselves."""
    _, host, path, query, _ = urlsplit(url)
    texts = {name.lower(): value if isinstance(value, str) else value.decode() for name, value in headers.items()}
    return SignedRequest(method=method, path=path, query=query, headers={"host": host} | texts, body=body)
