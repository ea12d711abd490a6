"""What every blueprint of this dialect has in common."""

from app.edge.authentication import authenticate
from app.edge.body import SluiceBlueprint

NAME = "native"
PREFIX = "/api/sluice"


def native_blueprint(name: str, path: str, description: str) -> SluiceBlueprint:
    """A blueprint below ``/api/sluice`` that finds out who asks before each request."""
    blueprint = SluiceBlueprint(f"native_{name}", __name__, url_prefix=PREFIX + path, description=description)
    blueprint.before_request(authenticate(NAME))
    return blueprint
