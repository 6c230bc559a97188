"""The how-to page's example does what the page says."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ledger.imports import csv_text
from ledger.imports.columns import field_names
from ledger.imports.register_csv import plan_import
from ledger.imports.report import mapping_lines, report_lines, summary_lines

if TYPE_CHECKING:
    from ledger.imports.register_row import ImportPlan

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "import-a-register.md"


def block(kind: str) -> str:
    found = re.search(rf"^```{kind}\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def plan() -> ImportPlan:
    return plan_import(block("csv").encode(), known=(), today=date(2026, 11, 21))


def test_the_example_can_be_imported_as_it_stands(plan: ImportPlan) -> None:
    assert plan.is_clean
    assert len(plan.rows) == 5


def test_the_mapping_and_the_report_are_what_the_page_shows(plan: ImportPlan) -> None:
    assert block("text mapping").splitlines() == mapping_lines(plan.mapping)
    assert block("text report").splitlines() == summary_lines(plan) + report_lines(plan)


def test_the_page_names_every_field() -> None:
    named = set(re.findall(r"`([a-z_0-9]+)`", PAGE.read_text("utf-8")))
    assert {name for name in field_names() if not re.search("[2-9]", name)} <= named


def test_the_page_states_the_limits() -> None:
    text = " ".join(PAGE.read_text("utf-8").split())
    assert (
        f"at most {csv_text.MAX_BYTES // 1024 // 1024} MiB, {csv_text.MAX_ROWS:,} rows and "
        f"{csv_text.MAX_COLUMNS} columns, and a cell at most "
        f"{csv_text.MAX_CELL_CHARACTERS:,} characters"
    ) in text
    assert f"up to row {csv_text.MAX_TITLE_ROWS}" in text
