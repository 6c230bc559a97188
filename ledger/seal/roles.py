"""The roles of a ledger: who grants them, and which kinds of statement each may sign.

The same tables for the writing side and the verifier: `docs/formats/authority.md`.
"""

from __future__ import annotations

from typing import Final

from ledger.formats import kinds

RESPONSIBLE_BODY: Final = "responsible-body"
"""The trust or council that answers for the school, outside it: it countersigns, and no more."""
MACHINE_ROLES = frozenset({"log", "system", "cosigner", "access"})
ROOT_GRANTS = frozenset({"head", RESPONSIBLE_BODY}) | MACHINE_ROLES
_KINDS_BY_ROLE = {
    "root": kinds.AUTHORITY_KINDS,
    "system": frozenset(
        {kinds.STREAM_HEAD, kinds.ANCHOR, kinds.EVENT, kinds.MANIFEST, kinds.RECEIPT}
    ),
    "log": frozenset[str](),
    "cosigner": frozenset[str](),
    "access": frozenset({kinds.ACCESS_RECORD}),
    RESPONSIBLE_BODY: frozenset({kinds.COUNTERSIGNATURE}),
    "governor": frozenset[str](),
    "inspector": frozenset[str](),
}
_PEOPLE_SIGN = frozenset({kinds.EVENT, kinds.COUNTERSIGNATURE, kinds.ERASURE, kinds.HOLD})
_HEAD_SIGNS = _PEOPLE_SIGN | (kinds.AUTHORITY_KINDS - {kinds.SUCCESSION})
_SENCO_SIGNS = _PEOPLE_SIGN | {kinds.MANIFEST, kinds.RECEIPT}


def permitted_kinds(role: str) -> frozenset[str]:
    """Give the kinds of statement that a role may sign at all."""
    if role == "head":
        return _HEAD_SIGNS
    if role == "senco":
        return _SENCO_SIGNS
    return _KINDS_BY_ROLE.get(role, _PEOPLE_SIGN)
