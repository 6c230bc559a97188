"""A ledger of which copies are altered."""

from __future__ import annotations

import pytest

from tests.support.ledger_builder import BuiltLedger, build_ledger
from tests.support.tampering import editing


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> BuiltLedger:
    """A home of two pupils, closed, its file complete."""
    made = build_ledger(tmp_path_factory.mktemp("ledger") / "home", pupils=2)
    with editing(made.path):
        pass
    made.close()
    return made
