"""The smallest WSGI application: the reference for what gunicorn costs by itself."""

from collections.abc import Callable, Iterable


def application(environ: object, start_response: Callable[..., object]) -> Iterable[bytes]:
    """Greet."""
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"hello"]
