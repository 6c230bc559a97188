"""Statements with their proofs, as files of a proof folder, bundle or receipt.

`<name>.sd-jwt` holds a statement with the fields to show, `<name>.tlog-proof`
leads from it to a signed checkpoint.  Only reads; what is shown is the
caller's choice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ledger.errors import NotFound
from ledger.formats import kinds
from ledger.formats.bundle_layout import COUNTERSIGNATURE
from ledger.formats.checkpoint import Checkpoint
from ledger.formats.encoding import unb64url
from ledger.formats.ledger_file import StoredEntry
from ledger.formats.sd_jwt import write_sd_jwt
from ledger.formats.signed_note import SignedNote
from ledger.formats.statement import Statement, read_statement
from ledger.seal.contents import open_entry
from ledger.seal.countersignature import find_countersignature
from ledger.seal.ed25519 import public_from_jwk, thumbprint
from ledger.seal.proofs import LogProver
from ledger.seal.tlog_proofs import tlog_proof

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from ledger.formats.ledger_reader import LedgerReader

NAMES_SHOWN = frozenset({"event", "person_name"})
"""What an entry of the authority stream shows of whoever signed what leaves."""
KIND_SHOWN = frozenset({"event"})


@dataclass(slots=True)
class ProofWriter:
    """Writes statements of one ledger with proofs against one checkpoint.

    Attributes:
        log: the open ledger file.
        data_key: stream id → data key.
        note: the signed checkpoint, as every proof quotes it.
        size: leaves that the checkpoint covers.
    """

    log: LedgerReader
    data_key: Callable[[bytes], bytes]
    note: bytes
    size: int = field(init=False)
    _prover: LogProver = field(init=False)

    def __post_init__(self) -> None:
        """Read the checkpoint's size."""
        self.size = Checkpoint.parse(SignedNote.parse(self.note).text).size
        self._prover = LogProver(self.log)

    def entry(
        self, name: str, entry: StoredEntry, shown: Collection[str] | None = None
    ) -> dict[str, bytes]:
        """Give the two files of a statement.

        Args:
            name: their name, without what follows the dot.
            entry: as stored.
            shown: names of the fields to show; None for all.
        """
        disclosures = (
            () if entry.ciphertext is None else open_entry(entry, self.data_key).disclosures
        )
        chosen = [one for one in disclosures if shown is None or one.name in shown]
        return {
            f"{name}.sd-jwt": write_sd_jwt(entry.statement, chosen),
            f"{name}.tlog-proof": tlog_proof(self._prover, entry.index, self.note),
        }

    def consistency(self, old: int) -> tuple[bytes, ...]:
        """Prove that the checkpoint continues an earlier size of this log."""
        return tuple(self._prover.consistency(old, self.size))

    def authority(self, after: int, signers: Collection[str]) -> dict[str, bytes]:
        """Give `authority/`: the stream up to a head logged after an index.

        The countersignature of the log's beginning is with it, where one stands.

        Args:
            after: log index of the last statement to be judged by it.
            signers: thumbprints of keys; the names of these persons are shown.

        Raises:
            NotFound: kind "no-authority-head": the log was not sealed since.
        """
        stream = self.log.entry(0).stream
        head, statement = self._authority_head(stream, after)
        countersignature = find_countersignature(self.log, head.index)
        entries = self.log.stream(stream, int(statement.payload["head"]["seq"]))
        parsed = [read_statement(one.statement) for one in entries]
        members = self.entry("authority/head", head)
        if countersignature is not None:
            members |= self.entry(COUNTERSIGNATURE, countersignature)
            signers = {*signers, read_statement(countersignature.statement).kid}
        persons = {_person(one) for one in parsed if _registers(one, signers)}
        for entry, one in zip(entries, parsed, strict=True):
            named = one.kind == kinds.KEY_REGISTERED and _person(one) in persons
            shown = NAMES_SHOWN if named else KIND_SHOWN
            members |= self.entry(f"authority/{one.seq:04d}", entry, shown)
        return members

    def _authority_head(self, stream: bytes, after: int) -> tuple[StoredEntry, Statement]:
        for entry, statement in self._heads(after + 1):
            if unb64url(statement.payload["head"]["stream"]) == stream:
                return entry, statement
        raise NotFound(
            "The ledger has not logged its keys and roles since this entry.",
            "Whoever checks it must see that no key was revoked before it.",
            "Run send-ledger log checkpoint, then try again.",
            kind="no-authority-head",
        )

    def _heads(self, start: int) -> Iterator[tuple[StoredEntry, Statement]]:
        for entry in self.log.entries(start, self.size):
            statement = read_statement(entry.statement)
            if statement.kind == kinds.STREAM_HEAD:
                yield entry, statement

    def stream_heads(self, streams: Collection[bytes]) -> dict[bytes, StoredEntry]:
        """Give the newest logged head of each stream; one without a head is not in it."""
        wanted, found = set(streams), dict[bytes, StoredEntry]()
        for entry in self._heads_backwards():
            stream = unb64url(read_statement(entry.statement).payload["head"]["stream"])
            if stream in wanted and stream not in found:
                found[stream] = entry
                if len(found) == len(wanted):
                    break
        return found

    def _heads_backwards(self) -> Iterator[StoredEntry]:
        # Heads stand in one stream, so the first one found leads to all others.
        for index in range(self.size - 1, -1, -1):
            last = self.log.entry(index)
            if read_statement(last.statement).kind == kinds.STREAM_HEAD:
                for seq in range(last.seq, 0, -1):
                    yield self.log.place(last.stream, seq)
                return


def _person(statement: Statement) -> str:
    return str(statement.payload.get("person", ""))


def _registers(statement: Statement, signers: Collection[str]) -> bool:
    """Tell whether this registers one of these keys."""
    if statement.kind != kinds.KEY_REGISTERED:
        return False
    return thumbprint(public_from_jwk(statement.payload["jwk"])) in signers
