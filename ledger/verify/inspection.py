"""What one stored entry says of itself, checked without knowing any other entry.

This is the part that workers share: reading, hashing, the signature under the
key that the entry names, and its contents.  Whether that key counted, and
whether the entry stands in its place, is judged in order, by `log_walk`.
What goes in and what comes out are plain values, so that a worker may be
another process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ledger.aggregates.aggregate import EntryCorrected
from ledger.errors import LedgerError, MalformedInput
from ledger.formats import kinds
from ledger.formats.encoding import b64url
from ledger.formats.statement import Statement, read_statement
from ledger.seal.ed25519 import BadSignature, verify
from ledger.seal.tree import leaf_hash
from ledger.verify.event_contents import NoKey, check_contents
from ledger.verify.findings import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledger.verify.event_contents import ContentKey


StoredRow: TypeAlias = tuple[int, object, object, object, object]
"""A row as it came from the database, where nothing is certain, not even its types.

The log index; stream and place in it, as the row has them; the issuer-signed
JWT; the encrypted contents, or where they are not to be opened: whether there are any.
"""


class Corrected(NamedTuple):
    """What a correction says it corrects: a place in its own record, and a statement's hash."""

    seq: object
    hash: object


class Work(NamedTuple):
    """Some rows, and what is needed to inspect them.

    Attributes:
        rows: in log order.
        publics: thumbprint → public key, 32 bytes; each must be the key's own.
        keys: stream → key of its contents, for every stream of the rows; None
            where contents are not to be opened.
    """

    rows: Sequence[StoredRow]
    publics: Mapping[str, bytes]
    keys: Mapping[object, ContentKey] | None


class Inspected(NamedTuple):
    """One entry, inspected by itself.

    Attributes:
        log_index: from 0.
        leaf: its leaf hash.
        kind: one of `ledger.formats.kinds`; "" where the statement cannot be read.
        kid: thumbprint of the key that its signature claims.
        clear: its clear members, but for the digests.
        hash: the statement's hash, base64url, as `prev` and `auth` quote it.
        signed: whether the signature fits the key of that thumbprint; None
            where no such key is known yet.
        contents: `present`, `absent`, `opened`, `closed` (to this reader), or
            `keyless` (the key's row is gone).
        faults: what is wrong with it by itself.
        corrects: the place in its record, and the hash, of the entry that it corrects.
    """

    log_index: int
    leaf: bytes
    kind: str
    kid: str
    clear: Mapping[str, Any]
    hash: str
    signed: bool | None
    contents: str
    faults: tuple[Fault, ...] = ()
    corrects: Corrected | None = None


def inspect(
    row: StoredRow, publics: Mapping[str, bytes], keys: Mapping[object, ContentKey] | None
) -> Inspected:
    """Inspect one row; whatever is wrong becomes a fault."""
    index, stream, seq, jwt, ciphertext = row
    try:
        statement = stored_statement(jwt)
    except LedgerError as error:
        leaf = leaf_hash(jwt if isinstance(jwt, bytes) else b"")
        return Inspected(index, leaf, "", "", {}, "", None, "present", (Fault.of(error),))
    clear = {**statement.payload}
    del clear["_sd"]
    faults: tuple[Fault, ...] = ()
    contents, corrects = "present" if ciphertext else "absent", None
    named = b64url(stream) if isinstance(stream, bytes) else None
    if (named, seq) != (clear["stream"], clear["seq"]):
        faults = (_MISPLACED,)
    elif ciphertext and keys is not None and statement.kind not in kinds.BARE_KINDS:
        contents, faults, corrects = _check_contents(statement, ciphertext, keys[stream])
    return Inspected(
        index,
        leaf_hash(statement.jwt),
        statement.kind,
        statement.kid,
        clear,
        b64url(statement.hash),
        is_signed(publics, statement.kid, statement.signature, statement.signing_input),
        contents,
        faults,
        corrects,
    )


def _check_contents(
    statement: Statement, ciphertext: object, key: ContentKey
) -> tuple[str, tuple[Fault, ...], Corrected | None]:
    if not isinstance(ciphertext, bytes):
        return "present", (Fault("malformed-row", "The row's contents are no bytes."),), None
    if isinstance(key, NoKey):
        return key.contents, key.faults, None
    try:
        fields = check_contents(statement, ciphertext, key)
    except LedgerError as error:
        return "opened", (Fault.of(error),), None
    except ValueError:  # a text that is not ASCII, where nothing else is ever written
        return "opened", (Fault("malformed-contents", "Its contents are malformed."),), None
    if fields["event"] != EntryCorrected.TYPE:
        return "opened", (), None
    return "opened", (), Corrected(fields["corrects_seq"], fields["corrects_hash"])


_MISPLACED = Fault("row-misplaced", "It is stored in another place than it was signed for.")


def stored_statement(value: object) -> Statement:
    """Take a stored statement apart, whatever the database gave for it.

    Raises:
        MalformedInput: see `read_statement`; kind "malformed-row" where it is not even bytes.
    """
    if not isinstance(value, bytes):
        raise MalformedInput("The row holds no statement.", kind="malformed-row")
    return read_statement(value)


def is_signed(
    publics: Mapping[str, bytes], kid: str, signature: bytes, signed: bytes
) -> bool | None:
    """Tell whether a signature fits the key of a thumbprint; None where that is not known.

    Args:
        publics: thumbprint → public key, 32 bytes; each must be the key's own.
        kid: thumbprint of the key that the signature claims.
        signature: 64 bytes.
        signed: the signed bytes, verbatim.
    """
    public = publics.get(kid)
    if public is None:
        return None
    try:
        verify(public, signature, signed)
    except BadSignature:
        return False
    return True
