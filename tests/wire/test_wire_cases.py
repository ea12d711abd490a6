"""Every file under tests/wire/<dialect>/ is a case; adding one is adding a file."""

import json
from pathlib import Path

import pytest

from installations import Installation
from wire.player import Player

_CASES = sorted(Path(__file__).parent.glob("*/*.json"))


@pytest.mark.parametrize("file", _CASES, ids=lambda file: file.stem)
def test_the_service_answers_as_the_case_says(installation: Installation, file: Path) -> None:
    Player(installation, json.loads(file.read_text())).play()
