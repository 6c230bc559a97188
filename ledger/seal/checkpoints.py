"""Heads of the log: signed, cosigned, and judged.

A log signs its checkpoint as a note (C2SP tlog-checkpoint, signature type 0x01);
others cosign it with the time at which they saw it (C2SP tlog-cosignature, 0x04).
Judging follows C2SP signed-note, "Signatures": a line by an unknown key is passed
over, which is how keys are exchanged; a line by a known key that fails condemns
the note; without any good line by a known key the note says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.errors import AlterationFound, MalformedInput, Unverifiable
from ledger.formats.checkpoint import Checkpoint
from ledger.formats.cosignature import Cosignature, cosigned_message
from ledger.formats.signed_note import (
    COSIGNATURE_ED25519,
    ED25519,
    NoteSignature,
    SignedNote,
    VerifierKey,
)
from ledger.seal.ed25519 import BadSignature, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


class NoteSignatureFailed(AlterationFound):
    """A known key's signature line does not fit the note."""

    kind = "note-signature-failed"


class NoKnownSignature(Unverifiable):
    """No line of the note is by a key that the reader knows for that log."""

    kind = "no-known-signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedCheckpoint:
    """A checkpoint whose log's signature was verified.

    Attributes:
        checkpoint: what the log signed.
        log_key: the key whose signature counted; its name is the origin.
        cosignatures: the lines by keys that were not given, not verified:
            cosigners, and keys of the log that the reader does not know.
    """

    checkpoint: Checkpoint
    log_key: VerifierKey
    cosignatures: tuple[NoteSignature, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedCosignature:
    """A cosignature that was verified.

    Attributes:
        name: the name of the cosigner's key.
        key: the cosigner's key.
        time: when it says it was made, seconds since 1970-01-01T00:00:00Z.
        line: its line, newline included: what to keep, and no other line of the note.
    """

    name: str
    key: VerifierKey
    time: int
    line: str


def sign_checkpoint(checkpoint: Checkpoint, sign: Callable[[bytes], bytes], public: bytes) -> bytes:
    """Sign a head with the log's key, and check the signature before giving it away.

    Args:
        checkpoint: the head; it must continue every head signed before.
        sign: makes the 64 bytes of an Ed25519 signature.
        public: the public key that belongs to `sign`, 32 bytes.

    Returns:
        The signed note; the key's name is the origin.

    Raises:
        BadSignature: `sign` and `public` do not belong together.
        MalformedInput: the origin cannot name a key.
    """
    # tlog-checkpoint, "Signatures": the key's name matches the origin line
    key = VerifierKey(name=checkpoint.origin, type=ED25519, public=public)
    text = checkpoint.text()
    signature = _signed(text.encode(), sign, public)
    line = NoteSignature(name=key.name, key_id=key.key_id, blob=signature)
    return SignedNote(text, (line,)).to_bytes()


def cosign(
    note: bytes, name: str, sign: Callable[[bytes], bytes], public: bytes, at_unix: int
) -> str:
    """Cosign a checkpoint that was opened and found to continue the last one seen.

    Args:
        note: the signed checkpoint.
        name: the cosigner's name.
        sign: makes the 64 bytes of an Ed25519 signature.
        public: the public key that belongs to `sign`, 32 bytes.
        at_unix: now, seconds since 1970-01-01T00:00:00Z.

    Returns:
        One signature line with its newline; the note followed by it is the
        cosigned note.

    Raises:
        BadSignature: `sign` and `public` do not belong together.
        MalformedInput: the note is no checkpoint, or the time is out of range.
    """
    text = SignedNote.parse(note).text
    Checkpoint.parse(text)
    key = VerifierKey(name=name, type=COSIGNATURE_ED25519, public=public)
    signature = _signed(cosigned_message(text, at_unix), sign, public)
    blob = Cosignature(at_unix, signature).blob()
    return NoteSignature(name=name, key_id=key.key_id, blob=blob).line()


def open_checkpoint(note: bytes, log_keys: Iterable[VerifierKey]) -> OpenedCheckpoint:
    """Verify the log's signature on a checkpoint, then read it.

    Args:
        note: the signed checkpoint.
        log_keys: the keys that the reader trusts, each named by its log's origin.
            Keys of another type than 0x01 are passed over.

    Raises:
        NoteSignatureFailed: a line by one of these keys does not fit.
        NoKnownSignature: no line is by one of them, or only by the key of a log
            with another origin.
        MalformedInput: the note, or the checkpoint in it, is malformed.
    """
    parsed = SignedNote.parse(note)
    message = parsed.text.encode()
    known = [key for key in log_keys if key.type == ED25519]
    signers = []
    for key, line in _lines_by(known, parsed):
        _demand_fit(key, line.blob, message)
        signers.append(key)
    checkpoint = Checkpoint.parse(parsed.text)
    for key in signers:
        if key.name == checkpoint.origin:  # tlog-checkpoint: key name and origin match
            rest = tuple(s for s in parsed.signatures if not any(map(s.is_by, known)))
            return OpenedCheckpoint(checkpoint=checkpoint, log_key=key, cosignatures=rest)
    raise NoKnownSignature(
        "No signature on a checkpoint is by a known key of its log.",
        "Whoever made it did not hold a key that you trust for that log.",
        "Get the log's key from someone other than its bearer, or look for a newer trust policy.",
    )


def check_cosignatures(
    note: bytes, witness_keys: Iterable[VerifierKey]
) -> tuple[VerifiedCosignature, ...]:
    """Verify the cosignatures on a checkpoint by known cosigners.

    Args:
        note: the signed checkpoint, opened with the log's key beforehand.
        witness_keys: the cosigners' keys that the reader trusts. Keys of another
            type than 0x04 are passed over.

    Returns:
        One for each line by a known cosigner, in the note's order; none is
        possible. A cosigner with two lines still is one cosigner.

    Raises:
        NoteSignatureFailed: a line by one of these keys does not fit.
        MalformedInput: the note, or the checkpoint in it, is malformed.
    """
    parsed = SignedNote.parse(note)
    Checkpoint.parse(parsed.text)
    known = [key for key in witness_keys if key.type == COSIGNATURE_ED25519]
    verified = []
    for key, line in _lines_by(known, parsed):
        cosignature = Cosignature.parse(line.blob)
        _demand_fit(key, cosignature.signature, cosigned_message(parsed.text, cosignature.time))
        verified.append(
            VerifiedCosignature(name=key.name, key=key, time=cosignature.time, line=line.line())
        )
    return tuple(verified)


def _lines_by(
    known: Iterable[VerifierKey], note: SignedNote
) -> Iterator[tuple[VerifierKey, NoteSignature]]:
    # signed-note, "Signatures": a line is a key's when name and key id both match.
    keys: dict[tuple[str, bytes], VerifierKey] = {}
    for key in known:
        if keys.setdefault((key.name, key.key_id), key) != key:
            raise MalformedInput(
                "Two trusted keys have one name and one key id.",
                "A key id is short, and can be made to collide on purpose.",
                "Find out from their owners which of the two keys is genuine.",
                kind="ambiguous-key",
            )
    for line in note.signatures:
        if signer := keys.get((line.name, line.key_id)):
            yield signer, line


def _demand_fit(key: VerifierKey, signature: bytes, message: bytes) -> None:
    # signed-note, "Signatures": a known key's line MUST be verified, and failing rejects the note.
    try:
        verify(key.public, signature, message)
    except BadSignature as bad:
        raise NoteSignatureFailed(
            "A signature on a checkpoint does not fit.", bad.why, bad.remedy
        ) from None


def _signed(message: bytes, sign: Callable[[bytes], bytes], public: bytes) -> bytes:
    signature = sign(message)
    verify(public, signature, message)
    return signature
