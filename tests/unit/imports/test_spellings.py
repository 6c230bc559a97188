"""SEN statuses and needs are known in the spellings that exports use."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

from ledger.imports.spellings import find_code, find_codes
from ledger.values.code_set import code_set

if TYPE_CHECKING:
    from ledger.imports.spellings import CodeList


def code(name: CodeList, text: str) -> str | None:
    entry = find_code(name, text)
    return entry.code.code if entry else None


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("K", "K"),
        ("k", "K"),
        ("SEN Support", "K"),
        ("SEND support", "K"),
        ("K - SEN Support", "K"),
        ("K: SEN support", "K"),
        ("SEN support (K)", "K"),
        ("E", "E"),
        ("EHC Plan", "E"),
        ("EHCP", "E"),
        ("Education, Health and Care Plan", "E"),
        ("Education Health & Care Plan", "E"),
        ("E – EHC plan", "E"),
        ("N", "N"),
        ("No Special Educational Need", "N"),
        ("No SEN", "N"),
        ("N - No SEN", "N"),
        ("School Action Plus", "P"),
        ("S - Statement", "S"),
    ],
)
def test_statuses_are_known_by_code_words_or_both(text: str, status: str) -> None:
    assert code("sen_status", text) == status


@pytest.mark.parametrize("text", ["", "Yes", "Q", "Monitoring", "K - EHC Plan", "K / E", "SEN"])
def test_a_status_that_means_nothing_or_two_things_is_not_chosen(text: str) -> None:
    assert code("sen_status", text) is None


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("SPLD", "SPLD"),
        ("SpLD", "SPLD"),
        ("Specific Learning Difficulty", "SPLD"),
        ("SPLD - Specific Learning Difficulty", "SPLD"),
        ("Speech, Language and Communication Needs", "SLCN"),
        ("Speech, language & communication needs (SLCN)", "SLCN"),
        ("Social, Emotional & Mental Health", "SEMH"),
        ("Autistic Spectrum Disorder", "ASD"),
        ("ASC", "ASD"),
        ("Multi-Sensory Impairment", "MSI"),
        ("Other Difficulty / Disability", "OTH"),
        ("SEN support but no specialist assessment of type of need", "NSA"),
        ("Down Syndrome", "DS"),
    ],
)
def test_needs_are_known_by_code_words_or_both(text: str, need: str) -> None:
    assert code("need_type", text) == need


@pytest.mark.parametrize("text", ["Dyslexia", "ADHD", "ASD/SLCN"])
def test_a_diagnosis_or_two_needs_at_once_are_no_type_of_need(text: str) -> None:
    assert code("need_type", text) is None


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("ASD; SLCN", ["ASD", "SLCN"]),
        ("ASD, SLCN", ["ASD", "SLCN"]),
        ("ASD|SEMH", ["ASD", "SEMH"]),
        ("Speech, Language and Communication Needs; SpLD", ["SLCN", "SPLD"]),
        ("Speech, Language and Communication Needs", ["SLCN"]),
    ],
)
def test_a_cell_may_list_several_needs(text: str, needs: list[str]) -> None:
    found = find_codes("need_type", text)
    assert found is not None
    assert [entry.code.code for entry in found] == needs


@pytest.mark.parametrize("text", ["ASD; Dyslexia", ";", "x, y"])
def test_a_list_with_an_unknown_need_is_not_read_in_part(text: str) -> None:
    assert find_codes("need_type", text) is None


@pytest.mark.parametrize("name", ["sen_status", "need_type"])
def test_every_spelling_means_one_code_of_the_list(name: CodeList) -> None:
    text = files("ledger.imports").joinpath("spellings.toml").read_text("utf-8")
    table = tomllib.loads(text)[name]
    codes = {entry.code.code for entry in code_set(name).entries}
    assert set(table) <= codes
    for wanted, spellings in table.items():
        assert {code(name, one) for one in spellings} == {wanted}
    for entry in code_set(name).entries:
        assert {code(name, one) for one in (entry.code.code, entry.code.label, *entry.also)} == {
            entry.code.code
        }
