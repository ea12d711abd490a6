"""Which requests a type lets through, and for whom: reads the rows of BACKEND_TYPES. Pure."""

from posixpath import normpath
from urllib.parse import unquote

from app.identity.roles import Role
from app.proxy.errors import MethodNotListed, RouteDenied, TypeRefusesMethod
from app.registry.catalog import BackendType


def check_rules(kind: BackendType, type_id: str, method: str, path: str, role: Role | None) -> None:
    """``path`` is what the caller asked below the data source's URL, without query; ``type_id`` as it is stored.

    Raises TypeRefusesMethod, RouteDenied, MethodNotListed.
    """
    if method in kind.refused_methods:
        raise TypeRefusesMethod(method, kind.title)
    if method == "POST" and kind.post_only is not None and path != kind.post_only:
        raise TypeRefusesMethod(method, kind.title, kind.post_only)
    # As servers read it: an escape or a doubled slash must not hide a path from the table.
    wanted = normpath(f"/{unquote(path)}").lstrip("/")
    for route in kind.routes:
        if route.method == method and wanted.startswith(route.path):
            if role is None or not role.includes(route.role):
                raise RouteDenied
            return
    if method in kind.listed_methods:
        raise MethodNotListed(method, type_id)
