"""A receiver that is honest about the bundle and hostile about the sender's own head."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ledger.aggregates.handover import ConfirmationIssued, Handover, ReceiptIssued
from ledger.bundles import receive as receiving
from ledger.bundles.known_partner import verify_bundle_of_partner
from ledger.bundles.receipt import build_receipt_file
from ledger.formats.checkpoint import Checkpoint
from ledger.formats.signed_note import NoteSignature, SignedNote
from ledger.seal.checkpoints import cosign
from tests.support.handover import Pair
from tests.support.school_home import SchoolHome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledger.aggregates.event import Entry, Event
    from ledger.bundles.receipt import ReceiptRequest

ZOE = "A203102209083"
AS = ("--as", "senco")


def received(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, change: Callable[[SignedNote], SignedNote]
) -> str:
    """Receive, and write a receipt whose note of the sender's head was changed; give its path."""

    def hostile(request: ReceiptRequest) -> bytes:
        assert request.sender_checkpoint is not None
        note = change(SignedNote.parse(request.sender_checkpoint))
        return build_receipt_file(replace(request, sender_checkpoint=note.to_bytes()))

    file = pair.file("received")
    with monkeypatch.context() as patch:
        patch.setattr(receiving, "build_receipt_file", hostile)
        pair.receiver.ok("transfer", "receive", pair.file("zoe.age"), "--receipt", file, *AS)
    return file


def kept_lines(school: SchoolHome) -> list[tuple[int, bytes]]:
    with closing(sqlite3.connect(school.path / "ledger.db")) as file:
        return file.execute("SELECT size, line FROM cosignatures").fetchall()


def test_a_line_below_the_receivers_own_is_not_kept(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest: list[str] = []

    def junk_below(note: SignedNote) -> SignedNote:
        honest.append(note.signatures[-1].line().removesuffix("\n"))
        junk = NoteSignature(name="nobody", key_id=b"abcd", blob=bytes(72))
        return replace(note, signatures=(*note.signatures, junk))

    file = received(pair, monkeypatch, junk_below)
    pair.sender.ok("transfer", "acknowledge", file, *AS)
    assert [line.decode() for _, line in kept_lines(pair.sender)] == honest
    assert pair.sender.ok("verify", *AS)["result"] == "intact"


def test_a_false_line_by_the_receivers_own_key_stops_everything(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    def false_line(note: SignedNote) -> SignedNote:
        last = note.signatures[-1]
        return replace(note, signatures=(*note.signatures, replace(last, blob=bytes(72))))

    file = received(pair, monkeypatch, false_line)
    before = pair.sender.fingerprint()
    pair.sender.refused(10, "note-signature-failed", "transfer", "acknowledge", file, *AS)
    assert pair.sender.fingerprint() == before


@pytest.mark.parametrize(
    "other", [{"size": 5}, {"root": bytes(32)}], ids=["never sealed at that size", "other root"]
)
def test_a_receipt_for_a_head_that_is_not_ours_changes_nothing(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, other: dict[str, Any]
) -> None:
    heads: list[Checkpoint] = []

    def another_head(note: SignedNote) -> SignedNote:
        line = cosign(
            replace(note, text=heads[0].text()).to_bytes(),
            note.signatures[-1].name,
            key.sign,
            key.public,
            1_772_500_000,
        )
        return SignedNote(heads[0].text(), (*note.signatures[:-1], NoteSignature.parse(line)))

    with pair.receiver.session("senco") as session:
        key = session.home.machine_key("cosigner")

    def other_head(*given: Any) -> Any:
        report, bundle = verify_bundle_of_partner(*given)
        assert bundle is not None
        head = Checkpoint.parse(SignedNote.parse(bundle.checkpoint).text)
        heads.append(replace(head, **other))
        return report, replace(bundle, size=heads[0].size, root=heads[0].root)

    monkeypatch.setattr(receiving, "verify_bundle_of_partner", other_head)
    file = received(pair, monkeypatch, another_head)
    before = pair.sender.fingerprint()
    pair.sender.refused(10, "receipt-other-head", "transfer", "acknowledge", file, *AS)
    assert pair.sender.fingerprint() == before
    assert pair.sender.ok("verify", *AS)["result"] == "intact"


@contextmanager
def saying(monkeypatch: pytest.MonkeyPatch, kind: type[Event], **other: Any) -> Iterator[None]:
    """Let a school sign something else than the truth in its own answers of a kind."""
    record = Handover.record

    def hostile(self: Handover, cls: type[Event], entry: Entry, **facts: Any) -> None:
        record(self, cls, entry, **(facts | (other if cls is kind else {})))

    with monkeypatch.context() as patch:
        patch.setattr(Handover, "record", hostile)
        yield


def test_a_signed_receipt_for_another_manifest_changes_nothing(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = pair.file("received")
    with saying(monkeypatch, ReceiptIssued, manifest=bytes(32)):
        pair.receiver.ok("transfer", "receive", pair.file("zoe.age"), "--receipt", file, *AS)
    pair.sender.refused(6, "receipt-other-manifest", "transfer", "acknowledge", file, *AS)


def test_a_signed_confirmation_of_another_receipt_changes_nothing(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair.receiver.ok("transfer", "receive", pair.file("zoe.age"), *AS)
    accepted, confirmed = pair.file("accepted"), pair.file("confirmation")
    pair.receiver.ok("transfer", "accept", "--new", "--receipt", accepted, *AS)
    with saying(monkeypatch, ConfirmationIssued, receipt=bytes(32)):
        pair.sender.ok("transfer", "acknowledge", accepted, "--confirmation", confirmed, *AS)
    pair.receiver.refused(6, "confirmation-other-receipt", "transfer", "complete", confirmed, *AS)
