"""Why a request is not proxied; dialects choose the words and the number."""


class ProxyError(Exception):
    """Any refusal of this room."""


class TypeNotInstalled(ProxyError):
    """The gateway has no row for the data source's type, so it does not know how to reach it."""


class TypeNotHttp(ProxyError):
    """The type's servers do not speak HTTP."""

    def __init__(self, type_id: str) -> None:
        super().__init__(f"{type_id} does not speak HTTP")
        self.type_id = type_id


class UndecodablePath(ProxyError):
    """The path has a percent escape that is none."""


class MethodRefused(ProxyError):
    """The method would make the upstream echo the credentials that the gateway put in."""

    def __init__(self, method: str) -> None:
        super().__init__(f"{method} is not proxied")
        self.method = method


class HostNotAllowed(ProxyError):
    """The settings list the servers that may be reached, and this one is not among them."""


class PathClimbs(ProxyError):
    """The path has a ``..`` segment, which could leave the data source's own path."""


class UnsendableHeader(ProxyError):
    """A header of the data source's own has a name or value that would break the request apart."""

    def __init__(self, name: str) -> None:
        super().__init__(f"header {name!r} cannot be sent")
        self.name = name
