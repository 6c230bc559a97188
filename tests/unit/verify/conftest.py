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

CONSENT = {
    "event": "consent.relied_on.v1",
    "occurred_on": {"date": "2026-03-03", "precision": "day"},
    "subject_name": None,
    "subject_born": None,
    "subject_id": None,
    "proposal": None,
    "keyed_by": None,
    "late_reason": None,
    "by_type": "record_transfer.dispatched.v1",
    "by_stream": "AAAAAAAAAAAAAAAAAAAAAA",
}
"""The fields of an entry that a SENCO may sign."""


def found(report: Report) -> set[tuple[str, int | None]]:
    """Give code and index of every finding."""
    return {(one.code, one.index) for one in report.findings}


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
