"""The part of a log that an earlier run verified: looked into on demand, bound to that run.

Its entries are not read again.  What new entries rest on is: the authority
stream is rebuilt from its statements, and the places and anchors that new
entries name are looked up.  None of it is believed for being stored: the
authority stream must end in the very statement of the saved state, and a place
or an anchor counts by its hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.errors import AlterationFound, LedgerError
from ledger.formats import kinds
from ledger.formats.encoding import b64url, unb64url
from ledger.seal.authority import Authority
from ledger.seal.ed25519 import public_from_jwk, verify
from ledger.seal.tree import TILE_WIDTH, leaf_hash
from ledger.verify.grown_tree import GrownTree
from ledger.verify.inspection import stored_statement
from ledger.verify.log_walk import AnchorHead, Countersigned, LogWalk, Place, head_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from ledger.formats.statement import Statement
    from ledger.verify.findings import Findings
    from ledger.verify.saved_state import SavedState


class NotContinued(AlterationFound):
    """The ledger does not continue what an earlier run verified."""

    kind = "since-mismatch"


@dataclass(frozen=True, slots=True)
class EarlierEntries:
    """The entries of an open ledger file below an earlier size."""

    connection: sqlite3.Connection
    saved: SavedState

    def newest_place(self, stream: str, /) -> Place | None:
        """Give the newest place of a stream, as stored; its hash is computed here."""
        row = self.connection.execute(
            "SELECT statement FROM entries WHERE originator_id = ? AND rowid <= ?"
            " ORDER BY originator_version DESC LIMIT 1",
            (unb64url(stream), self.saved.size),
        ).fetchone()
        if row is None:
            return None
        try:
            statement = stored_statement(row[0])
        except LedgerError:
            return Place(0, "")  # nothing follows what cannot be read
        return Place(statement.seq, b64url(statement.hash))

    def has_anchor(self, anchor: AnchorHead, /) -> bool:
        """Tell whether that anchor was logged."""
        try:
            return any(
                statement.kind == kinds.ANCHOR and head_of(statement.payload) == anchor
                for stream in self.saved.anchor_streams
                for _index, statement in self._stream(stream)
            )
        except LedgerError:
            return False

    def _stream(self, stream: str) -> Iterator[tuple[int, Statement]]:
        rows = self.connection.execute(
            "SELECT rowid - 1, statement FROM entries WHERE originator_id = ? AND rowid <= ?"
            " ORDER BY originator_version",
            (unb64url(stream), self.saved.size),
        )
        return ((row[0], stored_statement(row[1])) for row in rows.fetchall())

    def authority(self) -> Authority:
        """Rebuild the authority stream; it must end where the saved state says.

        Raises:
            NotContinued: it does not.
        """
        authority, prev = Authority(), None
        try:
            for index, statement in self._stream(self.saved.auth_stream):
                if statement.prev != prev:
                    raise _not_continued("Its entries about keys and roles are not in order.")
                _demand_signature(authority, statement)
                authority.apply(index, statement)
                prev = statement.hash
        except LedgerError as error:
            raise _not_continued("Its entries about keys and roles differ.") from error
        # Each entry quotes the hash of the one before, so the last one binds them all.
        if authority.head is None or authority.head.members() != self.saved.auth:
            raise _not_continued("Its entries about keys and roles differ.")
        return authority

    def tree(self) -> GrownTree:
        """Rebuild the tree from its tiles; it must have the saved state's root.

        Raises:
            NotContinued: it has not.
        """
        size = self.saved.size
        rows = self.connection.execute(
            "SELECT statement FROM entries WHERE rowid > ? AND rowid <= ? ORDER BY rowid",
            (size - size % TILE_WIDTH, size),
        ).fetchall()
        if len(rows) != size % TILE_WIDTH:
            raise _not_continued("It has fewer entries.")
        try:
            tree = GrownTree.going_on(
                size, [leaf_hash(stored_statement(row[0]).jwt) for row in rows], self._tile
            )
            (root,) = tree.root_at(size)
        except LedgerError as error:
            raise _not_continued("Its stored hashes differ.") from error
        if root != self.saved.root:
            raise _not_continued("Its entries have another hash.")
        return tree

    def walk(self, findings: Findings) -> LogWalk:
        """Give a walk that goes on behind these entries.

        Raises:
            NotContinued: the authority stream is not the one that was verified.
        """
        saved = self.saved
        return LogWalk(
            findings=findings,
            earlier=self,
            authority=self.authority(),
            index=saved.size,
            lid=saved.lid,
            genesis=saved.genesis,
            countersigned=[Countersigned(*one) for one in saved.countersigned],
            clock=saved.clock,
            auth=saved.auth,
            anchor=saved.anchor,
            anchor_streams=set(saved.anchor_streams),
        )

    def _tile(self, level: int, number: int, /) -> bytes | None:
        return stored_tile(self.connection, level, number)


def stored_tile(connection: sqlite3.Connection, level: int, number: int) -> bytes | None:
    """Give a tile as stored, or None."""
    row = connection.execute(
        "SELECT hashes FROM tiles WHERE level = ? AND number = ?", (level, number)
    ).fetchone()
    return row[0] if row is not None and isinstance(row[0], bytes) else None


def _demand_signature(authority: Authority, statement: Statement) -> None:
    known = authority.keys.get(statement.kid)
    public = known.public if known else public_from_jwk(statement.payload.get("jwk", {}))
    verify(public, statement.signature, statement.signing_input)


def _not_continued(why: str) -> NotContinued:
    return NotContinued("The ledger does not continue what an earlier run verified.", why)
