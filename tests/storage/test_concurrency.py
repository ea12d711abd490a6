"""Many threads write to one org at once through the registry; afterwards nothing is doubled and nothing is lost."""

import random
import secrets
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from app.identity.identity import Identity, system
from app.registry.datasource import ById, ByName, DataSourceChange, NewDataSource
from app.registry.errors import DataSourceNameTaken, DataSourceNotFound, VersionConflict
from app.registry.registry import Registry
from app.services import Services
from installations import Installation

THREADS = 20

# What a thread does, given its number; it returns what it counts.
Work = Callable[[int], Counter[str]]


@pytest.fixture
def registry(installation: Installation) -> Registry:
    return installation.services.registry


@pytest.fixture
def caller(org: int) -> Identity:
    return system(org, "test")


def together(work: Work) -> Counter[str]:
    """All threads at once; an exception of any of them is raised here."""
    start = Barrier(THREADS)

    def begin(number: int) -> Counter[str]:
        start.wait(30)
        return work(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(begin, range(THREADS)), Counter())


def new(name: str, *, is_default: bool = False) -> NewDataSource:
    return NewDataSource(
        name=name,
        type="prometheus",
        access="proxy",
        url="http://127.0.0.1:9090",
        is_default=is_default,
        secure_json_data={"basicAuthPassword": f"secret of {name}"},
    )


def change(name: str, *, version: int = 0, is_default: bool = False) -> DataSourceChange:
    return DataSourceChange(
        name=name,
        type="prometheus",
        access="proxy",
        url="http://127.0.0.1:9090",
        version=version,
        is_default=is_default,
    )


def test_of_many_who_create_the_same_names_each_name_has_one_winner(registry: Registry, caller: Identity) -> None:
    names = [f"name {number}" for number in range(6)]

    def create(_: int) -> Counter[str]:
        won: Counter[str] = Counter()
        for name in names:
            try:
                registry.create(caller, new(name))
                won[name] += 1
            except DataSourceNameTaken:
                pass
        return won

    assert together(create) == Counter(names)
    assert sorted(row.name for row in registry.all(caller)) == names


def test_of_many_who_create_the_first_one_becomes_the_default(registry: Registry, caller: Identity) -> None:
    def create(number: int) -> Counter[str]:
        return Counter(default=registry.create(caller, new(f"name {number}")).is_default)

    assert together(create)["default"] == 1
    assert [row.is_default for row in registry.all(caller)].count(True) == 1


def test_many_who_create_without_a_name_get_names_of_their_own(registry: Registry, caller: Identity) -> None:
    def create(_: int) -> Counter[str]:
        return Counter(registry.create(caller, new("")).name for _ in range(3))

    names = together(create)
    assert set(names.values()) == {1}
    assert set(names) == {"prometheus"} | {f"prometheus-{number}" for number in range(1, 3 * THREADS)}


def test_one_default_is_left_by_many_who_flip_it(registry: Registry, caller: Identity) -> None:
    numbers = [registry.create(caller, new(f"name {number}")).id for number in range(THREADS)]

    def flip(number: int) -> Counter[str]:
        choice = random.Random(number)
        for _ in range(4):
            target = choice.randrange(THREADS)
            registry.replace(caller, ById(numbers[target]), change(f"name {target}", is_default=True))
        registry.create(caller, new(f"new {number}", is_default=True))
        return Counter()

    together(flip)
    assert [row.is_default for row in registry.all(caller)].count(True) == 1


def test_orgs_that_flip_their_defaults_at_the_same_time_do_not_get_in_each_others_way(
    registry: Registry, installation: Installation
) -> None:
    orgs = installation.services.orgs
    callers = [system(orgs.create(system(0, "test"), f"org {secrets.token_hex(6)}").id, "test") for _ in range(5)]

    def flip(number: int) -> Counter[str]:
        caller = callers[number % len(callers)]
        made = registry.create(caller, new(f"name {number}", is_default=True))
        for _ in range(8):
            registry.replace(caller, ById(made.id), change(made.name, is_default=True))
        return Counter()

    together(flip)
    assert [[row.is_default for row in registry.all(caller)].count(True) for caller in callers] == [1] * len(callers)


def test_no_versioned_update_is_lost(registry: Registry, caller: Identity) -> None:
    made = registry.create(caller, new("contested"))

    def update(_: int) -> Counter[str]:
        outcomes: Counter[str] = Counter()
        for _ in range(6):
            read = registry.get(caller, ById(made.id))
            try:
                written = registry.replace(caller, ById(made.id), change("contested", version=read.version))
            except VersionConflict:
                outcomes["refused"] += 1
            else:
                assert written.version == read.version + 1
                outcomes["accepted"] += 1
        return outcomes

    outcomes = together(update)
    assert outcomes.total() == 6 * THREADS
    assert outcomes["accepted"] == registry.get(caller, ById(made.id)).version - made.version


def test_secrets_that_many_add_to_one_data_source_are_all_there(registry: Registry, caller: Identity) -> None:
    made = registry.create(caller, new("shared"))

    def add(number: int) -> Counter[str]:
        given = DataSourceChange(
            name="shared",
            type="prometheus",
            access="proxy",
            url="http://127.0.0.1:9090",
            secure_json_data={f"field{number}": f"secret {number}"},
        )
        registry.replace(caller, ById(made.id), given)
        return Counter()

    together(add)
    stored = registry.secrets_of(registry.for_request(caller, ById(made.id)))
    expected = {f"field{number}": f"secret {number}" for number in range(THREADS)}
    assert stored == {"basicAuthPassword": "secret of shared", **expected}


def test_what_many_do_at_random_leaves_one_name_one_default_and_one_event_for_each_success(
    registry: Registry, caller: Identity, installation: Installation
) -> None:
    names = [f"name {number}" for number in range(5)]
    refusals = (DataSourceNameTaken, DataSourceNotFound, VersionConflict)

    def act(number: int) -> Counter[str]:
        choice = random.Random(number)
        done: Counter[str] = Counter()
        for _ in range(8):
            name, action = choice.choice(names), choice.choice(["create", "write", "delete"])
            try:
                if action == "create":
                    registry.create(caller, new(name, is_default=choice.random() < 0.5))
                elif action == "write":
                    registry.replace(caller, ByName(name), change(choice.choice(names), is_default=True))
                else:
                    registry.delete(caller, ByName(name))
            except refusals:
                continue
            done[f"datasources:{action}"] += 1
        return done

    registry.create(caller, new("stays", is_default=True))
    done = together(act) + Counter({"datasources:create": 1})
    rows = registry.all(caller)
    assert len({row.name for row in rows}) == len(rows)
    assert [row.is_default for row in rows].count(True) <= 1
    assert len(rows) == done["datasources:create"] - done["datasources:delete"]
    assert events_of(installation.services, caller) == done


def events_of(services: Services, caller: Identity) -> Counter[str]:
    actions = (event.action for event in services.storage.audit.of_org(caller.org_id))
    return Counter(action for action in actions if action.startswith("datasources:"))
