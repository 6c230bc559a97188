"""Keys that keep contents readable for those entitled, and destroyable for good.

    contents  --Cobblestone-256-->  data key (per pupil and class)
    data key  --Cobblestone-256-->  class key (one per class, rotates)
    class key --HPKE------------->  reading key (X25519, one per person)

Cobblestone (C2SP chunked-encryption) commits to its key and context: one
ciphertext cannot be made to open to two records.  Its salt, like HPKE's ephemeral
key, is drawn by the library from the operating system.  Every plaintext is padded
so that lengths tell nothing: contents to a power of two, class names to one size.
"""

from __future__ import annotations

from typing import Final

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from ledger.errors import AlterationFound, MalformedInput
from ledger.formats.encoding import b64url
from ledger.seal.ed25519 import WeakKey

KEY_BYTES: Final = 32
READING_KEY_BYTES: Final = 32
PADDED_MIN_BYTES: Final = 1024
CLASS_NAME_MAX_BYTES: Final = 63
DATA_KEY_TITLE: Final = "send-ledger/v1/data-key"
CLASS_KEY_TITLE: Final = "send-ledger/v1/class-key"

_PADDED_NAME_BYTES: Final = CLASS_NAME_MAX_BYTES + 1
_PAD: Final = b"\x80"
_P: Final = 2**255 - 19
_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
# Any scalar shows a low-order point: clamped, it is a multiple of the cofactor.
_PROBE: Final = X25519PrivateKey.from_private_bytes(bytes(READING_KEY_BYTES))


class BadPadding(MalformedInput):
    """A decrypted text is not padded in the one way that `pad` pads."""

    kind = "bad-padding"


class ContentAltered(AlterationFound):
    """Stored contents do not open under their key and place."""

    kind = "content-altered"


class KeyRowAltered(AlterationFound):
    """A stored, wrapped key does not open under the key and place it belongs to."""

    kind = "key-row-altered"


def _lines(*texts: str) -> bytes:
    return "".join(f"{text}\n" for text in texts).encode("ascii")


def encryption_context(lid: bytes, stream: bytes, seq: int) -> bytes:
    """Write the context that binds contents to their place.

    Args:
        lid: the ledger's 16 bytes.
        stream: the stream's 16 bytes.
        seq: the statement's place in its stream, from 1.

    Returns:
        Three ASCII lines, each ended by a newline: ledger, stream, sequence.
    """
    return context_of_texts(b64url(lid), b64url(stream), seq)


def context_of_texts(lid: str, stream: str, seq: int) -> bytes:
    """Write the same context from the base64url texts that a statement has anyway."""
    return f"{lid}\n{stream}\n{seq}\n".encode("ascii")


def padded_size(size: int) -> int:
    """Give the padded size: the least power of two from 1 KiB with room for one byte more."""
    return max(PADDED_MIN_BYTES, 1 << size.bit_length())


def pad(plaintext: bytes) -> bytes:
    """Pad to a power of two from 1 KiB: 0x80, then zeros (ISO/IEC 7816-4)."""
    return _pad_to(plaintext, padded_size(len(plaintext)))


def _pad_to(plaintext: bytes, size: int) -> bytes:
    return (plaintext + _PAD).ljust(size, b"\0")


def unpad(padded: bytes) -> bytes:
    """Undo `pad`, accepting nothing that `pad` does not write.

    Raises:
        BadPadding: no padding, or more or less of it than `pad` puts there.
    """
    plaintext = _unpad(padded)
    if len(padded) != padded_size(len(plaintext)):
        raise BadPadding("A decrypted text is not padded as it should be.")
    return plaintext


def _unpad(padded: bytes) -> bytes:
    plaintext = padded.rstrip(b"\0")
    if not plaintext.endswith(_PAD):
        raise BadPadding("A decrypted text is not padded as it should be.")
    return plaintext[:-1]


def _encrypt(key: bytes, context: bytes, plaintext: bytes) -> bytes:
    _check_key(key)
    encryptor = Cobblestone256Encryptor(key, context)
    return encryptor.update(plaintext) + encryptor.finalize()


def _decrypt(key: bytes, context: bytes, ciphertext: bytes) -> bytes:
    _check_key(key)
    decryptor = Cobblestone256Decryptor(key, context)
    return decryptor.update(ciphertext) + decryptor.finalize()


def seal_content(key: bytes, context: bytes, plaintext: bytes) -> bytes:
    """Pad and encrypt contents (Cobblestone-256).

    Args:
        key: the 32 bytes of a data key.
        context: see `encryption_context`.
        plaintext: the contents, not yet padded.
    """
    return _encrypt(key, context, pad(plaintext))


def open_content(key: bytes, context: bytes, ciphertext: bytes) -> bytes:
    """Decrypt contents and take the padding off.

    Raises:
        ContentAltered: the ciphertext, the key or the place is not the one
            under which it was encrypted.
    """
    try:
        return unpad(_decrypt(key, context, ciphertext))
    except (InvalidTag, BadPadding):
        raise ContentAltered(
            "The contents of an entry do not open.",
            "Their bytes, their key or their place differ from when they were written.",
            "Compare with a backup; the signed entry itself can be checked without them.",
        ) from None


def _key_row_altered() -> KeyRowAltered:
    return KeyRowAltered(
        "A stored key does not open.",
        "Its bytes, its place or the key that guards it differ from when it was written.",
        "Restore the key file from its newest backup.",
    )


def wrap_data_key(class_key: bytes, data_key: bytes, *, lid: bytes, stream: bytes) -> bytes:
    """Wrap a data key by a class key, bound to ledger and stream.

    Args:
        class_key: 32 bytes.
        data_key: 32 bytes.
        lid: the ledger's 16 bytes.
        stream: the 16 bytes of the stream that the key row belongs to.

    Returns:
        104 bytes (salt 24, commitment 32, key 32, tag 16), other ones each time.

    Raises:
        MalformedInput: a data key of another length.
    """
    _check_key(data_key)
    return _encrypt(class_key, _data_key_context(lid, stream), data_key)


def unwrap_data_key(class_key: bytes, wrapped: bytes, *, lid: bytes, stream: bytes) -> bytes:
    """Undo `wrap_data_key`.

    Raises:
        KeyRowAltered: the row was changed or moved, or is another class's.
    """
    try:
        data_key = _decrypt(class_key, _data_key_context(lid, stream), wrapped)
    except InvalidTag:
        raise _key_row_altered() from None
    if len(data_key) != KEY_BYTES:
        raise _key_row_altered()
    return data_key


def _data_key_context(lid: bytes, stream: bytes) -> bytes:
    return _lines(DATA_KEY_TITLE, b64url(lid), b64url(stream))


def _check_key(key: bytes) -> None:
    if len(key) != KEY_BYTES:
        raise MalformedInput("An encryption key is not 32 bytes long.", kind="bad-key")


def check_reading_public(public: bytes) -> None:
    """Judge an X25519 public key by itself.

    Args:
        public: 32 bytes, the u-coordinate (RFC 7748 §5).

    Raises:
        WeakKey: not 32 bytes, not the one canonical spelling, or of low order
            (RFC 7748 §6.1: its shared secret would be all zero).
    """
    if len(public) != READING_KEY_BYTES or int.from_bytes(public, "little") >= _P:
        raise _weak_reading_key("It is not 32 bytes in the one canonical spelling.")
    try:
        _PROBE.exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError:
        raise _weak_reading_key("It is a point of low order: what it locks, all open.") from None


def _weak_reading_key(why: str) -> WeakKey:
    return WeakKey(
        "A public reading key is refused.", why, "Make a new key and use its public part."
    )


class ReadingKey:
    """An X25519 private key that opens class keys; printing it shows its public part only."""

    __slots__ = ("_key", "_secret", "public")

    def __init__(self, secret: bytes) -> None:
        """Load a key.

        Args:
            secret: 32 bytes (RFC 7748 §5).

        Raises:
            MalformedInput: not 32 bytes.
        """
        _check_key(secret)
        self._secret = secret
        self._key = X25519PrivateKey.from_private_bytes(secret)
        self.public: Final = self._key.public_key().public_bytes_raw()

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """Open an HPKE message made for this key (RFC 9180 §6.1, base mode).

        Raises:
            KeyRowAltered: it was changed, or made for another key or `info`.
        """
        try:
            return _SUITE.decrypt(sealed, self._key, info=info)
        except InvalidTag:
            raise _key_row_altered() from None

    def secret_bytes(self) -> bytes:
        """Give away the 32 secret bytes, to be wrapped for storage."""
        return self._secret

    def __repr__(self) -> str:
        """Show the public part only."""
        return f"ReadingKey(public={b64url(self.public)!r})"

    def __eq__(self, other: object) -> bool:
        """Compare by public key."""
        return isinstance(other, ReadingKey) and self.public == other.public

    def __hash__(self) -> int:
        """Hash the public key."""
        return hash(self.public)


def wrap_class_key(
    class_key: bytes, class_name: str, kek_id: bytes, lid: bytes, reader_public: bytes
) -> bytes:
    """Wrap a class key for one reader (RFC 9180 base mode; X25519, SHA-256, ChaCha20-Poly1305).

    The name of the class travels inside, padded: nothing in the clear, not even a
    length, tells which class a row belongs to.

    Args:
        class_key: 32 bytes.
        class_name: ASCII, at most `CLASS_NAME_MAX_BYTES`.
        kek_id: the random 16 bytes that name this class key.
        lid: the ledger's 16 bytes.
        reader_public: the reader's X25519 public key.

    Returns:
        144 bytes (ephemeral key 32, key 32, padded name 64, tag 16), other ones each time.

    Raises:
        WeakKey: see `check_reading_public`.
        MalformedInput: a key of another length, or a name too long or not ASCII.
    """
    check_reading_public(reader_public)
    _check_key(class_key)
    if not (0 < len(class_name) <= CLASS_NAME_MAX_BYTES and class_name.isascii()):
        raise MalformedInput("The name of a class is not a short ASCII word.", kind="bad-class")
    plaintext = class_key + _pad_to(class_name.encode("ascii"), _PADDED_NAME_BYTES)
    info = _class_key_info(kek_id, lid, reader_public)
    return _SUITE.encrypt(plaintext, X25519PublicKey.from_public_bytes(reader_public), info=info)


def unwrap_class_key(
    reading: ReadingKey, wrapped: bytes, kek_id: bytes, lid: bytes
) -> tuple[str, bytes]:
    """Undo `wrap_class_key` as the reader.

    Returns:
        The name of the class and its 32-byte key.

    Raises:
        KeyRowAltered: the row was changed or moved, or made for another reader.
    """
    plaintext = reading.open(wrapped, _class_key_info(kek_id, lid, reading.public))
    if len(plaintext) != KEY_BYTES + _PADDED_NAME_BYTES:
        raise _key_row_altered()
    try:
        name = _unpad(plaintext[KEY_BYTES:]).decode("ascii")
    except (BadPadding, UnicodeDecodeError):
        raise _key_row_altered() from None
    return name, plaintext[:KEY_BYTES]


def _class_key_info(kek_id: bytes, lid: bytes, reader_public: bytes) -> bytes:
    return _lines(CLASS_KEY_TITLE, b64url(lid), b64url(kek_id), b64url(reader_public))
