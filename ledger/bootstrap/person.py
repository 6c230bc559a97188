"""Which role a person acts in."""

from __future__ import annotations

from datetime import date

from ledger.errors import KeyUnavailable
from ledger.seal.authority import Authority

ROLE_ORDER = ("senco", "head", "dpo", "teacher", "administrator", "inspector", "governor")
"""Which of a person's roles they act in, where they name none."""


def demand_live_key(authority: Authority, kid: str) -> None:
    """Refuse a key that was revoked: what it could read was closed with it.

    Raises:
        KeyUnavailable: kind `revoked-key`.
    """
    record = authority.keys.get(kid)
    if record is not None and record.revoked is not None:
        raise KeyUnavailable(
            "Your key was revoked; it opens and signs nothing any more.",
            f"It was revoked with entry {record.revoked} of the ledger.",
            "Ask the headteacher for a new one: send-ledger staff replace-key.",
            kind="revoked-key",
        )


def role_in_force(authority: Authority, person: str, wanted: str | None, on: date) -> str:
    """Give the role that a person acts in.

    Args:
        authority: keys and roles, as of the newest entry.
        person: their random id, text.
        wanted: the role they name, or None.
        on: the day.

    Raises:
        KeyUnavailable: they hold none, or not the one they want.
    """
    held = authority.roles_of(person, authority.head_index + 1, on.isoformat())
    for role in (wanted,) if wanted else ROLE_ORDER:
        if role in held:
            return role
    raise KeyUnavailable(
        "You hold no role in force here."
        if wanted is None
        else f"You do not hold the role {wanted}.",
        "Roles are granted by the headteacher, from one day to another.",
        "Ask the headteacher: send-ledger staff list shows who holds which role.",
        kind="no-role",
    )
