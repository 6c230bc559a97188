"""Sending a pupil's record: manifest, seal, bundle, dispatch."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from ledger.aggregates.consent import Consent, ConsentReliedOn
from ledger.aggregates.handover import Handover, ManifestIssued
from ledger.aggregates.record_transfer import Omission, RecordTransfer, TransferDispatched
from ledger.aggregates.school import PartnerTrusted
from ledger.bundles.build import (
    BundleRequest,
    Contents,
    Selection,
    build_bundle,
    choose_contents,
)
from ledger.bundles.container import encrypt, pack
from ledger.bundles.exchange import Exchange
from ledger.bundles.restricted import ProtectedWords
from ledger.errors import RuleRefused, after_recording
from ledger.formats.bundle_layout import MAX_CONSISTENCY_PROOFS, Attachment
from ledger.formats.checkpoint import cosigner_name
from ledger.formats.withheld import CATEGORY as WITHHELD
from ledger.formats.withheld import reason_for
from ledger.seal.contents import open_entry

CARRIED = frozenset(
    {
        "pupil",
        "parental_responsibility",
        "notification",
        "consent",
        "support_cycle",
        "support_plan",
        "review",
        "ehc_plan",
        "annual_review",
    }
)
"""Kinds of record that go with the pupil; My Story only under its own consent."""
MY_STORY_ITEM = "my_story"
NEWEST_SIZES = 64
"""So many of the newest heads are proved to every receiver, whoever was shown them."""
MANIFEST_FILE = "manifest.sd-jwt"
OMITTED = (
    Omission("unsigned_proposals", "Entries that nobody answerable has signed are no record."),
    Omission(
        "access_log", "Who read the record concerns this school's staff, not the pupil's support."
    ),
)
"""Left out of every bundle, and said so in every manifest."""

_MANIFEST_ALONE = (
    "The manifest is recorded, but the bundle could not be made.",
    "Mend that, then send the record again; a manifest alone hands nothing over.",
)
"""What failed once the manifest was signed, and how to go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What the SENCO wants to send.

    Attributes:
        pupil: the pupil's stream.
        partner: the receiving school.
        checked_by: who checked recipient, content and attachments (D-SEC-8).
        attachments: documents to send along.
        signed_off_by: who looked at what cannot be scanned, or None.
        withhold: log index → why, for entries whose texts stay here.
        leave_out: log index → why, for entries whose whole record stays here.
    """

    pupil: UUID
    partner: PartnerTrusted
    checked_by: str
    attachments: Sequence[Attachment] = ()
    signed_off_by: str | None = None
    withhold: Mapping[int, str] = field(default_factory=dict)
    leave_out: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What was sent.

    Attributes:
        bundle: the age file's bytes.
        transfer: the handover, as recorded.
        to_name: the receiving school.
        statements: how many entries went.
        omissions: what the manifest says was left out.
        kept_back: kinds of record that stay here and that no manifest names; for
            this school's eyes.
    """

    bundle: bytes
    transfer: RecordTransfer
    to_name: str
    statements: int
    omissions: tuple[Omission, ...]
    kept_back: tuple[str, ...]


def send_record(exchange: Exchange, sending: Sending) -> Sent:
    """Make the bundle for another school and record that it was made.

    Raises:
        RuleRefused: something in it may not leave; nothing was recorded.
        NotAuthorised: the actor may not sign a manifest.
    """
    desk = exchange.desk
    consent = _story_consent(exchange, sending)
    selection = _selection(exchange, sending, story=consent is not None)
    contents = choose_contents(exchange.reader, desk.keys.data_key, selection)
    bundle_id = desk.entropy(16)
    manifest = _issue_manifest(exchange, sending, contents, selection.omissions, bundle_id)
    with after_recording(*_MANIFEST_ALONE):
        members = build_bundle(
            BundleRequest(
                log=exchange.reader,
                data_key=desk.keys.data_key,
                selection=selection,
                manifest=manifest,
                note=exchange.seal(),
                earlier_sizes=_earlier_sizes(exchange, sending.partner.log_origin),
                policy=exchange.policy,
            )
        )
        bundle = encrypt(pack(members), sending.partner.recipient)
        transfer = desk.start(RecordTransfer, sending.pupil)
        transfer.record(
            TransferDispatched,
            desk.entry(subject=desk.subject_of(sending.pupil)),
            pupil=sending.pupil.bytes,
            to_name=sending.partner.name,
            to_origin=sending.partner.log_origin,
            bundle=hashlib.sha256(bundle).digest(),
            manifest=hashlib.sha256(members[MANIFEST_FILE]).digest(),
            bundle_id=bundle_id,
            statements=contents.statements_count,
            omissions=selection.omissions,
            checked_by=sending.checked_by,
            consents=() if consent is None else (consent.id.bytes,),
        )
        # Saved together: a withdrawal made meanwhile takes the stream's place and stops both.
        relied_on = () if consent is None else (_rely(exchange, consent, transfer),)
        desk.save(transfer, *relied_on)
        exchange.seal()
    return Sent(
        bundle=bundle,
        transfer=transfer,
        to_name=sending.partner.name,
        statements=contents.statements_count,
        omissions=selection.omissions,
        kept_back=_kept_back(exchange, sending, story=consent is not None),
    )


def _issue_manifest(
    exchange: Exchange,
    sending: Sending,
    contents: Contents,
    omissions: tuple[Omission, ...],
    bundle_id: bytes,
) -> int:
    """Record the manifest, and give its log index."""
    desk = exchange.desk
    handover = desk.start(Handover, sending.pupil)
    handover.record(
        ManifestIssued,
        desk.entry(subject=desk.subject_of(sending.pupil)),
        bundle_id=bundle_id,
        from_origin=exchange.origin,
        from_name=exchange.own_name(),
        to_origin=sending.partner.log_origin,
        to_name=sending.partner.name,
        sequence=_next_sequence(exchange, sending.partner.log_origin),
        statements_count=contents.statements_count,
        statements_digest=contents.statements_digest,
        attachments_count=contents.attachments_count,
        attachments_digest=contents.attachments_digest,
        omissions=omissions,
        standing_sentence=contents.standing_sentence,
        prepared_by=desk.name,
        pupil=sending.pupil.bytes,
    )
    return desk.save(handover)[0]


def _selection(exchange: Exchange, sending: Sending, *, story: bool) -> Selection:
    carried = CARRIED | ({"my_story"} if story else set())
    records = exchange.streams_of(sending.pupil.bytes)
    going = {stream: noun for noun, stream in records if noun in carried}
    left_out = _left_out(exchange, sending, going)
    return Selection(
        pupil=sending.pupil.bytes,
        streams=tuple(stream for stream in going if stream not in left_out),
        attachments=tuple(sending.attachments),
        omissions=(
            *OMITTED,
            # My Story is never named: the standing sentence speaks for it.
            *(one for one in left_out.values() if one.category != "my_story"),
            *(
                Omission(WITHHELD, reason_for(index, why))
                for index, why in sorted(sending.withhold.items())
            ),
        ),
        protected=tuple(
            _protected(exchange, stream) for noun, stream in records if noun == "protected_address"
        ),
        my_story_consented=story,
        signed_off_by=sending.signed_off_by,
    )


def _left_out(
    exchange: Exchange, sending: Sending, going: Mapping[bytes, str]
) -> dict[bytes, Omission]:
    """Give the records that the SENCO leaves out, by stream, as the manifest names them."""
    left_out: dict[bytes, Omission] = {}
    for index, why in sending.leave_out.items():
        known = index < exchange.reader.size
        stream = exchange.reader.entry(index).stream if known else b""
        if stream not in going or stream == sending.pupil.bytes:
            raise RuleRefused(
                f"Entry {index} is in no record that can be left out; nothing was sent.",
                "It belongs to another pupil, never goes along, or is the pupil's own record.",
                "See the numbers in send-ledger history; keep single texts back with --withhold.",
                kind="not-in-record",
            )
        left_out[stream] = Omission(going[stream], why)
    return left_out


def _kept_back(exchange: Exchange, sending: Sending, *, story: bool) -> tuple[str, ...]:
    unnamed = {"protected_address"} | (set() if story else {MY_STORY_ITEM})
    held = {noun for noun, _stream in exchange.streams_of(sending.pupil.bytes)}
    return tuple(sorted(held & unnamed))


def _protected(exchange: Exchange, stream: bytes) -> ProtectedWords:
    lines: list[str] = []
    words: list[str] = []
    postcode = ""
    for entry in exchange.reader.stream(stream):
        fields = open_entry(entry, exchange.desk.keys.data_key).fields
        lines += fields.get("lines", [])
        words += [*fields.get("words", []), postcode]
        postcode = fields.get("postcode") or postcode
    return ProtectedWords(tuple(lines), postcode, tuple(word for word in words if word))


def _story_consent(exchange: Exchange, sending: Sending) -> Consent | None:
    """Give the consent under which My Story may go to this school today (D-CONS-2)."""
    pupil, desk = sending.pupil.bytes, exchange.desk
    if not any(noun == "my_story" for noun, _ in exchange.streams_of(pupil)):
        return None
    stream = exchange.consent_to_share(pupil, MY_STORY_ITEM, sending.partner.name, desk.today())
    return None if stream is None else desk.load(Consent, UUID(bytes=stream))


def _rely(exchange: Exchange, consent: Consent, transfer: RecordTransfer) -> Consent:
    consent.record(
        ConsentReliedOn,
        exchange.desk.entry(subject=consent.given.subject if consent.given else None),
        by_type="record_transfer.dispatched",
        by_stream=transfer.id.bytes,
    )
    return consent


def _earlier_sizes(exchange: Exchange, origin: str) -> tuple[int, ...]:
    """Give the sizes of this log that the receiver saw or may have seen, to be proved.

    Which of them they saw last is theirs to say: every head that they cosigned or
    that a bundle to them quoted, and the newest of all, shown to them otherwise.
    """
    reader = exchange.reader
    sealed = [size for size, _note in reader.checkpoints()]
    theirs = f"— {cosigner_name(origin)} "
    shown = {
        size for size in sealed if any(x.startswith(theirs) for x in reader.cosignatures(size))
    }
    for transfer in _transfers_to(exchange, origin):
        # A bundle quotes the newest checkpoint before the entry that says it was sent.
        sent = bisect_right(sealed, reader.place(transfer.id.bytes, 1).index)
        shown.update(sealed[max(sent - 1, 0) : sent])
    newest = sealed[-NEWEST_SIZES:]
    return (*sorted(shown)[NEWEST_SIZES - MAX_CONSISTENCY_PROOFS :], *newest)


def _transfers_to(exchange: Exchange, origin: str) -> list[RecordTransfer]:
    desk = exchange.desk
    found = [desk.load(RecordTransfer, UUID(bytes=stream)) for stream in exchange.transfers()]
    return [one for one in found if one.dispatched and one.dispatched.to_origin == origin]


def _next_sequence(exchange: Exchange, origin: str) -> int:
    return len(_transfers_to(exchange, origin)) + 1
