"""An org that a test has to itself, as an account of Amazon's: its data sources, applications and clients."""

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from app.identity.access_keys import IssuedAccessKey
from app.identity.identity import Identity, system
from app.identity.roles import Role
from app.registry.datasource import ByName, DataSource, NewDataSource, OpenSearchSide, Status
from app.registry.json_data import JsonData
from app.services import Services
from app.storage.tables import Tables
from dialects.aws.service_model import check_answer
from installations import Installation
from servers.requests import Answer, ask
from wire.accounts import new_org, new_person, new_token

REGION = "us-east-1"
DAY = 24 * 3600
# What makes an application CREATING or UPDATING for as long as a test needs it to be.
SLOW_TO_ACTIVATE = {"SLUICE_AWS_APPLICATION_ACTIVATION_SECONDS": "3600"}

_OPENSEARCH = "/_plugins/_query/_datasources"


@dataclass(frozen=True)
class Account:
    """``url`` is the server that its clients and requests go to; ``token`` is a service account's, an Admin."""

    installation: Installation
    org_id: int
    url: str
    token: str = field(repr=False)
    _stack: ExitStack = field(default_factory=ExitStack, repr=False)

    @property
    def number(self) -> str:
        """Twelve digits."""
        return f"{self.org_id:012}"

    @property
    def identity(self) -> Identity:
        """The operator, in this org."""
        return system(self.org_id, "test")

    @property
    def services(self) -> Services:
        """In the test's own process, over the same database as the server."""
        return self.installation.services

    def served(self, settings: Mapping[str, str]) -> "Account":
        """The same account at a server with other settings."""
        return self.at(self.installation.served(settings).url)

    def at(self, url: str) -> "Account":
        """The same account at another server."""
        return replace(self, url=url)

    def close(self) -> None:
        """Closes the connections of its clients."""
        self._stack.close()

    # Clients

    def key(self, role: Role = Role.ADMIN, *, seconds_to_live: int = 0) -> IssuedAccessKey:
        """An access key of a new user."""
        person = new_person(self.services, self.org_id, role)
        keys = self.services.access_keys
        return keys.create(self.identity, login=person.login, name="", seconds_to_live=seconds_to_live)

    def client(
        self,
        role: Role = Role.ADMIN,
        *,
        key: IssuedAccessKey | None = None,
        region: str = REGION,
        attempts: int = 1,
        **config: Any,
    ) -> Any:
        """A client of boto3, each of whose answers is held against the service's model; by ``key``, or one of a new
        user. ``config``: more of botocore's Config, such as ``parameter_validation=False``."""
        key = key or self.key(role)
        made = _session().client(
            "opensearch",
            endpoint_url=self.url,
            region_name=region,
            aws_access_key_id=key.access_key_id,
            aws_secret_access_key=key.secret_access_key,
            aws_session_token=key.session_token,
            config=Config(retries={"total_max_attempts": attempts}, **config),
        )
        made.meta.events.register("before-parse.opensearch", _check)
        self._stack.callback(made.close)
        return made

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        """A request to any API of the server, by the token."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return ask(self.url + path, headers, method=method, body=None if body is None else json.dumps(body))

    # Data sources

    def arn(self, name: str, *, region: str = REGION) -> str:
        """Of a domain of this account."""
        return f"arn:aws:es:{region}:{self.number}:domain/{name}"

    def register(
        self,
        name: str,
        *,
        arn: str | None = None,
        status: Status = Status.ACTIVE,
        type: str = "grafana-opensearch-datasource",
    ) -> str:
        """A new data source, and the ARN that it was given or that its name makes."""
        new = NewDataSource(
            name=name,
            type=type,
            access="proxy",
            url="https://search.example.com",
            json_data=JsonData() if arn is None else JsonData.of({"awsArn": arn}),
            opensearch=OpenSearchSide(status=status),
        )
        self.services.registry.create(self.identity, new)
        return arn or self.arn(name)

    def source(self, name: str) -> DataSource:
        """As the registry has it. Raises DataSourceNotFound."""
        return self.services.registry.get(self.identity, ByName(name))

    def set_status(self, name: str, status: Status) -> None:
        """By OpenSearch's PATCH."""
        answer = self.ask("PATCH", _OPENSEARCH, {"name": name, "status": status.value})
        assert answer.status == 200, answer

    def delete_source(self, name: str) -> None:
        """By Grafana's DELETE."""
        answer = self.ask("DELETE", f"/api/datasources/uid/{self.source(name).uid}")
        assert answer.status == 200, answer

    # Applications and attachments

    def application(self, name: str = "my-app", *, region: str = REGION) -> str:
        """A new application, ACTIVE unless the server is slow to activate; its id."""
        created: str = self.client(region=region).create_application(name=name)["id"]
        return created

    def application_arn(self, application: str, *, region: str = REGION) -> str:
        """Of an application of this account."""
        return f"arn:aws:opensearch:{region}:{self.number}:application/{application}"

    def workspaces(self) -> list[dict[str, Any]]:
        """As Sluice's own API shows them."""
        answer = self.ask("GET", "/api/sluice/workspaces")
        assert answer.status == 200, answer
        found: list[dict[str, Any]] = json.loads(answer.body)
        return found

    def pass_time(self, seconds: int) -> None:
        """All that happened in the account happened so much earlier."""
        tables = self._tables
        times: Sequence[tuple[Any, Sequence[str]]] = [
            (tables.applications, ("created_at", "updated_at", "ready_at")),
            (tables.attachments, ("created_at",)),
            (tables.client_tokens, ("created_at",)),
            (tables.data_sources, ("created_at", "updated_at")),
        ]
        with self.services.storage.attachments.writing(self.org_id):
            for rows, columns in times:
                earlier = {column: getattr(rows, column) - seconds for column in columns}
                rows.change_in_org(self.org_id, **earlier).execute()

    def damage_attachments(self) -> None:
        """Every attachment of the account has a status that there is not."""
        with self.services.storage.attachments.writing(self.org_id):
            self._tables.attachments.change_in_org(self.org_id, status="DAMAGED").execute()

    def finish_activation(self) -> None:
        """Every application of the account became ACTIVE when it was last changed."""
        rows = self._tables.applications
        with self.services.storage.applications.writing(self.org_id):
            rows.change_in_org(self.org_id, ready_at=rows.updated_at).execute()

    def stored_attachments(self) -> list[tuple[str, str]]:
        """ARN and status of each, as they are stored, in the order of their making."""
        rows = self._tables.attachments
        query = rows.in_org(self.org_id, rows.data_source_arn, rows.status).order_by(rows.id)
        return [(arn, status) for arn, status in self.services.storage.database.fetch(query)]

    def audited(self) -> list[str]:
        """The actions of the audit trail, in order."""
        return [event.action for event in self.services.storage.audit.of_org(self.org_id)]

    @property
    def _tables(self) -> Tables:
        return Tables(self.services.storage.database)


def new_account(installation: Installation) -> Account:
    """In a new org, at the server with no settings of its own. To be closed."""
    org_id = new_org(installation.services)
    token = new_token(installation.services, org_id, Role.ADMIN)
    return Account(installation, org_id, installation.served({}).url, token)


def outcome(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What an answer of boto3 says, without what it says about itself."""
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def send_as_it_is(client: Any, body: Any) -> None:
    """Whatever ``client`` is told from now on, it sends ``body``, signed."""

    def give(params: dict[str, Any], **_: Any) -> None:
        params["body"] = json.dumps(body).encode()

    client.meta.events.register("before-call.opensearch", give)


@cache
def _session() -> Any:
    # It reads the service's model once; the region keeps it from asking the machine's configuration.
    return boto3.Session(region_name=REGION)


def _check(*, operation_model: Any, response_dict: Mapping[str, Any], **_: Any) -> None:
    headers = {name.lower(): value for name, value in response_dict["headers"].items()}
    check_answer(operation_model, response_dict["status_code"], headers, response_dict["body"])
