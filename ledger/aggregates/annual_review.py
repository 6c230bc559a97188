"""The annual review of an EHC plan (SEND Regulations 2014 regs 18–22; D-AR-1 ff.)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.event import Event, event_type
from ledger.errors import RuleRefused
from ledger.values.code import Code


@event_type("annual_review.invited.v1")
@dataclass(frozen=True, kw_only=True)
class AnnualReviewInvited(Event):
    """Invitations went out on the day in `occurred_on`, two weeks ahead (reg 20(3), D-AR-4)."""

    pupil: bytes
    ehc_plan: bytes
    meeting_on: date
    invited: tuple[str, ...]
    advice_circulated_on: date | None


@event_type("annual_review.held.v1")
@dataclass(frozen=True, kw_only=True)
class AnnualReviewHeld(Event):
    """The meeting took place on the day in `occurred_on` (D-AR-8)."""

    pupil: bytes
    ehc_plan: bytes
    present: tuple[str, ...]
    parent_views: str | None
    pupil_views: str | None
    outcomes_still_right: bool
    provision_still_right: bool
    recommendation: Code
    differences_of_opinion: str | None


@event_type("annual_review.report_sent.v1")
@dataclass(frozen=True, kw_only=True)
class AnnualReviewReportSent(Event):
    """The report went to all invited and the authority, within two weeks (D-AR-6)."""

    to_names: tuple[str, ...]


@event_type("annual_review.decided.v1")
@dataclass(frozen=True, kw_only=True)
class AnnualReviewDecided(Event):
    """The authority decided: maintain, amend or cease, within four weeks (D-AR-7)."""

    decision: Code
    notified_on: date


class AnnualReview(Aggregate):
    """One annual review."""

    def __init__(self, id: UUID) -> None:  # noqa: A002  the library's word for it
        super().__init__(id)
        self.held = False

    def _check(self, event: Event) -> None:
        needs_meeting = isinstance(event, AnnualReviewReportSent | AnnualReviewDecided)
        if needs_meeting and not self.held:
            raise RuleRefused(
                "The meeting is not recorded yet.",
                remedy="Record the meeting first.",
                kind="step-out-of-order",
            )

    def _apply(self, event: Event) -> None:
        if isinstance(event, AnnualReviewHeld):
            self.held = True
