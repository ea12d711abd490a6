"""What only this dialect refuses."""


class Disabled(Exception):
    """The settings turn the API off."""

    def __init__(self) -> None:
        super().__init__("This API is switched off here by SLUICE_AWS_ENABLED.")


class NotImplementedHere(Exception):
    """An operation of Amazon's that Sluice does not have."""

    def __init__(self, operation: str) -> None:
        super().__init__(f"Sluice does not implement {operation}: docs/differences.rst lists what it does.")


class InvalidRequest(Exception):
    """A member breaks a rule. The text names the member and the rule, and quotes no value that breaks one."""


class InvalidNextToken(InvalidRequest):
    """It was not given out for this list."""

    def __init__(self) -> None:
        super().__init__("nextToken is none that this list gave out: begin without one.")


class DomainNotFound(Exception):
    """No data source stands for the domain."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no domain with the name {name} here.")


class DomainExists(Exception):
    """A data source has the name or the ARN of the domain."""

    def __init__(self, name: str) -> None:
        super().__init__(f"A domain, or another data source, with the name {name} exists already.")


class NameInUse(InvalidRequest):
    """Another data source of the org has the name. The operations that add data sources know no code of their own
    for it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The name {name} is taken by another data source.")


class TypeFixed(InvalidRequest):
    """A change would make another thing of a data source."""

    def __init__(self) -> None:
        super().__init__("DataSourceType cannot become another one: delete the data source, and add a new one.")


# Amazon's words for it.
NOT_AUTHORIZED = "User: {user} is not authorized to perform: es:{operation} on resource: {resource}"


class NotAuthorized(Exception):
    """The caller's role or permissions do not have it."""

    def __init__(self, user: str, operation: str, resource: str) -> None:
        super().__init__(NOT_AUTHORIZED.format(user=user, operation=operation, resource=resource))
