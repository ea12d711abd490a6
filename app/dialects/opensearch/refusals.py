"""What only this dialect refuses; the texts are OpenSearch's where it has one."""


class LimitReached(Exception):
    """The settings allow no more data sources."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"domain concurrent datasources can not exceed {limit}")


class NoSuchSource(Exception):
    """Reading and patching word it in one way."""

    def __init__(self, name: str) -> None:
        super().__init__(f"DataSource with name {name} doesn't exist.")


class NothingToChange(Exception):
    """Updating and deleting word it in another."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Datasource with name: {name} doesn't exist")


class NotPermitted(Exception):
    """The caller's role does not have it."""

    def __init__(self, verb: str, login: str) -> None:
        super().__init__(f"no permissions for [cluster:admin/opensearch/ql/datasources/{verb}] and User [name={login}]")


class NameTaken(Exception):
    """Another data source of the org has it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"A datasource already exists with name: {name}")


class NoQuery(Exception):
    """The body has none."""


class UnreadableDirectQuery(Exception):
    """The body is no JSON object."""

    def __init__(self, why: str) -> None:
        super().__init__(f"Error while parsing the direct query request: {why}")


class UnknownFormat(Exception):
    """The answer was asked for in a form that nobody knows."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Failed to create executor due to unknown response format: {name}")


class NeedsAnEngine(Exception):
    """What would be answered by an engine that is not here."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} is not supported; supported: PPL over prometheus (/_plugins/_ppl), PromQL (/_plugins/_directquery)"
        )


class AsyncQueries(Exception):
    """They run on an engine that is not here."""

    def __init__(self, connector: str) -> None:
        super().__init__(f"Asynchronous queries of the connector {connector} need an engine, which is not here")


class Disabled(Exception):
    """The settings turn the API off."""


class UnknownParameter(Exception):
    """The query has a parameter that the server would refuse."""

    def __init__(self, path: str, name: str) -> None:
        super().__init__(f"request [{path}] contains unrecognized parameter: [{name}]")


class NoSuchIndex(Exception):
    """A name that is no data source's is an index's, and there are none here."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no such index [{name}]")
