"""An event's statement, taken apart as nearly every one is spelt.

Here is decided only that nothing is wrong with it: whatever is spelt otherwise is left to
`ledger.formats.statement.read_statement`, which says what is wrong with which part.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from ledger.errors import MalformedInput
from ledger.formats import kinds
from ledger.formats.encoding import unb64url
from ledger.formats.payload import is_day, plain_payload, read_place
from ledger.formats.statement import SIGNATURE_BYTES, read_header


class Setting(NamedTuple):
    """What the events of one person have in common, between two seals of one day.

    Attributes:
        kid: thumbprint of the key that the signatures claim.
        lid: the ledger's id, base64url.
        role: the authority under which they were signed.
        day: of `recorded_at`, ISO text.
        anchor: the anchor that they quote, as the payload has it.
        auth: the authority stream's head that they quote, as the payload has it.
    """

    kid: str
    lid: str
    role: str
    day: str
    anchor: Mapping[str, Any] | None
    auth: Mapping[str, Any] | None


class PlainEvent(NamedTuple):
    """An event's statement taken apart.

    Attributes:
        jwt: the issuer-signed JWT, verbatim.
        signed: its signing input, ASCII `header.payload`.
        signature: 64 bytes.
        setting: what it has in common with others.
        stream: base64url.
        seq: its place in the stream, from 1.
        prev: hash of the stream's previous statement, base64url; None for the first alone.
        recorded_at: the ledger's clock.
        digests: the sorted `_sd` array.
    """

    jwt: bytes
    signed: bytes
    signature: bytes
    setting: Setting
    stream: str
    seq: int
    prev: str | None
    recorded_at: str
    digests: list[str]


def read_plain_event(jwt: bytes) -> PlainEvent | None:
    """Take an event's statement apart; None for whatever else it is.

    It gives what `read_statement` gives, or None.
    """
    signed, _, signature = jwt.rpartition(b".")
    header, _, payload = signed.partition(b".")
    try:
        kind, kid = read_header(header)
        plain = plain_payload(unb64url(payload)) if kind == kinds.EVENT else None
        if plain is None:  # as is one that is too long: its pattern reads none
            return None
        lid, stream, seq, prev, recorded_at, day, anchor, auth, role, digests = plain
        setting = _setting((kid, lid, role, day, anchor, auth))
        signature_bytes = unb64url(signature)
    except MalformedInput:
        return None
    if setting is None or len(signature_bytes) != SIGNATURE_BYTES:
        return None
    return PlainEvent(
        jwt, signed, signature_bytes, setting, stream, int(seq), prev, recorded_at, digests
    )


@lru_cache(maxsize=1024)
def _setting(told: tuple[str, str, str, str, str | None, str | None]) -> Setting | None:
    """Read what thousands of statements repeat; None where the day is none."""
    kid, lid, role, day, anchor, auth = told
    places = read_place(anchor, kinds.is_anchor), read_place(auth, kinds.is_stream_place)
    return Setting(kid, lid, role, day, *places) if is_day(day) else None
