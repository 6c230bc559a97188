"""The worked examples of the specifications are what the code writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.documents import section
from tests.unit.bundles.worked_examples import (
    BUNDLE,
    RECEIPT,
    bundle_text,
    make_example,
    receipt_text,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_the_worked_examples_are_what_the_code_writes(tmp_path: Path) -> None:
    example = make_example(tmp_path)
    assert section(BUNDLE) == bundle_text(example)
    assert section(RECEIPT) == receipt_text(example)
