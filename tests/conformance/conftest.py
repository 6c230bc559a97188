"""Where the published vectors are; they are not copied into this project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PROJECT_ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def vectors() -> Path:
    """Find the folder of published vectors, or skip and say why."""
    beside = PROJECT_ROOT.parent / "shared" / "vectors"
    folder = Path(os.environ.get("SEND_LEDGER_VECTORS") or beside)
    if not folder.is_dir():
        pytest.skip(
            "the published vectors are not on this machine: "
            "name their folder in SEND_LEDGER_VECTORS"
        )
    return folder
