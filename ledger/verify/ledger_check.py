"""The checks of one open ledger file, one after another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.errors import LedgerError
from ledger.formats.encoding import b64url
from ledger.formats.ledger_file import check_schema
from ledger.values.counting import counted
from ledger.verify.corrections import check_corrections
from ledger.verify.countersigned import note_countersigned
from ledger.verify.disputes import note_disputes
from ledger.verify.earlier_log import EarlierEntries, NotContinued, stored_tile
from ledger.verify.entry_stream import (
    PlacesSeen,
    inspected,
    no_search_for_cycles,
    registered_keys,
    rows_from,
    workers_for,
)
from ledger.verify.event_contents import ContentKeys
from ledger.verify.grown_tree import GrownTree
from ledger.verify.held import Held, check_held, of_mark
from ledger.verify.inspection import Work, stored_statement
from ledger.verify.log_walk import LogWalk
from ledger.verify.plain_entries import LEAF
from ledger.verify.saved_state import SavedState
from ledger.verify.stored_seals import StoredSeals, recorded_in_future

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from cryptography import x509

    from ledger.formats.high_water_mark import HighWaterMark
    from ledger.formats.signed_note import VerifierKey
    from ledger.verify.event_contents import ContentKey
    from ledger.verify.findings import Findings
    from ledger.verify.inspection import StoredRow


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyRequest:
    """What a ledger is to be verified with and against; see `verify_ledger`."""

    mark: HighWaterMark | None
    now: datetime
    data_key: Callable[[bytes], bytes] | None
    envelope_only: bool
    against: Sequence[Held]
    roots: Sequence[x509.Certificate]
    cosigners: Sequence[VerifierKey]
    genesis: bytes | None
    since: SavedState | None
    workers: int | None

    @property
    def opens_contents(self) -> bool:
        """Whether contents are to be opened."""
        return self.data_key is not None and not self.envelope_only


@dataclass(slots=True)
class LedgerCheck:
    """One run over one open file.

    Attributes:
        connection: the open file, in one read transaction.
        findings: where findings go.
        asked: what to verify it with and against.
        tree: the recomputed tree.
        walk: what the walk over the log has learnt.
    """

    connection: sqlite3.Connection
    findings: Findings
    asked: VerifyRequest
    tree: GrownTree
    walk: LogWalk

    @classmethod
    def of(
        cls, connection: sqlite3.Connection, findings: Findings, asked: VerifyRequest
    ) -> LedgerCheck:
        """Prepare a run from leaf 0."""
        return cls(connection, findings, asked, GrownTree(), LogWalk(findings=findings))

    def run(self) -> None:
        """Check everything; what is wrong is in the findings."""
        try:
            check_schema(self.connection)
        except TypeError:  # a schema whose text is none
            self.findings.add("schema-altered", None, "The ledger file's schema was altered.")
            return
        except LedgerError as error:
            # A table that is a view, or a trigger: nothing read through it would mean anything.
            self.findings.add_error(error)
            return
        self._go_on_from_saved_state()
        start = self.walk.index
        self.findings.counts.update(entries=0, signatures=0)
        self._walk_log()
        self._check_tree_state(start)
        self._check_strays()
        if self.walk.lid is None:
            self.findings.add("no-genesis", None, "The ledger is empty: it has no beginning.")
            return
        self._check_seals(start, self.walk.lid)
        self._check_held(self.walk.lid)
        self._check_genesis()
        note_disputes(self.connection, self.walk.authority, self.findings, start)
        note_countersigned(self.connection, self.walk, self._content_keys(), self.findings)
        self._conclude(start)

    def saved_state(self) -> SavedState | None:
        """Give what an incremental run can go on from; None where there is nothing."""
        walk, since = self.walk, self.asked.since
        if walk.lid is None or walk.genesis is None or walk.auth is None:
            return None
        return SavedState(
            lid=walk.lid,
            size=self.tree.size,
            root=self.tree.root_at(self.tree.size)[0],
            contents=self.asked.opens_contents and (since is None or since.contents),
            genesis=walk.genesis,
            countersigned=tuple(walk.countersigned),
            clock=walk.clock,
            auth_stream=str(walk.authority.stream),
            auth=dict(walk.auth),
            anchor=None if walk.anchor is None else dict(walk.anchor),
            anchor_streams=tuple(sorted(walk.anchor_streams)),
        )

    def _go_on_from_saved_state(self) -> None:
        since = self.asked.since
        if since is None or (self.asked.opens_contents and not since.contents):
            return
        earlier = EarlierEntries(self.connection, since)
        try:
            self.tree, self.walk = earlier.tree(), earlier.walk(self.findings)
        except NotContinued as error:
            # The whole walk that follows names what was altered.
            self.findings.add_error(error)
            self.tree, self.walk = GrownTree(), LogWalk(findings=self.findings)
            return
        self.findings.not_checked(
            f"the first {since.size:,} entries again: an earlier run found them intact, and only "
            "the hashes that are stored of them were compared; a run without --since reads them"
        )

    def _walk_log(self) -> None:
        walk = self.walk
        publics = {kid: key.public for kid, key in walk.authority.keys.items()}
        publics |= registered_keys(self.connection, walk.index)
        keys = self._content_keys()
        start, places = walk.index, PlacesSeen()
        rows = places.noting(rows_from(self.connection, start, contents=keys is not None))
        works = (Work(chunk, publics, _keys_of(chunk, keys)) for chunk in rows)
        with no_search_for_cycles():
            for work, entries in inspected(works, self._workers(start)):
                self.tree.extend([one[LEAF] for one in entries])
                walk.take_all(work, entries)
        walk.finish()
        if keys is not None:
            check_corrections(self.connection, walk.corrections, keys, self.findings)
        if start == 0 and not places.agree_with_index(self.connection):
            self.findings.add(
                "index-altered",
                None,
                "The index by which entries are found does not name the entries that are there.",
            )

    def _workers(self, start: int) -> int:
        (newest,) = self.connection.execute("SELECT max(rowid) FROM entries").fetchone()
        return workers_for((newest or 0) - start, self.asked.workers)

    def _content_keys(self) -> ContentKeys | None:
        asked = self.asked
        if asked.data_key is None or not asked.opens_contents:
            return None
        return ContentKeys(asked.data_key)

    def _check_tree_state(self, start: int) -> None:
        with self.findings.catching():
            stored = self.connection.execute("SELECT size, root, frontier FROM tree").fetchall()
            tree = self.tree
            found = (tree.size, tree.root_at(tree.size)[0], tree.frontier().to_bytes())
            if stored != [found]:
                self.findings.add(
                    "tree-state",
                    None,
                    f"The head that the ledger keeps of itself is not that of the {tree.size:,} "
                    "entries that are there.",
                )
            wrong = sum(
                stored_tile(self.connection, level, number) != tree.tile(level, number)
                for level, number in tree.full_tiles()
            )
            if wrong or (start == 0 and self._count_tiles() != len(list(tree.full_tiles()))):
                self.findings.add(
                    "tile-altered",
                    None,
                    "The stored hashes of the log are not those of its entries.",
                )

    def _count_tiles(self) -> int:
        return int(self.connection.execute("SELECT count(*) FROM tiles").fetchone()[0])

    def _check_strays(self) -> None:
        entries = self.connection.execute("SELECT 1 FROM entries WHERE rowid < 1 LIMIT 1")
        contents = self.connection.execute(
            "SELECT 1 FROM contents WHERE rowid < 1 OR rowid > ? LIMIT 1", (self.walk.index,)
        )
        if entries.fetchone() or contents.fetchone():
            self.findings.add(
                "stray-row", None, "There are rows that belong to no entry of the log."
            )
        if self.connection.execute("SELECT 1 FROM commands LIMIT 1").fetchone():
            self.findings.not_checked(
                "the list of commands carried out (it guards against doing one twice)"
            )

    def _check_seals(self, start: int, lid: str) -> None:
        walk, asked = self.walk, self.asked
        seals = StoredSeals(
            connection=self.connection,
            findings=self.findings,
            start=start,
            lid=lid,
            authority=walk.authority,
            anchors=walk.anchors,
            recorded_at=self._recorded_at,
            roots=asked.roots,
            cosigners=asked.cosigners,
        )
        seals.check_sealings(walk.sealed_at, self.tree.size)
        seals.load()
        named = {*seals.notes, *(head.size for head in walk.anchors.values())}
        sizes = sorted(size for size in named if 0 <= size <= self.tree.size)
        with self.findings.catching():
            seals.check_all(dict(zip(sizes, self.tree.root_at(*sizes), strict=True)))

    def _recorded_at(self, index: int, /) -> str:
        row = self.connection.execute(
            "SELECT statement FROM entries WHERE rowid = ?", (index + 1,)
        ).fetchone()
        try:
            return stored_statement(row[0]).recorded_at if row else ""
        except LedgerError:
            return ""

    def _check_held(self, lid: str) -> None:
        mark, against = self.asked.mark, self.asked.against
        if mark is not None:
            check_held(self.findings, of_mark(mark), self.tree, lid, "shorter-than-mark")
        for held in against:
            check_held(self.findings, held, self.tree, lid, "shorter-than-held")
        if not any(held.size for held in (*against, *([of_mark(mark)] if mark else []))):
            self.findings.add(
                "unanchored",
                None,
                "It agrees with itself, but nothing outside it was compared: neither this "
                "computer's high-water mark nor anything held elsewhere.",
            )

    def _check_genesis(self) -> None:
        trusted, genesis = self.asked.genesis, self.walk.genesis
        if trusted is not None and genesis != b64url(trusted):
            self.findings.add(
                "genesis-not-trusted", 0, "It is not the beginning that the trust policy names."
            )

    def _conclude(self, start: int) -> None:
        findings, asked = self.findings, self.asked
        closed = findings.counts["contents_closed"]
        if asked.envelope_only:
            findings.not_checked("the contents of the entries: only the envelope was asked for")
        elif asked.data_key is None:
            findings.add(
                "contents-unopened",
                None,
                "The contents of the entries were not opened: no reader's key was given.",
            )
        elif closed:
            findings.add(
                "contents-unopened",
                None,
                f"The contents of {counted(closed, 'entry')} are not open to this reader.",
            )
        if recorded_in_future(self.walk.clock, asked.now):
            findings.add(
                "clock-off",
                max(start, self.walk.index - 1),
                "It bears a time that lies in the future of this computer's clock.",
            )


def _keys_of(
    rows: Sequence[StoredRow], keys: ContentKeys | None
) -> Mapping[object, ContentKey] | None:
    if keys is None:
        return None
    return {stream: keys.of(stream) for stream in {row[1] for row in rows}}
