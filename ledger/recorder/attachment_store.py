"""Encrypted blobs beside the ledger, each under a random name and a key of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ledger.errors import AlterationFound
from ledger.formats.encoding import b64url
from ledger.recorder.content_key_store import ContentKeyStore
from ledger.seal.content_keys import encryption_context, open_content, seal_content
from ledger.seal.private_files import write_private


@dataclass(frozen=True, slots=True)
class AttachmentStore:
    """The folder of blobs.

    Attributes:
        folder: where.
        keys: the wrapped keys; a blob's name stands where a stream would.
        lid: the ledger's id.
    """

    folder: Path
    keys: ContentKeyStore
    lid: bytes

    def put(self, name: bytes, content: bytes) -> None:
        """Encrypt and keep a blob; it is on disk, with its key, before this returns."""
        self.keys.add_stream(name, "general")
        context = encryption_context(self.lid, name, 1)
        # Padded to a power of two, like entries: a size tells little.
        ciphertext = seal_content(self.keys.data_key(name), context, content)
        write_private(self.folder / b64url(name), ciphertext)

    def get(self, name: bytes) -> bytes:
        """Give a blob's content back.

        Raises:
            AlterationFound: it is missing or was changed.
            KeyUnavailable: its class is not open to this reader.
        """
        try:
            ciphertext = (self.folder / b64url(name)).read_bytes()
        except FileNotFoundError:
            raise AlterationFound(
                "A kept document is missing from the home.",
                "An entry names it, and its file is not in the attachments folder.",
                remedy="Restore it from the newest backup.",
                kind="attachment-missing",
            ) from None
        return open_content(
            self.keys.data_key(name), encryption_context(self.lid, name, 1), ciphertext
        )
