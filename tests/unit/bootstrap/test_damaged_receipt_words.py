"""A damaged receipt is not called a bundle that somebody should make again."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ledger.bootstrap.verifying import Wanted, verify_target
from ledger.errors import InputRefused

if TYPE_CHECKING:
    from pathlib import Path


def test_a_zip_file_that_is_damaged_is_called_neither_receipt_nor_bundle(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("receipt.sd-jwt", "x" * 100)
    damaged = tmp_path / "leaver.receipt"
    damaged.write_bytes(packed.getvalue()[:-30])
    with pytest.raises(InputRefused) as refusal:
        verify_target(damaged, Wanted(state_folder=tmp_path, now=datetime.now(UTC)))
    said = refusal.value
    assert said.what == "The file is neither a whole receipt nor a whole bundle."
    assert "make the bundle again" not in said.remedy
