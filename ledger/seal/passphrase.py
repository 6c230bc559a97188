"""Secrets wrapped under a passphrase: Argon2id, then Cobblestone-256.

The passphrase becomes a key-encryption key by Argon2id (RFC 9106); the secret is
encrypted under it with Cobblestone-256 (C2SP chunked-encryption), which commits
to its key, so that a file cannot be made to open under two passphrases.  Purpose,
key id and every Argon2 parameter are bound as Cobblestone's context: a file whose
parameters were turned down does not open.

Python cannot wipe memory; secrets live in it as long as the program does.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from ledger.errors import InputRefused, KeyUnavailable
from ledger.formats.encoding import b64url
from ledger.seal.key_document import (
    Members,
    bytes_member,
    integer_member,
    read_members,
    refuse,
)

if TYPE_CHECKING:
    from collections.abc import Callable

# What is written today (RFC 9106 §4, second recommended option, with one lane).
MEMORY_KIB: Final = 64 * 1024
ITERATIONS: Final = 3
LANES: Final = 1
SALT_BYTES: Final = 16
KEK_BYTES: Final = 32

# What is accepted on reading.  Nothing below the floor was ever written; a file
# above the ceiling would keep the computer busy or take its memory.
FLOOR: Final = (MEMORY_KIB, ITERATIONS, LANES)
CEILING: Final = (512 * 1024, 16, 4)

PASSPHRASE_MIN_CHARACTERS: Final = 12
PASSPHRASE_MAX_CHARACTERS: Final = 1024

CONTEXT_TITLE: Final = "send-ledger/v1/wrapped"
CIPHER: Final = "cobblestone-256"

KDF_MEMBERS: Final = ("name", "memory_kib", "iterations", "lanes", "salt")
_KDF_NAME: Final = "argon2id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Argon2Parameters:
    """How a passphrase becomes a key: memory in KiB, passes, lanes, 16 bytes of salt."""

    memory_kib: int = MEMORY_KIB
    iterations: int = ITERATIONS
    lanes: int = LANES
    salt: bytes

    def __post_init__(self) -> None:
        """Refuse what lies outside `FLOOR` and `CEILING`.

        Raises:
            InputRefused: kind `argon2-parameters`.
        """
        given = (self.memory_kib, self.iterations, self.lanes)
        if not all(
            low <= value <= high for low, value, high in zip(FLOOR, given, CEILING, strict=True)
        ):
            raise InputRefused(
                "A key file is refused.",
                "It asks for a passphrase check weaker or heavier than this program allows.",
                "Take the file from its newest good copy.",
                kind="argon2-parameters",
            )

    def members(self) -> dict[str, object]:
        """Give the JSON form."""
        return {
            "name": _KDF_NAME,
            "memory_kib": self.memory_kib,
            "iterations": self.iterations,
            "lanes": self.lanes,
            "salt": b64url(self.salt),
        }


def read_parameters(value: object) -> Argon2Parameters:
    """Read the JSON form of Argon2 parameters.

    Raises:
        MalformedInput: other members, another function, a salt of another length.
        InputRefused: parameters out of bounds.
    """
    members = read_members(value, KDF_MEMBERS)
    if members["name"] != _KDF_NAME:
        refuse("It uses a key-derivation function that this version does not know.")
    return Argon2Parameters(
        memory_kib=integer_member(members, "memory_kib"),
        iterations=integer_member(members, "iterations"),
        lanes=integer_member(members, "lanes"),
        salt=bytes_member(members, "salt", SALT_BYTES),
    )


def check_new_passphrase(passphrase: str) -> None:
    """Judge a passphrase that someone is about to choose.

    Raises:
        InputRefused: shorter than `PASSPHRASE_MIN_CHARACTERS`, longer than
            `PASSPHRASE_MAX_CHARACTERS`, or not encodable.
    """
    length = len(_passphrase_bytes(passphrase).decode("utf-8"))
    if length < PASSPHRASE_MIN_CHARACTERS:
        raise InputRefused(
            "The new passphrase is too short.",
            f"It has {length} characters; {PASSPHRASE_MIN_CHARACTERS} are the least.",
            "Take four or more unrelated words, for example drawn with dice.",
            kind="passphrase-too-short",
        )


def _passphrase_bytes(passphrase: str) -> bytes:
    # NFC: the same words typed on another keyboard or system give the same bytes.
    normal = unicodedata.normalize("NFC", passphrase)
    if len(normal) > PASSPHRASE_MAX_CHARACTERS:
        raise InputRefused(
            "The passphrase is too long.",
            f"{PASSPHRASE_MAX_CHARACTERS} characters are the most.",
            "Check that no file was pasted by mistake.",
            kind="passphrase-too-long",
        )
    try:
        return normal.encode("utf-8")
    except UnicodeEncodeError:
        raise InputRefused(
            "The passphrase holds something that is no character.",
            remedy="Type it again, on a terminal set to UTF-8.",
            kind="passphrase-not-text",
        ) from None


def new_parameters(entropy: Callable[[int], bytes]) -> Argon2Parameters:
    """Draw fresh parameters: today's costs, a new salt."""
    return Argon2Parameters(salt=entropy(SALT_BYTES))


def derive_kek(passphrase: str, parameters: Argon2Parameters) -> bytes:
    """Turn a passphrase into a 32-byte key-encryption key (Argon2id, RFC 9106).

    Takes about a third of a second and 64 MiB on purpose.

    Raises:
        InputRefused: the passphrase is too long or not encodable.
    """
    return Argon2id(
        salt=parameters.salt,
        length=KEK_BYTES,
        iterations=parameters.iterations,
        lanes=parameters.lanes,
        memory_cost=parameters.memory_kib,
    ).derive(_passphrase_bytes(passphrase))


def wrapping_context(purpose: str, key_id: str, parameters: Argon2Parameters) -> bytes:
    """Write the context that binds a wrapped secret to its place.

    Args:
        purpose: what the secret is for, printable ASCII.
        key_id: which key it is, printable ASCII.
        parameters: how its key-encryption key is derived.

    Returns:
        Four ASCII lines, each ended by a newline.

    Raises:
        MalformedInput: a purpose or key id that is not one printable ASCII line.
    """
    for text in (purpose, key_id):
        if not (text.isascii() and text.isprintable()):
            refuse("Its purpose or key name is not plain ASCII.")
    kdf = (
        f"{_KDF_NAME} {parameters.memory_kib} {parameters.iterations} "
        f"{parameters.lanes} {b64url(parameters.salt)}"
    )
    lines = (CONTEXT_TITLE, purpose, key_id, kdf)
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def wrap_under(kek: bytes, context: bytes, secret: bytes) -> bytes:
    """Encrypt a secret under a derived key (Cobblestone-256, random salt of the library)."""
    encryptor = Cobblestone256Encryptor(kek, context)
    return encryptor.update(secret) + encryptor.finalize()


def unwrap_under(kek: bytes, context: bytes, wrapped: bytes) -> bytes:
    """Undo `wrap_under`.

    Raises:
        KeyUnavailable: kind `wrong-passphrase`; a changed file looks the same.
    """
    decryptor = Cobblestone256Decryptor(kek, context)
    try:
        return decryptor.update(wrapped) + decryptor.finalize()
    except InvalidTag:
        raise KeyUnavailable(
            "The key stays locked.",
            "The passphrase is wrong, or the key file was changed.",
            "Type the passphrase again; if it is right, take the file from its newest good copy.",
            kind="wrong-passphrase",
        ) from None


def check_cipher(members: Members) -> None:
    """Check that a key document states the one cipher of this version.

    Raises:
        MalformedInput: another cipher.
    """
    if members["cipher"] != CIPHER:
        refuse("It is encrypted in a way that this version does not know.")
