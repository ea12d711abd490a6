"""The ARN by which Amazon's API names a data source: its two forms, and which data source of an org it stands for."""

import re
from dataclasses import dataclass

from app.registry.catalog import backend_type
from app.registry.datasource import ByArn, ByName, DataSource, Ref
from app.registry.errors import InvalidArn
from app.registry.json_data import JsonData
from app.registry.store import DataSourceStore

# The member of jsonData in which every API can give a data source an ARN of its own.
ARN_MEMBER = "awsArn"
# The service that hosts domains.
_DOMAINS = "es"
# Regions whose names begin so are in another partition than "aws".
_PARTITIONS = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-isob-", "aws-iso-b"),
    ("us-iso-", "aws-iso"),
)
# Bounded, so that every ARN of these forms fits the column.
_OWNER = r":([a-z]{2}[a-z0-9-]{1,30}):([0-9]{12}):"
_PARTITION = "arn:(aws|aws-cn|aws-us-gov|aws-iso|aws-iso-b)"
_DOMAIN = re.compile(rf"{_PARTITION}:es{_OWNER}domain/([a-z][a-z0-9-]{{2,27}})")
_COLLECTION = re.compile(rf"{_PARTITION}:aoss{_OWNER}collection/[a-z0-9]{{3,40}}")


@dataclass(frozen=True, slots=True)
class SourceArn:
    """What an ARN says. ``domain``: the name of an OpenSearch Service domain; empty for a serverless collection."""

    text: str
    partition: str
    region: str
    account: str
    domain: str


def read_arn(text: str) -> SourceArn | None:
    """The ARN of a domain or a serverless collection; None for anything else."""
    if found := _DOMAIN.fullmatch(text):
        return SourceArn(text, found[1], found[2], found[3], found[4])
    if found := _COLLECTION.fullmatch(text):
        return SourceArn(text, found[1], found[2], found[3], "")
    return None


def partition_of(region: str) -> str:
    """The partition of Amazon's that a Region is in."""
    return next((partition for begin, partition in _PARTITIONS if region.startswith(begin)), "aws")


def given_arn(json_data: JsonData) -> str | None:
    """The ARN that a data source is given, or None; an empty text is none. Raises InvalidArn."""
    given = _said(json_data)
    if given is None or given == "":
        return None
    if not isinstance(given, str) or read_arn(given) is None:
        raise InvalidArn
    return given


def own_arn(json_data: JsonData) -> str | None:
    """The ARN that a stored data source was given, or None. What stands there from a time when nobody looked, and is no
    ARN, is none."""
    said = _said(json_data)
    return said if isinstance(said, str) and read_arn(said) is not None else None


def find(store: DataSourceStore, org_id: int, ref: Ref) -> DataSource | None:
    """The data source that ``ref`` names. A domain's ARN that no data source was given stands for the one of the
    domain's name, if that is of a type that domains have and has no ARN of its own."""
    row = store.find(org_id, ref)
    if row is not None or not isinstance(ref, ByArn):
        return row
    arn = read_arn(ref.arn)
    if arn is None or not arn.domain or arn.partition != partition_of(arn.region):
        return None
    named = store.find(org_id, ByName(arn.domain))
    return named if named is not None and is_domain(named) and own_arn(named.json_data) is None else None


def _said(json_data: JsonData) -> object:
    # Most texts need not be read for this.
    return json_data.get(ARN_MEMBER) if ARN_MEMBER in json_data.text else None


def is_domain(row: DataSource) -> bool:
    """Whether its server can be what Amazon calls a domain."""
    return _DOMAINS in backend_type(row.type).amazon_services
