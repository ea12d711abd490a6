"""Every file under tests/wire/<dialect>/ is a case; adding one is adding a file."""

import json
from pathlib import Path

import pytest

from installations import Installation
from wire.player import Player

_HERE = Path(__file__).parent
_CASES = sorted(_HERE.glob("*/*.json"))
_CASES_ALONE = sorted(_HERE.glob("*/alone/*.json"))


@pytest.mark.parametrize("file", _CASES, ids=lambda file: file.stem)
def test_the_service_answers_as_the_case_says(installation: Installation, file: Path) -> None:
    Player(installation, json.loads(file.read_text())).play()


@pytest.mark.parametrize("file", _CASES_ALONE, ids=lambda file: file.stem)
def test_the_service_answers_as_the_case_says_to_its_only_users(sqlite_installation: Installation, file: Path) -> None:
    Player(sqlite_installation, json.loads(file.read_text())).play()
