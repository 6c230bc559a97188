"""A pupil's consents, from the pupil's history; a pure fold (D-CONS-11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ledger.formats.encoding import unb64url
from ledger.values.dates import OccurredOn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.projections.history import HistoryEntry

GIVEN = "consent.given.v1"
REFUSED = "consent.refused.v1"
WITHDRAWN = "consent.withdrawn.v1"


@dataclass(frozen=True, slots=True)
class ConsentPlace:
    """One entry of a consent's stream: its log index, and the day that was stated."""

    index: int
    occurred_on: OccurredOn


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRow:
    """One consent; corrected entries are left out.

    Attributes:
        stream: the consent's stream, 16 bytes.
        given: the entry that gave it, or None where it was refused.
        refused: the entry that refused it, or None where it was given.
        withdrawn: the entry that withdrew it, or None.
        items: codes of what may be shared.
        recipient: to whom, as recorded.
        expires_on: last day in force, or None.
        act_kind: the evidence of the family's own act: `signed_form`, `message`,
            `witnessed_words` or `none`.
        labels: the items in words, in the order of the form.
        giver_name: who answered.
        giver_capacity: in what capacity.
        giver_recorded: whether it is known here that they could answer: False
            where parental responsibility was said, and no record of it named.
        purpose: what for.
    """

    stream: bytes
    given: ConsentPlace | None
    refused: ConsentPlace | None
    withdrawn: ConsentPlace | None
    items: frozenset[str]
    recipient: str
    expires_on: date | None
    act_kind: str
    labels: tuple[str, ...]
    giver_name: str
    giver_capacity: str
    giver_recorded: bool
    purpose: str

    @property
    def answered(self) -> ConsentPlace | None:
        """The entry that gave or refused it."""
        return self.given or self.refused


def consents_of(history: Iterable[HistoryEntry]) -> list[ConsentRow]:
    """Fold the consents out of a pupil's history, in the order of their answers."""
    streams: dict[str, dict[str, HistoryEntry]] = {}
    # In log order, so that the newest answer of one stream stands.
    for one in sorted(history, key=lambda entry: entry.index):
        if one.type in {GIVEN, REFUSED, WITHDRAWN} and one.corrected_by is None:
            streams.setdefault(one.stream, {})[one.type] = one
    return [row for steps in streams.values() if (row := _row(steps)) is not None]


def _row(steps: dict[str, HistoryEntry]) -> ConsentRow | None:
    answer = steps.get(GIVEN) or steps.get(REFUSED)
    if answer is None:  # its answer was withdrawn by a correction
        return None
    fields: dict[str, Any] = answer.fields
    expires_on = fields.get("expires_on")
    return ConsentRow(
        stream=unb64url(answer.stream),
        given=_place(steps.get(GIVEN)),
        refused=None if GIVEN in steps else _place(answer),
        withdrawn=_place(steps.get(WITHDRAWN)),
        items=frozenset(item["code"] for item in fields["items"]),
        recipient=fields["recipient"],
        expires_on=date.fromisoformat(expires_on) if expires_on else None,
        act_kind=fields["act"]["kind"],
        labels=tuple(item["label"] for item in fields["items"]),
        giver_name=fields["giver_name"],
        giver_capacity=fields["giver_capacity"],
        giver_recorded=fields["giver_capacity"] != "parental_responsibility"
        or fields.get("giver_stream") is not None,
        purpose=fields["purpose"],
    )


def _place(entry: HistoryEntry | None) -> ConsentPlace | None:
    if entry is None:
        return None
    return ConsentPlace(entry.index, OccurredOn.parse(entry.occurred_on))
