"""From what a caller says of a data source to the row that is stored, and what its name and uid may be. Pure."""

import dataclasses
import re
from collections.abc import Sequence

from app.registry.datasource import DataSource, DataSourceChange, NewDataSource, WholeChange
from app.registry.errors import InvalidUid, NameTooLong, UrlTooLong
from app.registry.json_data import JsonData

# Bytes, not characters: the columns of Grafana's database count bytes.
_NAME_BYTES = 190
_URL_BYTES = 255
_UID = re.compile(r"[A-Za-z0-9_-]{1,40}")
# Members of jsonData that only another API of Grafana's may write.
TEAM_HEADERS = "teamHttpHeaders"


def new_row(new: NewDataSource, *, org_id: int, uid: str, name: str) -> DataSource:
    """A first version, without id, secrets and the default flag."""
    return DataSource(
        id=0,
        uid=uid,
        org_id=org_id,
        name=name,
        type=new.type,
        access=new.access,
        url=new.url,
        user=new.user,
        database=new.database,
        basic_auth=new.basic_auth,
        basic_auth_user=new.basic_auth_user,
        with_credentials=new.with_credentials,
        is_default=False,
        json_data=new.json_data,
        read_only=new.read_only,
        api_version=new.api_version,
        version=1,
        opensearch=new.opensearch,
    )


def replaced(old: DataSource, change: DataSourceChange) -> DataSource:
    """``old`` with all that ``change`` says written over it, but for the secrets that it gives."""
    if isinstance(change, WholeChange):
        return dataclasses.replace(
            old,
            type=change.type,
            access=change.access,
            url=change.url,
            user=change.user,
            database=change.database,
            basic_auth=change.basic_auth,
            basic_auth_user=change.basic_auth_user,
            json_data=_keeping_team_headers(old.json_data, change.json_data),
            version=change.version + 1,
            opensearch=change.opensearch,
            ciphertexts={name: text for name, text in old.ciphertexts.items() if name in change.kept_secrets},
        )
    # Grafana does not write empty values of these three columns; the other absent members are cleared.
    return dataclasses.replace(
        old,
        uid=change.uid or old.uid,
        name=change.name,
        type=change.type,
        access=change.access,
        url=change.url or old.url,
        user=change.user,
        database=change.database,
        basic_auth=change.basic_auth,
        basic_auth_user=change.basic_auth_user or old.basic_auth_user,
        with_credentials=change.with_credentials,
        is_default=change.is_default,
        json_data=_keeping_team_headers(old.json_data, change.json_data),
        api_version=change.api_version,
        version=change.version + 1,
    )


def _keeping_team_headers(old: JsonData, new: JsonData) -> JsonData:
    if TEAM_HEADERS not in old and TEAM_HEADERS not in new:
        return new
    members = {key: value for key, value in new.items() if key != TEAM_HEADERS}
    if TEAM_HEADERS in old:
        members[TEAM_HEADERS] = old[TEAM_HEADERS]
    return JsonData.of(members)


def free_name(type_id: str, taken: Sequence[str]) -> str:
    """The type, or the type and the first number that makes a name which none of ``taken`` is in any case."""
    lowered = {name.lower() for name in taken}
    if type_id.lower() not in lowered:
        return type_id
    number = 1
    while f"{type_id}-{number}".lower() in lowered:
        number += 1
    return f"{type_id}-{number}"


def check_lengths(name: str, url: str) -> None:
    """Raises NameTooLong, UrlTooLong."""
    if len(name.encode()) > _NAME_BYTES:
        raise NameTooLong
    if len(url.encode()) > _URL_BYTES:
        raise UrlTooLong


def check_uid(uid: str) -> None:
    """An empty one stands for none. Raises InvalidUid."""
    if uid and not _UID.fullmatch(uid):
        raise InvalidUid
