"""A certificate authority, made once."""

import pytest

from upstream.certificates import Authority


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()
