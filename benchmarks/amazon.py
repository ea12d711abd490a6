"""An application of Amazon's API with a data source attached, and requests about it that are signed once: a signature
holds for fifteen minutes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from benchmarks.loopback import HOST
from benchmarks.registry_client import RegistryClient

_REGION = "us-east-1"
_SIGNED = ("X-Amz-Date", "Authorization")


@dataclass(frozen=True)
class Call:
    """A POST: its path, the headers that it was signed with, and its body."""

    path: str
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True)
class Amazon:
    """Attach what is attached, describe it, and attach it with a client token that is new each time."""

    attach: Call
    describe: Call
    attach_anew: Call


def amazon(client: RegistryClient) -> Amazon:
    """``client`` may do everything in its org."""
    key = client.call("POST", "/api/sluice/access-keys", {"login": "admin"})
    domain = client.call("POST", "/2021-01-01/opensearch/domain", {"DomainName": "bench"})["DomainStatus"]["ARN"]
    application = client.call("POST", "/2021-01-01/opensearch/application", {"name": "bench"})["id"]
    path = f"/2021-01-01/opensearch/application/{application}"
    client.call("POST", f"{path}/attachDataSource", {"dataSourceArn": domain})
    credentials = Credentials(key["accessKeyId"], key["secretAccessKey"])

    def signed(operation: str) -> Call:
        body = json.dumps({"dataSourceArn": domain})
        request = AWSRequest(
            "POST",
            f"http://{HOST}:{client.port}{path}/{operation}",
            headers={"Content-Type": "application/json"},
            data=body,
        )
        SigV4Auth(credentials, "es", _REGION).add_auth(request)
        return Call(f"{path}/{operation}", {name: request.headers[name] for name in _SIGNED}, body)

    anew = json.dumps({"dataSourceArn": domain, "clientToken": "@"})
    return Amazon(
        attach=signed("attachDataSource"),
        describe=signed("describeDataSourceAttachment"),
        attach_anew=Call(f"{path}/attachDataSource", client.headers, anew),
    )
