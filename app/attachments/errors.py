"""What can stand against a request about applications and attachments; dialects choose the words and the number."""


class AttachmentsError(Exception):
    """Any refusal of this room. The text is a sentence for the caller."""


class ApplicationNotFound(AttachmentsError):
    """The org has no application of this id or name in the Region."""

    def __init__(self, named: str) -> None:
        super().__init__(f"There is no application with the id or name {named} here.")


class ApplicationNameTaken(AttachmentsError):
    """Another application of the org and Region has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"An application with the name {name} exists already.")


class ApplicationNotActive(AttachmentsError):
    """What was asked for needs an application that is neither being made nor being changed."""

    def __init__(self, name: str, status: str) -> None:
        super().__init__(f"The application {name} is {status}: try again when it is ACTIVE.")


class NotAnArn(AttachmentsError):
    """The ARN is none of a domain or a serverless collection."""

    def __init__(self) -> None:
        super().__init__(
            "dataSourceArn must be the ARN of a domain (arn:aws:es:<region>:<account>:domain/<name>, the name of 3 to "
            "28 characters of a-z, 0-9 and -) or of a serverless collection "
            "(arn:aws:aoss:<region>:<account>:collection/<id>)."
        )


class ForeignAccount(AttachmentsError):
    """The ARN is of another account than the caller's."""

    def __init__(self, arn: str, own: str) -> None:
        super().__init__(f"{arn} belongs to another account than yours, which is {own}.")


class SourceNotFound(AttachmentsError):
    """No data source of the org stands for the ARN."""

    def __init__(self, arn: str) -> None:
        super().__init__(
            f"No data source stands for {arn}: give one this jsonData.awsArn, or register an OpenSearch or "
            "Elasticsearch with the name of the domain."
        )


class AttachmentNotFound(AttachmentsError):
    """The data source is not attached to the application."""

    def __init__(self, arn: str, application: str) -> None:
        super().__init__(f"{arn} is not attached to the application {application}.")


class AttachmentPending(AttachmentsError):
    """The attachment cannot be undone before it is done."""

    def __init__(self, arn: str) -> None:
        super().__init__(f"The attachment of {arn} is PENDING: it can be detached when it is ATTACHED.")


class WorkspaceNotFound(AttachmentsError):
    """The application has no workspace of this id."""

    def __init__(self, workspace: str) -> None:
        super().__init__(f"The application has no workspace with the id {workspace}.")


class WorkspaceNameTaken(AttachmentsError):
    """A workspace of the application has this name, or will have it when an attachment completes."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The application has a workspace with the name {name} already.")


class ClientTokenReused(AttachmentsError):
    """The token came with other parameters before."""

    def __init__(self) -> None:
        super().__init__("The client token has already been used with different parameters.")
