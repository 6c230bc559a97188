"""A home for each test: a fresh copy of one that is built once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from ledger.verify.home import verify_ledger
from tests.support.ledger_builder import BuiltLedger, build_ledger

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.verify.findings import Report

Verify = Callable[..., "Report"]


@pytest.fixture
def built(tmp_path: Path) -> BuiltLedger:
    """A home with pupils, consents, two checkpoints, a cosignature and an anchor."""
    return build_ledger(tmp_path / "home")


@pytest.fixture
def verify() -> Verify:
    """Verify a home as its own computer and a reader of everything would."""

    def run(built: BuiltLedger, **changes: Any) -> Report:
        asked: dict[str, Any] = {
            "mark": built.mark,
            "now": built.now,
            "data_key": built.keys.data_key,
        }
        return verify_ledger(built.home, **(asked | changes))

    return run
