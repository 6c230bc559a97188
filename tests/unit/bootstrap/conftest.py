"""A real home for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.school_home import SchoolHome, remembered_derivations, school_template

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="package", autouse=True)
def quick() -> Iterator[None]:
    with remembered_derivations():
        yield


@pytest.fixture
def school(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> SchoolHome:
    return school_template(tmp_path_factory).copy(tmp_path / "school")
