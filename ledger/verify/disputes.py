"""Entries that a later revocation or withdrawal reaches back over: disputed, not altered."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from ledger.errors import LedgerError
from ledger.verify.inspection import stored_statement

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from ledger.seal.authority import Authority
    from ledger.verify.findings import Findings


def note_disputes(
    connection: sqlite3.Connection, authority: Authority, findings: Findings, start: int
) -> None:
    """Note every entry whose signer was taken back from before it.

    A second look at the entries between, and at no others: most ledgers have none.

    Args:
        connection: the open ledger file.
        authority: keys and roles of the whole log.
        findings: where notes go.
        start: what was revoked or withdrawn below this index was reported before.
    """
    spans = [(low, high) for low, high, told in _spans(authority) if low < high and told >= start]
    if not spans:
        return
    rows = connection.execute(
        "SELECT rowid - 1, statement FROM entries WHERE rowid > ? AND rowid <= ? ORDER BY rowid",
        (min(low for low, _ in spans), max(high for _, high in spans)),
    )
    for index, jwt in rows:
        with suppress(LedgerError):  # the walk says what is wrong with it
            statement = stored_statement(jwt)
            if authority.disputed(index, statement.kid, statement.role):
                findings.add(
                    "disputed",
                    index,
                    "Its signer's key or role was taken back later, from before this entry on.",
                )


def _spans(authority: Authority) -> Iterator[tuple[int, int, int]]:
    """Give what is disputed: first index, index behind the last, index at which that was said."""
    for key in authority.keys.values():
        if (
            key.revoked is not None
            and key.revoked_from is not None
            and key.revoked_last is not None
        ):
            yield key.revoked_from, key.revoked, key.revoked_last
    for roles in authority.roles.values():
        for one in roles:
            if one.withdrawn is not None and one.withdrawn_from is not None:
                yield one.withdrawn_from, one.withdrawn, one.withdrawn
