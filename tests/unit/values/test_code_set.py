"""Code lists are dated, cited data."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from ledger.values.code_set import code_set
from ledger.values.data_table import DataBroken

LISTS = ["sen_status", "need_type", "broad_area"]


@pytest.mark.parametrize("name", LISTS)
def test_every_code_is_cited_and_found_by_itself_and_its_label(name: str) -> None:
    loaded = code_set(name)
    assert loaded.source
    for entry in loaded.entries:
        assert entry.source
        assert entry.code.scheme == loaded.scheme
        for text in (entry.code.code, entry.code.label, *entry.also):
            assert loaded.find(text) is entry


@pytest.mark.parametrize("name", LISTS)
def test_no_two_codes_share_a_spelling(name: str) -> None:
    spellings = sorted(
        text.casefold()
        for entry in code_set(name).entries
        for text in {entry.code.code, entry.code.label, *entry.also}
    )
    assert all(one != other for one, other in pairwise(spellings))


def test_statuses_in_use_on_a_day() -> None:
    codes = {
        day: {entry.code.code for entry in code_set("sen_status").in_use(day)}
        for day in (date(2013, 9, 1), date(2015, 1, 15), date(2016, 1, 21), date(2026, 1, 15))
    }
    assert codes == {
        date(2013, 9, 1): {"A", "P", "S", "N"},
        date(2015, 1, 15): {"A", "P", "S", "N", "E", "K"},
        date(2016, 1, 21): {"S", "N", "E", "K"},
        date(2026, 1, 15): {"N", "E", "K"},
    }


def test_every_area_that_a_type_names_exists() -> None:
    areas = {entry.code.code for entry in code_set("broad_area").entries}
    assert {entry.area for entry in code_set("need_type").entries} <= areas | {""}


def test_a_list_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(DataBroken):
        code_set("no_such_list")
