"""A machine without openssl leaves the time stamps out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.demo import local_tsa
from ledger.demo.stamping import begin_stamping

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_without_openssl_there_is_no_authority_and_nothing_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(local_tsa, "available", lambda: False)
    stamper = begin_stamping(tmp_path / "authority", ())
    assert stamper.authority is None
    assert stamper.roots is None
    assert not (tmp_path / "authority").exists()
