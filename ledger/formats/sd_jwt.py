"""A statement together with the fields that its reader may see (RFC 9901 §4).

`<issuer-signed JWT>~<disclosure>~…~`: a withheld field leaves only its digest,
so the signature still checks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ledger.errors import MalformedInput
from ledger.formats.disclosure import Disclosure, JsonValue, check_disclosures
from ledger.formats.statement import Statement, read_statement

MAX_SD_JWT_BYTES = 65_535 + 128 * 24 * 1024


@dataclass(frozen=True, slots=True)
class SdJwt:
    """A statement and the disclosures that came with it, checked against its digests."""

    statement: Statement
    disclosures: tuple[Disclosure, ...]

    @property
    def fields(self) -> Mapping[str, JsonValue]:
        """Name → value of every field shown."""
        return {one.name: one.value for one in self.disclosures}


def write_sd_jwt(jwt: bytes, disclosures: Iterable[Disclosure]) -> bytes:
    """Join a statement and the fields to show (RFC 9901 §4), ASCII."""
    return b"~".join([jwt, *(one.text.encode("ascii") for one in disclosures), b""])


def read_sd_jwt(data: bytes) -> SdJwt:
    """Take apart a statement with its fields; the signature is not checked.

    Args:
        data: the file's bytes; one newline at its end is allowed.

    Raises:
        MalformedInput: not an SD-JWT without key binding, or a field that the
            statement's digests do not cover.
    """
    if len(data) > MAX_SD_JWT_BYTES:
        raise MalformedInput("A statement file is too long.", kind="statement-too-long")
    parts = data.removesuffix(b"\n").split(b"~")
    if len(parts) < 2 or parts[-1] or not data.isascii():  # noqa: PLR2004  jwt and final empty
        raise MalformedInput("A file is not an SD-JWT.", kind="bad-sd-jwt")
    statement = read_statement(parts[0])
    texts = [part.decode("ascii") for part in parts[1:-1]]
    return SdJwt(statement, tuple(check_disclosures(texts, statement.digests)))
