"""Sixteen random bytes that name a ledger or a stream, and their one text form.

The text is base64url without padding (RFC 7515 §2), 22 characters.  It is
written out here because `formats` stands above this layer; the strictness is
the same: each value has exactly one spelling.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, TypeAlias

from ledger.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Callable

IDENTIFIER_BYTES = 16
IDENTIFIER_CHARACTERS = 22

LedgerId: TypeAlias = bytes
StreamId: TypeAlias = bytes

# 22 characters hold 132 bits; the last four must be zero, which leaves these
# four letters for the last place.
_TEXT = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]\Z")


class IdentifierRefused(InputRefused):
    """Something given as a ledger's or a stream's identifier is not one."""

    kind = "bad-identifier"


def new_identifier(entropy: Callable[[int], bytes]) -> bytes:
    """Draw a fresh identifier.

    Args:
        entropy: gives that many random bytes, as `os.urandom` does.

    Raises:
        IdentifierRefused: the source gave another number of bytes.
    """
    return _checked(entropy(IDENTIFIER_BYTES))


def identifier_text(identifier: bytes) -> str:
    """Write an identifier as 22 characters.

    Raises:
        IdentifierRefused: it is not 16 bytes long.
    """
    encoded = base64.urlsafe_b64encode(_checked(identifier))
    return encoded.rstrip(b"=").decode("ascii")


def parse_identifier(text: str) -> bytes:
    """Read the 22 characters that `identifier_text` writes.

    Raises:
        IdentifierRefused: another length, padding, a foreign character, or
            spare bits that are not zero.
    """
    if not _TEXT.match(text):
        raise IdentifierRefused(
            "The identifier is malformed.",
            "An identifier is 22 characters of A-Z, a-z, 0-9, '-' and '_'.",
            "Copy it again, whole, from where it was printed.",
        )
    return base64.urlsafe_b64decode(text + "==")


def _checked(identifier: bytes) -> bytes:
    if len(identifier) != IDENTIFIER_BYTES:
        raise IdentifierRefused(
            "The identifier has the wrong length.",
            f"An identifier is {IDENTIFIER_BYTES} bytes.",
            "Use an identifier that a ledger gave out.",
        )
    return identifier
