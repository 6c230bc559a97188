"""Laws of the read models: incremental as rebuilt, two times, corrections."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ledger.projections.folded import Folded
from ledger.projections.register import MODEL, RegisterRow, pupil_row
from tests.support.folding import (
    ENROLLED,
    PUPIL,
    REGISTERED,
    STATUS,
    MadeUpLog,
    all_documents,
    folded,
    name_fields,
    needs_fields,
    status_fields,
)

FIRST = date(2026, 1, 1)
DAYS = 12
days = st.integers(0, DAYS).map(lambda number: FIRST + timedelta(days=number))
contents: st.SearchStrategy[tuple[str, dict[str, Any]]] = st.one_of(
    st.sampled_from("EKN").map(lambda code: (STATUS, status_fields(code))),
    st.builds(name_fields, st.sampled_from(["Oneil", "Li"]), st.sampled_from(["2016", "2017"])).map(
        lambda fields: (REGISTERED, fields)
    ),
    st.sampled_from(["3", "4"]).map(lambda year: (ENROLLED, {"year_group": year})),
    st.sampled_from(["SLCN", "MLD"]).map(
        lambda need: ("pupil.needs_recorded.v1", needs_fields(need))
    ),
    st.just(("pupil.left.v1", {"destination": None})),
)


@st.composite
def logs(draw: st.DrawFn) -> MadeUpLog:
    """Draw a record in which entries, corrections and replacements are mixed."""
    log, at = MadeUpLog(), FIRST
    standing: list[int] = []
    for _ in range(draw(st.integers(1, 10))):
        at += timedelta(days=draw(st.integers(0, 3)))
        is_correction: bool = draw(st.booleans())
        if is_correction and standing:
            wrong = draw(st.sampled_from(standing))
            standing.remove(wrong)
            likes: list[Folded | None] = [None, log.entries[wrong - 1]]
            place = log.correct(wrong, at, draw(st.sampled_from(likes)))
            standing += [place] if place else []
        else:
            type_, fields = draw(contents)
            standing.append(log.add(type_, draw(days), at, **fields))
    return log


def row_of(entries: list[Folded], as_of: date, known_at: date | None = None) -> RegisterRow | None:
    with folded([entries]) as models:
        facts = dict(models.documents(MODEL)).get(PUPIL, [])
    return pupil_row(PUPIL, facts, as_of, known_at)


@given(logs(), st.sets(st.integers(0, 20)))
def test_read_models_grown_step_by_step_equal_a_rebuild(log: MadeUpLog, cuts: set[int]) -> None:
    ends = sorted({0, *(cut for cut in cuts if cut < len(log.entries)), len(log.entries)})
    chunks = [log.entries[start:stop] for start, stop in pairwise(ends)]
    with folded(chunks) as grown, folded([log.entries]) as rebuilt:
        assert all_documents(grown) == all_documents(rebuilt)


@given(logs(), days, days)
def test_what_was_known_on_a_day_is_what_the_entries_recorded_by_then_say(
    log: MadeUpLog, as_of: date, known_at: date
) -> None:
    limit = known_at.isoformat()
    by_then = [one for one in log.entries if one.recorded_at[:10] <= limit]
    assert row_of(log.entries, as_of, known_at) == row_of(by_then, as_of)


@given(logs(), days, contents, st.integers(1, 9))
def test_what_happens_later_changes_nothing_that_was_true_before(
    log: MadeUpLog, as_of: date, later: tuple[str, dict[str, Any]], wait: int
) -> None:
    before = row_of(log.entries, as_of)
    type_, fields = later
    day = as_of + timedelta(days=wait)
    log.add(type_, day, day, **fields)
    after = row_of(log.entries, as_of)
    # A name alone reaches back: to a time from which none is known.
    if after == before or (type_ == REGISTERED and not named_by(log.entries[:-1], as_of)):
        return
    assert before is not None
    assert after is not None
    assert_only_doubts_changed(before, after, as_of)


def assert_only_doubts_changed(before: RegisterRow, after: RegisterRow, as_of: date) -> None:
    """Demand that what was certain stays, and that what is new is marked as doubt (0022)."""
    if before.on_roll != after.on_roll:
        # Leaving tells of a time on roll, joining of none; being on roll is never unsaid.
        assert before.on_roll is not True
        assert after.on_roll is not True
    if (before.needs, before.needs_recorded_on) != (after.needs, after.needs_recorded_on):
        # Needs that were recorded later stand only where none are known, and say so.
        assert not before.needs or before.needs_recorded_on
        assert not after.needs or after.needs_recorded_on > as_of.isoformat()
    assert (
        replace(
            after,
            on_roll=before.on_roll,
            needs=before.needs,
            needs_recorded_on=before.needs_recorded_on,
        )
        == before
    )


def named_by(entries: list[Folded], day: date) -> bool:
    return row_of(entries, day) is not None and any(
        one.type == REGISTERED and one.fields["occurred_on"]["date"] <= day.isoformat()
        for one in entries
    )


@given(logs(), days, st.data())
def test_replacing_an_entry_by_its_like_changes_nothing(
    log: MadeUpLog, as_of: date, data: st.DataObject
) -> None:
    corrected = {one.fields.get("corrects_seq") for one in log.entries}
    standing = [
        one for one in log.entries if one.seq not in corrected and "corrects_seq" not in one.fields
    ]
    before = row_of(log.entries, as_of)
    if standing:
        wrong = data.draw(st.sampled_from(standing))
        log.correct(wrong.seq, FIRST + timedelta(days=60), wrong)
    assert row_of(log.entries, as_of) == before


@given(st.lists(st.tuples(contents, days), min_size=1, max_size=6), days, st.data())
def test_corrections_come_to_the_same_in_any_order(
    facts: list[tuple[tuple[str, dict[str, Any]], date]], as_of: date, data: st.DataObject
) -> None:
    wrong = data.draw(st.lists(st.integers(1, len(facts)), unique=True))
    replaced = data.draw(st.sets(st.sampled_from(wrong))) if wrong else set()

    def row(order: list[int]) -> RegisterRow | None:
        log = MadeUpLog()
        for (type_, fields), day in facts:
            log.add(type_, day, FIRST, **fields)
        for seq in order:
            log.correct(seq, FIRST, log.entries[seq - 1] if seq in replaced else None)
        return row_of(log.entries, as_of)

    assert row(wrong) == row(data.draw(st.permutations(wrong)))
