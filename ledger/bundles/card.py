"""A school's card: made, read, and named in words.

The card is signed by the log's own key, so nobody can change a line of it; that
it is this school's card at all is known only by comparing the fingerprint with
the school itself, by telephone (T15).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ledger.bundles.container import check_recipient
from ledger.errors import InputRefused, MalformedInput
from ledger.formats.card import MAX_CARD_BYTES, Card, read_card_text, write_card_text
from ledger.formats.signed_note import NoteSignature, SignedNote
from ledger.seal.ed25519 import BadSignature, WeakKey, check_public, verify
from ledger.seal.recovery import fingerprint_words

if TYPE_CHECKING:
    from collections.abc import Callable


def make_card(facts: Card, sign: Callable[[bytes], bytes], public: bytes) -> bytes:
    """Write and sign a school's card, and read it back before giving it away.

    Args:
        facts: what the card says.
        sign: makes the 64 bytes of an Ed25519 signature with the log's key.
        public: the log's public key, 32 bytes.

    Raises:
        InputRefused: the facts cannot stand on a card, or `public` is not the
            key that the card names, or does not belong to `sign`.
    """
    text = write_card_text(facts)
    if public != facts.log_key.public:
        raise _refused("The card names another log key than the one that signs it.", "bad-card")
    signature = sign(text.encode("utf-8"))
    line = NoteSignature(name=facts.log_key.name, key_id=facts.log_key.key_id, blob=signature)
    data = SignedNote(text, (line,)).to_bytes()
    read_card(data)
    return data


def read_card(data: bytes) -> Card:
    """Read a school's card and verify its own signature.

    Args:
        data: the file's bytes.

    Raises:
        InputRefused: kind "bad-card" (malformed, or facts that do not fit
            together), "card-signature" (a line was changed), "weak-key" or
            "recipient-malformed".
    """
    if len(data) > MAX_CARD_BYTES:
        raise _refused("It is larger than any card.", "bad-card")
    try:
        note = SignedNote.parse(data)
    except MalformedInput as error:
        raise _refused(error.what, "bad-card") from None
    card = read_card_text(note.text)
    check_recipient(card.recipient)
    try:
        check_public(card.log_key.public)
        check_public(card.cosigner_key.public)
    except WeakKey as weak:
        raise _refused(f"One of its keys is unsound. {weak.why}", weak.kind) from None
    match note.signatures:
        case [line] if line.is_by(card.log_key):
            _check(card, line.blob, note.text)
        case _:
            raise _refused("It is not signed by the log that it names.", "card-signature")
    return card


def _check(card: Card, signature: bytes, text: str) -> None:
    try:
        verify(card.log_key.public, signature, text.encode("utf-8"))
    except BadSignature:
        raise _refused(
            "Its signature does not fit: a line was changed.", "card-signature"
        ) from None


def fingerprint(card: Card) -> str:
    """Name the card's keys in twelve words, to be compared over the telephone.

    Of what speaks for the school: origin, first statement, both keys and the age
    recipient; a new date or a new name on the card leaves the words as they are.
    """
    named = (
        card.origin,
        card.genesis.hex(),
        card.log_key.text(),
        card.cosigner_key.text(),
        card.recipient,
    )
    return fingerprint_words(hashlib.sha256("\n".join(named).encode("utf-8")).digest())


def _refused(why: str, kind: str) -> InputRefused:
    return InputRefused(
        "The school's card cannot be used.",
        why,
        "Ask the school for a new card, and compare its fingerprint over the telephone.",
        kind=kind,
    )
