"""What one stored entry says of itself, checked without knowing any other entry.

This is the part that threads share: reading, hashing, the signature under the
key that the entry names, and its contents.  Whether that key counted, and
whether the entry stands in its place, is judged in order, by `log_walk`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ledger.aggregates.aggregate import EntryCorrected
from ledger.errors import KeyUnavailable, LedgerBusy, LedgerError, MalformedInput
from ledger.formats.encoding import b64url
from ledger.formats.statement import Statement, read_statement
from ledger.seal.ed25519 import BadSignature, verify
from ledger.seal.tree import leaf_hash
from ledger.verify.event_contents import BARE_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledger.verify.event_contents import EventContents


StoredRow: TypeAlias = tuple[int, object, object, object, object]
"""A row as it came from the database, where nothing is certain, not even its types.

The log index; stream and place in it, as the row has them; the issuer-signed
JWT; the encrypted contents, or where they are not to be opened: whether there are any.
"""


class Fault(NamedTuple):
    """Something wrong with an entry by itself."""

    code: str
    words: str


class Corrected(NamedTuple):
    """What a correction says it corrects: a place in its own record, and a statement's hash."""

    seq: object
    hash: object


@dataclass(slots=True)
class Inspected:
    """One entry, inspected by itself.

    Attributes:
        index: its log index.
        leaf: its leaf hash.
        statement: taken apart; None where it cannot be read.
        hash: the statement's hash, base64url, as `prev` and `auth` quote it.
        signed: whether the signature fits the key of that thumbprint; None
            where no such key is known yet.
        contents: `present`, `absent`, `opened`, `closed` (to this reader), or
            `keyless` (the key's row is gone).
        faults: what is wrong with it by itself.
        corrects: the place in its record, and the hash, of the entry that it corrects.
    """

    index: int
    leaf: bytes
    statement: Statement | None
    hash: str
    signed: bool | None
    contents: str
    faults: tuple[Fault, ...]
    corrects: Corrected | None = None


class Inspector:
    """Inspects rows; holds nothing that a thread could spoil for another."""

    __slots__ = ("_contents", "_publics")

    def __init__(self, publics: Mapping[str, bytes], contents: EventContents | None) -> None:
        """Take what is known beforehand.

        Args:
            publics: thumbprint → public key, 32 bytes; each must be the key's own.
            contents: opens contents, or None where they are not to be opened.
        """
        self._publics = publics
        self._contents = contents

    def inspect_all(self, rows: Sequence[StoredRow]) -> list[Inspected]:
        """Inspect some rows."""
        return [self.inspect(row) for row in rows]

    def inspect(self, row: StoredRow) -> Inspected:
        """Inspect one row; whatever is wrong becomes a fault."""
        index, stream, seq, jwt, ciphertext = row
        try:
            statement = stored_statement(jwt)
        except LedgerError as error:
            leaf = leaf_hash(jwt if isinstance(jwt, bytes) else b"")
            return Inspected(index, leaf, None, "", None, "present", (_fault(error),))
        faults: tuple[Fault, ...] = ()
        named = b64url(stream) if isinstance(stream, bytes) else None
        if (named, seq) != (statement.payload["stream"], statement.payload["seq"]):
            faults = (_MISPLACED,)
        contents, corrects = "present" if ciphertext else "absent", None
        if ciphertext and self._contents is not None and statement.kind not in BARE_KINDS:
            contents, found, corrects = _check_contents(self._contents, statement, ciphertext)
            faults += found
        return Inspected(
            index,
            leaf_hash(statement.jwt),
            statement,
            b64url(statement.hash),
            check_signature(statement, self._publics),
            contents,
            faults,
            corrects,
        )


def _check_contents(
    contents: EventContents, statement: Statement, ciphertext: object
) -> tuple[str, tuple[Fault, ...], Corrected | None]:
    if not isinstance(ciphertext, bytes):
        return "present", (Fault("malformed-row", "The row's contents are no bytes."),), None
    try:
        fields = contents.check(statement, ciphertext)
    except KeyUnavailable as error:
        return ("keyless" if error.kind == "key-row-missing" else "closed"), (), None
    except LedgerBusy:  # says nothing about the bytes
        raise
    except LedgerError as error:
        return "opened", (_fault(error),), None
    except ValueError:  # a text that is not ASCII, where nothing else is ever written
        return "opened", (Fault("malformed-contents", "Its contents are malformed."),), None
    if fields["event"] != EntryCorrected.TYPE:
        return "opened", (), None
    return "opened", (), Corrected(fields["corrects_seq"], fields["corrects_hash"])


def _fault(error: LedgerError) -> Fault:
    return Fault(error.kind, f"{error.what} {error.why}".strip())


_MISPLACED = Fault("row-misplaced", "It is stored in another place than it was signed for.")


def stored_statement(value: object) -> Statement:
    """Take a stored statement apart, whatever the database gave for it.

    Raises:
        MalformedInput: see `read_statement`; kind "malformed-row" where it is not even bytes.
    """
    if not isinstance(value, bytes):
        raise MalformedInput("The row holds no statement.", kind="malformed-row")
    return read_statement(value)


def check_signature(statement: Statement, publics: Mapping[str, bytes]) -> bool | None:
    """Tell whether the signature fits the key that the statement names; None where unknown."""
    public = publics.get(statement.kid)
    if public is None:
        return None
    try:
        verify(public, statement.signature, statement.signing_input)
    except BadSignature:
        return False
    return True
