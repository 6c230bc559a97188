"""Who put a class key there: the signature on each row of class keys.

Sealing to a reader's public key needs no secret, so a row that opens proves
nothing of where it comes from.  Whoever seals a class key signs the row with
their own key, and nothing is taken from a row before that signature counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from ledger.errors import LedgerBusy
from ledger.formats.encoding import b64url
from ledger.seal.authority import Authority
from ledger.seal.content_keys import KeyRowAltered
from ledger.seal.ed25519 import BadSignature, verify
from ledger.statute.signing import classes_readable_by

ROW_TITLE: Final = "send-ledger/v1/class-key-row"
RENEWED: Final = "keys-renewed"
"""Kind of the refusal where class keys were renewed since they were opened."""


class Signer(Protocol):
    """Whoever signs a row: a person's signing key, or an actor."""

    @property
    def kid(self) -> str:
        """Thumbprint of the key."""

    @property
    def sign(self) -> Callable[[bytes], bytes]:
        """Makes an Ed25519 signature, 64 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassKeyRow:
    """One class key sealed to one reader, as it is stored.

    Attributes:
        kek_id: the random 16 bytes that name the class key.
        reader: public reading key, 32 bytes.
        wrapped: the sealed class key; see `wrap_class_key`.
        number: how many keys its class has had, this one included.
        kid: thumbprint of the key that signed the row.
        signature: its signature over `row_message`.
    """

    kek_id: bytes
    reader: bytes
    wrapped: bytes
    number: int
    kid: str
    signature: bytes


def row_message(row: ClassKeyRow, lid: bytes) -> bytes:
    """Write what is signed: six ASCII lines, each ended by a newline.

    The name of the class stands inside the sealed bytes, whose hash is signed:
    in the clear it would tell which class a row belongs to.
    """
    hashed = hashlib.sha256(row.wrapped).digest()
    parts = (b64url(row.kek_id), str(row.number), b64url(row.reader), b64url(hashed))
    return "".join(f"{line}\n" for line in (ROW_TITLE, b64url(lid), *parts)).encode("ascii")


def signed_row(
    *, kek_id: bytes, reader: bytes, wrapped: bytes, number: int, lid: bytes, by: Signer
) -> ClassKeyRow:
    """Make a row, signed by whoever sealed the class key."""
    row = ClassKeyRow(
        kek_id=kek_id, reader=reader, wrapped=wrapped, number=number, kid=by.kid, signature=b""
    )
    return replace(row, signature=by.sign(row_message(row, lid)))


def check_row(row: ClassKeyRow, lid: bytes, authority: Authority) -> bool:
    """Demand that the registered key of somebody who was ever let read anything signed the row.

    Returns:
        Whether that key is in force, which is to say not revoked.

    Raises:
        KeyRowAltered: it did not.
    """
    known = authority.keys.get(row.kid)
    if known is None:
        raise _unsigned("No key that is registered in this ledger signed it.")
    if not _ever_read(known.person, authority):
        raise _unsigned("Its signer never had a role that reads anything.")
    try:
        verify(known.public, row.signature, row_message(row, lid))
    except BadSignature as error:
        raise _unsigned(error.what) from error
    return known.revoked is None


def demand_may_give(row: ClassKeyRow, name: str, authority: Authority) -> None:
    """Demand that whoever signed the row was ever granted a role that reads its class.

    Not whether they hold it today: a role that ended by its day takes no key away.

    Raises:
        KeyRowAltered: they were not.
    """
    if name not in _ever_read(authority.keys[row.kid].person, authority):
        raise _unsigned(f"Its signer never had a role that reads the class “{name}”.")


def _ever_read(person: str, authority: Authority) -> set[str]:
    held = authority.roles.get(person, [])
    return {name for one in held for name in classes_readable_by(one.role)}


def ambiguous() -> KeyRowAltered:
    """Two keys claim to be the newest of one class."""
    return _unsigned("Two keys of one class claim to be its newest.")


def renewed(so: str) -> LedgerBusy:
    """The class keys that a reader opened are no longer in force.

    Args:
        so: what did not happen therefore.
    """
    return LedgerBusy(
        f"The keys of this home were renewed a moment ago; {so}.",
        "Somebody's key or role was taken back meanwhile.",
        "Repeat the command.",
        kind=RENEWED,
    )


def _unsigned(why: str) -> KeyRowAltered:
    return KeyRowAltered(
        "A class key does not come from anybody who may give it; nothing was done with it.",
        why,
        "Restore the key file from its newest backup, and ask who could write it.",
    )
