"""How long the record of a reading is kept: as long as a claim about it can be brought."""

from __future__ import annotations

from datetime import date

from ledger.statute.access_retention import retention_on

READ = date(2026, 3, 3)
RULE = retention_on(READ)


def test_for_a_child_six_years_run_from_the_eighteenth_birthday() -> None:
    assert RULE.kept_until(READ, date(2016, 5, 1)) == date(2040, 5, 1)
    assert RULE.kept_until(READ, date(2016, 2, 29)) == date(2040, 2, 29)


def test_for_an_adult_six_years_run_from_the_reading() -> None:
    assert RULE.kept_until(READ, date(2007, 1, 1)) == date(2032, 3, 3)


def test_for_a_list_it_is_as_long_as_for_a_child_born_that_day() -> None:
    assert RULE.kept_until(READ, None) == date(2050, 3, 3)
    longest = max(RULE.kept_until(READ, date(year, 1, 1)) for year in range(2007, 2027))
    assert RULE.kept_until(READ, None) >= longest


def test_the_rule_is_dated_and_cited() -> None:
    assert RULE.valid_from == date(2018, 5, 25)
    for source in ("UK GDPR art. 5(1)(e)", "Limitation Act 1980 s.9", "s.28(1)"):
        assert source in RULE.source
    assert retention_on(date(2010, 1, 1)) == RULE  # older readings are not let go of earlier
