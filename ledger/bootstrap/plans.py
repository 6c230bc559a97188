"""A pupil has one EHC plan in force: looked at in all their plans, up to the moment of the save."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.aggregates.ehc_plan import EhcPlan, EhcPlanIssued, demand_no_other
from ledger.aggregates.event import Event
from ledger.bootstrap.view import View
from ledger.projections.records import read_record
from ledger.projections.streams import streams


def check_plans(view: View, events: Sequence[Event]) -> int | None:
    """Look at a pupil's other plans before one that was issued is stored.

    Args:
        view: what the signer sees.
        events: what is about to be stored.

    Returns:
        The size of the log for which none is in force; None where the events issue none.

    Raises:
        RuleRefused: kind `plan-in-force`.
    """
    issued = [event for event in events if isinstance(event, EhcPlanIssued)]
    if not issued:
        return None
    size = view.catch_up()
    for event in issued:
        others = [
            read_record(view.reader, view.keys.data_key, EhcPlan, one.stream)
            for one in streams(view.models, "ehc_plan")
            if one.pupil == event.pupil and one.stream != event.originator_id.bytes
        ]
        demand_no_other(others, event.occurred_on)
    return size
