"""The text of a school's card: who it is, and the keys that speak for it.

A C2SP signed note whose text is a title and one `name: value` line per fact:
`docs/formats/card.md`.  Whether its signature holds is judged in
`ledger.bundles.card`; formats know no keys.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from ledger.errors import LedgerError, MalformedInput
from ledger.formats.checkpoint import HASH_BYTES, cosigner_name, lid_of
from ledger.formats.signed_note import COSIGNATURE_ED25519, ED25519, VerifierKey
from ledger.values.person_name import PersonName
from ledger.values.school_identity import Laestab, Urn

TITLE: Final = "send-ledger/v1/school-card"
"""Never the origin of a log, so no card can be taken for a checkpoint."""
MAX_CARD_BYTES: Final = 16 * 1024
FIELDS: Final = (
    "name",
    "urn",
    "laestab",
    "origin",
    "genesis",
    "log-key",
    "cosigner-key",
    "age-recipient",
    "issued",
)

_HEX: Final = re.compile(r"[0-9a-f]{64}")
_RECIPIENT: Final = re.compile(r"age1[a-z0-9]{1,96}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A school's public card.

    Attributes:
        name: the school's official name.
        urn: its unique reference number.
        laestab: local authority and establishment number.
        origin: origin of its log.
        genesis: SHA-256 of its genesis JWT, 32 bytes.
        log_key: its log's verifier key, named by the origin.
        cosigner_key: the key with which it cosigns the heads of other logs.
        recipient: its age recipient, `age1…`.
        issued: the day on which the card was made.
    """

    name: str
    urn: Urn
    laestab: Laestab
    origin: str
    genesis: bytes
    log_key: VerifierKey
    cosigner_key: VerifierKey
    recipient: str
    issued: date

    def __post_init__(self) -> None:
        """Refuse facts that do not fit together (`LedgerError`, exit 6)."""
        PersonName(self.name)  # the same rule for what a screen can show truly
        lid_of(self.origin)
        log, cosigner = self.log_key, self.cosigner_key
        if (log.name, log.type) != (self.origin, ED25519):
            raise _malformed("Its log key is not the key of its log.")
        if (cosigner.name, cosigner.type) != (cosigner_name(self.origin), COSIGNATURE_ED25519):
            raise _malformed("Its cosigner key is not the key of its cosigner.")
        if log.public == cosigner.public:
            raise _malformed("One key is given two uses.")
        if len(self.genesis) != HASH_BYTES or not _RECIPIENT.fullmatch(self.recipient):
            raise _malformed("Its first statement or its age recipient is malformed.")


def write_card_text(card: Card) -> str:
    """Write the text that is signed, each line ended by a newline."""
    values = (
        card.name,
        card.urn.text,
        card.laestab.slashed,
        card.origin,
        card.genesis.hex(),
        card.log_key.text(),
        card.cosigner_key.text(),
        card.recipient,
        card.issued.isoformat(),
    )
    lines = (f"{name}: {value}" for name, value in zip(FIELDS, values, strict=True))
    return "\n".join((TITLE, *lines, ""))


def read_card_text(text: str) -> Card:
    """Read the text of a card's note.

    Raises:
        MalformedInput: kind "bad-card": another title, other lines, a malformed
            value, or facts that do not fit together.
    """
    title, *lines, rest = text.split("\n")
    parts = [line.partition(": ") for line in lines]
    if title != TITLE or rest or tuple(name for name, _, _ in parts) != FIELDS:
        raise _malformed("It does not have a card's title and lines.")
    value = {name: text for name, _, text in parts}
    if not _HEX.fullmatch(value["genesis"]):
        raise _malformed("Its first statement is not named by a SHA-256.")
    try:
        card = Card(
            name=value["name"],
            urn=Urn(value["urn"]),
            laestab=Laestab.parse(value["laestab"]),
            origin=value["origin"],
            genesis=bytes.fromhex(value["genesis"]),
            log_key=VerifierKey.parse(value["log-key"]),
            cosigner_key=VerifierKey.parse(value["cosigner-key"]),
            recipient=value["age-recipient"],
            issued=date.fromisoformat(value["issued"]),
        )
    except (LedgerError, ValueError) as error:
        why = error.what if isinstance(error, LedgerError) else "Its date is no date."
        raise _malformed(why) from None
    if write_card_text(card) != text:
        raise _malformed("A line is not written in the one form that cards have.")
    return card


def _malformed(why: str) -> MalformedInput:
    return MalformedInput(
        "The school's card cannot be used.",
        why,
        "Ask the school for a new card; do not type or correct one by hand.",
        kind="bad-card",
    )
