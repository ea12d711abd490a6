"""Data sources of this dialect in the registry: find, add, rewrite, delete."""

from collections.abc import Callable

from app.dialects.aws.columns import Columns, change, new
from app.dialects.aws.naming import require_data_source_name
from app.dialects.aws.refusals import NameInUse
from app.edge.authentication import identity, services
from app.registry.datasource import ById, ByName, DataSource
from app.registry.errors import DataSourceNameTaken, DataSourceNotFound, VersionConflict

_ATTEMPTS = 5


def found(name: str, is_ours: Callable[[DataSource], bool]) -> DataSource:
    """The data source of this name, if it is one of the operation's kind.

    Raises InvalidRequest, PermissionDenied, DataSourceNotFound.
    """
    row = services().registry.look_up(identity(), ByName(require_data_source_name(name)))
    if not is_ours(row):
        raise DataSourceNotFound
    return row


def add(name: str, columns: Columns) -> DataSource:
    """A new data source. Raises NameInUse, and what the registry raises."""
    try:
        return services().registry.create(identity(), new(name, columns))
    except DataSourceNameTaken as exc:
        raise NameInUse(name) from exc


def rewrite(
    name: str, is_ours: Callable[[DataSource], bool], columns_for: Callable[[DataSource], Columns]
) -> DataSource:
    """Reads, changes and writes, again when somebody else wrote in between. Raises what ``found``, ``columns_for`` and
    the registry raise."""
    for attempt in range(_ATTEMPTS):
        old = found(name, is_ours)
        try:
            return services().registry.replace(identity(), ById(old.id), change(old, columns_for(old)))
        except VersionConflict:
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError


def delete(name: str, is_ours: Callable[[DataSource], bool]) -> DataSource:
    """Deletes it. Raises what ``found`` and the registry raise."""
    return services().registry.delete(identity(), ById(found(name, is_ours).id))
