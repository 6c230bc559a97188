"""Key files: a person's two keys under a passphrase, and the machine keys.

A person signs with Ed25519 and reads with X25519.  One Argon2id derivation opens
both; each is encrypted under its own context, bound to ledger, person and key.
Machine keys (log, system, cosigner, access log) must work unattended, so their
files hold the seed itself and rely on the file's mode.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledger.formats.encoding import b64url
from ledger.seal.content_keys import READING_KEY_BYTES, ReadingKey
from ledger.seal.ed25519 import PUBLIC_BYTES, SEED_BYTES, SigningKey, thumbprint
from ledger.seal.key_document import (
    bytes_member,
    read_document,
    read_members,
    refuse,
    text_member,
    write_document,
)
from ledger.seal.passphrase import (
    CIPHER,
    Argon2Parameters,
    check_cipher,
    check_new_passphrase,
    derive_kek,
    new_parameters,
    read_parameters,
    unwrap_under,
    wrap_under,
    wrapping_context,
)

if TYPE_CHECKING:
    from collections.abc import Callable

PERSON_FORMAT: Final = "send-ledger/v1/person-keys"
MACHINE_FORMAT: Final = "send-ledger/v1/machine-key"
MACHINE_PURPOSES: Final = frozenset({"log", "system", "cosigner", "access"})
SIGNING_PURPOSE: Final = "person-signing"
READING_PURPOSE: Final = "person-reading"
IDENTIFIER_BYTES: Final = 16
WRAPPED_KEY_BYTES: Final = 24 + 32 + 32 + 16  # salt, commitment, secret, tag


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonKeys:
    """One person's opened keys in one ledger; printing them shows nothing secret.

    `lid` and `person` are 16 random bytes each.
    """

    lid: bytes
    person: bytes
    signing: SigningKey
    reading: ReadingKey


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFile:
    """What a person's key file says without the passphrase, and what it locks."""

    lid: bytes
    person: bytes
    signing_public: bytes
    reading_public: bytes
    parameters: Argon2Parameters
    signing_wrapped: bytes
    reading_wrapped: bytes


@dataclass(frozen=True, slots=True)
class _Place:
    """Whose keys, in which ledger: what the two contexts of a key file bind."""

    lid: bytes
    person: bytes
    parameters: Argon2Parameters

    def signing(self, public: bytes) -> bytes:
        return self._context(SIGNING_PURPOSE, thumbprint(public))

    def reading(self, public: bytes) -> bytes:
        return self._context(READING_PURPOSE, b64url(public))

    def _context(self, purpose: str, key_name: str) -> bytes:
        key_id = f"{b64url(self.lid)} {b64url(self.person)} {key_name}"
        return wrapping_context(purpose, key_id, self.parameters)


def create_person_keys(lid: bytes, person: bytes, entropy: Callable[[int], bytes]) -> PersonKeys:
    """Draw a person's fresh keys for one ledger; a key is never used in a second one.

    Args:
        lid: the ledger's 16 bytes.
        person: the person's random 16 bytes.
        entropy: gives random bytes, as `os.urandom` does.
    """
    signing = SigningKey(entropy(SEED_BYTES))
    return PersonKeys(
        lid=lid, person=person, signing=signing, reading=ReadingKey(entropy(READING_KEY_BYTES))
    )


def create_key_file(keys: PersonKeys, passphrase: str, entropy: Callable[[int], bytes]) -> bytes:
    """Write a person's keys under a new passphrase.

    Returns:
        A key document of format `send-ledger/v1/person-keys`; to be written
        through `private_files`.

    Raises:
        InputRefused: the passphrase is too short.
    """
    check_new_passphrase(passphrase)
    parameters = new_parameters(entropy)
    kek = derive_kek(passphrase, parameters)
    place = _Place(keys.lid, keys.person, parameters)
    signing = wrap_under(kek, place.signing(keys.signing.public), keys.signing.seed_bytes())
    reading = wrap_under(kek, place.reading(keys.reading.public), keys.reading.secret_bytes())
    return write_document(
        PERSON_FORMAT,
        {
            "lid": b64url(keys.lid),
            "person": b64url(keys.person),
            "cipher": CIPHER,
            "kdf": parameters.members(),
            "signing": {
                "kid": keys.signing.kid,
                "public": b64url(keys.signing.public),
                "wrapped": b64url(signing),
            },
            "reading": {"public": b64url(keys.reading.public), "wrapped": b64url(reading)},
        },
    )


def read_key_file(document: bytes) -> KeyFile:
    """Read a person's key file without opening it.

    Raises:
        MalformedInput: not such a file.
        InputRefused: Argon2 parameters out of bounds.
    """
    members = read_document(
        document, PERSON_FORMAT, ("lid", "person", "cipher", "kdf", "signing", "reading")
    )
    check_cipher(members)
    signing = read_members(members["signing"], ("kid", "public", "wrapped"))
    reading = read_members(members["reading"], ("public", "wrapped"))
    signing_public = bytes_member(signing, "public", PUBLIC_BYTES)
    if text_member(signing, "kid") != thumbprint(signing_public):
        refuse("Its key name does not belong to its public key.")
    return KeyFile(
        lid=bytes_member(members, "lid", IDENTIFIER_BYTES),
        person=bytes_member(members, "person", IDENTIFIER_BYTES),
        signing_public=signing_public,
        reading_public=bytes_member(reading, "public", READING_KEY_BYTES),
        parameters=read_parameters(members["kdf"]),
        signing_wrapped=bytes_member(signing, "wrapped", WRAPPED_KEY_BYTES),
        reading_wrapped=bytes_member(reading, "wrapped", WRAPPED_KEY_BYTES),
    )


def open_key_file(document: bytes, passphrase: str) -> PersonKeys:
    """Open a person's key file.

    Raises:
        KeyUnavailable: wrong passphrase, or the file was changed.
        MalformedInput: not such a file, or its public parts are not those of
            its secret parts.
        InputRefused: Argon2 parameters out of bounds.
    """
    file = read_key_file(document)
    kek = derive_kek(passphrase, file.parameters)
    place = _Place(file.lid, file.person, file.parameters)
    seed = unwrap_under(kek, place.signing(file.signing_public), file.signing_wrapped)
    secret = unwrap_under(kek, place.reading(file.reading_public), file.reading_wrapped)
    signing, reading = SigningKey(seed), ReadingKey(secret)
    if (signing.public, reading.public) != (file.signing_public, file.reading_public):
        refuse("Its public keys are not those of its secret keys.")
    return PersonKeys(lid=file.lid, person=file.person, signing=signing, reading=reading)


def machine_key_file(purpose: str, seed: bytes) -> bytes:
    """Write a machine key, unwrapped; the file's mode is what guards it.

    Args:
        purpose: one of `MACHINE_PURPOSES`.
        seed: the 32 secret bytes.

    Returns:
        A key document of format `send-ledger/v1/machine-key`.

    Raises:
        MalformedInput: another purpose, or a seed of another length.
    """
    _check_machine_purpose(purpose)
    key = SigningKey(seed)
    return write_document(
        MACHINE_FORMAT,
        {"purpose": purpose, "kid": key.kid, "public": b64url(key.public), "seed": b64url(seed)},
    )


def open_machine_key_file(document: bytes, purpose: str) -> SigningKey:
    """Read a machine key made for one purpose; it serves no other.

    Raises:
        MalformedInput: not such a file, another purpose, or a public part or
            key name that is not the seed's.
    """
    _check_machine_purpose(purpose)
    members = read_document(document, MACHINE_FORMAT, ("purpose", "kid", "public", "seed"))
    if members["purpose"] != purpose:
        refuse("It holds a machine key for another purpose.")
    key = SigningKey(bytes_member(members, "seed", SEED_BYTES))
    if (members["kid"], members["public"]) != (key.kid, b64url(key.public)):
        refuse("Its public key is not that of its secret key.")
    return key


def _check_machine_purpose(purpose: str) -> None:
    if purpose not in MACHINE_PURPOSES:
        refuse("No machine key has this purpose.")
