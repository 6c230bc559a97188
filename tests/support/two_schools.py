"""Two schools and one pupil's record between them, for tests of bundles and receipts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ledger.aggregates.event import Subject, SubjectId
from ledger.aggregates.handover import (
    ACCEPTED,
    RECEIVED,
    STANDING_SENTENCE,
    ConfirmationIssued,
    Handover,
    ManifestIssued,
    ReceiptIssued,
)
from ledger.aggregates.log import StreamHead, StreamHeadLogged
from ledger.bundles.build import BundleRequest, Contents, Selection, build_bundle, choose_contents
from ledger.bundles.container import new_identity
from ledger.bundles.policies import policy_files
from ledger.bundles.receipt import ReceiptRequest, build_receipt_file
from ledger.formats.card import Card
from ledger.formats.checkpoint import cosigner_name
from ledger.formats.signed_note import COSIGNATURE_ED25519, VerifierKey
from ledger.formats.statement import statement_hash
from ledger.seal.checkpoints import cosign
from ledger.values.school_identity import Laestab, Urn
from ledger.verify.trust_policy import TrustPolicy, read_trust_policy
from tests.support.ledger_builder import BuiltLedger, drawn, new_ledger

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ledger.aggregates.aggregate import Aggregate
    from ledger.values.code import Code
    from ledger.verify.bundle import ReceivedBundle

PUPIL_NAME = "Zoë O’Example"
SUBJECT = Subject(PUPIL_NAME, date(2015, 1, 1), SubjectId("upn", "A000000000000"))


@dataclass(slots=True)
class School:
    """A school's ledger, its card and what it sends."""

    ledger: BuiltLedger
    name: str
    identity: str
    card: Card
    pupil: UUID = field(default_factory=lambda: UUID(int=0))
    streams: tuple[bytes, ...] = ()

    @property
    def origin(self) -> str:
        """Origin of its log."""
        return self.ledger.origin

    @property
    def policy_files(self) -> Mapping[str, bytes]:
        """The trust policy that its card gives."""
        card = self.card
        return policy_files(card.log_key, [card.cosigner_key], card.genesis)

    @property
    def policy(self) -> TrustPolicy:
        """The same, read."""
        return read_trust_policy(self.policy_files)

    def seal(self) -> bytes:
        """Log heads, the authority's among them, and sign a checkpoint."""
        ledger = self.ledger
        with ledger.reading_file() as log:
            stream = log.entry(0).stream
            newest = log.place(stream, log.stream_length(stream))
        head = StreamHead(stream, newest.seq, statement_hash(newest.statement))
        if newest.index < ledger.sealed:
            record = ledger._system_stream(ledger.heads_stream)
            record.record(StreamHeadLogged, ledger.entry(), head=head)
            ledger.save("system", record)
        return ledger.seal()

    def issue(self, cls: type[Any], subject: Subject | None, by: str, **facts: Any) -> int:
        """Record a statement of a handover in a stream of its own; gives its index."""
        ledger = self.ledger
        handover = Handover(ledger.open_stream(ledger.stream(), "general"))
        handover.record(cls, ledger.entry(subject=subject), **facts)
        with ledger.reading_file() as log:
            index = log.size
        ledger.save(by, handover)
        return index

    def add(self, record: Aggregate, by: str = "senco") -> None:
        """Save a record that goes into the bundle too."""
        self.ledger.save(by, record)
        self.streams = tuple(dict.fromkeys((*self.streams, record.id.bytes)))


def new_school(home: Path, label: str, name: str, continues: Sequence[str] = ()) -> School:
    """Make a school's ledger and its card."""
    ledger = new_ledger(home / label, label, continues)
    identity, recipient = new_identity(lambda size: drawn(f"{label} age", size))
    with ledger.reading_file() as log:
        genesis = hashlib.sha256(log.entry(0).statement).digest()
    cosigner = VerifierKey(
        name=cosigner_name(ledger.origin),
        type=COSIGNATURE_ED25519,
        public=ledger.signing["cosigner"].public,
    )
    card = Card(
        name=name,
        urn=Urn("100001"),
        laestab=Laestab("8401234"),
        origin=ledger.origin,
        genesis=genesis,
        log_key=ledger.log_vkey,
        cosigner_key=cosigner,
        recipient=recipient,
        issued=date(2026, 3, 3),
    )
    return School(ledger, name, identity, card)


def sender_with_pupil(home: Path, continues: Sequence[str] = ()) -> School:
    """Make a sending school with one pupil: their own record and a consent."""
    school = new_school(home, "sender", "St Cuthbert’s", continues)
    pupil = school.ledger.pupil(0)
    school.ledger.year_group(pupil, "5")
    consent = school.ledger.consent(pupil)
    school.pupil = pupil.id
    school.streams = (pupil.id.bytes, consent.id.bytes)
    return school


@dataclass(slots=True)
class Sent:
    """A bundle on its way."""

    members: dict[str, bytes]
    manifest: int
    contents: Contents
    request: BundleRequest


def selection_of(school: School, **changes: Any) -> Selection:
    """Choose all of the pupil's streams."""
    chosen = Selection(pupil=school.pupil.bytes, streams=school.streams)
    return replace(chosen, **changes)


def send(
    school: School, to: School, *, earlier: tuple[int, ...] = (), sequence: int = 1, **changes: Any
) -> Sent:
    """Choose, record the manifest, seal and build, as the application does."""
    ledger = school.ledger
    facts = changes.pop("facts", {})
    selection = selection_of(school, **changes)
    with ledger.reading_file() as log:
        contents = choose_contents(log, ledger.keys.data_key, selection)
    said = {
        "bundle_id": drawn("bundle", 16),
        "from_origin": school.origin,
        "from_name": school.name,
        "to_origin": to.origin,
        "to_name": to.name,
        "sequence": sequence,
        "statements_count": contents.statements_count,
        "statements_digest": contents.statements_digest,
        "attachments_count": contents.attachments_count,
        "attachments_digest": contents.attachments_digest,
        "omissions": selection.omissions,
        "standing_sentence": STANDING_SENTENCE,
        "prepared_by": "Senco Example",
        "pupil": school.pupil.bytes,
    }
    manifest = school.issue(ManifestIssued, SUBJECT, "senco", **(said | facts))
    note = school.seal()
    with ledger.reading_file() as log:
        request = BundleRequest(
            log=log,
            data_key=ledger.keys.data_key,
            selection=selection,
            manifest=manifest,
            note=note,
            earlier_sizes=earlier,
            policy=school.policy_files,
        )
        members = build_bundle(request)
    return Sent(members, manifest, contents, request)


def answer(
    receiver: School,
    bundle: ReceivedBundle,
    age_file: bytes,
    outcome: Code = RECEIVED,
    reason: Code | None = None,
    *,
    subject: Subject | None = None,
    **facts: Any,
) -> bytes:
    """Record, seal and build a receipt."""
    said = {
        "outcome": outcome,
        "bundle": hashlib.sha256(age_file).digest(),
        "manifest": bundle.manifest_hash,
        "bundle_id": bundle.manifest.bundle_id,
        "from_origin": bundle.origin,
        "to_origin": receiver.origin,
        "by_name": "Senco Example",
        "grounds": reason,
        "sender_size": bundle.size,
        "sender_root": bundle.root,
    }
    by = "senco" if outcome == ACCEPTED else "system"
    index = receiver.issue(ReceiptIssued, subject, by, **(said | facts))
    return receipt_file(receiver, index, cosigned(receiver, bundle.checkpoint))


def cosigned(receiver: School, checkpoint: bytes, signer: str = "cosigner") -> bytes:
    """Give the sender's checkpoint with the receiver's line beneath, by one of its keys."""
    key = receiver.ledger.signing[signer]
    name, at = cosigner_name(receiver.origin), int(receiver.ledger.now.timestamp())
    return checkpoint + cosign(checkpoint, name, key.sign, key.public, at).encode("utf-8")


def confirm(sender: School, sent: ReceivedBundle, age_file: bytes, receipt: bytes) -> bytes:
    """Record, seal and build a confirmation."""
    index = sender.issue(
        ConfirmationIssued,
        None,
        "senco",
        receipt=hashlib.sha256(receipt).digest(),
        bundle=hashlib.sha256(age_file).digest(),
        manifest=sent.manifest_hash,
        bundle_id=sent.manifest.bundle_id,
        from_origin=sender.origin,
        to_origin=sent.manifest.to_origin,
        by_name="Senco Example",
    )
    return receipt_file(sender, index, None)


def receipt_file(school: School, index: int, sender_checkpoint: bytes | None) -> bytes:
    """Seal, and build the file of a receipt or confirmation."""
    note = school.seal()
    with school.ledger.reading_file() as log:
        return build_receipt_file(
            ReceiptRequest(
                log=log,
                data_key=school.ledger.keys.data_key,
                index=index,
                note=note,
                sender_checkpoint=sender_checkpoint,
                policy=school.policy_files,
            )
        )
