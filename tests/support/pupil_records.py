"""Pupils and consents for a home that a test builds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from ledger.aggregates.consent import Consent, ConsentGiven, ConsentWithdrawn, FamilyAct
from ledger.aggregates.pupil import IdentifierRecorded, Pupil, PupilEnrolled, PupilRegistered
from ledger.values.code import Code

if TYPE_CHECKING:
    from uuid import UUID

    from ledger.aggregates.event import Entry

FORM: Final = Code(scheme="consent-method", code="form", label="Form")
SIGNED: Final = FamilyAct("signed_form", None, None, "Filing cabinet, drawer 2")


class PupilRecords(ABC):
    """What a home's builder records about pupils."""

    __slots__ = ()

    @abstractmethod
    def entry(self, days_ago: int = 0, **circumstances: Any) -> Entry:
        """Give the circumstances of an entry made now."""

    @abstractmethod
    def stream(self) -> UUID:
        """Draw a stream's id."""

    @abstractmethod
    def open_stream(self, stream: UUID, name: str) -> UUID:
        """Give a stream its data key in a class."""

    @abstractmethod
    def save(self, name: str, *aggregates: Any, role: str | None = None) -> None:
        """Save what aggregates decided, signed by that person."""

    def pupil(self, number: int) -> Pupil:
        """Register and enrol a pupil of that number."""
        pupil = Pupil(self.open_stream(self.stream(), "general"))
        born = date(2015, 1, 1) + timedelta(days=37 * number)
        entry = self.entry()
        pupil.record(
            PupilRegistered,
            entry,
            family_name=f"O’Example-{number}",
            given_names="Zoë",
            preferred_name=None,
            born=born,
            sex=None,
        )
        pupil.record(
            IdentifierRecorded, entry, scheme="upn", value=f"A{number:012d}", standing="current"
        )
        pupil.record(PupilEnrolled, entry, year_group="4", class_name=None)
        self.save("senco", pupil)
        return pupil

    def year_group(self, pupil: Pupil, group: str) -> None:
        """Record a pupil's year group."""
        entry = self.entry(subject=pupil.subject)
        pupil.record(PupilEnrolled, entry, year_group=group, class_name=None)
        self.save("senco", pupil)

    def consent(self, pupil: Pupil, name: str = "general") -> Consent:
        """Record that consent was given for a pupil."""
        consent = Consent(self.open_stream(self.stream(), name))
        consent.record(
            ConsentGiven,
            self.entry(subject=pupil.subject),
            pupil=pupil.id.bytes,
            giver_name="Pat Example",
            giver_capacity="parental_responsibility",
            giver_stream=None,
            items=(Code(scheme="consent-item", code="EP", label="Psychologist’s report"),),
            purpose="Assessment",
            recipient="The council",
            wording_version="1",
            wording="May we share this report with the council?",
            method=FORM,
            act=SIGNED,
            witness=None,
            expires_on=None,
        )
        self.save("senco", consent)
        return consent

    def withdraw_consent(self, consent: Consent) -> None:
        """Record that a consent was withdrawn."""
        consent.record(
            ConsentWithdrawn,
            self.entry(subject=consent.given.subject if consent.given else None),
            by_name="Pat Example",
            by_capacity="parental_responsibility",
            method=FORM,
            act=SIGNED,
            witness=None,
        )
        self.save("senco", consent)
