"""What all models are made of: long texts, and rows of an org that cannot be reached without naming it."""

from typing import Any

import peewee


class LongText(peewee.TextField):
    """Text without MariaDB's limit of 64 KiB."""

    field_type = "LONGTEXT"


class IdRow(peewee.Model):
    """A row with an id."""

    id = peewee.AutoField()

    class Meta:
        legacy_table_names = False


class TenantRow(IdRow):
    """A row that belongs to an org. ``in_org`` is the only way to select, change or delete some."""

    org_id = peewee.IntegerField()

    @classmethod
    def in_org(cls, org_id: int, *columns: Any) -> Any:
        """A select of the org's rows."""
        return super().select(*columns).where(cls.org_id == org_id)

    @classmethod
    def change_in_org(cls, org_id: int, **values: Any) -> Any:
        """An update of the org's rows."""
        return super().update(**values).where(cls.org_id == org_id)

    @classmethod
    def delete_in_org(cls, org_id: int) -> Any:
        """A delete of the org's rows."""
        return super().delete().where(cls.org_id == org_id)

    @classmethod
    def select(cls, *_: Any) -> Any:
        """Refused: the org must be named."""
        raise TypeError(f"{cls.__name__} is selected with in_org(org_id)")

    @classmethod
    def update(cls, *_: Any, **__: Any) -> Any:
        """Refused: the org must be named."""
        raise TypeError(f"{cls.__name__} is changed with change_in_org(org_id)")

    @classmethod
    def delete(cls) -> Any:
        """Refused: the org must be named."""
        raise TypeError(f"{cls.__name__} is deleted with delete_in_org(org_id)")
