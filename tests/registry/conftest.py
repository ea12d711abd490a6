"""A registry over one SQLite installation; each test keeps to orgs of its own."""

import os
from collections.abc import Iterator

import pytest

from app.encryption.encryptor import Encryptor
from app.encryption.keyring import KeyRing
from app.registry.registry import Registry
from app.services import Services
from identity.callers import new_org
from installations import install
from registry.other_registries import MakeRegistry


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """The use cases over a real SQLite database."""
    made = install(tmp_path_factory.mktemp("registry"), "")
    yield made.services
    made.close()


@pytest.fixture
def registry(services: Services) -> Registry:
    """As the service itself builds it."""
    return services.registry


@pytest.fixture(scope="session")
def make_registry(services: Services) -> MakeRegistry:
    """See MakeRegistry."""
    secret_key = (services.settings.data_path / "secret_key").read_text().strip()
    keys = KeyRing(services.storage.data_keys, secret_key, os.urandom)
    keys.load()
    return MakeRegistry(services, Encryptor(keys))


@pytest.fixture
def org(services: Services) -> int:
    """An org that the test has to itself."""
    return new_org(services)


@pytest.fixture
def other_org(services: Services) -> int:
    """Another one."""
    return new_org(services)
