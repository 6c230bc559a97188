"""A UPN belongs to one pupil: looked at in the whole register, up to the moment of the save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from ledger.aggregates.event import Event
from ledger.aggregates.pupil import IdentifierRecorded
from ledger.bootstrap.view import View
from ledger.errors import RuleRefused
from ledger.projections.register import MODEL, all_upns


def check_upns(view: View, events: Sequence[Event]) -> int | None:
    """Look at the register before UPNs are stored.

    Args:
        view: what the signer sees.
        events: what is about to be stored.

    Returns:
        The size of the log for which nobody else has these UPNs; None where the
        events record none.

    Raises:
        RuleRefused: kind `duplicate-upn`.
    """
    wanted = {
        event.value: event.originator_id
        for event in events
        if isinstance(event, IdentifierRecorded) and event.scheme == "upn"
    }
    if not wanted:
        return None
    size = view.catch_up()
    demand_unused(view, wanted)
    return size


def demand_unused(view: View, wanted: Mapping[str, UUID | None]) -> None:
    """Refuse a UPN that another pupil has or had.

    Args:
        view: what the signer sees.
        wanted: UPN → whose it is to be; None for a pupil who is new.

    Raises:
        RuleRefused: kind `duplicate-upn`.
    """
    for other, facts in view.models.documents(MODEL):
        taken = all_upns(facts) & wanted.keys()
        if any(wanted[upn] != UUID(bytes=other) for upn in taken):
            raise RuleRefused(
                "Another pupil of this ledger has this UPN; nothing was recorded.",
                "A UPN belongs to one pupil for life.",
                "Look for a typing slip; find the other pupil with send-ledger history UPN.",
                kind="duplicate-upn",
            )
