"""The school's card: made, read, changed, named in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ledger.bundles.card import fingerprint, make_card, read_card
from ledger.errors import InputRefused, LedgerError, MalformedInput
from ledger.formats.card import Card, write_card_text
from ledger.formats.checkpoint import cosigner_name, origin_of
from ledger.formats.signed_note import (
    COSIGNATURE_ED25519,
    ED25519,
    NoteSignature,
    SignedNote,
    VerifierKey,
)
from ledger.seal.ed25519 import SigningKey
from ledger.values.school_identity import Laestab, Urn

LOG, COSIGNER = SigningKey(bytes(range(32))), SigningKey(bytes(range(1, 33)))
ORIGIN = origin_of(bytes(16))
RECIPIENT = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
LOW_ORDER = bytes([1, *bytes(31)])


def vkey(public: bytes, kind: int = ED25519) -> VerifierKey:
    name = ORIGIN if kind == ED25519 else cosigner_name(ORIGIN)
    return VerifierKey(name=name, type=kind, public=public)


FACTS = Card(
    name="Ysgol Gynradd Pont-à-Môn & St Aidan’s",
    urn=Urn("123456"),
    laestab=Laestab("8401234"),
    origin=ORIGIN,
    genesis=bytes(32),
    log_key=vkey(LOG.public),
    cosigner_key=vkey(COSIGNER.public, COSIGNATURE_ED25519),
    recipient=RECIPIENT,
    issued=date(2026, 3, 3),
)


def test_a_card_reads_back_as_what_was_written() -> None:
    assert read_card(make_card(FACTS, LOG.sign, LOG.public)) == FACTS


def test_a_card_is_lines_that_a_person_can_read() -> None:
    lines = make_card(FACTS, LOG.sign, LOG.public).decode().split("\n")
    assert lines[:4] == [
        "send-ledger/v1/school-card",
        "name: Ysgol Gynradd Pont-à-Môn & St Aidan’s",
        "urn: 123456",
        "laestab: 840/1234",
    ]
    assert lines[10].startswith("")
    assert lines[11].startswith(f"— {ORIGIN} ")


def test_every_changed_byte_of_a_card_is_refused_as_input() -> None:
    card = make_card(FACTS, LOG.sign, LOG.public)
    for place in range(len(card)):
        for bit in (1, 32):
            changed = bytes([*card[:place], card[place] ^ bit, *card[place + 1 :]])
            with pytest.raises(InputRefused):
                read_card(changed)
        with pytest.raises(InputRefused):
            read_card(card[:place])


def test_a_changed_line_under_the_old_signature_is_told_as_such() -> None:
    card = make_card(FACTS, LOG.sign, LOG.public).replace(b"urn: 123456", b"urn: 123457")
    with pytest.raises(InputRefused) as refused:
        read_card(card)
    assert refused.value.kind == "card-signature"


@pytest.mark.parametrize(
    "name",
    ["", " ", "A\u202eB", "A\u2066B", "A\x07B", "A\x1b[31mB", "A\nname: B", "A\u2028B"],
)
def test_names_with_control_or_direction_characters_are_refused(name: str) -> None:
    with pytest.raises(InputRefused):
        replace(FACTS, name=name)


@pytest.mark.parametrize("name", ["d’Àrcy", "عائشہ", "小學", "Ó", "O'Neill-Smith"])
def test_awkward_names_are_kept(name: str) -> None:
    facts = replace(FACTS, name=name)
    assert read_card(make_card(facts, LOG.sign, LOG.public)).name == name


def _forged(facts: Card) -> bytes:
    """A card as somebody else's program might write it: checked by nobody."""
    text = write_card_text(facts)
    line = NoteSignature(
        name=facts.log_key.name, key_id=facts.log_key.key_id, blob=LOG.sign(text.encode())
    )
    return SignedNote(text, (line,)).to_bytes()


def test_a_low_order_log_key_is_refused_although_its_signature_fits_everything() -> None:
    facts = replace(FACTS, log_key=vkey(LOW_ORDER))
    blob = LOW_ORDER + bytes(32)
    text = write_card_text(facts)
    line = NoteSignature(name=ORIGIN, key_id=facts.log_key.key_id, blob=blob)
    with pytest.raises(InputRefused) as refused:
        read_card(SignedNote(text, (line,)).to_bytes())
    assert refused.value.kind == "weak-key"


def test_a_low_order_cosigner_key_is_refused() -> None:
    with pytest.raises(InputRefused) as refused:
        read_card(_forged(replace(FACTS, cosigner_key=vkey(LOW_ORDER, COSIGNATURE_ED25519))))
    assert refused.value.kind == "weak-key"


def test_one_key_for_two_uses_is_refused() -> None:
    with pytest.raises(MalformedInput):
        replace(FACTS, cosigner_key=vkey(LOG.public, COSIGNATURE_ED25519))


def test_keys_of_another_log_are_refused() -> None:
    other = VerifierKey(name=origin_of(bytes([1] * 16)), type=ED25519, public=LOG.public)
    with pytest.raises(MalformedInput):
        replace(FACTS, log_key=other)


def test_a_second_signature_line_is_refused() -> None:
    note = SignedNote.parse(make_card(FACTS, LOG.sign, LOG.public))
    more = NoteSignature(name="somebody", key_id=b"1234", blob=b"x")
    with pytest.raises(InputRefused):
        read_card(SignedNote(note.text, (*note.signatures, more)).to_bytes())


def test_a_card_signed_by_another_key_is_not_made() -> None:
    with pytest.raises(LedgerError):
        make_card(FACTS, COSIGNER.sign, LOG.public)
    with pytest.raises(LedgerError):
        make_card(FACTS, COSIGNER.sign, COSIGNER.public)


def test_the_fingerprint_has_twelve_words_and_depends_on_every_key() -> None:
    words = fingerprint(FACTS)
    assert len(words.split()) == 12
    other = SigningKey(bytes(32))
    changed = [
        replace(FACTS, genesis=bytes([1] * 32)),
        replace(FACTS, log_key=vkey(other.public)),
        replace(FACTS, cosigner_key=vkey(other.public, COSIGNATURE_ED25519)),
        replace(FACTS, recipient=RECIPIENT[:-1] + "q"),
    ]
    assert len({words, *map(fingerprint, changed)}) == 5
    assert fingerprint(replace(FACTS, name="New name", issued=date(2027, 1, 1))) == words


def test_the_example_in_the_documentation_is_this_very_card() -> None:
    document = Path(__file__).parents[3] / "docs" / "formats" / "card.md"
    text = document.read_text("utf-8").partition("<!-- worked example: begin -->")[2]
    card = make_card(FACTS, LOG.sign, LOG.public).decode("utf-8")
    assert f"```text\n{card}```" in text
    assert fingerprint(FACTS) in text
