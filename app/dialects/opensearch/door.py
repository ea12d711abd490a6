"""What every blueprint of this dialect has in common."""

from flask import request

from app.dialects.opensearch.bodies import BodyRules
from app.dialects.opensearch.refusals import Disabled, UnknownParameter
from app.edge.authentication import authenticate, services
from app.edge.body import SluiceBlueprint
from app.edge.inbound import Environ
from app.services import Services

NAME = "opensearch"
PREFIX = "/_plugins"

# Of every route of the server.
_PARAMETERS = frozenset({"pretty", "human", "error_trace", "filter_path", "source"})


def opensearch_blueprint(name: str, path: str, description: str) -> SluiceBlueprint:
    """A blueprint below ``/_plugins`` that finds out who asks before each request. OpenSearch has no orgs: the caller's
    own is meant, or the one that the settings name."""
    blueprint = SluiceBlueprint(f"opensearch_{name}", __name__, url_prefix=PREFIX + path, description=description)
    blueprint.before_request(authenticate(NAME, org=_org))
    return blueprint


def require_enabled() -> None:
    """Raises Disabled, UnknownParameter."""
    check_enabled(services())
    unknown = next((name for name in request.args if name not in _PARAMETERS), None)
    if unknown is not None and like_the_plugin():
        raise UnknownParameter(request.path, unknown)


def is_enabled() -> bool:
    """Whether there are data sources at all, for this dialect."""
    return services().settings.opensearch_enabled


def check_enabled(built: Services) -> None:
    """Raises Disabled."""
    if not built.settings.opensearch_enabled:
        raise Disabled


def body_rules() -> BodyRules:
    """As the settings have them."""
    settings = services().settings
    return BodyRules(like_the_plugin=like_the_plugin(), denied=settings.proxy_deny_networks)


def like_the_plugin() -> bool:
    """``is_like_the_plugin`` of the app that serves this request."""
    return is_like_the_plugin(services())


def is_like_the_plugin(built: Services) -> bool:
    """Whether answers are byte for byte those of the server, and not those of its documentation."""
    return built.settings.opensearch_profile == "server"


def org_of(built: Services) -> int | None:
    """The org that the settings name; None: the caller's own."""
    return built.settings.opensearch_org or None


def _org(environ: Environ) -> int | None:
    return org_of(services())
