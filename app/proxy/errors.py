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


class RouteDenied(ProxyError):
    """The type lets this request through only for a higher role."""


class MethodNotListed(ProxyError):
    """The type lets this method through only on paths that it lists, and this is none of them."""

    def __init__(self, method: str, type_id: str) -> None:
        super().__init__(f"{method} is not proxied to this path of {type_id}")
        self.method = method
        self.type_id = type_id


class TypeRefusesMethod(ProxyError):
    """The type never lets this method through, or only on the path ``except_on``."""

    def __init__(self, method: str, title: str, except_on: str = "") -> None:
        super().__init__(f"{method} is not proxied to {title}")
        self.methods = f"{method.lower()}s"
        self.title = title
        self.exception = f" except on /{except_on}" if except_on else ""


class SigningRefused(ProxyError):
    """The data source asks for a signature that it does not describe whole, or that the settings do not allow."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The request cannot be signed: {reason}.")
        self.reason = reason


class HostNotAllowed(ProxyError):
    """The settings list the servers that may be reached, and this one is not among them."""


class PathClimbs(ProxyError):
    """The path has a ``..`` segment, which could leave the data source's own path."""


class GoesInCircles(ProxyError):
    """The request came through so many gateways that a data source must lead back to one of them."""


class UnsendableHeader(ProxyError):
    """A header of the data source's own has a name or value that would break the request apart."""

    def __init__(self, name: str) -> None:
        super().__init__(f"header {name!r} cannot be sent")
        self.name = name
