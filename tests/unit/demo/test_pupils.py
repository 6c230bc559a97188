"""The made-up pupils, and the register files that they come in."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest

from ledger.demo.played_year import PlayedYear
from ledger.demo.pupils import MadeUpPupil, made_up_pupils
from ledger.demo.register_files import REGISTERS
from ledger.demo.schools import DemoSchool, demo_schools
from ledger.imports.register_csv import plan_import
from ledger.values.school_year import SchoolYear
from ledger.values.upn import Upn

SCHOOLS = demo_schools()
PLAYED = PlayedYear(SchoolYear(2025))
YEARS = range(2024, 2064)


def everybody(played: PlayedYear = PLAYED) -> list[MadeUpPupil]:
    return [one for school in SCHOOLS.values() for one in made_up_pupils(school, played)]


def test_there_are_forty_in_two_schools() -> None:
    assert len(everybody()) == 40
    assert [school.facts.urn for school in SCHOOLS.values()] == ["126416", "106653"]


@pytest.mark.parametrize("starts_in", YEARS)
def test_every_upn_is_valid_and_nobody_elses(starts_in: int) -> None:
    pupils = everybody(PlayedYear(SchoolYear(starts_in)))
    assert all(one.upn.check_letter_ok and not one.upn.temporary for one in pupils)
    assert len({str(one.upn) for one in pupils}) == 40


@pytest.mark.parametrize("starts_in", YEARS)
def test_one_was_born_on_a_29_february_and_all_fit_their_school(starts_in: int) -> None:
    played = PlayedYear(SchoolYear(starts_in))
    leap = [one for one in everybody(played) if (one.born.month, one.born.day) == (2, 29)]
    assert [one.key for one in leap] == ["frantiska"]
    for school in SCHOOLS.values():
        low, high = (int(age) for age in school.ages.split(" to "))
        for one in made_up_pupils(school, played):
            age = played.year.starts_in - one.born.year - (one.born > date(one.born.year, 9, 1))
            assert low <= age <= high, one.key


def test_the_names_are_as_awkward_as_real_ones() -> None:
    names = [one.name for one in everybody()]
    scripts = {unicodedata.name(c).split()[0] for name in names for c in name if c.isalpha()}
    assert {"LATIN", "CJK", "ARABIC", "HEBREW", "CYRILLIC", "GURMUKHI", "GREEK"} <= scripts
    families = [one.family for one in everybody()]
    assert any(len(name) == 1 and name.isascii() for name in families)
    assert any(len(name) == 80 for name in families)
    assert any(name.startswith("'") for name in families)
    assert "O'Neill" in families
    assert len(names) - len(set(names)) == 1, "two pupils of one name, who are not the same"
    assert any(name != unicodedata.normalize("NFC", name) for name in families)


def test_one_number_is_mistyped_in_the_file() -> None:
    slips = [one for one in everybody() if one.upn_in_file != str(one.upn)]
    assert len(slips) == 1
    assert not Upn(slips[0].upn_in_file).check_letter_ok
    assert slips[0].upn_in_file[1:] == str(slips[0].upn)[1:]


@pytest.mark.parametrize("school", SCHOOLS.values(), ids=SCHOOLS)
@pytest.mark.parametrize("starts_in", [2025, 2027, 2031])
def test_the_register_files_import_as_they_stand(school: DemoSchool, starts_in: int) -> None:
    played = PlayedYear(SchoolYear(starts_in))
    pupils = made_up_pupils(school, played)
    plan = plan_import(REGISTERS[school.facts.phase](pupils), known=[], today=played.on("09-03"))
    assert plan.is_clean
    assert [one.split(":")[0] for one in plan.warnings] == [
        "No column says since when a need is held"
    ]
    assert len(plan.rows) == len(pupils)
    quarantined = [one for one in plan.reports if one.outcome == "quarantine"]
    assert len(quarantined) == sum(one.upn_in_file != str(one.upn) for one in pupils)
    for row, pupil in zip(plan.rows, pupils, strict=True):
        assert str(row.pupil.family_name) == unicodedata.normalize("NFC", pupil.family)
        assert [need.type.code.code for need in row.needs] == list(pupil.needs)


def test_no_head_of_the_real_schools_plays_a_part() -> None:
    told = {one.name for school in SCHOOLS.values() for one in school.people}
    told |= {parent.name for one in everybody() for parent in one.parents}
    words = " ".join(told)
    assert "Meredith" not in words
    assert "Crook" not in words
