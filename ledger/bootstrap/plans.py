"""A pupil has one EHC plan in force: looked at in all their plans, up to the moment of the save."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.aggregates.aggregate import EntryCorrected
from ledger.aggregates.ehc_plan import EhcPlan, EhcPlanIssued, demand_no_other
from ledger.aggregates.event import Event
from ledger.bootstrap.view import View
from ledger.projections.records import read_record
from ledger.projections.streams import streams
from ledger.values.dates import OccurredOn


def check_plans(view: View, events: Sequence[Event]) -> int | None:
    """Look at a pupil's other plans before one is stored that comes into force.

    Args:
        view: what the signer sees.
        events: what is about to be stored.

    Returns:
        The size of the log for which none is in force; None where the events neither
        issue nor correct a plan.

    Raises:
        RuleRefused: kind `plan-in-force`.
    """
    changed = [event for event in events if isinstance(event, EhcPlanIssued | EntryCorrected)]
    if not changed:
        return None
    size = view.catch_up()
    known = {one.stream: one.pupil for one in streams(view.models, "ehc_plan")}
    issued = {
        event.originator_id.bytes: event.pupil
        for event in changed
        if isinstance(event, EhcPlanIssued)
    }
    plans = {event.originator_id.bytes for event in changed} & {*known, *issued}
    for plan in plans:
        pupil = issued.get(plan, known.get(plan))
        before = _read(view, plan) if plan in known else None
        own = [event for event in events if event.originator_id.bytes == plan]
        if day := _in_force_anew(before, own):
            others = [one for one, whose in known.items() if whose == pupil and one != plan]
            demand_no_other((_read(view, one) for one in others), day)
    return size if plans else None


def _read(view: View, plan: bytes) -> EhcPlan:
    return read_record(view.reader, view.keys.data_key, EhcPlan, plan)


def _in_force_anew(before: EhcPlan | None, events: Sequence[Event]) -> OccurredOn | None:
    """Give the day for which no other plan may be in force; None where nothing begins.

    What is put right in a plan that has ceased, or goes on from the same day, begins
    nothing; where the end of one is withdrawn, it is in force on the day of that.
    """
    was = (before.in_force, before.issued_on) if before else (False, None)
    after = EhcPlan.from_events(before, events)
    if after is None or not after.in_force or (True, after.issued_on) == was:
        return None
    revived = was[1] is not None and not was[0]
    return events[-1].occurred_on if revived else after.issued_on
