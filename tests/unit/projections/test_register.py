"""The register as at a date, from the facts of one pupil's record."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.projections.register import RegisterRow, read_pupils, read_register
from ledger.statute.census import first_census_after
from tests.support.folding import (
    ENROLLED,
    REGISTERED,
    STATUS,
    MadeUpLog,
    folded,
    name_fields,
    needs_fields,
    status_fields,
)

JOINED = date(2025, 9, 1)
TODAY = date(2026, 3, 20)
NEEDS = "pupil.needs_recorded.v1"


def enrolled() -> MadeUpLog:
    log = MadeUpLog()
    log.add(REGISTERED, JOINED, JOINED, **name_fields())
    log.add(ENROLLED, JOINED, JOINED, year_group="4", class_name=None)
    return log


def row(log: MadeUpLog, as_of: date = TODAY, known_at: date | None = None) -> RegisterRow | None:
    with folded([log.entries]) as models:
        return next(iter(read_pupils(models, as_of=as_of, known_at=known_at)), None)


def shown(log: MadeUpLog, as_of: date) -> list[str]:
    with folded([log.entries]) as models:
        return [one.status for one in read_register(models, as_of=as_of)]


def test_d_reg_1_a_pupil_has_one_status_and_one_primary_need() -> None:
    log = enrolled()
    log.add(STATUS, JOINED, JOINED, **status_fields("K"))
    log.add(NEEDS, JOINED, JOINED, **needs_fields("MLD"))
    log.add(NEEDS, date(2026, 1, 1), date(2026, 1, 1), **needs_fields("SLCN", "MLD"))
    found = row(log)
    assert found is not None
    assert (found.status, found.primary_need, found.area) == ("K", "SLCN", "Communication")


def test_d_reg_2_further_needs_follow_in_their_rank() -> None:
    log = enrolled()
    log.add(NEEDS, JOINED, JOINED, **needs_fields("SLCN", "MLD", "HI"))
    found = row(log)
    assert found is not None
    assert [one["code"] for one in found.needs] == ["SLCN", "MLD", "HI"]


def test_d_reg_8_a_change_counts_from_its_own_date_not_from_its_recording() -> None:
    log = enrolled()
    log.add(STATUS, date(2026, 1, 10), date(2026, 3, 1), **status_fields("K"))
    assert shown(log, date(2026, 1, 9)) == []
    assert shown(log, date(2026, 1, 10)) == ["K"]


def test_d_reg_9_a_removed_pupil_is_n_up_to_the_next_census_day_and_then_gone() -> None:
    log = enrolled()
    removed = date(2026, 2, 2)
    log.add(STATUS, JOINED, JOINED, **status_fields("K"))
    log.add(STATUS, removed, removed, **status_fields("N"))
    census = first_census_after(removed)
    assert shown(log, census) == ["N"]
    assert shown(log, date.fromordinal(census.toordinal() + 1)) == []


def test_a_pupil_who_never_was_on_the_register_is_not_shown_as_removed() -> None:
    log = enrolled()
    log.add(STATUS, JOINED, JOINED, **status_fields("N"))
    assert shown(log, JOINED) == []


def test_a_pupil_who_has_left_is_not_on_the_register() -> None:
    log = enrolled()
    log.add(STATUS, JOINED, JOINED, **status_fields("K"))
    log.add("pupil.left.v1", date(2026, 3, 1), date(2026, 3, 1), destination=None)
    assert shown(log, date(2026, 2, 28)) == ["K"]
    assert shown(log, date(2026, 3, 1)) == []


def test_what_was_found_wrong_later_still_shows_as_it_was_known() -> None:
    log = enrolled()
    wrong = log.add(REGISTERED, JOINED, JOINED, **name_fields("Oneil"))
    log.correct(wrong, date(2026, 3, 1))
    for day, name in ((date(2026, 2, 28), "Oneil"), (date(2026, 3, 1), "O'Neill")):
        found = row(log, known_at=day)
        assert found is not None
        assert found.family_name == name


def test_a_birth_date_put_right_counts_from_the_day_it_was_put_right() -> None:
    log = enrolled()
    log.correct(1, date(2026, 3, 1))
    log.add(REGISTERED, JOINED, date(2026, 3, 1), **name_fields(born="2015-02-28"))
    for day, born in ((date(2026, 2, 28), "2016-02-29"), (date(2026, 3, 1), "2015-02-28")):
        found = row(log, known_at=day)
        assert found is not None
        assert found.born == born


def test_a_replacement_stands_where_the_wrong_entry_stood() -> None:
    log = enrolled()
    first = log.add(STATUS, JOINED, JOINED, **status_fields("K"))
    log.add(STATUS, JOINED, JOINED, **status_fields("E"))
    log.correct(first, TODAY, log.entries[first - 1])
    found = row(log)
    assert found is not None
    assert found.status == "E"


def test_a_pupil_whose_name_was_recorded_later_is_named_on_earlier_days_too() -> None:
    log = MadeUpLog()
    log.add(REGISTERED, TODAY, TODAY, **name_fields())
    log.add(STATUS, JOINED, TODAY, **status_fields("K"))
    found = row(log, as_of=JOINED)
    assert found is not None
    assert (found.name, found.status) == ("Zoë O'Neill", "K")
    assert row(log, known_at=JOINED) is None


@pytest.mark.parametrize(
    ("standings", "current"),
    [
        ((("A1", "temporary"), ("A2", "current")), ("A2", "current")),
        ((("A1", "current"), ("A1", "former"), ("A2", "current")), ("A2", "current")),
        ((("A1", "quarantined"),), ("A1", "quarantined")),
        ((("A1", "former"),), ("", "")),
    ],
)
def test_the_current_upn_is_chosen_by_its_standing(
    standings: tuple[tuple[str, str], ...], current: tuple[str, str]
) -> None:
    log = enrolled()
    for value, standing in standings:
        fields = {"scheme": "upn", "value": value, "standing": standing}
        log.add("pupil.identifier_recorded.v1", JOINED, JOINED, **fields)
    found = row(log)
    assert found is not None
    assert (found.upn, found.upn_standing) == current
