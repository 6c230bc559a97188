"""A transfer bundle built: `docs/formats/bundle.md`.

In three steps, because the manifest speaks of what the bundle holds and is itself
in the log: `choose_contents`, then the manifest is recorded and the log sealed,
then `build_bundle`.  Only reads, and refuses what may not leave twice: before the
manifest is signed and again over the very bytes that go.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from ledger.aggregates.event import read_event
from ledger.aggregates.handover import STANDING_SENTENCE, ManifestIssued
from ledger.bundles.documents import demand_room
from ledger.bundles.restricted import (
    ProtectedWords,
    Scanner,
    demand_classes,
    demand_no_protected_words,
    demand_plain_omissions,
    texts_of,
)
from ledger.errors import EntryConflict, NotFound, RuleRefused
from ledger.formats.bundle_layout import (
    ATTACHMENT_LIST,
    ATTACHMENTS,
    AUTHORITY,
    CHECKPOINT,
    CONSISTENCY,
    COSIGNED,
    MANIFEST,
    MAX_CONSISTENCY_PROOFS,
    PADDING,
    POLICY,
    RECORD,
    STATEMENTS,
    TOKENS,
    Attachment,
    ConsistencyProof,
    digest_of_hashes,
    head_name,
    padding_for,
    statement_name,
    stems,
    write_attachment_list,
    write_consistency,
)
from ledger.formats.checkpoint import Checkpoint
from ledger.formats.sd_jwt import read_sd_jwt
from ledger.formats.sha256sums import SUMS_NAME, sha256sums
from ledger.formats.signed_note import SignedNote
from ledger.formats.statement import read_statement
from ledger.formats.tlog_proof import TlogProof
from ledger.formats.withheld import STILL_SHOWN, withheld_entries
from ledger.seal.contents import OpenedEntry, open_entry
from ledger.seal.proof_members import ProofWriter
from ledger.verify.bundle_entries import of_other_pupils
from ledger.verify.logged import Logged
from ledger.verify.record_page import head_in_words, record_page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ledger.aggregates.record_transfer import Omission
    from ledger.formats.ledger_reader import LedgerReader

MAX_STATEMENTS: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What is to leave, as the SENCO chose it.

    Attributes:
        pupil: the pupil's stream.
        streams: every stream to include, the pupil's own among them.
        attachments: documents.
        omissions: what is left out, by category.
        protected: every protected address of the pupil, earlier ones too.
        my_story_consented: whether a consent to share My Story with this
            receiver is in force.
        signed_off_by: who looked at what cannot be scanned, or None.
    """

    pupil: bytes
    streams: tuple[bytes, ...]
    attachments: tuple[Attachment, ...] = ()
    omissions: tuple[Omission, ...] = ()
    protected: tuple[ProtectedWords, ...] = ()
    my_story_consented: bool = False
    signed_off_by: str | None = None

    @property
    def withheld(self) -> frozenset[int]:
        """Log indexes of the entries whose texts stay here, as the omissions name them."""
        return withheld_entries((one.category, one.reason) for one in self.omissions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What the manifest has to say of a selection.

    Attributes:
        statements_count: how many statements.
        statements_digest: over all of them, in log order.
        attachments_count: how many documents.
        attachments_digest: SHA-256 of their list.
        standing_sentence: the same in every manifest.
    """

    statements_count: int
    statements_digest: bytes
    attachments_count: int
    attachments_digest: bytes
    standing_sentence: str = STANDING_SENTENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleRequest:
    """What a bundle is built from.

    Attributes:
        log: the open ledger file.
        data_key: stream id → data key.
        selection: what is to leave.
        manifest: log index of the recorded manifest.
        note: the checkpoint signed after it, as first signed.
        earlier_sizes: sizes of this log that the receiver has or may have seen.
        policy: this school's own claim: `policy.txt`, `genesis.sha256` and,
            where known, `tsa-roots.pem`.
    """

    log: LedgerReader
    data_key: Callable[[bytes], bytes]
    selection: Selection
    manifest: int
    note: bytes
    earlier_sizes: tuple[int, ...]
    policy: Mapping[str, bytes]


def choose_contents(
    log: LedgerReader, data_key: Callable[[bytes], bytes], selection: Selection
) -> Contents:
    """Check that a selection may leave, and say what its manifest has to state.

    Raises:
        RuleRefused: kinds "protected-class", "protected-words",
            "protected-words-perhaps", "attachment-not-scanned",
            "my-story-without-consent", "pupil-not-included", "other-pupil",
            "not-in-record" or "too-large".
        InputRefused: kind "omission-telling".
        KeyUnavailable, AlterationFound: as `open_entry`.
    """
    return _chosen(_entries(log, data_key, selection), selection)


def _chosen(entries: Sequence[OpenedEntry], selection: Selection) -> Contents:
    demand_room([len(one.data) for one in selection.attachments])
    scanner = Scanner(selection.protected)
    demand_classes(entries, my_story_consented=selection.my_story_consented)
    _demand_one_pupil(entries, selection.pupil)
    demand_plain_omissions(selection.omissions, scanner)
    demand_no_protected_words(entries, selection.attachments, scanner, selection.signed_off_by)
    return _contents(entries, selection)


def _entries(
    log: LedgerReader, data_key: Callable[[bytes], bytes], selection: Selection
) -> list[OpenedEntry]:
    streams = set(selection.streams)
    if selection.pupil not in streams:
        raise RuleRefused(
            "The pupil's own record is not among what was chosen.",
            "Whoever receives the rest could not tell whom it is about.",
            "Do not leave the pupil's own record out.",
            kind="pupil-not-included",
        )
    stored = [entry for stream in streams for entry in log.stream(stream)]
    if len(stored) > MAX_STATEMENTS:
        raise RuleRefused(
            f"A bundle carries at most {MAX_STATEMENTS} entries; nothing was sent.",
            f"This pupil's record has {len(stored)}.",
            "Leave records out with --leave-out, and say so to the other school.",
            kind="too-large",
        )
    withheld = selection.withheld
    if not withheld <= {entry.index for entry in stored}:
        raise RuleRefused(
            "Nothing was sent: an entry to be withheld is none of this record's.",
            "It belongs to another pupil, or is of a kind that never goes along.",
            "See the numbers in send-ledger history.",
            kind="not-in-record",
        )
    opened = [open_entry(entry, data_key) for entry in stored]
    opened = [_bare(one) if one.index in withheld else one for one in opened]
    return sorted(opened, key=lambda one: one.index)


def _bare(entry: OpenedEntry) -> OpenedEntry:
    kept = tuple(one for one in entry.disclosures if one.name in STILL_SHOWN)
    return OpenedEntry(entry.index, entry.statement, kept)


def _demand_one_pupil(entries: Sequence[OpenedEntry], pupil: bytes) -> None:
    if others := of_other_pupils(entries, pupil):
        raise RuleRefused(
            "Nothing was sent: entries about another pupil were chosen.",
            f"Entries: {', '.join(map(str, others))}.",
            "Leave that record out.",
            kind="other-pupil",
        )


def _contents(entries: Sequence[OpenedEntry], selection: Selection) -> Contents:
    return Contents(
        statements_count=len(entries),
        statements_digest=digest_of_hashes(one.statement.jwt for one in entries),
        attachments_count=len(selection.attachments),
        attachments_digest=hashlib.sha256(write_attachment_list(selection.attachments)).digest(),
    )


def build_bundle(request: BundleRequest) -> dict[str, bytes]:
    """Build the files of a bundle; `ledger.bundles.container` packs and encrypts them.

    Raises:
        RuleRefused: as `choose_contents`; "protected-words" also for the
            manifest's own texts.
        EntryConflict: kind "record-changed-meanwhile": the manifest does not
            speak of what the record holds now.
        NotFound: the manifest, a logged head or the authority's head is not
            under the checkpoint.
    """
    # Read once: what is checked is what leaves, whoever records meanwhile.
    entries = _entries(request.log, request.data_key, request.selection)
    _demand_as_manifested(request, entries)
    writer = ProofWriter(request.log, request.data_key, _quoted(request))
    members = _statements(request, writer, entries)
    signers = {one.statement.kid for one in entries}
    signers.add(read_statement(request.log.entry(request.manifest).statement).kid)
    members |= writer.authority(request.manifest, signers)
    members |= _head_files(request, writer)
    members |= _attachment_files(request.selection.attachments)
    members |= {f"{POLICY}{name}": data for name, data in request.policy.items()}
    members[RECORD] = _page(request, members)
    members[PADDING] = padding_for(members)
    members[SUMS_NAME] = sha256sums(members)
    return members


def _demand_as_manifested(request: BundleRequest, entries: Sequence[OpenedEntry]) -> None:
    """Check again, over what leaves now, all that was checked before the manifest was signed."""
    selection = request.selection
    if _chosen(entries, selection) != _manifested(request):
        raise EntryConflict(
            "Nothing was sent: the record changed while the bundle was made.",
            "The signed manifest speaks of other entries or documents.",
            "Send it again: a new manifest is made for the record as it is now.",
            kind="record-changed-meanwhile",
        )
    manifest = open_entry(request.log.entry(request.manifest), request.data_key)
    if Scanner(selection.protected).certain(texts_of(dict(manifest.fields))):
        raise RuleRefused(
            "Nothing was sent: restricted words stand in the manifest.",
            f"They stand in entry {manifest.index}, which every reader of the bundle is shown.",
            "Send it anew, and leave the address out of the reasons given.",
            kind="protected-words",
        )


def _manifested(request: BundleRequest) -> Contents:
    opened = open_entry(request.log.entry(request.manifest), request.data_key)
    statement = opened.statement
    said = read_event(UUID(bytes=statement.stream), statement.seq, statement.payload, opened.fields)
    if not isinstance(said, ManifestIssued) or said.pupil != request.selection.pupil:
        raise NotFound(
            f"Entry {request.manifest} is no manifest for this pupil.",
            "A bundle is built around the manifest that was recorded for it.",
            "Send the record anew with send-ledger transfer send.",
            kind="no-manifest",
        )
    return Contents(
        statements_count=said.statements_count,
        statements_digest=said.statements_digest,
        attachments_count=said.attachments_count,
        attachments_digest=said.attachments_digest,
        standing_sentence=said.standing_sentence,
    )


def _quoted(request: BundleRequest) -> bytes:
    """Give the checkpoint as proofs quote it: with its cosignatures, where it has any."""
    return request.note + "".join(
        f"{line}\n" for line in request.log.cosignatures(_head(request).size)
    ).encode("utf-8")


def _head(request: BundleRequest) -> Checkpoint:
    return Checkpoint.parse(SignedNote.parse(request.note).text)


def _statements(
    request: BundleRequest, writer: ProofWriter, entries: Sequence[OpenedEntry]
) -> dict[str, bytes]:
    log, members = request.log, dict[str, bytes]()
    members |= writer.entry(MANIFEST, log.entry(request.manifest))
    for one in entries:
        shown = {field.name for field in one.disclosures}
        members |= writer.entry(statement_name(one.index), log.entry(one.index), shown)
    heads = writer.stream_heads(request.selection.streams)
    last = {one.statement.stream: one.statement for one in entries}
    for stream, statement in last.items():
        entry = heads.get(stream)
        named = None if entry is None else read_statement(entry.statement).payload["head"]["seq"]
        if entry is None or named != statement.seq:
            raise NotFound(
                "The ledger has not logged where a record ends.",
                "The receiver must see that nothing was left out at its end.",
                "Run send-ledger log checkpoint, then send it again.",
                kind="no-stream-head",
            )
        members |= writer.entry(head_name(entry.index), entry)
    return members


def _head_files(request: BundleRequest, writer: ProofWriter) -> dict[str, bytes]:
    proofs = [
        ConsistencyProof(old, writer.size, writer.consistency(old))
        for old in sorted(set(request.earlier_sizes))
        if 0 < old <= writer.size
    ]
    members = {
        CHECKPOINT: request.note,
        CONSISTENCY: write_consistency(proofs[-MAX_CONSISTENCY_PROOFS:]),
    }
    if writer.note != request.note:
        members[COSIGNED] = writer.note  # the very bytes that the proofs quote
    for token in request.log.tokens(writer.size):
        members[f"{TOKENS}{hashlib.sha256(token).hexdigest()[:32]}.tsr"] = token
    return members


def _attachment_files(attachments: Sequence[Attachment]) -> dict[str, bytes]:
    if not attachments:
        return {}
    members = {f"{ATTACHMENTS}{one.name}": one.data for one in attachments}
    return members | {ATTACHMENT_LIST: write_attachment_list(attachments)}


def _page(request: BundleRequest, members: Mapping[str, bytes]) -> bytes:
    """Draw the page from the very files that leave, as the receiver will."""
    head = _head(request)
    return record_page(
        _logged(members, MANIFEST),
        [_logged(members, name) for name in stems(members, STATEMENTS)],
        [_logged(members, name) for name in stems(members, AUTHORITY)],
        head_in_words(head.origin, head.size, head.root),
    )


def _logged(members: Mapping[str, bytes], name: str) -> Logged:
    index = TlogProof.parse(members[f"{name}.tlog-proof"]).index
    return Logged(name, index, read_sd_jwt(members[f"{name}.sd-jwt"]))
