"""The access log of a home, checked against the ledger beside it: `docs/formats/access-log.md`.

Each record is judged by the entry about keys that it quotes.  What the records
cannot show by themselves, that none was taken off the end and none rewritten,
is shown by their heads in the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final

from ledger.errors import KeyUnavailable, LedgerError, MalformedInput, NotAuthorised
from ledger.formats import kinds
from ledger.formats.access_log import FILE_NAME, ROLE, read_access_log, read_access_record
from ledger.formats.encoding import b64url, compact_json
from ledger.formats.ledger_file import FILE_NAME as LEDGER_NAME
from ledger.formats.ledger_file import open_for_reading
from ledger.formats.ledger_reader import LedgerReader
from ledger.formats.statement import Statement, read_statement
from ledger.seal.authority import Authority, read_authority
from ledger.seal.contents import open_disclosures
from ledger.seal.ed25519 import BadSignature, verify
from ledger.verify.findings import Findings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from ledger.formats.access_log import StoredAccess

_HEAD_HEADER: Final = b64url(
    compact_json({"alg": "Ed25519", "typ": kinds.typ_of(kinds.STREAM_HEAD)})[:-1].encode("ascii")
).encode("ascii")
"""How every stream head begins: 48 bytes of header, so that base64 ends with them."""


@dataclass(slots=True, kw_only=True)
class _AccessCheck:
    """One run over an access log.

    Attributes:
        findings: where findings go.
        authority: keys and roles, folded from the whole ledger.
        lid: the ledger's id, base64url.
        places: authority statement, as quoted → its log index.
        heads: what the ledger says of the access log: stream, sequence number, hash.
        data_key: stream id → data key, or None where contents stay closed.
    """

    findings: Findings
    authority: Authority
    lid: str
    places: Mapping[tuple[int, str], int]
    heads: list[dict[str, Any]]
    data_key: Callable[[bytes], bytes] | None
    stream: str | None = None
    hashes: list[str] = field(default_factory=list)
    _told: int = 0

    def take(self, stored: StoredAccess) -> None:
        """Check the next record."""
        self.findings.counts["access_records"] += 1
        try:
            statement = read_statement(stored.statement)
        except LedgerError as error:
            self.hashes.append("")
            self._add("access-log-record", stored.seq, error.what)
            return
        self._check_place(stored.seq, statement)
        self.hashes.append(b64url(statement.hash))
        self._check_signer(stored.seq, statement)
        if self.data_key is not None:
            self._check_contents(stored, statement, self.data_key)

    def finish(self) -> None:
        """Hold the whole against its heads in the ledger."""
        for head in self.heads:
            seq = head["seq"]
            known = self.hashes[seq - 1] if seq <= len(self.hashes) else None
            if (self.stream, known) != (head["stream"], head["hash"]):
                self._add(
                    "access-log-head",
                    seq,
                    "The ledger holds another record in this place: records were taken away "
                    "or written anew.",
                )
        sealed = max((head["seq"] for head in self.heads), default=0)
        if sealed < len(self.hashes):
            self.findings.not_checked(
                f"whether the access log once went on after record {sealed:,}: no checkpoint "
                "covers it from there on"
            )

    def _add(self, code: str, seq: int, words: str) -> None:
        self.findings.add(code, None, f"Access record {seq:,}: {words}")

    def _check_place(self, seq: int, statement: Statement) -> None:
        payload = statement.payload
        self.stream = self.stream or payload["stream"]
        found = [payload[name] for name in ("lid", "stream", "seq", "prev", "anchor", "role")]
        before = self.hashes[-1] if self.hashes else None
        expected = [self.lid, self.stream, len(self.hashes) + 1, before, None, ROLE]
        if found != expected or seq != payload["seq"] or statement.kind != kinds.ACCESS_RECORD:
            self._add("access-log-chain", seq, "It does not follow the record before it.")

    def _check_signer(self, seq: int, statement: Statement) -> None:
        quoted = statement.payload["auth"] or {"seq": 0, "hash": ""}
        index = self.places.get((quoted["seq"], quoted["hash"]), -1)
        if index < self._told:
            self._add(
                "access-log-authority",
                seq,
                "It does not name an entry about keys, or an older one than the record before it.",
            )
            return
        self._told = index
        try:
            day = statement.recorded_at[:10]
            self.authority.judge_role(index + 1, statement.kid, ROLE, day)
            public = self.authority.keys[statement.kid].public
            verify(public, statement.signature, statement.signing_input)
        except NotAuthorised:
            self._add("access-log-key", seq, "It is not signed with the key of the access log.")
        except BadSignature:
            self._add("access-log-signature", seq, "Its signature does not fit it.")

    def _check_contents(
        self, stored: StoredAccess, statement: Statement, data_key: Callable[[bytes], bytes]
    ) -> None:
        try:
            if stored.ciphertext is None:
                raise MalformedInput("Its contents are gone.")
            opened = open_disclosures(statement, stored.ciphertext, data_key(statement.stream))
            read_access_record({one.name: one.value for one in opened})
        except KeyUnavailable:
            self.findings.not_checked("the contents of the access log: not open to this reader")
        except LedgerError as error:
            self._add("access-log-contents", stored.seq, error.what)


def verify_access_log(home: Path, data_key: Callable[[bytes], bytes] | None = None) -> Findings:
    """Verify the access log of a home.

    Args:
        home: the folder that holds the ledger and its access log.
        data_key: stream id → data key; None leaves the contents closed.

    Returns:
        What was found; codes begin with `access-log-`.
    """
    findings = Findings()
    path = home / FILE_NAME
    try:
        with open_for_reading(home / LEDGER_NAME) as connection:
            reader = LedgerReader(connection)
            # Others read and record meanwhile.  A head names a record that was there before
            # it, a record an entry that was there before it: so heads first, entries last.
            heads = _outside_heads(reader)
            records = _begun(path, heads, findings)
            check = _prepared(reader, heads, findings, data_key)
    except LedgerError:
        findings.not_checked("the access log: the ledger beside it is altered, or cannot be read")
        return findings
    if records is not None:
        try:
            for stored in records:
                check.take(stored)
            check.finish()
        except LedgerError as error:
            _note_damage(findings, error)
    return findings


def _begun(
    path: Path, heads: list[dict[str, Any]], findings: Findings
) -> Iterator[StoredAccess] | None:
    """Begin to read: what comes is of this moment, whoever writes meanwhile."""
    if not path.exists():
        if heads:
            findings.add("access-log-missing", None, "The access log was taken away.")
        else:
            findings.not_checked("the access log: there is none beside the ledger")
        return None
    records = read_access_log(path)
    try:
        first = list(islice(records, 1))
    except LedgerError as error:
        _note_damage(findings, error)
        return None
    return chain(first, records)


def _note_damage(findings: Findings, error: LedgerError) -> None:
    findings.add("access-log-damaged", None, f"{error.what} {error.why}".strip())


def _prepared(
    reader: LedgerReader,
    heads: list[dict[str, Any]],
    findings: Findings,
    data_key: Callable[[bytes], bytes] | None,
) -> _AccessCheck:
    authority = read_authority(reader)
    first = reader.entry(0)
    places = {}
    for entry in reader.stream(first.stream):
        statement = read_statement(entry.statement)
        places[(statement.seq, b64url(statement.hash))] = entry.index
    return _AccessCheck(
        findings=findings,
        authority=authority,
        lid=b64url(read_statement(first.statement).lid),
        places=places,
        heads=heads,
        data_key=data_key,
    )


def _outside_heads(reader: LedgerReader) -> list[dict[str, Any]]:
    """Give the heads that the ledger holds of a stream that it does not hold itself."""
    streams = reader.connection.execute(
        "SELECT originator_id FROM entries WHERE originator_version = 1 AND"
        " substr(statement, 1, ?) = ? ORDER BY rowid",
        (len(_HEAD_HEADER), _HEAD_HEADER),
    ).fetchall()
    inside = {b64url(stream) for stream, _seq, _index in reader.stream_heads()}
    heads: list[dict[str, Any]] = [
        read_statement(entry.statement).payload.get("head", {})
        for (stream,) in streams
        for entry in reader.stream(stream)
    ]
    return [head for head in heads if head and head["stream"] not in inside]
