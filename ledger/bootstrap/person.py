"""Which role a person acts in."""

from __future__ import annotations

from ledger.bootstrap.home import Home
from ledger.errors import KeyUnavailable

ROLE_ORDER = ("senco", "head", "dpo", "teacher", "administrator", "inspector", "governor")
"""Which of a person's roles they act in, where they name none."""


def role_in_force(home: Home, person: str, wanted: str | None) -> str:
    """Give the role that a person acts in.

    Raises:
        KeyUnavailable: they hold none, or not the one they want.
    """
    authority = home.authority()
    held = authority.roles_of(person, authority.head_index + 1, home.clock().date().isoformat())
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
