"""The countersignature of a log's beginning, found and judged: `docs/formats/authority.md`."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ledger.errors import AlterationFound, NotAuthorised
from ledger.formats import kinds
from ledger.formats.encoding import b64url, unb64url
from ledger.formats.statement import Statement, read_statement
from ledger.seal.authority import read_authority
from ledger.seal.ed25519 import verify
from ledger.seal.roles import RESPONSIBLE_BODY

if TYPE_CHECKING:
    from ledger.formats.ledger_file import StoredEntry
    from ledger.formats.ledger_reader import LedgerReader
    from ledger.seal.authority import Authority


def is_of_genesis(statement: Statement, genesis: Statement) -> bool:
    """Tell whether a statement is a responsible body's countersignature of a genesis."""
    return (
        statement.kind == kinds.COUNTERSIGNATURE
        and statement.role == RESPONSIBLE_BODY
        and bool(statement.payload["of"] == b64url(hashlib.sha256(genesis.jwt).digest()))
    )


def is_standing(authority: Authority, index: int, statement: Statement) -> bool:
    """Tell whether a statement counted at its log index, and nothing took that back since.

    Args:
        authority: keys and roles, folded beyond that index.
        index: its log index.
        statement: as logged there.
    """
    try:
        authority.judge(index, statement)
        verify(authority.keys[statement.kid].public, statement.signature, statement.signing_input)
    except (NotAuthorised, AlterationFound):
        return False
    return not authority.disputed(index, statement.kid, statement.role)


def find_countersignature(log: LedgerReader, before: int) -> StoredEntry | None:
    """Give the first standing countersignature of the genesis below a log index.

    A body's one stream is its own id, so only those are looked at.  None stands where the
    authority stream is unsound, which whoever verifies what was built will find.
    """
    try:
        authority = read_authority(log)
    except (NotAuthorised, AlterationFound):
        return None
    genesis = read_statement(log.entry(0).statement)
    found = [
        entry
        for person, roles in authority.roles.items()
        if any(one.role == RESPONSIBLE_BODY for one in roles)
        for entry in log.stream(unb64url(person))
        if entry.index < before and _is_it(authority, entry, genesis)
    ]
    return min(found, key=lambda entry: entry.index, default=None)


def _is_it(authority: Authority, entry: StoredEntry, genesis: Statement) -> bool:
    statement = read_statement(entry.statement)
    return is_of_genesis(statement, genesis) and is_standing(authority, entry.index, statement)
