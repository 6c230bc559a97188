"""C2SP signed-note: a text, a blank line, and signature lines beneath.

    <text, any lines, ending in a newline>
    <empty line>
    — <key name> <base64 of 4-byte key id and signature>

A note says nothing until one of its lines has been verified; that is done in
`ledger.seal.checkpoints`.  Here are bytes ↔ values only, and no cryptography but
the hash of a key id.  Section names are those of C2SP signed-note.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from ledger.errors import MalformedInput
from ledger.formats.encoding import b64, unb64

ED25519: Final = 0x01  # "Signature types"
COSIGNATURE_ED25519: Final = 0x04
COSIGNATURE_ML_DSA_44: Final = 0x06  # a key may be named, its lines are not verified yet
PUBLIC_KEY_BYTES: Final = {ED25519: 32, COSIGNATURE_ED25519: 32, COSIGNATURE_ML_DSA_44: 1312}

KEY_ID_BYTES: Final = 4
MAX_SIGNATURES: Final = 100  # "Format": at least 16 must be accepted
MAX_NOTE_BYTES: Final = 1024 * 1024  # room for that many post-quantum lines

# "Format": UTF-8 (which has no surrogates), nothing below U+0020 but newline
_FORBIDDEN: Final = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]")
_NAME: Final = re.compile(r"[^\s+]+")  # "Format": no Unicode space, no plus
_VKEY: Final = re.compile(r"([^+]*)\+([0-9a-f]{8})\+(.*)", re.DOTALL)  # "Verifier keys"
_DASH: Final = "— "  # U+2014 and a space


def key_id(name: str, signature_type: int, public: bytes) -> bytes:
    """Compute the 4 bytes that, with its name, tell a key from others ("Signatures").

    Args:
        name: the key's name.
        signature_type: one byte of "Signature types".
        public: the public key as that type encodes it.
    """
    # "Signatures": SHA-256(key name || 0x0A || signature type || public key)[:4]
    material = name.encode() + b"\n" + bytes([signature_type]) + public
    return sha256(material).digest()[:KEY_ID_BYTES]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A public key under its name, as a signature line refers to it ("Verifier keys").

    Attributes:
        name: the key's name; for a log's own key, the log's origin.
        type: signature type, a key of `PUBLIC_KEY_BYTES`.
        public: the public key's bytes, not judged here.
    """

    name: str
    type: int
    public: bytes

    def __post_init__(self) -> None:
        """Refuse a bad name, an unknown type, another length (`MalformedInput`)."""
        _demand_name(self.name)
        if len(self.public) != PUBLIC_KEY_BYTES.get(self.type):
            raise _malformed("bad-vkey", "A verifier key has an unknown type or a wrong length.")

    @property
    def key_id(self) -> bytes:
        """The 4 bytes that stand in this key's signature lines."""
        return key_id(self.name, self.type, self.public)

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read `<name>+<hex key id>+<base64 of type and key>` ("Verifier keys").

        Raises:
            MalformedInput: not of that form, an unknown type, or a key id that is
                not the one of name, type and key.
        """
        parts = _VKEY.fullmatch(text)
        material = unb64(parts[3]) if parts else b""
        if parts is None or not material:
            raise _malformed("bad-vkey", "A verifier key is not of the form name+id+key.")
        key = cls(name=parts[1], type=material[0], public=material[1:])
        if key.key_id.hex() != parts[2]:
            raise _malformed("bad-vkey", "A verifier key has an id that is not its own.")
        return key

    def text(self) -> str:
        """Write the key as `parse` reads it."""
        return f"{self.name}+{self.key_id.hex()}+{b64(bytes([self.type]) + self.public)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSignature:
    """One signature line: whose it claims to be, and its bytes.

    Attributes:
        name: the key's name.
        key_id: 4 bytes.
        blob: what the signature type puts after the key id, at least 1 byte.
    """

    name: str
    key_id: bytes
    blob: bytes

    def __post_init__(self) -> None:
        """Refuse what no line can hold (`MalformedInput`)."""
        _demand_name(self.name)
        if len(self.key_id) != KEY_ID_BYTES or not self.blob:
            raise _malformed("bad-signature-line", "A signature line holds no signature.")

    @classmethod
    def parse(cls, line: str) -> NoteSignature:
        """Read one line with its newline.

        Raises:
            MalformedInput: not exactly dash, space, name, space, base64, newline.
        """
        name, _, signature = line[len(_DASH) : -1].partition(" ")
        if not (line.startswith(_DASH) and line.endswith("\n")):
            raise _malformed("bad-signature-line", "A signature line of a note is malformed.")
        data = unb64(signature)
        return cls(name=name, key_id=data[:KEY_ID_BYTES], blob=data[KEY_ID_BYTES:])

    def line(self) -> str:
        """Write the line with its newline."""
        return f"{_DASH}{self.name} {b64(self.key_id + self.blob)}\n"

    def is_by(self, key: VerifierKey) -> bool:
        """Tell whether the line claims to be made with this key ("Signatures")."""
        return self.name == key.name and self.key_id == key.key_id


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A note whose signatures have not been verified.

    Attributes:
        text: what is signed, ending in a newline; empty lines are allowed in it.
        signatures: the lines in their order, at least one.
    """

    text: str
    signatures: tuple[NoteSignature, ...]

    def __post_init__(self) -> None:
        """Refuse what could not be written or read back (`MalformedInput`)."""
        if not self.text.endswith("\n") or _FORBIDDEN.search(self.text):
            raise _malformed("bad-note", "The text of a note is malformed.")
        if not 1 <= len(self.signatures) <= MAX_SIGNATURES:
            raise _malformed("bad-note", f"A note has 1 to {MAX_SIGNATURES} signature lines.")

    @classmethod
    def parse(cls, data: bytes) -> SignedNote:
        """Read a note ("Format").

        Raises:
            MalformedInput: too large, not UTF-8, a control character, no blank
                line, no signature line or too many, a malformed one.
        """
        if len(data) > MAX_NOTE_BYTES:
            raise _malformed("note-too-large", "A note is larger than any real one.")
        try:
            whole = data.decode("utf-8")
        except UnicodeDecodeError:
            raise _malformed("bad-note", "A note is not UTF-8.") from None
        body, blank, lines = whole.rpartition("\n\n")  # "Format": the last empty line separates
        if not blank or not lines.endswith("\n"):
            raise _malformed("bad-note", "A note lacks its blank line or its signature lines.")
        signatures = (NoteSignature.parse(f"{line}\n") for line in lines[:-1].split("\n"))
        return cls(f"{body}\n", tuple(signatures))

    def to_bytes(self) -> bytes:
        """Write the note; `parse` gives back its equal."""
        return (self.text + "\n" + "".join(s.line() for s in self.signatures)).encode()


def _demand_name(name: str) -> None:
    if not _NAME.fullmatch(name) or _FORBIDDEN.search(name):
        raise _malformed("bad-key-name", "The name of a key is empty or holds a space or a plus.")


def _malformed(kind: str, what: str) -> MalformedInput:
    return MalformedInput(
        what,
        "Notes and their keys are read strictly by C2SP signed-note.",
        "Get the file again from its source.",
        kind=kind,
    )
