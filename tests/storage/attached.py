"""Applications, attachments and data sources as use cases would hand them to the stores."""

import dataclasses
import secrets
from typing import Any

from app.attachments.values import (
    Application,
    ApplicationStatus,
    Attachment,
    AttachmentStatus,
    NewWorkspace,
    Standing,
    WorkspaceType,
)
from app.registry.json_data import JsonData
from app.services import Storage
from storage.rows import data_source_row

REGION = "us-east-1"
ARN = "arn:aws:es:us-east-1:123456789012:domain/logs"


def application_row(**given: Any) -> Application:
    """What is not ``given`` is plain; ids are unique over all orgs."""
    plain = Application(
        number=0,
        id=f"0{secrets.token_hex(9)}",
        region=REGION,
        name="app",
        settling=ApplicationStatus.CREATING,
        ready_at=5,
        said=JsonData(),
        created_at=5,
        updated_at=5,
    )
    return dataclasses.replace(plain, **given)


def attachment_row(data_source_id: int | None, **given: Any) -> Attachment:
    """As above."""
    plain = Attachment(
        number=0,
        id=secrets.token_hex(16),
        data_source_arn=ARN,
        data_source_id=data_source_id,
        status=AttachmentStatus.PENDING,
        created_at=7,
    )
    return dataclasses.replace(plain, **given)


def add_application(storage: Storage, org_id: int, **given: Any) -> Application:
    with storage.applications.writing(org_id):
        return storage.applications.add_application(org_id, application_row(**given))


def add_data_source(storage: Storage, org_id: int, name: str = "logs", **given: Any) -> int:
    with storage.data_sources.writing(org_id):
        return storage.data_sources.add(org_id, data_source_row(org_id, name=name, uid=name, **given))


def add_attachment(
    storage: Storage, org_id: int, application: Application, data_source_id: int | None, **given: Any
) -> Standing:
    """Stores it, and reads it."""
    row = attachment_row(data_source_id, **given)
    with storage.attachments.writing(org_id):
        storage.attachments.add(org_id, application, row)
    found = storage.attachments.standing(org_id, application, row.data_source_arn)
    assert found is not None
    return found


def add_workspace(storage: Storage, org_id: int, application: Application, id: str = "abc123", name: str = "w") -> int:
    with storage.applications.writing(org_id):
        new = NewWorkspace(name, WorkspaceType.SEARCH)
        return storage.applications.add_workspace(org_id, application.number, id, new, 9)
