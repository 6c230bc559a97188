"""A stored entry opened: its fields, checked against the digests that were signed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ledger.errors import AlterationFound
from ledger.formats.disclosure import Disclosure, check_disclosures, check_fields
from ledger.formats.ledger_file import StoredEntry
from ledger.formats.row import unpack_contents
from ledger.formats.statement import Statement, read_statement
from ledger.seal.content_keys import context_of_texts, open_content
from ledger.seal.ed25519 import verify


@dataclass(frozen=True, slots=True)
class OpenedEntry:
    """An entry with its fields.

    Attributes:
        index: log index, from 0.
        statement: the statement, taken apart.
        disclosures: all its fields; empty for kinds that have none.
    """

    index: int
    statement: Statement
    disclosures: tuple[Disclosure, ...]

    @property
    def fields(self) -> Mapping[str, Any]:
        """Name → JSON value."""
        return {one.name: one.value for one in self.disclosures}


def demand_signed(statement: Statement, public: bytes, stream: bytes, seq: int) -> None:
    """Demand that a stored statement was signed by a key, for the place where it stands.

    Args:
        statement: as stored.
        public: the key that it names, 32 bytes.
        stream: the stream where it stands, 16 bytes.
        seq: its place there, from 1.

    Raises:
        BadSignature: the signature does not fit.
        AlterationFound: kind "wrong-place".
    """
    verify(public, statement.signature, statement.signing_input)
    if (statement.stream, statement.seq) != (stream, seq):
        raise AlterationFound(
            "An entry stands in another place than it was signed for.",
            "The ledger file was changed.",
            "See what send-ledger verify says, and restore the newest backup.",
            kind="wrong-place",
        )


def open_disclosures(
    statement: Statement, ciphertext: bytes, data_key: bytes
) -> tuple[Disclosure, ...]:
    """Decrypt a statement's fields and check each against its digest.

    Raises:
        ContentAltered: the ciphertext does not open under key and place.
        AlterationFound: what opens is not what was signed.
    """
    return tuple(check_disclosures(open_texts(statement, ciphertext, data_key), statement.digests))


def open_fields(statement: Statement, ciphertext: bytes, data_key: bytes) -> dict[str, Any]:
    """Open as `open_disclosures` does, for those who need only name → JSON value.

    Raises:
        ContentAltered: the ciphertext does not open under key and place.
        AlterationFound: what opens is not what was signed.
    """
    return check_fields(open_texts(statement, ciphertext, data_key), statement.payload["_sd"])


def open_texts(statement: Statement, ciphertext: bytes, data_key: bytes) -> list[str]:
    """Decrypt a statement's disclosures; as `texts_at` its place."""
    payload = statement.payload
    return texts_at(payload["lid"], payload["stream"], payload["seq"], ciphertext, data_key)


def texts_at(lid: str, stream: str, seq: int, ciphertext: bytes, data_key: bytes) -> list[str]:
    """Decrypt the disclosures of a place; whether they were signed is not yet checked.

    Args:
        lid: the ledger's id, base64url.
        stream: the stream's, base64url.
        seq: the statement's place in it.
        ciphertext: its contents as stored.
        data_key: the stream's, 32 bytes.

    Raises:
        ContentAltered: the ciphertext does not open under key and place.
        MalformedInput: what opens is no list of texts.
    """
    context = context_of_texts(lid, stream, seq)
    return unpack_contents(open_content(data_key, context, ciphertext))


def open_entry(entry: StoredEntry, data_key: Callable[[bytes], bytes]) -> OpenedEntry:
    """Open a stored entry; the signature is the caller's business.

    Args:
        entry: as stored.
        data_key: stream id → data key.

    Raises:
        KeyUnavailable: the class is not open to this reader, or its key is gone.
        AlterationFound: the contents are missing or not what was signed.
    """
    statement = read_statement(entry.statement)
    if entry.ciphertext is None:
        raise AlterationFound(
            f"Entry {entry.index} has lost its contents.", kind="contents-missing"
        )
    opened = open_disclosures(statement, entry.ciphertext, data_key(entry.stream))
    return OpenedEntry(entry.index, statement, opened)
