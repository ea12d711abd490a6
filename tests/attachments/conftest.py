"""The use cases over one SQLite installation; each test keeps to orgs of its own."""

import os
from collections.abc import Iterator

import pytest

from app.encryption.encryptor import Encryptor
from app.encryption.keyring import KeyRing
from app.services import Services
from attachments.world import MakeWorld, World
from identity.callers import new_org
from installations import install


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """The use cases over a real SQLite database."""
    made = install(tmp_path_factory.mktemp("attachments"), "")
    yield made.services
    made.close()


@pytest.fixture(scope="session")
def make_world(services: Services) -> MakeWorld:
    """See MakeWorld."""
    secret_key = (services.settings.data_path / "secret_key").read_text().strip()
    keys = KeyRing(services.storage.data_keys, secret_key, os.urandom)
    keys.load()
    return MakeWorld(services, Encryptor(keys), lambda: new_org(services))


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """An org that the test has to itself, with an application ``app``, which is active."""
    made = make_world()
    made.application()
    return made
