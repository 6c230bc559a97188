"""Corrections: who corrects an entry must be one who could have signed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.errors import AlterationFound, LedgerError
from ledger.formats.encoding import b64url
from ledger.verify.event_contents import NoKey, check_contents, check_role
from ledger.verify.inspection import stored_statement

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from ledger.formats.statement import Statement
    from ledger.verify.event_contents import ContentKeys
    from ledger.verify.findings import Findings
    from ledger.verify.inspection import Corrected

_BY_INDEX = "SELECT statement, NULL FROM entries WHERE rowid = ?"
_BY_PLACE = (
    "SELECT e.statement, c.ciphertext FROM entries e LEFT JOIN contents c ON c.rowid = e.rowid"
    " WHERE e.originator_id = ? AND e.originator_version = ?"
)


def check_corrections(
    connection: sqlite3.Connection,
    corrections: Mapping[int, Corrected],
    keys: ContentKeys,
    findings: Findings,
) -> None:
    """Check every correction against the entry that it corrects.

    Args:
        connection: the open ledger file.
        corrections: log index → what the correction there says it corrects.
        keys: open the corrected entries.
        findings: where findings go.
    """
    for index, corrected in corrections.items():
        with findings.catching(index):
            _check(connection, index, corrected, keys)


def demand_corrected(corrected: Corrected, wrong: Statement | None) -> Statement:
    """Demand that what a correction names is there, and give it.

    Args:
        corrected: what the correction says it corrects.
        wrong: the statement at that place of the same record, or None for none.

    Raises:
        AlterationFound: kind "correction-wrong".
    """
    if wrong is None:
        raise AlterationFound("It corrects an entry that is not there.", kind="correction-wrong")
    # Its hash also tells that it came before: nobody knows one that is still to come.
    if b64url(wrong.hash) != corrected.hash:
        raise AlterationFound("It corrects another entry than it names.", kind="correction-wrong")
    return wrong


def _check(
    connection: sqlite3.Connection, index: int, corrected: Corrected, keys: ContentKeys
) -> None:
    correction = stored_statement(connection.execute(_BY_INDEX, (index + 1,)).fetchone()[0])
    row = None
    if isinstance(corrected.seq, int):
        row = connection.execute(_BY_PLACE, (correction.stream, corrected.seq)).fetchone()
    jwt, ciphertext = row or (None, None)
    wrong = demand_corrected(corrected, None if jwt is None else stored_statement(jwt))
    key = keys.of(wrong.stream)
    if not isinstance(ciphertext, bytes) or isinstance(key, NoKey):
        return  # gone, which was found or is accounted for elsewhere
    try:
        fields = check_contents(wrong, ciphertext, key)
    except LedgerError:
        return  # as above
    check_role(correction.role, str(fields["event"]), correction.recorded_at[:10])
