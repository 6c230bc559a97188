"""What a statement says: the type that it shows is one of its kind, and its role may sign it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tests.mini_verifier.encoding import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.mini_verifier.statement import Statement

KIND_OF: Final = {
    "authority.key_registered": "key-registered",
    "authority.key_revoked": "key-revoked",
    "authority.role_granted": "role-granted",
    "authority.role_withdrawn": "role-withdrawn",
    "authority.ledger_continued": "succession",
    "countersignature.genesis_countersigned": "countersignature",
    "handover.manifest": "manifest",
    "handover.receipt": "receipt",
    "handover.confirmation": "receipt",
    "log.anchor": "anchor",
    "log.stream_head": "stream-head",
}
"""Every other type is said in the kind event alone."""
SIGNERS: Final = {
    "head": r"school\.\w+|staff\.\w+",
    "senco": r"pupil\.(sen_status_changed|needs_recorded)|entry\.declined"
    r"|record_transfer\.(dispatched|acknowledged|accepted|rejected|confirmed)"
    r"|handover\.(manifest|confirmation)",
    "senco system": r"record_transfer\.(received|completed|receipt_written)|handover\.receipt",
    "head senco teacher": r"notification\.given|review\.held|entry\.corrected"
    r"|support_cycle\.(assessed|planned|started|reviewed)",
    "administrator head teacher": r"entry\.proposed",
    "administrator head senco system": r"school\.(head_witnessed|fork_found|rewriting_proved)",
    "head senco": r"(pupil|parental_responsibility|notification|support_cycle|support_plan"
    r"|review|ehc_plan|annual_review|consent)\..*"
    r"|my_story\.recorded|protected_address\.recorded|school\.partner_trusted",
}
"""Roles → the types that they may sign; of two that fit, the one for fewer types counts."""
WITHOUT_TYPES: Final = frozenset({"erasure", "hold", "access-record", "directory"})
"""Kinds that no known type is said in: one that is not known at all may be."""
_WIDE: Final = ("head senco", "head")


def signers(base: str) -> set[str]:
    """Give the roles that may sign a type, without its version; none where it is not known."""
    order = [roles for roles in SIGNERS if roles not in _WIDE]
    found = (one for one in [*order, *_WIDE] if re.fullmatch(SIGNERS[one], base))
    return set(next(found, "").split())


def check_type(statement: Statement, fields: Mapping[str, Any]) -> None:
    """Demand that a type that is shown belongs to the kind, and that the role may sign it."""
    if "event" not in fields:
        return
    event = fields["event"]
    base = re.sub(r"\.v[0-9]+\Z", "", event) if isinstance(event, str) else ""
    sound = base and re.fullmatch(r"[a-z0-9_.]{1,100}", event)
    roles, kind = signers(base), KIND_OF.get(base, "event")
    strange = kind == "event" and not roles and statement.kind in WITHOUT_TYPES
    if not sound or not (kind == statement.kind or strange):
        raise Refused("event-kind-wrong", "another kind than its type belongs to")
    judged = statement.kind in {"event", "manifest", "receipt"}
    if judged and roles and statement.payload["role"] not in roles:
        raise Refused("type-not-permitted", f"a role that may not sign {event}")
