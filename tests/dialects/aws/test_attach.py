"""AttachDataSource by boto3."""

from typing import Any

from dialects.aws.account import Account, outcome


def test_an_active_data_source_is_attached_at_once(account: Account, aws: Any, application: str) -> None:
    arn = account.register("logs")
    answer = outcome(aws.attach_data_source(id=application, dataSourceArn=arn))
    assert answer.pop("attachmentId")
    assert answer == {
        "id": application,
        "arn": account.application_arn(application),
        "dataSourceArn": arn,
        "status": "ATTACHED",
    }
