"""The models: rows of a tenant cannot be reached without naming the org; prepared statements hold no constants."""

from collections.abc import Callable
from typing import Any

import peewee
import pytest

from app.services import Storage
from app.storage import tables
from app.storage.tables import AccountRow, DataSourceRow, OrgRow, Tables, select_text

MODELS: list[Any] = [
    found
    for found in vars(tables).values()
    if isinstance(found, type) and issubclass(found, peewee.Model) and found.__name__ not in {"IdRow", "TenantRow"}
]
# An account stands above orgs: its org_id is only the org that is used when a request names none.
OF_A_TENANT = [model for model in MODELS if "org_id" in model._meta.fields and model is not AccountRow]

WITHOUT_AN_ORG: dict[str, Callable[[Any], Any]] = {
    "select": lambda model: model.select(),
    "select of columns": lambda model: model.select(model.id),
    "update": lambda model: model.update(id=1),
    "update by mapping": lambda model: model.update({model.id: 1}),
    "delete": lambda model: model.delete(),
    "get": lambda model: model.get(model.id == 1),
    "get_or_none": lambda model: model.get_or_none(model.id == 1),
    "get_by_id": lambda model: model.get_by_id(1),
    "filter": lambda model: model.filter(id=1),
    "iteration": list,
    "set_by_id": lambda model: model.set_by_id(1, {"id": 2}),
    "delete_by_id": lambda model: model.delete_by_id(1),
    "save": lambda model: model(id=1, org_id=1).save(),
    "delete_instance": lambda model: model(id=1, org_id=1).delete_instance(),
}


@pytest.mark.parametrize("do", WITHOUT_AN_ORG.values(), ids=WITHOUT_AN_ORG.keys())
@pytest.mark.parametrize("model", OF_A_TENANT, ids=lambda model: model.__name__)
def test_rows_of_a_tenant_are_refused_to_who_names_no_org(model: Any, do: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match="in_org"):
        do(model)


def test_the_models_that_belong_to_a_tenant_are_these() -> None:
    assert {model.__name__ for model in OF_A_TENANT} == {
        "MemberRow",
        "TokenRow",
        "AccessKeyRow",
        "TeamRow",
        "TeamMemberRow",
        "DataSourceRow",
        "DataSourcePermissionRow",
        "CorrelationRow",
        "ApplicationRow",
        "WorkspaceRow",
        "AttachmentRow",
        "ClientTokenRow",
        "AuditEventRow",
    }


@pytest.mark.parametrize("model", OF_A_TENANT, ids=lambda model: model.__name__)
def test_a_model_bound_to_a_database_refuses_as_well(model: Any, storage: Storage) -> None:
    [bound] = [one for one in vars(Tables(storage.database)).values() if issubclass(one, model)]
    with pytest.raises(TypeError):
        bound.select()


@pytest.mark.parametrize("name", ["in_org", "change_in_org", "delete_in_org"])
def test_the_ways_through_an_org_touch_no_row_of_another(name: str) -> None:
    given = {"read_only": True} if name == "change_in_org" else {}
    sql, parameters = getattr(DataSourceRow, name)(7, **given).sql()
    assert sql.endswith('("data_source"."org_id" = ?)') or sql.endswith('("t1"."org_id" = ?)')
    assert parameters[-1] == 7


def test_a_prepared_select_can_be_run_with_other_parameters(storage: Storage, org: int, other_org: int) -> None:
    orgs = Tables(storage.database).orgs
    sql = select_text(orgs.select(orgs.id).where(orgs.id == 0), parameters=[0])
    assert [storage.database.rows(sql, (number,)) for number in (org, other_org)] == [[(org,)], [(other_org,)]]


def test_a_constant_in_a_prepared_select_is_refused() -> None:
    query = OrgRow.select(OrgRow.id).where(OrgRow.id == 0, OrgRow.name == "Acme")
    with pytest.raises(ValueError, match="Acme"):
        select_text(query, parameters=[0])


def test_parameters_in_another_order_than_in_the_statement_are_refused() -> None:
    query = OrgRow.select(OrgRow.id).where(OrgRow.id == 0, OrgRow.name == "n")
    with pytest.raises(ValueError, match="expected the parameters"):
        select_text(query, parameters=["n", 0])
