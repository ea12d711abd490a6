"""Members that several operations have in common: what people say of a thing, roles, tags."""

from typing import Any

from app.dialects.aws.members import Members, matching, sized
from app.edge.schemas import Text

# As AWS bounds the tags of anything.
MOST_TAGS = 50
# Any role; some operations want less.
ROLE = r"arn:(aws|aws-cn|aws-us-gov|aws-iso|aws-iso-b):iam::[0-9]+:role/.*"
ROLE_RULE = "must be the ARN of a role, such as arn:aws:iam::123456789012:role/reader"
_DESCRIPTION = r"[\\a-zA-Z0-9_@#%*+=:?./!\s-]{0,1000}"
_DESCRIPTION_RULE = "must have at most 1000 letters, digits, spaces and characters of \\_@#%*+=:?./!-"


class TagMembers(Members):
    """A tag."""

    key = sized(1, 128, data_key="Key", required=True)
    value = sized(0, 256, data_key="Value", required=True)


def description_text(**kwargs: Any) -> Text:
    """What people say of a thing."""
    return matching(_DESCRIPTION, _DESCRIPTION_RULE, **kwargs)


def role_arn(**kwargs: Any) -> Text:
    """The ARN of a role. The 20 characters that the service's model asks for are what the pattern has at least."""
    return matching(ROLE, ROLE_RULE, longest=2048, **kwargs)
