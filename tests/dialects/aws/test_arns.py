"""The ARNs that the dialect makes."""

import pytest

from app.attachments.values import Place
from app.dialects.aws.arns import application_arn, direct_query_arn, domain_arn, user_arn
from app.registry.arns import read_arn

HERE = Place("123456789012", "eu-central-1")


def test_an_arn_says_service_region_account_and_name() -> None:
    assert application_arn(HERE, "0abc") == "arn:aws:opensearch:eu-central-1:123456789012:application/0abc"
    assert domain_arn(HERE, "logs") == "arn:aws:es:eu-central-1:123456789012:domain/logs"
    assert direct_query_arn(HERE, "lake") == "arn:aws:opensearch:eu-central-1:123456789012:datasource/lake"


def test_the_arn_of_a_user_has_no_region() -> None:
    assert user_arn(HERE, "ada") == "arn:aws:iam::123456789012:user/ada"


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("us-east-1", "aws"),
        ("eu-isoe-west-1", "aws"),
        ("ca-central-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
    ],
)
def test_the_region_tells_the_partition(region: str, partition: str) -> None:
    there = Place("123456789012", region)
    assert domain_arn(there, "logs") == f"arn:{partition}:es:{region}:123456789012:domain/logs"
    assert user_arn(there, "ada") == f"arn:{partition}:iam::123456789012:user/ada"


@pytest.mark.parametrize("region", ["us-east-1", "cn-north-1", "us-gov-west-1", "us-iso-east-1", "us-isob-east-1"])
def test_the_registry_reads_the_arn_of_a_domain(region: str) -> None:
    found = read_arn(domain_arn(Place("123456789012", region), "my-logs"))
    assert found is not None
    assert (found.region, found.account, found.domain) == (region, "123456789012", "my-logs")
