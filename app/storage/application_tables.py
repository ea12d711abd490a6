"""The models of applications, workspaces, attachments and client tokens."""

import peewee

from app.storage.tenancy import LongText, TenantRow


class ApplicationRow(TenantRow):
    """An application of Amazon's API. ``settling`` is its status until ``ready_at``."""

    public_id = peewee.CharField(30)
    region = peewee.CharField(40)
    name = peewee.CharField(30)
    settling = peewee.CharField(20)
    ready_at = peewee.BigIntegerField()
    said = LongText()  # JSON
    created_at = peewee.BigIntegerField()
    updated_at = peewee.BigIntegerField()

    class Meta:
        table_name = "application"


class WorkspaceRow(TenantRow):
    """A workspace of an application."""

    application_id = peewee.IntegerField()
    public_id = peewee.CharField(20)
    name = peewee.CharField(40)
    type = peewee.CharField(40)
    created_at = peewee.BigIntegerField()

    class Meta:
        table_name = "workspace"


class AttachmentRow(TenantRow):
    """A data source's place in an application. ``workspace_name`` and ``_type`` are of one to make when done."""

    public_id = peewee.CharField(40)
    application_id = peewee.IntegerField()
    data_source_arn = peewee.CharField(255)
    data_source_id = peewee.IntegerField(null=True)  # NULL: it was deleted
    status = peewee.CharField(20)
    workspace_id = peewee.IntegerField(null=True)
    workspace_name = peewee.CharField(40, null=True)
    workspace_type = peewee.CharField(40, null=True)
    description = LongText()
    iam_role_arn = LongText()
    created_at = peewee.BigIntegerField()

    class Meta:
        table_name = "attachment"


class ClientTokenRow(TenantRow):
    """A client token, what it was used for, and what was answered."""

    region = peewee.CharField(40)
    operation = peewee.CharField(40)
    token = peewee.CharField(64)
    parameters = peewee.CharField(64)  # a digest
    answer = LongText()  # JSON
    created_at = peewee.BigIntegerField()

    class Meta:
        table_name = "client_token"
