"""What a pupil's rows say of SEN, put in order: statuses by date, needs by rank."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from ledger.imports.register_row import RegisterNeed, Remark, SenSpell
from ledger.values.code_set import code_set
from ledger.values.dates import day_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.imports.row_reading import ReadNeed
    from ledger.values.dates import OccurredOn


def order_spells(said: Sequence[SenSpell]) -> tuple[tuple[SenSpell, ...], list[Remark]]:
    """Put the SEN statuses of a pupil's rows in order.

    A row for each need repeats the status; rows with different statuses are a
    history and need their dates.  Legacy statuses are taken only as history
    that had ended when their use did (D-REG-18).

    Returns:
        The statuses, oldest first, and the problems found.
    """
    spells = _without_repeats(said)
    starts = [spell.since for spell in spells]
    if len(spells) > 1 and (None in starts or len(set(starts)) < len(starts)):
        words = (
            "The rows hold different SEN statuses; each then needs the date from which "
            "it was held, and no two the same date."
        )
        return (), [Remark(kind="statuses-differ", field="sen_status", words=words)]
    ordered = tuple(sorted(spells, key=_first_day))
    ends = [spell.until or later.since for spell, later in pairwise(ordered)]
    ends += [spell.until for spell in ordered[-1:]]
    problems = [
        finding
        for spell, end in zip(ordered, ends, strict=True)
        if (finding := _legacy_problem(spell, end))
    ]
    if len({(one.status.code.code, one.since, one.until) for one in said if one.until}) > len(
        {(one.status.code.code, one.since) for one in said if one.until}
    ):
        words = "The rows hold different ends of one SEN status."
        problems.append(Remark(kind="rows-differ", field="sen_end", words=words))
    return ordered, problems


def rank_needs(
    said: Sequence[ReadNeed],
) -> tuple[tuple[RegisterNeed, ...], list[Remark], list[Remark]]:
    """Rank the needs of a pupil's rows from 1, without gaps (D-REG-1, D-REG-2).

    Returns:
        The needs by rank, the problems and the warnings found.
    """
    needs, problems = _each_need_once(said)
    ranks = [need.rank for need in needs if need.rank]
    if len(set(ranks)) < len(ranks):
        words = "Two needs of the pupil have the same rank."
        problems.append(Remark(kind="ranks-same", field="need_rank", words=words))
    warnings: list[Remark] = []
    if len(needs) - len(ranks) > 1:
        words = "Needs without a rank were ranked in the order of the file; check the primary one."
        warnings.append(Remark(kind="ranks-missing", field="need_rank", words=words))
    ordered = sorted(needs, key=lambda need: need.rank or len(needs) + max(ranks, default=0))
    if sorted(ranks) != list(range(1, len(ranks) + 1)):
        words = "The ranks have gaps and were closed up; check the primary need."
        warnings.append(Remark(kind="ranks-gaps", field="need_rank", words=words))
    ranked = tuple(
        RegisterNeed(type=need.type, rank=rank, since=need.since)
        for rank, need in enumerate(ordered, start=1)
    )
    return ranked, problems, warnings


def look_at_sen(spells: Sequence[SenSpell], needs: Sequence[RegisterNeed]) -> list[Remark]:
    """Warn of a status and needs that do not go together.

    Census rules 2170 (a type of need where the provision is K or E) and 2175
    (NSA only with K); the register shows one primary need (D-REG-1).
    """
    if not spells:
        return []
    current = spells[-1].status
    found: list[Remark] = []
    if current.on_register and not needs:
        words = "The pupil is on the register without a need; the primary need has to be recorded."
        found.append(Remark(kind="no-need", field="need", words=words))
    if needs and not current.on_register:
        words = "The pupil has a need but no SEN; check which is right."
        found.append(Remark(kind="need-without-sen", field="sen_status", words=words))
    for need in needs:
        if need.type.only_with and current.code.code not in (*need.type.only_with, "N"):
            words = (
                f"The census takes {need.type.code.code} only with "
                f"{' or '.join(need.type.only_with)}."
            )
            found.append(Remark(kind="need-with-status", field="need", words=words))
    return found


def _without_repeats(said: Sequence[SenSpell]) -> list[SenSpell]:
    """Each status and start once; one without a start only if none has one."""
    found: dict[tuple[str, OccurredOn | None], SenSpell] = {}
    for spell in said:
        key = (spell.status.code.code, spell.since)
        before = found.get(key)
        found[key] = replace(spell, until=before.until or spell.until) if before else spell
    dated = {code for code, since in found if since}
    return [spell for (code, since), spell in found.items() if since or code not in dated]


def _first_day(spell: SenSpell) -> str:
    return str(spell.since.first) if spell.since else ""


def _legacy_problem(spell: SenSpell, end: OccurredOn | None) -> Remark | None:
    entry = code_set("sen_status").find(spell.status.code.code)
    if entry is None or entry.valid_until is None:
        return None
    # The day after is the first day of what came next.
    if end and end.first <= entry.valid_until + timedelta(days=1):
        return None
    words = (
        f"{entry.code} went out of use on {day_words(entry.valid_until)}; it is taken only as "
        "history that ended by then."
    )
    return Remark(kind="sen-status-not-in-use", field="sen_status", words=words)


def _each_need_once(said: Sequence[ReadNeed]) -> tuple[list[ReadNeed], list[Remark]]:
    found: dict[str, ReadNeed] = {}
    problems: dict[Remark, None] = {}
    for need in said:
        code = need.type.code.code
        before = found.setdefault(code, need)
        if _differ(before.rank, need.rank) or _differ(before.since, need.since):
            words = f"The need {code} stands twice, with different ranks or dates."
            problems[Remark(kind="need-twice", field="need", words=words)] = None
        found[code] = replace(
            before, rank=before.rank or need.rank, since=before.since or need.since
        )
    return list(found.values()), list(problems)


def _differ(first: object, second: object) -> bool:
    return first is not None and second is not None and first != second
