"""``sluice org``."""

from cli.commands import printed, refusal, sluice
from cli.conftest import Settings


def test_create_prints_only_the_id_of_the_new_org(prepared: Settings) -> None:
    first = int(printed(sluice(prepared, "org", "create", "--name", "Ácme")))
    assert printed(sluice(prepared, "org", "create", "--name", "Globex")) == f"{first + 1}\n"


def test_a_new_org_can_be_given_a_token(prepared: Settings) -> None:
    org = printed(sluice(prepared, "org", "create", "--name", "Acme")).strip()
    token = ("token", "create", "--org", org, "--role", "Viewer", "--name", "dashboards")
    assert printed(sluice(prepared, *token)).startswith("glsa_")


def test_a_name_that_is_taken_is_refused(prepared: Settings) -> None:
    printed(sluice(prepared, "org", "create", "--name", "Acme"))
    assert "'Acme'" in refusal(sluice(prepared, "org", "create", "--name", "Acme"))


def test_an_empty_name_is_refused(prepared: Settings) -> None:
    assert "name" in refusal(sluice(prepared, "org", "create", "--name", " "))


def test_a_missing_name_is_a_mistake_of_usage(prepared: Settings) -> None:
    done = sluice(prepared, "org", "create")
    assert done.returncode == 2
    assert "--name" in done.stderr
