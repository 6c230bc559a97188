"""The file of read models when the disk is full, or another program holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledger.errors import LedgerBusy, StorageFailed
from ledger.projections import read_models
from ledger.projections.read_models import ReadModelFile, open_read_models

if TYPE_CHECKING:
    from pathlib import Path


def key(_: bytes) -> bytes:
    return bytes(32)


def fill(models: ReadModelFile) -> None:
    for number in range(10_000):
        models.note_closed(number, closed=True)


def test_a_full_disk_is_named_and_not_taken_for_damage(tmp_path: Path) -> None:
    with open_read_models(tmp_path / "models.db", key) as models:
        models.connection.execute("PRAGMA max_page_count=1")  # no page more: as on a full disk
        with pytest.raises(StorageFailed) as refused:
            fill(models)
    assert (refused.value.kind, refused.value.exit_code) == ("disk-full", 8)
    assert "Free some space" in refused.value.remedy


def test_a_writer_that_holds_the_file_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_models, "BUSY_SECONDS", 0)
    with (
        open_read_models(tmp_path / "models.db", key) as one,
        open_read_models(tmp_path / "models.db", key) as other,
    ):
        one.begin()
        with pytest.raises(LedgerBusy) as refused:
            other.begin()
    assert refused.value.exit_code == 8
    assert "Wait" in refused.value.remedy
