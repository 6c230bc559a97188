"""What a school brings to a handover: its desk, its log, its keys, its policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from ledger.aggregates.record_transfer import RecordTransfer
from ledger.aggregates.school import PartnerTrusted, School
from ledger.application.desk import Desk
from ledger.application.witnessing import CosignerKey
from ledger.errors import NotFound, after_recording
from ledger.formats.checkpoint import origin_of
from ledger.formats.ledger_reader import LedgerReader
from ledger.values.counting import counted


class AttachmentStore(Protocol):
    """Where encrypted blobs are kept."""

    def put(self, name: bytes, content: bytes) -> None:
        """Encrypt and keep a blob, durably."""
        ...

    def get(self, name: bytes) -> bytes:
        """Give a blob's content back."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One school's side of a handover.

    Attributes:
        desk: who acts.
        reader: the open ledger file.
        streams_of: pupil's stream → noun and stream of each of their records.
        consent_to_share: pupil's stream, item, recipient and day → the stream of the
            consent under which it may go, or None; as `consent check` judges it.
        transfers: gives the streams of all handovers, newest knowledge.
        seal: logs stream heads and signs a checkpoint; gives the note.
        keep_cosignature: keeps another school's cosignature of our own
            checkpoint of that size, and logs it as an anchor.
        cosigner: the key that cosigns other schools' heads.
        identity: gives the age identity that opens what is sent here.
        policy: this school's own claim: policy.txt, genesis.sha256, tsa-roots.pem.
        attachments: the encrypted blobs.
    """

    desk: Desk
    reader: LedgerReader
    streams_of: Callable[[bytes], list[tuple[str, bytes]]]
    consent_to_share: Callable[[bytes, str, str, date], bytes | None]
    transfers: Callable[[], list[bytes]]
    seal: Callable[[], bytes]
    keep_cosignature: Callable[[int, str], None]
    cosigner: CosignerKey
    identity: Callable[[], str]
    policy: Mapping[str, bytes]
    attachments: AttachmentStore

    @property
    def origin(self) -> str:
        """Origin of this school's log."""
        return origin_of(self.desk.lid)

    def school(self) -> School:
        """Rebuild the school's own record."""
        return self.desk.load(School, self.desk.streams.school)

    def own_name(self) -> str:
        """Give this school's name."""
        identity = self.school().identity
        return identity.name if identity else ""

    def partner(self, origin: str) -> PartnerTrusted:
        """Give a trusted school by the origin of its log.

        Raises:
            NotFound: its card was never trusted here.
        """
        known = self.school().partners.get(origin)
        if known is None:
            raise NotFound(
                "The other school is not trusted here.",
                "Its card was never checked.",
                "Get its card, then send-ledger school trust CARD.",
                kind="unknown-school",
            )
        return known

    def find_partner(self, text: str) -> PartnerTrusted:
        """Give a trusted school by name, URN, LAESTAB or origin.

        Raises:
            NotFound: none fits, or several do.
        """
        wanted = text.casefold().replace("/", "")
        fitting = [
            one
            for one in self.school().partners.values()
            if wanted
            in (one.urn, one.laestab.replace("/", ""), one.log_origin.casefold().replace("/", ""))
            or wanted in one.name.casefold().replace("/", "")
        ]
        if not fitting:
            raise NotFound(
                "No trusted school fits that name.",
                "Its card was never checked here, or it is spelt otherwise.",
                "See send-ledger school partners; or send-ledger school trust CARD.",
                kind="unknown-school",
            )
        if len(fitting) > 1:
            raise NotFound(
                f"{counted(len(fitting), 'trusted school')} fit that name.",
                "A record is never sent to one of several.",
                "Use the URN; see send-ledger school partners.",
                kind="unknown-school",
            )
        return fitting[0]


def answering(transfer: RecordTransfer) -> AbstractContextManager[None]:
    """Say, of what fails once an answer is signed, how its file is made all the same."""
    return after_recording(
        "It is recorded, but the file with our answer could not be made.",
        f"Mend that, then: send-ledger transfer receipt {transfer.number} --out FILE.",
    )
