"""Consent: one stream each, so that “in force” can be proved by showing it whole (D-CONS-11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.event import Event, event_type
from ledger.errors import RuleRefused
from ledger.values.ages import sixteenth_birthday, young_person_from
from ledger.values.code import Code


@dataclass(frozen=True, slots=True)
class FamilyAct:
    """The evidence of the family's own act.

    Attributes:
        kind: `signed_form`, `message`, `witnessed_words` or `none`.
        words: the message or the spoken words, verbatim, or None.
        document: SHA-256 of the scanned form's bytes, or None.
        reference: where the paper or message is kept, or None.
    """

    kind: str
    words: str | None
    document: bytes | None
    reference: str | None


@event_type("consent.given.v1")
@dataclass(frozen=True, kw_only=True)
class ConsentGiven(Event):
    """Consent was given on the day in `occurred_on`.

    Attributes:
        pupil: the pupil's stream.
        giver_name: who gave it.
        giver_capacity: `parental_responsibility`, `young_person` or `advocate`.
        giver_stream: the stream of their parental responsibility, or None.
        items: what may be shared.
        purpose: what for.
        recipient: to whom.
        wording_version: version of the form or script.
        wording: the full words that were shown or read out.
        method: form, meeting, telephone, e-mail …
        act: the evidence of the family's own act.
        witness: who witnessed it, or None.
        expires_on: last day in force, or None.
    """

    pupil: bytes
    giver_name: str
    giver_capacity: str
    giver_stream: bytes | None
    items: tuple[Code, ...]
    purpose: str
    recipient: str
    wording_version: str
    wording: str
    method: Code
    act: FamilyAct
    witness: str | None
    expires_on: date | None


@event_type("consent.refused.v1")
@dataclass(frozen=True, kw_only=True)
class ConsentRefused(Event):
    """Consent was asked for and refused; the fields are those of `ConsentGiven`."""

    pupil: bytes
    giver_name: str
    giver_capacity: str
    giver_stream: bytes | None
    items: tuple[Code, ...]
    purpose: str
    recipient: str
    wording_version: str
    wording: str
    method: Code
    act: FamilyAct
    witness: str | None


@event_type("consent.withdrawn.v1")
@dataclass(frozen=True, kw_only=True)
class ConsentWithdrawn(Event):
    """Consent was withdrawn on the day in `occurred_on`."""

    by_name: str
    by_capacity: str
    method: Code
    act: FamilyAct
    witness: str | None


@event_type("consent.relied_on.v1")
@dataclass(frozen=True, kw_only=True)
class ConsentReliedOn(Event):
    """Something was shared under this consent.

    Saved together with the sharing, so that a withdrawal made meanwhile stops
    both: the stream's place is taken.
    """

    by_type: str
    by_stream: bytes


class Consent(Aggregate):
    """One consent: asked, given or refused, relied on, withdrawn."""

    def __init__(self, id: UUID) -> None:  # noqa: A002  the library's word for it
        super().__init__(id)
        self.given: ConsentGiven | None = None
        self.refused = False
        self.withdrawn = False

    def in_force(self, on: date) -> bool:
        """Tell whether it is in force on a day, by what this stream says now."""
        return (
            self.given is not None
            and not self.withdrawn
            and self.given.occurred_on.first <= on
            and (self.given.expires_on is None or on <= self.given.expires_on)
        )

    def _check(self, event: Event) -> None:
        match event:
            case ConsentGiven() | ConsentRefused():
                if self.given or self.refused:
                    raise RuleRefused(
                        "This consent was answered already.",
                        "Each asking is a record of its own.",
                        "Record a new consent.",
                        kind="already-answered",
                    )
                _check_giver(event)
                _check_act(event.act, event.witness)
                _check_expiry(event)
            case ConsentWithdrawn():
                if self.given is None or self.withdrawn:
                    raise RuleRefused(
                        "This consent is not in force; nothing was recorded.",
                        "It was never given, or was withdrawn before.",
                        "See send-ledger consent list.",
                        kind="not-in-force",
                    )
                if event.occurred_on.last < self.given.occurred_on.first:
                    raise RuleRefused(
                        "It was given after that day; nothing was recorded.",
                        "A consent is withdrawn on the day on which it was given or later.",
                        "Check the date; a wrong date of the consent is put right with "
                        "send-ledger correct.",
                        kind="before-given",
                    )
                _check_act(event.act, event.witness)
            case ConsentReliedOn():
                if not self.in_force(event.occurred_on.first):
                    raise RuleRefused(
                        "This consent is not in force on that day; nothing was shared.",
                        "It was refused, withdrawn or has expired.",
                        "Ask the family again, or leave the item out.",
                        kind="not-in-force",
                    )
            case _:
                pass

    def _apply(self, event: Event) -> None:
        match event:
            case ConsentGiven():
                self.given = event
            case ConsentRefused():
                self.refused = True
            case ConsentWithdrawn():
                self.withdrawn = True
            case _:
                pass


def _check_giver(event: ConsentGiven | ConsentRefused) -> None:
    """Refuse a giver who could not give it on that date (D-CONS-1)."""
    born = event.subject.born if event.subject else None
    if event.giver_capacity == "parental_responsibility":
        _check_not_young_person(event, born)
    if event.giver_capacity != "young_person":
        return
    if born is None or event.occurred_on.first < sixteenth_birthday(born):
        raise RuleRefused(
            "The pupil was under 16 on that day; nothing was recorded.",
            "A young person consents for themselves from 16 (D-CONS-1).",
            "Ask somebody with parental responsibility.",
            kind="giver-too-young",
        )


def _check_not_young_person(event: ConsentGiven | ConsentRefused, born: date | None) -> None:
    if born is not None and event.occurred_on.first >= young_person_from(born):
        raise RuleRefused(
            "The pupil was over compulsory school age on that day; nothing was recorded.",
            "A young person answers for themselves (Children and Families Act 2014 s.83(2); "
            "D-CONS-1).",
            "Ask them: --capacity young_person; where they lack the mental capacity, whoever "
            "acts for them: --capacity advocate.",
            kind="young-person-answers",
        )


def _check_expiry(event: ConsentGiven | ConsentRefused) -> None:
    """Refuse a consent that was over before it was given; one over since is a late entry."""
    if not isinstance(event, ConsentGiven) or event.expires_on is None:
        return
    if event.expires_on < event.occurred_on.first:
        raise RuleRefused(
            "It would have ended before it was given; nothing was recorded.",
            "The last day in force is the day on which it was given or later.",
            "Check --expires and --on.",
            kind="expired-when-given",
        )


def _check_act(act: FamilyAct, witness: str | None) -> None:
    kinds = {"signed_form", "message", "witnessed_words", "none"}
    if act.kind not in kinds:
        raise RuleRefused(
            "The evidence of the family's act is of an unknown kind.",
            f"Known kinds: {', '.join(sorted(kinds))}.",
            "Name one of them.",
            kind="unknown-evidence",
        )
    if act.kind == "witnessed_words" and not (act.words and witness):
        raise RuleRefused(
            "Witnessed words need the words and the witness; nothing was recorded.",
            "Without both there is nothing that a stranger could be shown.",
            remedy="Give both, or record the evidence as “none”.",
            kind="evidence-incomplete",
        )
    if act.kind == "message" and not (act.words or act.document):
        raise RuleRefused(
            "A message needs its words or the message itself; nothing was recorded.",
            "Without either there is nothing that a stranger could be shown.",
            remedy="Give either, or record the evidence as “none”.",
            kind="evidence-incomplete",
        )
    if act.kind == "signed_form" and not (act.document or act.reference):
        raise RuleRefused(
            "A signed form needs its scan, or the place where the paper is kept.",
            "Without either nobody could find what was signed.",
            remedy="Give either, or record the evidence as “none”.",
            kind="evidence-incomplete",
        )
