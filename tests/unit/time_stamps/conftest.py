"""The lying authority, made once."""

from __future__ import annotations

import pytest

from tests.unit.time_stamps.forge import Forge, new_forge


@pytest.fixture(scope="session")
def forge() -> Forge:
    return new_forge()
