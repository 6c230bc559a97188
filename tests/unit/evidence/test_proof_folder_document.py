"""The specification's worked example is what the code writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.verify.proof_folder import REQUIRED
from tests.support.documents import section
from tests.unit.evidence.worked_example import DOCUMENT, example_folder, example_text

if TYPE_CHECKING:
    from pathlib import Path


def test_the_worked_example_is_what_the_code_writes(tmp_path: Path) -> None:
    assert section(DOCUMENT) == example_text(example_folder(tmp_path / "home"))


def test_every_required_file_is_documented() -> None:
    text = DOCUMENT.read_text("utf-8")
    assert [name for name in sorted(REQUIRED) if f"`{name}`" not in text] == []
