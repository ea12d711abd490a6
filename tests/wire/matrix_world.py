"""An org with all that a row of the matrix names, and its callers; each is made when it is first asked for."""

import secrets
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import cached_property

from app.attachments.applications import NewApplication
from app.attachments.attachments import AttachRequest
from app.attachments.values import Place
from app.identity.identity import Identity, system
from app.identity.people_store import Team
from app.identity.roles import Role
from app.identity.store import ServiceAccount
from app.registry.arns import ARN_MEMBER
from app.registry.correlation import EXTERNAL, Config, NewCorrelation
from app.registry.datasource import DataSource, NewDataSource
from app.registry.json_data import JsonData
from app.services import Services
from wire.accounts import PASSWORD, Person, new_org, new_person, new_token

_ORG_HEADER = "X-Grafana-Org-Id"


class World:
    """``callers`` are the columns of the matrix, ``things`` what its paths and bodies name. Everything of the org has
    ``mark`` in its name, so that it is seen when it shows up in an answer to somebody else."""

    def __init__(self, services: Services, upstream: str) -> None:
        self.mark = secrets.token_hex(8)
        self._services = services
        self._upstream = upstream
        self.callers: Mapping[str, Callable[[], Mapping[str, str]]] = {
            "nob": dict,
            "vie": lambda: self._signed_in(self._person(Role.VIEWER)),
            "edi": lambda: self._signed_in(self._person(Role.EDITOR)),
            "adm": lambda: self._signed_in(self._person(Role.ADMIN)),
            "oth": lambda: self._signed_in(new_person(services, self._other_org, Role.ADMIN)),
            "acr": lambda: {**self.callers["oth"](), _ORG_HEADER: str(self._org)},
            "srv": lambda: {**self._signed_in(self._server_admin()), _ORG_HEADER: str(self._org)},
            "tvi": lambda: _bearer(new_token(services, self._org, Role.VIEWER)),
            "tad": lambda: _bearer(new_token(services, self._org, Role.ADMIN)),
            "nar": lambda: _bearer(self._narrow(self._data_source)),
            "na2": lambda: _bearer(self._narrow(self._new_data_source("another"))),
            "key": lambda: _bearer(self._key()[1]),
            "rem": lambda: self._signed_in(self._removed()),
            "dis": lambda: _bearer(self._disabled()),
        }
        self.things: Mapping[str, Callable[[], object]] = {
            "org": lambda: self._org,
            "org_name": lambda: f"org-{self.mark}",
            "id": lambda: self._data_source.id,
            "uid": lambda: self._data_source.uid,
            "name": lambda: self._data_source.name,
            "correlation": self._correlation,
            "member": lambda: self._person(Role.VIEWER).id,
            "newcomer": lambda: new_person(services, new_org(services), Role.VIEWER).login,
            "team": lambda: self._team.id,
            "teammate": self._teammate,
            "account": lambda: self._account.id,
            "account_login": lambda: self._account.login,
            "access_key": self._access_key,
            "application": lambda: self._application,
            "arn": lambda: self._arn,
            "attached": self._attached,
            "domain": lambda: self._arn.partition("/")[2],
            "query": lambda: self._query,
            "catalog": lambda: self._catalog,
            "token": self._token,
            "api_key": lambda: self._key()[0],
            "upstream": lambda: f"http://{upstream}",
            "password": lambda: PASSWORD,
            "unique": lambda: secrets.token_hex(6),
        }

    @cached_property
    def _org(self) -> int:
        return self._services.orgs.create(system(0, "test"), f"org-{self.mark}").id

    @cached_property
    def _other_org(self) -> int:
        return new_org(self._services)

    @property
    def _operator(self) -> Identity:
        return system(self._org, "test")

    @cached_property
    def _data_source(self) -> DataSource:
        return self._new_data_source("metrics")

    @cached_property
    def _team(self) -> Team:
        return self._services.teams.create(self._operator, name=f"team {self.mark}", email="")

    @cached_property
    def _account(self) -> ServiceAccount:
        accounts, name = self._services.service_accounts, f"account {self.mark}"
        return accounts.create(self._operator, name=name, role=Role.VIEWER, is_disabled=False)

    def _new_data_source(self, name: str) -> DataSource:
        url = f"http://{self._upstream}/{self.mark}"
        named = f"{name}-{self.mark}"
        # A type that lets every method through, and that is healthy with whatever the upstream answers.
        return self._services.registry.create(
            self._operator,
            NewDataSource(name=named, uid=named, type="grafana-clickhouse-datasource", access="proxy", url=url),
        )

    def _correlation(self) -> str:
        config = Config(field="f", target=JsonData.of({"url": f"http://h/{self.mark}"}))
        new = NewCorrelation(type=EXTERNAL, label=self.mark, config=config)
        return self._services.correlations.create(self._operator, self._data_source.uid, new).uid

    def _person(self, role: Role) -> Person:
        return new_person(self._services, self._org, role, name=self.mark)

    def _server_admin(self) -> Person:
        return new_person(self._services, self._other_org, Role.VIEWER, is_server_admin=True)

    def _removed(self) -> Person:
        self._person(Role.ADMIN)
        gone = new_person(self._services, self._org, Role.ADMIN)
        self._services.members.remove(self._operator, self._org, gone.id)
        return gone

    def _teammate(self) -> int:
        person = self._person(Role.VIEWER)
        self._services.teams.add_member(self._operator, self._team.id, person.id)
        return person.id

    def _access_key(self) -> str:
        keys = self._services.access_keys
        return keys.create(self._operator, login=self._account.login, name=self.mark, seconds_to_live=0).access_key_id

    @cached_property
    def _place(self) -> Place:
        return Place(f"{self._org:012}", "us-east-1")

    @cached_property
    def _arn(self) -> str:
        arn = f"arn:aws:es:us-east-1:{self._place.account}:domain/d{self.mark}"
        self._services.registry.create(
            self._operator,
            NewDataSource(
                name=f"domain {self.mark}",
                type="elasticsearch",
                access="proxy",
                url=f"http://{self._upstream}",
                json_data=JsonData.of({ARN_MEMBER: arn}),
            ),
        )
        return arn

    @cached_property
    def _query(self) -> str:
        return self._of_type("q", "cloudwatch", {"assumeRoleArn": "arn:aws:iam::123456789012:role/reader"})

    @cached_property
    def _catalog(self) -> str:
        return self._of_type("c", "s3glue", {"awsDomain": self._arn})

    def _of_type(self, letter: str, type_id: str, json_data: Mapping[str, str]) -> str:
        new = NewDataSource(name=f"{letter}{self.mark}", type=type_id, access="proxy", json_data=JsonData.of(json_data))
        return self._services.registry.create(self._operator, new).name

    @cached_property
    def _application(self) -> str:
        new = NewApplication(name=f"a{self.mark}")
        return self._services.applications.create(self._operator, self._place, new).application.id

    def _attached(self) -> str:
        request = AttachRequest(application=self._application, arn=self._arn)
        return self._services.attachments.attach(self._operator, self._place, request).application.id

    def _token(self) -> int:
        name, accounts = f"token {self.mark}", self._services.service_accounts
        return accounts.add_token(self._operator, self._account.id, name=name, seconds_to_live=0)[0]

    def _key(self) -> tuple[int, str]:
        name = f"key {self.mark} {secrets.token_hex(4)}"
        return self._services.api_keys.create(self._operator, name=name, role=Role.EDITOR, seconds_to_live=0)

    def _narrow(self, data_source: DataSource) -> str:
        made = self._services.narrow_tokens.create(
            self._operator,
            name=f"narrow {self.mark}",
            account=f"narrow {self.mark}",
            role=Role.ADMIN,
            data_sources=[data_source.uid],
            read_only=True,
            proxy=None,
            seconds_to_live=0,
        )
        return made[1]

    def _disabled(self) -> str:
        accounts = self._services.service_accounts
        account = accounts.create(self._operator, name="disabled", role=Role.ADMIN, is_disabled=False)
        token = accounts.add_token(self._operator, account.id, name="disabled", seconds_to_live=0)[1]
        accounts.change(self._operator, account.id, name=None, role=None, is_disabled=True)
        return token

    def _signed_in(self, person: Person) -> Mapping[str, str]:
        return {"Authorization": "Basic " + b64encode(f"{person.login}:{PASSWORD}".encode()).decode()}


def _bearer(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"}
