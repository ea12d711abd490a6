"""How applications, domains and data sources may be named in a path."""

from collections.abc import Callable

import pytest

from app.dialects.aws.naming import require_data_source_name, require_domain_name, require_id
from app.dialects.aws.refusals import InvalidRequest
from app.services import new_application_id

Require = Callable[[str], str]
TAKEN: dict[Require, list[str]] = {
    require_id: ["abc", "my-app", "a" * 30, "0abc", "123", "a--"],
    require_domain_name: ["abc", "my-logs", "a" * 28, "a12", "a--"],
    require_data_source_name: ["abc", "my_lake", "a" * 80, "a12", "a__"],
}
NEVER = ["", "ab", "A B!", "Abc", "-abc", "_abc", "a.c", "a/c", "a\u00e9c", "abc\n", " abc", "a\0c", "a\u0661c", "a*c"]
REFUSED: dict[Require, list[str]] = {
    require_id: [*NEVER, "a" * 31, "a_c"],
    require_domain_name: [*NEVER, "a" * 29, "a_c", "1abc"],
    require_data_source_name: [*NEVER, "a" * 81, "a-c", "1abc"],
}


def rows(table: dict[Require, list[str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("require", "name"),
        [(require, name) for require, names in table.items() for name in names],
        ids=lambda given: ascii(given) if isinstance(given, str) else given.__name__,
    )


@rows(TAKEN)
def test_a_name_is_taken_as_it_is(require: Require, name: str) -> None:
    assert require(name) == name


@rows(REFUSED)
def test_what_nothing_can_be_named_is_refused_without_being_quoted(require: Require, name: str) -> None:
    with pytest.raises(InvalidRequest, match="must have 3 to") as refused:
        require(name)
    assert len(name) < 3 or name not in str(refused.value)


def test_the_ids_of_applications_are_such_names_and_no_application_is_named_so() -> None:
    for _ in range(100):
        id = new_application_id()
        assert require_id(id) == id
        assert id[0].isdigit()
