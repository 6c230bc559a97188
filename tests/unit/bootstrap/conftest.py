"""A real home for each test."""

from __future__ import annotations

from tests.support.fixtures import quick, school

__all__ = ["quick", "school"]
