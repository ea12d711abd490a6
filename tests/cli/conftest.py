"""Fixtures for the tests of the command: settings of an installation that nobody or somebody has prepared."""

import shutil
from pathlib import Path

import pytest

from cli.commands import printed, sluice
from servers.gunicorn import ADMIN_PASSWORD

Settings = dict[str, str]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an installation that does not exist yet."""
    return {"GF_PATHS_DATA": str(tmp_path / "data"), "GF_SECURITY_ADMIN_PASSWORD": ADMIN_PASSWORD}


@pytest.fixture(scope="session")
def _made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared") / "data"
    printed(sluice({"GF_PATHS_DATA": str(folder), "GF_SECURITY_ADMIN_PASSWORD": ADMIN_PASSWORD}, "db", "migrate"))
    return folder


@pytest.fixture
def prepared(settings: Settings, _made_once: Path) -> Settings:
    """Settings of an installation with its tables, its key and its first admin."""
    shutil.copytree(_made_once, settings["GF_PATHS_DATA"])
    return settings
