"""The annual review of an EHC plan (SEND Regulations 2014 regs 18–22; D-AR-1 ff.)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.event import Event, event_type
from ledger.errors import RuleRefused
from ledger.values.code import Code
from ledger.values.dates import OccurredOn


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
        self.held_on: OccurredOn | None = None
        self.reported = False
        self.decided = False

    def _check(self, event: Event) -> None:
        if not isinstance(event, AnnualReviewReportSent | AnnualReviewDecided):
            return
        if self.held_on is None:
            raise RuleRefused(
                "The meeting is not recorded yet.",
                "Its report and the decision follow the meeting.",
                remedy="Record the meeting first.",
                kind="step-out-of-order",
            )
        last = event.occurred_on.last
        if isinstance(event, AnnualReviewDecided):
            _demand_undecided(self.decided)
            last = min(last, event.notified_on)
        if last < self.held_on.first:
            raise RuleRefused(
                "That was before the meeting; nothing was recorded.",
                "Report and decision follow the meeting of the annual review (reg 20).",
                "Check the date, or say which annual review with --held-on.",
                kind="before-meeting",
            )

    def _apply(self, event: Event) -> None:
        match event:
            case AnnualReviewHeld():
                self.held_on = event.occurred_on
            case AnnualReviewReportSent():
                self.reported = True
            case AnnualReviewDecided():
                self.decided = True
            case _:
                pass


def _demand_undecided(decided: bool) -> None:  # noqa: FBT001  one fact, named at its call
    if decided:
        raise RuleRefused(
            "The decision on this annual review is recorded already; nothing was recorded.",
            "A review ends in one decision, and what is recorded stays.",
            remedy="Put the entry right with send-ledger correct.",
            kind="already-decided",
        )
