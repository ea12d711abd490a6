"""How a query asks the data source's server: through the proxy, with its permission check, rules and credentials."""

from collections.abc import Callable
from dataclasses import dataclass, field

from app.identity.identity import Identity
from app.proxy.forward import Proxy
from app.proxy.outbound import InboundRequest
from app.query.errors import AnswerTooLong
from app.registry.datasource import Ref
from app.upstream.errors import UpstreamError

# An answer is held whole, while a proxied one streams.
MOST_BYTES = 16_777_216


@dataclass(frozen=True)
class Answered:
    """The server's answer."""

    status: int
    body: bytes = field(repr=False)


# Method, path below the data source's URL, and query, the last two escaped.
Ask = Callable[[str, str, str], Answered]


def through(proxy: Proxy, identity: Identity, ref: Ref, *, client_address: str, connection: int | None = None) -> Ask:
    """As ``identity``; the last two as in InboundRequest.

    What it makes raises AnswerTooLong, and what Proxy.forward and reading its answer raise.
    """

    def ask(method: str, path: str, query: str) -> Answered:
        inbound = InboundRequest(
            method=method,
            path=path,
            query=query,
            headers=[],
            client_address=client_address,
            body=None,
            connection=connection,
        )
        answer = proxy.forward(identity, ref, inbound)
        try:
            pieces, length = [], 0
            for piece in answer.body:
                pieces.append(piece)
                length += len(piece)
                if length > MOST_BYTES:
                    raise AnswerTooLong(MOST_BYTES)
        except UpstreamError as exc:
            answer.broke_off(exc)
            raise
        finally:
            if answer.upstream is not None:
                answer.upstream.close()
        return Answered(answer.status, b"".join(pieces))

    return ask
