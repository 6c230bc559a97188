"""Entries of which there is nothing to say: events that fit, inspected by the chunk.

Nearly every entry is one, and this is most of the time that verifying takes.  What is
wrong with an entry, `ledger.verify.inspection` decides alone: here is decided only that
nothing is, and whatever is in doubt is left to it (decision 0028).
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from ledger.aggregates.aggregate import EntryCorrected
from ledger.errors import LedgerError
from ledger.formats import kinds
from ledger.formats.disclosure import plain_fields
from ledger.formats.encoding import b64url, b64url_blocks
from ledger.formats.plain_event import PlainEvent, Setting, read_plain_event
from ledger.seal.contents import texts_at
from ledger.seal.tree import leaf_hash
from ledger.verify.event_contents import NoKey, permitted_fields
from ledger.verify.inspection import Inspected, inspect, is_signed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledger.verify.event_contents import ContentKey
    from ledger.verify.inspection import StoredRow, Work

LEAF: Final = 1
"""Where the leaf hash stands, in a plain entry and in `Inspected`."""
TOGETHER: Final = 64
"""Rows read in one call: what is made of more of them leaves the processor's cache again."""

PlainEntry: TypeAlias = tuple[int, bytes, str, str, int, str | None, str, Setting, str]
"""An event that fits by itself, signed under the key that it names.

Log index; leaf hash; the statement's hash, base64url; stream, base64url; place in it; `prev`;
`recorded_at`; setting; state of the contents, as in `Inspected`.  A bare tuple, because a
hundred thousand of them go from one process to another.
"""


def inspect_all(work: Work) -> list[Inspected | PlainEntry]:
    """Inspect some rows; each by itself, where it is no plain entry."""
    found = list[Inspected | PlainEntry]()
    for start in range(0, len(work.rows), TOGETHER):
        part = work._replace(rows=work.rows[start : start + TOGETHER])
        found += [
            plain or inspect(row, work.publics, work.keys)
            for row, plain in zip(part.rows, _plain_entries(part), strict=True)
        ]
    return found


def _plain_entries(work: Work) -> list[PlainEntry | None]:
    events = [_event(row) for row in work.rows]
    hashed = b64url_blocks([hashlib.sha256(one.signed if one else b"").digest() for one in events])
    states = _states(work.rows, events, work.keys)
    found = list[PlainEntry | None]()
    for row, one, hash_, state in zip(work.rows, events, hashed, states, strict=True):
        if one and state and is_signed(work.publics, one.setting.kid, one.signature, one.signed):
            leaf, place = leaf_hash(one.jwt), (one.stream, one.seq, one.prev, one.recorded_at)
            found.append((row[0], leaf, hash_, *place, one.setting, state))
        else:
            found.append(None)
    return found


def _event(row: StoredRow) -> PlainEvent | None:
    """Read a row's statement, where it is an event, stored in the place it was signed for."""
    _index, stream, seq, jwt, _contents = row
    if type(jwt) is not bytes or type(stream) is not bytes:
        return None
    event = read_plain_event(jwt)
    fits = event is not None and (event.stream, event.seq) == (_stream_text(stream), seq)
    return event if fits else None


@lru_cache(maxsize=4096)
def _stream_text(stream: bytes) -> str:
    return b64url(stream)


def _states(
    rows: Sequence[StoredRow],
    events: Sequence[PlainEvent | None],
    keys: Mapping[object, ContentKey] | None,
) -> list[str | None]:
    """Give the state of each row's contents; None where something may be wrong with them."""
    if keys is None:
        return ["present" if row[4] else "absent" for row in rows]
    states, opened = list[str | None](), dict[int, tuple[PlainEvent, list[str]]]()
    for number, (row, event) in enumerate(zip(rows, events, strict=True)):
        ciphertext, state = row[4], None
        if event is not None and not ciphertext:
            state = "absent"
        elif event is not None and type(ciphertext) is bytes:
            key = keys[row[1]]
            if isinstance(key, NoKey):
                state = None if key.faults else key.contents
            elif (texts := _texts(event, ciphertext, key)) is not None:
                opened[number] = event, texts
        states.append(state)
    found = plain_fields([(texts, event.digests) for event, texts in opened.values()])
    for (number, (event, _)), fields in zip(opened.items(), found, strict=True):
        if fields is not None and _fits(event.setting, fields):
            states[number] = "opened"
    return states


def _texts(event: PlainEvent, ciphertext: bytes, key: bytes) -> list[str] | None:
    try:
        return texts_at(event.setting.lid, event.stream, event.seq, ciphertext, key)
    except (LedgerError, ValueError):
        return None


def _fits(setting: Setting, fields: Mapping[str, object]) -> bool:
    """Tell whether an event has the fields of its type, and whoever signed it may say so."""
    name = fields.get("event")
    if type(name) is not str or name == EntryCorrected.TYPE:  # what it corrects is looked up
        return False
    try:
        return fields.keys() == permitted_fields(kinds.EVENT, setting.role, name, setting.day)
    except LedgerError:
        return False
