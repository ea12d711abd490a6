"""Signed requests through a real nginx that serves the service below a path of its own."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from dialects.aws.account import Account, outcome
from servers.nginx import nginx
from servers.ports import LOOPBACK, free_port

_BELOW = "/tools/sluice"
# What is passed on is cut from what came: nginx would else pass on the path as it understood it, escaped anew.
_SERVER = """\
    map $request_uri $rest {{ "~^{below}(?<rest_of_uri>/.*)$" $rest_of_uri; }}
    server {{
        listen {front};
        location {below}/ {{
            proxy_pass {behind}$rest;
            proxy_http_version 1.1;
            proxy_set_header Host {host};
        }}
    }}
"""


@contextlib.contextmanager
def _nginx(directory: Path, behind: str, host: str) -> Iterator[str]:
    """The address of one that passes on what is below /tools/sluice."""
    front = f"{LOOPBACK}:{free_port()}"
    with nginx(directory, _SERVER.format(front=front, below=_BELOW, behind=behind, host=host), f"http://{front}/"):
        yield f"http://{front}{_BELOW}"


@pytest.fixture
def below(account: Account) -> Account:
    """The account at a server that knows the path it is served below."""
    return account.served({"GF_SERVER_ROOT_URL": f"https://example.com{_BELOW}/"})


def _code(call: Any) -> str:
    with pytest.raises(ClientError) as error:
        call()
    return str(error.value.response["Error"]["Code"])


@pytest.mark.parametrize("slash", ["", "/"], ids=["no-slash", "slash"])
def test_a_signature_over_the_path_of_the_proxy_is_accepted(below: Account, tmp_path: Path, slash: str) -> None:
    with _nginx(tmp_path, below.url, "$http_host") as url:
        aws = replace(below, url=url + slash).client()
        arn = aws.create_domain(DomainName="logs")["DomainStatus"]["ARN"]
        id = aws.create_application(name="my-app")["id"]
        attached = outcome(aws.attach_data_source(id=id, dataSourceArn=arn))
        assert attached["status"] == "ATTACHED"
        assert outcome(aws.describe_data_source_attachment(id=id, dataSourceArn=arn)) == attached
        assert aws.list_applications(statuses=["FAILED", "ACTIVE"], maxResults=5)["ApplicationSummaries"][0]["id"] == id
        # The address that clients are told is the one of the settings.
        assert aws.get_application(id=id)["endpoint"] == f"https://example.com{_BELOW}"
        assert _code(lambda: aws.get_application(id="A B!")) == "ValidationException"
        aws.detach_data_source(id=id, dataSourceArn=arn)
        aws.delete_application(id=id)


def test_a_signature_without_the_path_is_accepted_too(below: Account) -> None:
    # Whoever comes from the inside does not come through the proxy.
    assert below.client().list_applications()["ApplicationSummaries"] == []


def test_a_signature_over_a_path_that_nobody_said_is_refused(account: Account, tmp_path: Path) -> None:
    with _nginx(tmp_path, account.url, "$http_host") as url:
        aws = replace(account, url=url).client()
        assert _code(aws.list_applications) == "InvalidSignatureException"


def test_a_proxy_that_changes_the_host_breaks_the_signature(below: Account, tmp_path: Path) -> None:
    with _nginx(tmp_path, below.url, "$proxy_host") as url:
        aws = replace(below, url=url).client()
        assert _code(aws.list_applications) == "InvalidSignatureException"


def test_an_endpoint_that_ends_in_a_slash_is_the_same_without_a_proxy(account: Account) -> None:
    aws = replace(account, url=f"{account.url}/").client()
    id = aws.create_application(name="my-app")["id"]
    assert aws.get_application(id=id)["status"] == "ACTIVE"
    assert aws.list_domain_names()["DomainNames"] == []
