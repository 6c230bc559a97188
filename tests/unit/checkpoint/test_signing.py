"""Signing, cosigning and judging heads (C2SP signed-note, "Signatures")."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest

from ledger.errors import MalformedInput
from ledger.formats.checkpoint import Checkpoint, cosigner_name, origin_of
from ledger.formats.signed_note import (
    COSIGNATURE_ED25519,
    COSIGNATURE_ML_DSA_44,
    ED25519,
    NoteSignature,
    SignedNote,
    VerifierKey,
)
from ledger.seal import checkpoints
from ledger.seal.checkpoints import (
    NoKnownSignature,
    NoteSignatureFailed,
    check_cosignatures,
    cosign,
    open_checkpoint,
    sign_checkpoint,
)
from ledger.seal.ed25519 import BadSignature, SigningKey

ORIGIN = origin_of(bytes(range(16)))
HEAD = Checkpoint(origin=ORIGIN, size=7, root=bytes(range(32)))
OTHER_HEAD = replace(HEAD, size=8)
NOON = 1_772_539_200


def _signer(label: str) -> SigningKey:
    return SigningKey(sha256(label.encode()).digest())


LOG, STRANGER, EAST, WEST = map(_signer, ("log", "stranger", "east", "west"))
EAST_NAME, WEST_NAME = "example.org/east", cosigner_name(origin_of(bytes(16)))
LOG_KEY = VerifierKey(name=ORIGIN, type=ED25519, public=LOG.public)
EAST_KEY = VerifierKey(name=EAST_NAME, type=COSIGNATURE_ED25519, public=EAST.public)
WEST_KEY = VerifierKey(name=WEST_NAME, type=COSIGNATURE_ED25519, public=WEST.public)
NOTE = sign_checkpoint(HEAD, LOG.sign, LOG.public)


def _cosigned(note: bytes, name: str, key: SigningKey, at_unix: int = NOON) -> bytes:
    return note + cosign(note, name, key.sign, key.public, at_unix).encode()


BOTH = _cosigned(_cosigned(NOTE, EAST_NAME, EAST), WEST_NAME, WEST, NOON + 60)


def test_a_signed_checkpoint_opens_with_the_logs_key() -> None:
    opened = open_checkpoint(NOTE, [LOG_KEY])
    assert opened.checkpoint == HEAD
    assert opened.log_key == LOG_KEY
    assert opened.cosignatures == ()


def test_the_signature_line_bears_the_origin_and_the_key_id() -> None:
    line = SignedNote.parse(NOTE).signatures[0]
    assert line.name == ORIGIN
    assert line.key_id == LOG_KEY.key_id
    assert line.blob == LOG.sign(HEAD.text().encode())


def test_signing_twice_gives_the_same_bytes() -> None:
    assert sign_checkpoint(HEAD, LOG.sign, LOG.public) == NOTE


def test_a_signer_that_does_not_fit_its_public_key_signs_nothing() -> None:
    with pytest.raises(BadSignature):
        sign_checkpoint(HEAD, LOG.sign, STRANGER.public)
    with pytest.raises(BadSignature):
        cosign(NOTE, EAST_NAME, EAST.sign, STRANGER.public, NOON)


def test_an_origin_that_can_name_no_key_is_not_signed() -> None:
    with pytest.raises(MalformedInput):
        sign_checkpoint(replace(HEAD, origin="two words"), LOG.sign, LOG.public)


def test_every_flipped_byte_of_a_signed_checkpoint_is_refused() -> None:
    for place in range(len(NOTE)):
        altered = bytearray(NOTE)
        altered[place] ^= 0x01
        with pytest.raises((MalformedInput, NoteSignatureFailed, NoKnownSignature)):
            open_checkpoint(bytes(altered), [LOG_KEY])


def test_a_known_key_whose_line_fails_condemns_the_note() -> None:
    altered = NOTE.replace(b"\n7\n", b"\n8\n")
    with pytest.raises(NoteSignatureFailed) as found:
        open_checkpoint(altered, [LOG_KEY])
    assert found.value.exit_code == 10


def test_a_failing_line_condemns_the_note_even_beside_a_good_one() -> None:
    note = SignedNote.parse(NOTE)
    for blob in (bytes(64), b"short", note.signatures[0].blob + b"x"):
        bad = replace(note.signatures[0], blob=blob)
        for lines in ((*note.signatures, bad), (bad, *note.signatures)):
            with pytest.raises(NoteSignatureFailed):
                open_checkpoint(SignedNote(note.text, lines).to_bytes(), [LOG_KEY])


def test_a_failing_line_by_a_known_key_of_another_log_condemns_the_note_too() -> None:
    other = VerifierKey(name="example.org/log", type=ED25519, public=STRANGER.public)
    line = NoteSignature(name=other.name, key_id=other.key_id, blob=bytes(64)).line()
    assert open_checkpoint(NOTE + line.encode(), [LOG_KEY]).checkpoint == HEAD
    with pytest.raises(NoteSignatureFailed):
        open_checkpoint(NOTE + line.encode(), [LOG_KEY, other])


def test_without_a_known_signature_the_note_says_nothing() -> None:
    stranger = replace(LOG_KEY, public=STRANGER.public)
    for keys in ([], [stranger], [replace(LOG_KEY, name="example.org/log")]):
        with pytest.raises(NoKnownSignature) as found:
            open_checkpoint(NOTE, keys)
        assert found.value.exit_code == 11


def test_a_key_signs_only_for_the_origin_that_it_is_named_after() -> None:
    elsewhere = VerifierKey(name="example.org/log", type=ED25519, public=LOG.public)
    signature = LOG.sign(HEAD.text().encode())
    line = NoteSignature(name=elsewhere.name, key_id=elsewhere.key_id, blob=signature)
    note = SignedNote(HEAD.text(), (line,)).to_bytes()
    with pytest.raises(NoKnownSignature):
        open_checkpoint(note, [elsewhere])


def test_a_changed_log_key_is_ignored_by_who_does_not_know_it_yet() -> None:
    renewed = replace(LOG_KEY, public=STRANGER.public)
    line = SignedNote.parse(sign_checkpoint(HEAD, STRANGER.sign, STRANGER.public)).signatures[0]
    note = NOTE + line.line().encode()
    assert open_checkpoint(note, [LOG_KEY]).cosignatures == (line,)
    assert open_checkpoint(note, [renewed]).log_key == renewed
    assert open_checkpoint(note, [LOG_KEY, renewed]).cosignatures == ()


def test_a_cosigners_line_does_not_count_as_the_logs() -> None:
    both_types = VerifierKey(name=ORIGIN, type=COSIGNATURE_ED25519, public=LOG.public)
    only_cosigned = SignedNote(
        HEAD.text(), (NoteSignature.parse(cosign(NOTE, ORIGIN, LOG.sign, LOG.public, NOON)),)
    ).to_bytes()
    for keys in ([LOG_KEY], [both_types], [LOG_KEY, both_types]):
        with pytest.raises(NoKnownSignature):
            open_checkpoint(only_cosigned, keys)


def test_the_logs_line_does_not_count_as_a_cosignature() -> None:
    as_cosigner = VerifierKey(name=ORIGIN, type=COSIGNATURE_ED25519, public=LOG.public)
    assert check_cosignatures(NOTE, [LOG_KEY, as_cosigner]) == ()


def test_a_signed_text_that_is_no_checkpoint_is_refused_after_its_signature_was_verified() -> None:
    for text in ("hello\n", HEAD.text() + "extension\n"):
        line = NoteSignature(name=ORIGIN, key_id=LOG_KEY.key_id, blob=LOG.sign(text.encode()))
        note = SignedNote(text, (line,)).to_bytes()
        with pytest.raises(MalformedInput):
            open_checkpoint(note, [LOG_KEY])
        with pytest.raises(MalformedInput):
            check_cosignatures(note, [])
        with pytest.raises(MalformedInput):
            cosign(note, EAST_NAME, EAST.sign, EAST.public, NOON)


def test_a_cosignature_is_one_line_that_is_added_to_the_note() -> None:
    line = cosign(NOTE, EAST_NAME, EAST.sign, EAST.public, NOON)
    assert line.startswith(f"— {EAST_NAME} ")
    assert line.endswith("\n")
    assert SignedNote.parse(NOTE + line.encode()).signatures[1] == NoteSignature.parse(line)


def test_cosignatures_are_verified_with_the_time_that_they_state() -> None:
    verified = check_cosignatures(BOTH, [WEST_KEY, EAST_KEY])
    assert [(c.name, c.key, c.time) for c in verified] == [
        (EAST_NAME, EAST_KEY, NOON),
        (WEST_NAME, WEST_KEY, NOON + 60),
    ]
    assert open_checkpoint(BOTH, [LOG_KEY]).checkpoint == HEAD
    assert [s.name for s in open_checkpoint(BOTH, [LOG_KEY]).cosignatures] == [
        EAST_NAME,
        WEST_NAME,
    ]


def test_cosignatures_by_unknown_keys_are_passed_over() -> None:
    assert check_cosignatures(BOTH, []) == ()
    assert [c.name for c in check_cosignatures(BOTH, [WEST_KEY])] == [WEST_NAME]
    same_name = replace(EAST_KEY, public=STRANGER.public)
    assert check_cosignatures(BOTH, [same_name]) == ()


def test_a_post_quantum_key_is_passed_over_for_now() -> None:
    future = VerifierKey(name=EAST_NAME, type=COSIGNATURE_ML_DSA_44, public=bytes(1312))
    line = NoteSignature(name=future.name, key_id=future.key_id, blob=bytes(2428)).line()
    note = BOTH + line.encode()
    assert [c.name for c in check_cosignatures(note, [future, EAST_KEY])] == [EAST_NAME]
    assert open_checkpoint(note, [LOG_KEY, future]).checkpoint == HEAD


def test_a_cosignature_for_another_head_condemns_the_note() -> None:
    line = cosign(
        sign_checkpoint(OTHER_HEAD, LOG.sign, LOG.public), EAST_NAME, EAST.sign, EAST.public, NOON
    )
    with pytest.raises(NoteSignatureFailed):
        check_cosignatures(NOTE + line.encode(), [EAST_KEY])


def test_a_cosignature_with_another_time_condemns_the_note() -> None:
    line = NoteSignature.parse(cosign(NOTE, EAST_NAME, EAST.sign, EAST.public, NOON))
    earlier = replace(line, blob=(NOON - 86_400).to_bytes(8, "big") + line.blob[8:])
    with pytest.raises(NoteSignatureFailed):
        check_cosignatures(NOTE + earlier.line().encode(), [EAST_KEY])


def test_one_bad_cosignature_condemns_the_note_beside_good_ones() -> None:
    line = SignedNote.parse(BOTH).signatures[1]
    bad = replace(line, blob=line.blob[:8] + bytes(64)).line().encode()
    with pytest.raises(NoteSignatureFailed):
        check_cosignatures(BOTH + bad, [EAST_KEY, WEST_KEY])
    assert len(check_cosignatures(BOTH + bad, [WEST_KEY])) == 1


def test_a_cosignature_line_of_a_known_key_that_holds_no_cosignature_is_refused() -> None:
    short = NoteSignature(name=EAST_NAME, key_id=EAST_KEY.key_id, blob=bytes(64)).line().encode()
    with pytest.raises(MalformedInput):
        check_cosignatures(NOTE + short, [EAST_KEY])


@pytest.mark.parametrize("at_unix", [-1, 2**63])
def test_nothing_is_cosigned_at_an_impossible_time(at_unix: int) -> None:
    with pytest.raises(MalformedInput):
        cosign(NOTE, EAST_NAME, EAST.sign, EAST.public, at_unix)


def test_a_weak_key_in_the_trusted_set_verifies_nothing() -> None:
    low_order = VerifierKey(name=ORIGIN, type=ED25519, public=b"\1" + bytes(31))
    forged = NoteSignature(name=ORIGIN, key_id=low_order.key_id, blob=b"\1" + bytes(63))
    note = SignedNote(HEAD.text(), (forged,)).to_bytes()
    with pytest.raises(NoteSignatureFailed):
        open_checkpoint(note, [low_order])


def test_two_trusted_keys_with_one_name_and_id_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(VerifierKey, "key_id", b"same")
    twin = replace(LOG_KEY, public=STRANGER.public)
    with pytest.raises(MalformedInput) as refused:
        open_checkpoint(NOTE, [LOG_KEY, twin])
    assert refused.value.kind == "ambiguous-key"


def test_a_trusted_key_listed_twice_does_no_harm() -> None:
    assert open_checkpoint(NOTE, [LOG_KEY, LOG_KEY]).checkpoint == HEAD


def test_the_text_is_read_only_after_a_signature_was_verified(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = []

    class Watched(Checkpoint):
        @classmethod
        def parse(cls, text: str) -> Checkpoint:
            read.append(text)
            return Checkpoint.parse(text)

    monkeypatch.setattr(checkpoints, "Checkpoint", Watched)
    with pytest.raises(NoteSignatureFailed):
        open_checkpoint(NOTE.replace(b"\n7\n", b"\n8\n"), [LOG_KEY])
    assert read == []
    open_checkpoint(NOTE, [LOG_KEY])
    assert read == [HEAD.text()]
