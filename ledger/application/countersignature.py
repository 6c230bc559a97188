"""The statement by which a trust or council countersigns a ledger's beginning.

Composed and signed where that body keeps its key, without the ledger.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from ledger.aggregates.countersignature import GenesisCountersigned
from ledger.aggregates.event import clear_members, disclosed_fields
from ledger.formats.disclosure import fill_digests, make_disclosures
from ledger.formats.encoding import unb64url
from ledger.formats.sd_jwt import write_sd_jwt
from ledger.formats.statement import ClearPart, finish, unsigned
from ledger.values.dates import OccurredOn

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.formats.countersigning import ToSign
    from ledger.seal.actor import Actor


@dataclass(frozen=True, slots=True)
class CountersignedSchool:
    """The school as its card names it."""

    name: str
    urn: str


def countersign(
    body: Actor,
    to_sign: ToSign,
    school: CountersignedSchool,
    now: datetime,
    entropy: Callable[[int], bytes],
) -> bytes:
    """Countersign a ledger's first statement.

    Args:
        body: who signs, with the key made for this ledger.
        to_sign: what the school prepared, checked by the caller.
        school: as the body has it from the school's card.
        now: the body's clock, aware UTC.
        entropy: gives random bytes.

    Returns:
        An SD-JWT with every field shown.
    """
    event = _event(unb64url(body.person), to_sign, school, now.replace(microsecond=0))
    shown = make_disclosures(disclosed_fields(event), entropy)
    signing_input = unsigned(
        ClearPart(
            kind=event.KIND,
            kid=body.kid,
            lid=to_sign.genesis.lid,
            stream=unb64url(body.person),
            seq=event.originator_version,
            prev=None,
            recorded_at=event.recorded_at,
            anchor=to_sign.anchor,
            auth=to_sign.auth,
            role=body.role,
            further=clear_members(event),
            digests=fill_digests([one.text for one in shown], entropy),
        )
    )
    return write_sd_jwt(finish(signing_input, body.sign(signing_input)), shown)


def _event(
    person: bytes, to_sign: ToSign, school: CountersignedSchool, now: datetime
) -> GenesisCountersigned:
    today = now.date()
    return GenesisCountersigned(
        originator_id=UUID(bytes=person),
        originator_version=1,
        recorded_at=now,
        occurred_on=OccurredOn(today, today, "day"),
        of=hashlib.sha256(to_sign.genesis.jwt).digest(),
        body_name=to_sign.name,
        school_name=school.name,
        school_urn=school.urn,
    )
