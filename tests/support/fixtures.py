"""Fixtures of several folders; a folder's conftest takes those that it wants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.school_home import SchoolHome, remembered_derivations, school_template

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="package", autouse=True)
def quick() -> Iterator[None]:
    """Derive each key from its passphrase once."""
    with remembered_derivations():
        yield


@pytest.fixture
def school(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> SchoolHome:
    """Give a school's home of the test's own."""
    return school_template(tmp_path_factory).copy(tmp_path / "school")
