"""The pupil: identity, enrolment, SEN status and ranked needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.event import Event, Subject, SubjectId, event_type
from ledger.errors import RuleRefused
from ledger.values.ages import OLDEST_PUPIL_AGE, age_on
from ledger.values.code import Code


@dataclass(frozen=True, slots=True)
class RankedNeed:
    """A need with its rank; rank 1 is the primary need (D-REG-1, D-REG-2).

    Attributes:
        rank: 1 for the primary need, then 2, 3 …
        need: census code, e.g. SLCN.
        area: its broad area of need (Code 6.28–6.35), or None where it has none (NSA, OTH).
        barrier: what stands in the way, in words (D-REG-16), or None.
        from_: since when, or None where not known.
    """

    rank: int
    need: Code
    area: Code | None
    barrier: str | None
    from_: date | None


@event_type("pupil.registered.v1")
@dataclass(frozen=True, kw_only=True)
class PupilRegistered(Event):
    """The pupil is known here."""

    family_name: str
    given_names: str
    preferred_name: str | None
    born: date
    sex: Code | None


@event_type("pupil.renamed.v1")
@dataclass(frozen=True, kw_only=True)
class PupilRenamed(Event):
    """The pupil's name changed, or was recorded wrongly before."""

    family_name: str
    given_names: str
    preferred_name: str | None
    grounds: str


@event_type("pupil.identifier_recorded.v1")
@dataclass(frozen=True, kw_only=True)
class IdentifierRecorded(Event):
    """An identifier of the pupil.

    Attributes:
        scheme: `upn`; open to a single unique identifier.
        value: as written.
        standing: current, temporary, former or quarantined (wrong check letter).
    """

    scheme: str
    value: str
    standing: str


@event_type("pupil.enrolled.v1")
@dataclass(frozen=True, kw_only=True)
class PupilEnrolled(Event):
    """The pupil is on roll from the day in `occurred_on`."""

    year_group: str | None
    class_name: str | None


@event_type("pupil.found_on_roll.v1")
@dataclass(frozen=True, kw_only=True)
class FoundOnRoll(Event):
    """The pupil was on roll on the day in `occurred_on`; this does not say since when.

    Attributes:
        year_group: the year group on that day, or None where not known.
        class_name: the class on that day, or None.
    """

    year_group: str | None
    class_name: str | None


@event_type("pupil.left.v1")
@dataclass(frozen=True, kw_only=True)
class PupilLeft(Event):
    """The pupil is on roll no more from the day in `occurred_on` (D-XFER-1).

    Attributes:
        destination: the setting to which the pupil goes, or None where not known.
        destination_urn: its URN where it has one.
        grounds: in words, or None.
    """

    destination: str | None
    destination_urn: str | None
    grounds: str | None


@event_type("pupil.sen_status_changed.v1")
@dataclass(frozen=True, kw_only=True)
class SenStatusChanged(Event):
    """The SEN status is another one from the day in `occurred_on` (D-REG-6, D-REG-8, D-REG-12).

    Attributes:
        status: E, K or N with its label; legacy codes only in history.
        grounds: the special educational provision that is called for, or why it ended.
        decided_by: who decided, by name and post.
        evidence: references to what the decision rests on.
    """

    status: Code
    grounds: str
    decided_by: str
    evidence: tuple[str, ...]


@event_type("pupil.needs_recorded.v1")
@dataclass(frozen=True, kw_only=True)
class NeedsRecorded(Event):
    """The pupil's needs, ranked; replaces the list before it (D-REG-15)."""

    needs: tuple[RankedNeed, ...]
    grounds: str


class Pupil(Aggregate):
    """One pupil of this school."""

    def __init__(self, id: UUID) -> None:  # noqa: A002  the library's word for it
        super().__init__(id)
        self.name = ""
        self.born: date | None = None
        self.identifiers: dict[tuple[str, str], str] = {}
        self.on_roll = False
        self.left_on: date | None = None
        self._joined_on: date | None = None
        self.status: str | None = None
        self.needs: tuple[RankedNeed, ...] = ()

    @property
    def subject(self) -> Subject:
        """The pupil as entries name them, as known now."""
        current = [
            SubjectId(scheme, value)
            for (scheme, value), standing in self.identifiers.items()
            if standing in {"current", "temporary"}
        ]
        return Subject(self.name, self.born, current[-1] if current else None)

    def _check(self, event: Event) -> None:
        match event:
            case PupilRegistered() if self.born is not None:
                raise RuleRefused(
                    "The pupil is registered already; nothing was recorded.",
                    "A pupil has one record, which begins once.",
                    remedy="Record a new name, or put the entry right with send-ledger correct.",
                    kind="already-registered",
                )
            case PupilRegistered(born=born) if born > event.recorded_at.date():
                raise RuleRefused(
                    "The date of birth lies in the future; nothing was recorded.",
                    "Nobody is a pupil before they are born.",
                    remedy="Check the year.",
                    kind="future-date",
                )
            case PupilRegistered(born=born) if (
                age_on(born, event.recorded_at.date()) > OLDEST_PUPIL_AGE
            ):
                raise RuleRefused(
                    "By that date of birth it is no pupil; nothing was recorded.",
                    f"Nobody is a pupil past the age of {OLDEST_PUPIL_AGE} (CFA 2014 s.46).",
                    "Check the year.",
                    kind="too-old",
                )
            case PupilLeft() if not self.on_roll:
                raise RuleRefused(
                    "The pupil is not on roll.",
                    "Who is not on roll cannot leave.",
                    remedy="Record the enrolment first.",
                    kind="not-on-roll",
                )
            case NeedsRecorded(needs=needs):
                _check_ranks(needs)
            case SenStatusChanged() if self.left_on and event.occurred_on.first >= self.left_on:
                raise RuleRefused(
                    "The pupil had left by that day; nothing was recorded.",
                    "The next school decides on the SEN status of its own pupils.",
                    "Record that the pupil is back on roll first, or the day before the leaving "
                    "on which it changed.",
                    kind="not-on-roll",
                )
            case SenStatusChanged(status=status) if status.code == self.status:
                raise RuleRefused(
                    f"The pupil's status is {status.code} already.",
                    "A change of status says what it changed to.",
                    remedy="To put an earlier entry right, use send-ledger correct.",
                    kind="status-unchanged",
                )
            case _:
                pass

    def _apply(self, event: Event) -> None:
        match event:
            case PupilRegistered() | PupilRenamed():
                self.name = f"{event.given_names} {event.family_name}".strip()
                self.born = event.born if isinstance(event, PupilRegistered) else self.born
            case IdentifierRecorded():
                self.identifiers[(event.scheme, event.value)] = event.standing
            case PupilEnrolled() | FoundOnRoll() | PupilLeft():
                self._place(event)
            case SenStatusChanged():
                self.status = event.status.code
            case NeedsRecorded():
                self.needs = event.needs
            case _:
                pass

    def _place(self, event: Event) -> None:
        """Follow who is on roll; late entries of an earlier joining or leaving change nothing.

        A leaving overrules a file of a later day that still had the pupil.
        """
        day = event.occurred_on.first
        if isinstance(event, PupilLeft):
            if self._joined_on is None or day >= self._joined_on:
                self.on_roll, self.left_on = False, day
        elif self.left_on is None or day >= self.left_on:
            self.on_roll, self.left_on = True, None
            if isinstance(event, PupilEnrolled):
                self._joined_on = max(day, self._joined_on or day)


def _check_ranks(needs: tuple[RankedNeed, ...]) -> None:
    if sorted(one.rank for one in needs) != list(range(1, len(needs) + 1)):
        raise RuleRefused(
            "The needs are not ranked 1, 2, 3 …; nothing was recorded.",
            "A pupil has exactly one primary need, rank 1 (D-REG-1).",
            "Give each need a rank of its own, beginning with 1.",
            kind="needs-misranked",
        )
    if len({one.need.code for one in needs}) != len(needs):
        raise RuleRefused(
            "A need is listed twice; nothing was recorded.",
            "Needs are ranked, so each stands at one place.",
            remedy="List each need once, with its rank.",
            kind="needs-misranked",
        )
