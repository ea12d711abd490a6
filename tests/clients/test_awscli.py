"""The AWS CLI: its commands for applications and attachments, each run as a process."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.identity.roles import Role
from app.registry.datasource import ByUid
from clients import environments, readme
from clients.aws import (
    GLUE,
    PROMETHEUS,
    SEARCHING,
    Key,
    collection_beside,
    domain_beside,
    key_of_admin,
    key_of_member,
    key_of_role,
    register,
)
from clients.conftest import Org
from installations import Installation

# The program's own exit statuses, and how it tells what the service said.
WRONG_ARGUMENTS, REFUSED = 2, 255
ERROR = re.compile(r"An error occurred \((\w+)\) when calling the (\w+) operation: (.+)")
VARIABLES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


@dataclass(frozen=True)
class Commands:
    """``aws opensearch`` with one access key."""

    url: str
    key: Key
    folder: Path

    def run(self, *arguments: str) -> tuple[int, str]:
        """Exit status, and what was printed: the error when it is not 0."""
        nothing = str(self.folder / "nothing")
        environ = {
            "AWS_ENDPOINT_URL_OPENSEARCH": self.url,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": nothing,
            "AWS_SHARED_CREDENTIALS_FILE": nothing,
            "AWS_MAX_ATTEMPTS": "1",
            **dict(zip(VARIABLES, self.key, strict=False)),
        }
        done = environments.run("awscli", "aws", "opensearch", *arguments, cwd=self.folder, environ=environ)
        return done.returncode, done.stderr if done.returncode else done.stdout

    def text(self, *arguments: str) -> str:
        """What a command printed. Raises AssertionError when it failed."""
        status, printed = self.run(*arguments)
        assert status == 0, printed
        return printed

    def prints(self, *arguments: str) -> Any:
        """The JSON that a command printed. Raises AssertionError when it failed."""
        return json.loads(self.text(*arguments))

    def refused(self, *arguments: str) -> tuple[str, str, str]:
        """Code, operation and message of a refusal. Raises AssertionError when there was none."""
        status, printed = self.run(*arguments)
        found = ERROR.search(printed)
        assert status == REFUSED, printed
        assert found is not None, printed
        return found[1], found[2], found[3]


@pytest.fixture
def key(org: Org) -> Key:
    """A lasting access key of an admin."""
    return key_of_admin(org)


@pytest.fixture
def admin(org: Org, key: Key, tmp_path: Path) -> Commands:
    return Commands(org.url, key, tmp_path)


@pytest.fixture
def my_app(admin: Commands) -> str:
    """The id of a new application, my-app."""
    return str(admin.prints("create-application", "--name", "my-app")["id"])


@pytest.fixture
def shop(admin: Commands) -> str:
    """The ARN of a new domain, shop."""
    return str(admin.prints("create-domain", "--domain-name", "shop")["DomainStatus"]["ARN"])


def pair(application: str, arn: str) -> tuple[str, ...]:
    return "--id", application, "--data-source-arn", arn


def test_a_source_is_attached_described_listed_and_detached(admin: Commands, my_app: str, shop: str) -> None:
    attached = admin.prints("attach-data-source", *pair(my_app, shop))
    assert (attached["id"], attached["dataSourceArn"], attached["status"]) == (my_app, shop, "ATTACHED")
    assert admin.prints("describe-data-source-attachment", *pair(my_app, shop)) == attached
    assert admin.prints("list-data-source-attachments", "--id", my_app)["attachments"] == [
        {key: attached[key] for key in ("attachmentId", "dataSourceArn", "status")}
    ]
    assert admin.prints("detach-data-source", *pair(my_app, shop)) == {
        key: attached[key] for key in ("id", "arn", "dataSourceArn")
    }
    assert admin.prints("list-data-source-attachments", "--id", my_app) == {"attachments": []}


def test_a_domain_and_an_application_are_deleted(admin: Commands, my_app: str, shop: str, org: Org) -> None:
    deleted = admin.prints("delete-domain", "--domain-name", "shop")
    assert deleted["DomainStatus"]["ARN"] == shop
    admin.text("delete-application", "--id", my_app)
    assert admin.prints("list-applications") == {"ApplicationSummaries": []}
    assert list(org.stored()) == []


def test_a_workspace_is_asked_for_in_shorthand(admin: Commands, my_app: str, shop: str) -> None:
    shorthand = ",".join(f"{name}={value}" for name, value in SEARCHING.items())
    attached = admin.prints("attach-data-source", *pair(my_app, shop), "--workspace-configuration", shorthand)
    assert attached["status"] == "ATTACHED"


def test_a_source_born_in_grafana_is_attached_by_the_arn_it_was_given(admin: Commands, my_app: str, org: Org) -> None:
    arn = collection_beside(admin.prints("get-application", "--id", my_app)["arn"], "1234abcd")
    row = register(org, "My collection 1.0", arn=arn)
    assert admin.prints("attach-data-source", *pair(my_app, arn))["status"] == "ATTACHED"
    org.services.registry.delete(org.identity, ByUid(row.uid))
    assert admin.prints("describe-data-source-attachment", *pair(my_app, arn))["status"] == "FAILED"


def test_a_direct_query_data_source_is_added_listed_changed_and_deleted(admin: Commands, org: Org) -> None:
    named, of_type = ("--data-source-name", "metrics"), ("--data-source-type", json.dumps(PROMETHEUS))
    members = (*named, *of_type, "--open-search-arns", "[]")
    added = admin.prints("add-direct-query-data-source", *members)
    assert [(row.name, row.type) for row in org.stored()] == [("metrics", "prometheus")]
    listed = admin.prints("list-direct-query-data-sources")["DirectQueryDataSources"]
    assert [(one["DataSourceArn"], one["DataSourceType"]) for one in listed] == [(added["DataSourceArn"], PROMETHEUS)]
    assert admin.prints("update-direct-query-data-source", *members, "--description", "CPU") == added
    assert admin.prints("get-direct-query-data-source", *named)["Description"] == "CPU"
    assert admin.text("delete-direct-query-data-source", *named) == ""
    assert list(org.stored()) == []


@pytest.mark.usefixtures("shop")
def test_a_data_source_of_a_domain_is_added_listed_changed_and_deleted(admin: Commands, org: Org) -> None:
    of_shop = ("--domain-name", "shop")
    named, of_type = (*of_shop, "--name", "sales"), ("--data-source-type", json.dumps(GLUE))
    assert "sales" in admin.prints("add-data-source", *named, *of_type)["Message"]
    [listed] = admin.prints("list-data-sources", *of_shop)["DataSources"]
    assert listed == {"Name": "sales", "DataSourceType": GLUE, "Status": "ACTIVE"}
    admin.text("update-data-source", *named, *of_type, "--status", "DISABLED")
    assert admin.prints("get-data-source", *named) == {**listed, "Status": "DISABLED"}
    admin.text("delete-data-source", *named)
    assert [row.name for row in org.stored()] == ["shop"]


def test_all_applications_are_listed_by_pages(admin: Commands) -> None:
    names = ["app-a", "app-b", "app-c"]
    for name in names:
        admin.text("create-application", "--name", name)
    listed = admin.text(
        "list-applications",
        *("--statuses", "FAILED", "ACTIVE", "--page-size", "2"),
        *("--query", "ApplicationSummaries[].name", "--output", "text"),
    )
    assert sorted(listed.split()) == names


def test_an_update_without_data_sources_detaches_all(admin: Commands, my_app: str, shop: str) -> None:
    admin.text("attach-data-source", *pair(my_app, shop))
    admin.text("update-application", "--id", my_app, "--data-sources", "[]")
    assert admin.prints("list-data-source-attachments", "--id", my_app) == {"attachments": []}


def test_what_is_not_there_is_told_with_the_operation(admin: Commands, my_app: str, shop: str) -> None:
    code, operation, _ = admin.refused("attach-data-source", *pair(my_app, domain_beside(shop, "nosuch")))
    assert (code, operation) == ("ResourceNotFoundException", "AttachDataSource")


def test_a_used_client_token_is_a_conflict(admin: Commands, my_app: str, shop: str) -> None:
    other = admin.prints("create-domain", "--domain-name", "other")["DomainStatus"]["ARN"]
    token = ("--client-token", "t1")
    attached = admin.prints("attach-data-source", *pair(my_app, shop), *token)
    assert admin.prints("attach-data-source", *pair(my_app, shop), *token) == attached
    assert admin.refused("attach-data-source", *pair(my_app, other), *token)[0] == "ConflictException"


def test_a_wrong_arn_is_a_validation_exception(admin: Commands, my_app: str) -> None:
    code, _, _ = admin.refused("attach-data-source", *pair(my_app, "arn:aws:s3:::my-bucket-name-x"))
    assert code == "ValidationException"


def test_an_operation_that_is_not_there_says_so(admin: Commands) -> None:
    code, operation, message = admin.refused("describe-domain-config", "--domain-name", "shop")
    assert (code, operation) == ("DisabledOperationException", "DescribeDomainConfig")
    assert "does not implement DescribeDomainConfig" in message


def test_a_missing_argument_is_not_sent(admin: Commands, my_app: str) -> None:
    status, printed = admin.run("attach-data-source", "--id", my_app)
    assert (status, "--data-source-arn" in printed) == (WRONG_ARGUMENTS, True)


def test_a_viewer_is_denied(my_app: str, shop: str, org: Org, tmp_path: Path) -> None:
    viewer = Commands(org.url, key_of_role(org, Role.VIEWER), tmp_path)
    assert viewer.prints("get-application", "--id", my_app)["id"] == my_app
    code, _, message = viewer.refused("attach-data-source", *pair(my_app, shop))
    assert (code, "es:AttachDataSource" in message) == ("AccessDeniedException", True)


def test_a_temporary_key_works_with_its_session_token(org: Org, tmp_path: Path) -> None:
    key = key_of_member(org, org.login, seconds_to_live=3600)
    assert Commands(org.url, key, tmp_path).prints("list-applications") == {"ApplicationSummaries": []}
    Commands(org.url, key[:2], tmp_path).refused("list-applications")


def test_the_lines_of_readme_for_a_shell_are_all_that_it_needs(new_installation: Installation, tmp_path: Path) -> None:
    variables = readme.variables(new_installation, tmp_path)
    listing = ("opensearch", "list-domain-names", "--output", "text", "--query", "length(DomainNames)")
    done = environments.run("awscli", "aws", *listing, cwd=tmp_path, environ=variables)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "0", "")


def test_a_wrong_secret_is_an_invalid_signature(org: Org, key: Key, tmp_path: Path) -> None:
    stranger = Commands(org.url, (key[0], "x" * len(key[1])), tmp_path)
    assert stranger.refused("list-applications")[0] == "InvalidSignatureException"


def test_an_unknown_key_is_unrecognized(org: Org, key: Key, tmp_path: Path) -> None:
    stranger = Commands(org.url, ("AKIA" + "A" * 16, key[1]), tmp_path)
    assert stranger.refused("list-applications")[0] == "UnrecognizedClientException"


def test_a_request_that_is_not_signed_is_told_what_is_missing(admin: Commands) -> None:
    code, operation, _ = admin.refused("list-applications", "--no-sign-request")
    assert (code, operation) == ("MissingAuthenticationTokenException", "ListApplications")
