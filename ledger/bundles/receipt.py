"""A receipt or confirmation as a file to send back: `docs/formats/receipt.md`.

It holds one statement, fully shown, with all that proves it, and names no pupil,
so it may travel by plain e-mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from ledger.bundles.container import unpack
from ledger.errors import InputRefused, MalformedInput
from ledger.formats.bundle_layout import (
    CHECKPOINT,
    POLICY,
    README,
    RECEIPT,
    SENDER_CHECKPOINT,
    is_receipt_name,
)
from ledger.formats.sha256sums import SUMS_NAME, sha256sums
from ledger.formats.statement import read_statement
from ledger.formats.zip_archive import pack
from ledger.seal.contents import open_entry
from ledger.seal.proof_members import ProofWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ledger.formats.ledger_reader import LedgerReader


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRequest:
    """What a receipt file is built from.

    Attributes:
        log: the open ledger file of the school that signed it.
        data_key: stream id → data key.
        index: log index of the recorded receipt or confirmation.
        note: the checkpoint signed after it, as first signed.
        sender_checkpoint: the sender's checkpoint out of the bundle with this
            school's cosignature line beneath; None for a confirmation.
        policy: this school's own claim: `policy.txt` and `genesis.sha256`.
    """

    log: LedgerReader
    data_key: Callable[[bytes], bytes]
    index: int
    note: bytes
    sender_checkpoint: bytes | None
    policy: Mapping[str, bytes]


def build_receipt_file(request: ReceiptRequest) -> bytes:
    """Build a receipt file: a ZIP, the same bytes for the same values.

    Raises:
        MalformedInput: kind "subject-named": the entry names a pupil.
        NotFound: kind "no-authority-head": the log was not sealed since.
        KeyUnavailable, AlterationFound: as `open_entry`.
    """
    entry = request.log.entry(request.index)
    if open_entry(entry, request.data_key).fields.get("subject_name") is not None:
        raise MalformedInput(
            f"Entry {request.index} names a pupil and makes no receipt.",
            "A receipt is shown to whoever asks for it, so it names nobody.",
            "See send-ledger transfer receipt.",
            kind="subject-named",
        )
    writer = ProofWriter(request.log, request.data_key, request.note)
    members = writer.entry(RECEIPT, entry)
    members |= writer.authority(request.index, {read_statement(entry.statement).kid})
    members |= {f"{POLICY}{name}": data for name, data in request.policy.items()}
    members[CHECKPOINT] = request.note
    if request.sender_checkpoint is not None:
        members[SENDER_CHECKPOINT] = request.sender_checkpoint
    members[README] = resources.files("ledger.bundles").joinpath("receipt_readme.txt").read_bytes()
    members[SUMS_NAME] = sha256sums(members)
    return pack(members)


def open_receipt_file(data: bytes) -> dict[str, bytes]:
    """Take a receipt file apart; nothing in it is verified.

    Raises:
        InputRefused, MalformedInput: as `ledger.formats.zip_archive.unpack`;
            kind "receipt-not-canonical": the same files, wrapped otherwise.
    """
    try:
        members = unpack(data, allow=is_receipt_name)
    except (InputRefused, MalformedInput) as refused:
        raise type(refused)(
            "The file is not a receipt, or it was damaged on its way.",
            refused.why or refused.what,
            "Ask the other school to send its receipt or confirmation again.",
            kind=refused.kind,
        ) from None
    # Confirmations name a receipt by the hash of its file, so a receipt has one file.
    if pack(members) != data:
        raise MalformedInput(
            "The receipt was wrapped again.",
            "A receipt is one file, byte for byte, because confirmations name it by its hash.",
            "Ask for the file as it was sent; do not open and zip it again.",
            kind="receipt-not-canonical",
        )
    return members
