"""A misspelt key in the project's data is an error, never a silent nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from ledger.values.data_table import DataBroken, DataTable

if TYPE_CHECKING:
    from collections.abc import Callable


def table(**members: object) -> DataTable:
    return DataTable("test", members)


def test_each_kind_of_member_is_taken() -> None:
    full = table(
        words="a", list=["a", "b"], day=date(2026, 1, 1), count=3, yes=True, inner=[{"x": "y"}]
    )
    assert full.text("words") == "a"
    assert full.texts("list") == ("a", "b")
    assert full.day("day") == date(2026, 1, 1)
    assert full.number("count") == 3
    assert full.flag("yes")
    (inner,) = full.tables("inner")
    assert inner.text("x") == "y"
    inner.close()
    full.close()


def test_what_is_absent_has_a_default() -> None:
    empty = table()
    assert empty.text("words", "") == ""
    assert empty.texts("list") == ()
    assert empty.day("day") is None
    assert empty.number("count", 0) == 0
    assert not empty.flag("yes")
    assert empty.tables("inner") == []


def test_a_key_that_nobody_takes_is_an_error() -> None:
    with pytest.raises(DataBroken) as broken:
        table(forse="MUST").close()
    assert "forse" in broken.value.why
    assert broken.value.kind == "broken-data"


@pytest.mark.parametrize(
    ("members", "take"),
    [
        ({}, lambda each: each.text("k")),
        ({"k": ""}, lambda each: each.text("k")),
        ({"k": 1}, lambda each: each.text("k", "")),
        ({"k": "a"}, lambda each: each.texts("k")),
        ({"k": ["a", 1]}, lambda each: each.texts("k")),
        ({"k": [""]}, lambda each: each.texts("k")),
        ({"k": "2026-01-01"}, lambda each: each.day("k")),
        ({"k": datetime(2026, 1, 1, tzinfo=UTC)}, lambda each: each.day("k")),
        ({}, lambda each: each.number("k")),
        ({"k": True}, lambda each: each.number("k")),
        ({"k": 1}, lambda each: each.flag("k")),
        ({"k": {}}, lambda each: each.tables("k")),
        ({"k": ["a"]}, lambda each: each.tables("k")),
    ],
)
def test_a_member_of_another_kind_is_an_error(
    members: dict[str, object], take: Callable[[DataTable], object]
) -> None:
    with pytest.raises(DataBroken):
        take(table(**members))


def test_a_file_that_is_missing_is_an_error() -> None:
    with pytest.raises(DataBroken):
        DataTable.load("ledger.values", "codes", "missing.toml")
