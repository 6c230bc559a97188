"""A statement that was signed away from the ledger: does it still fit the place it would get?

Everything it quotes was true when it was prepared; whatever was recorded since may have
made it untrue.  Then it is refused, whole, and nothing of it is changed to fit.
"""

from __future__ import annotations

from datetime import datetime
from typing import NoReturn

from eventsourcing.sqlite import SQLiteCursor

from ledger.errors import InputRefused
from ledger.formats import kinds
from ledger.formats.encoding import b64url
from ledger.formats.sd_jwt import SdJwt
from ledger.formats.statement import Statement, read_anchor, read_statement
from ledger.recorder.clock import CLOCK_TOLERANCE
from ledger.recorder.log_state import LogState
from ledger.seal.ed25519 import BadSignature, verify
from ledger.values.dates import parse_instant


def demand_fit(state: LogState, cursor: SQLiteCursor, shown: SdJwt, now: datetime) -> None:
    """Demand that a statement signed elsewhere can be the log's next one.

    Args:
        state: the log so far, refreshed.
        cursor: in the writer's own transaction.
        shown: a countersignature with every field.
        now: the ledger's clock.

    Raises:
        InputRefused: kinds "other-ledger", "bad-signature", "countersigned-before",
            "countersignature-wrong", "countersignature-outdated" (it quotes keys and
            roles, or a seal, that are not the ledger's now), "countersignature-late"
            (something was recorded after it was signed) or "clock-ahead".
        NotAuthorised: its signer may not sign it here.
    """
    statement = shown.statement
    if statement.lid != state.streams.lid:
        _refuse("It was signed for another ledger.", "other-ledger", "Look for the right file.")
    state.authority.judge(state.size, statement)
    record = state.authority.keys[statement.kid]
    try:
        verify(record.public, statement.signature, statement.signing_input)
    except BadSignature:
        _refuse("Its signature does not fit.", "bad-signature", "Have the file sent once more.")
    own = statement.kind == kinds.COUNTERSIGNATURE and b64url(statement.stream) == record.person
    if not own or statement.seq != 1:
        _refuse(
            "It is no body's countersignature.",
            "countersignature-wrong",
            "Have it made anew with send-ledger countersignature sign.",
        )
    if _has_entries(cursor, statement.stream):
        _refuse("That body has countersigned before.", "countersigned-before", "See verify.")
    _demand_place(state, cursor, statement)
    _demand_time(state, statement, now)


def _demand_place(state: LogState, cursor: SQLiteCursor, statement: Statement) -> None:
    quoted = statement.anchor
    if statement.auth != state.authority.head or (
        quoted is not None and quoted not in _anchors(cursor, state.streams.anchors)
    ):
        _refuse(
            "Keys or roles were changed since it was prepared.",
            "countersignature-outdated",
            "Prepare it again with send-ledger countersignature prepare, and have it signed anew.",
        )


def _demand_time(state: LogState, statement: Statement, now: datetime) -> None:
    signed_at = parse_instant(statement.recorded_at)
    if state.recorded_at is not None and signed_at < state.recorded_at:
        _refuse(
            "Something was recorded, or sealed, after it was signed.",
            "countersignature-late",
            "Let the body sign the same prepared file again, and bring that back before anything "
            "else is recorded; or do both in one sitting (prepare --sign-here).",
        )
    if signed_at > now + CLOCK_TOLERANCE:
        _refuse(
            "It bears a time that lies in the future of this computer's clock.",
            "clock-ahead",
            "Set both computers' clocks right, and let the body sign again.",
        )


def _has_entries(cursor: SQLiteCursor, stream: bytes) -> bool:
    cursor.execute("SELECT 1 FROM entries WHERE originator_id = ? LIMIT 1", (stream,))
    return cursor.fetchone() is not None


def _anchors(cursor: SQLiteCursor, stream: bytes) -> list[object]:
    cursor.execute("SELECT statement FROM entries WHERE originator_id = ?", (stream,))
    return [read_anchor(read_statement(bytes(row[0])).payload) for row in cursor.fetchall()]


def _refuse(why: str, kind: str, remedy: str) -> NoReturn:
    raise InputRefused(
        "The countersignature does not fit this ledger now; nothing was recorded.",
        why,
        remedy,
        kind=kind,
    )
