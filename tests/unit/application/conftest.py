"""A real home for each test, opened by its SENCO."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.fixtures import quick, school
from tests.support.school_home import SchoolHome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.bootstrap.session import Session

__all__ = ["quick", "school"]


@pytest.fixture
def senco(school: SchoolHome) -> Iterator[Session]:
    with school.session("senco") as session:
        yield session
