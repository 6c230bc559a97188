"""The two small files that go between a school and the body that countersigns its ledger.

The body asks to be known (`write_request`); the school answers with what it is to sign
(`write_to_sign`).  What comes back is an SD-JWT, as any statement.  Each is one object
of JSON, UTF-8, one line: `docs/formats/authority.md`.  Formats know no keys: nothing
here is verified.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NoReturn

from ledger.errors import LedgerError, MalformedInput
from ledger.formats import kinds
from ledger.formats.encoding import b64url, compact_json, strict_json, unb64url
from ledger.formats.statement import Anchor, Statement, StreamPlace, read_anchor, read_statement
from ledger.values.person_name import PersonName

REQUEST_FORMAT: Final = "send-ledger/v1/countersigner"
TO_SIGN_FORMAT: Final = "send-ledger/v1/to-countersign"
MAX_FILE_BYTES: Final = 128 * 1024
_ID_BYTES: Final = 16
_KEY_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class CountersignerRequest:
    """A body outside the school, and the key that it made for this one ledger.

    Attributes:
        lid: the ledger's id, 16 bytes.
        person: the body's own random id, 16 bytes.
        name: the body's name, as it calls itself.
        public: Ed25519, 32 bytes.
        possession: that it holds the key, 64 bytes.
    """

    lid: bytes
    person: bytes
    name: str
    public: bytes
    possession: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSign:
    """What a body is to countersign, and what its statement has to quote.

    Attributes:
        genesis: the ledger's first statement.
        name: the body's name, as it was registered.
        kid: thumbprint of the key that was registered for it.
        auth: the authority stream's newest place.
        anchor: the newest logged anchor, or None.
    """

    genesis: Statement
    name: str
    kid: str
    auth: StreamPlace
    anchor: Anchor | None


def write_request(request: CountersignerRequest) -> bytes:
    """Write a body's request."""
    return _write(
        REQUEST_FORMAT,
        {
            "lid": b64url(request.lid),
            "person": b64url(request.person),
            "name": request.name,
            "public": b64url(request.public),
            "possession": b64url(request.possession),
        },
    )


def read_request(data: bytes) -> CountersignerRequest:
    """Read a body's request.

    Raises:
        MalformedInput: kind "bad-countersigning-file".
    """
    members = _read(data, REQUEST_FORMAT, {"lid", "person", "name", "public", "possession"})
    return CountersignerRequest(
        lid=_bytes(members["lid"], _ID_BYTES),
        person=_bytes(members["person"], _ID_BYTES),
        name=_name(members["name"]),
        public=_bytes(members["public"], _KEY_BYTES),
        possession=_bytes(members["possession"], _SIGNATURE_BYTES),
    )


def write_to_sign(to_sign: ToSign) -> bytes:
    """Write what a body is to countersign."""
    return _write(
        TO_SIGN_FORMAT,
        {
            "genesis": to_sign.genesis.jwt.decode("ascii"),
            "name": to_sign.name,
            "kid": to_sign.kid,
            "auth": to_sign.auth.members(),
            "anchor": to_sign.anchor and to_sign.anchor.members(),
        },
    )


def read_to_sign(data: bytes) -> ToSign:
    """Read what a body is to countersign.

    Raises:
        MalformedInput: kind "bad-countersigning-file".
    """
    members = _read(data, TO_SIGN_FORMAT, {"genesis", "name", "kid", "auth", "anchor"})
    auth, anchor = members["auth"], members["anchor"]
    sound = (
        isinstance(members["genesis"], str)
        and members["genesis"].isascii()
        and kinds.is_hash(members["kid"])
        and kinds.is_stream_place(auth)
        and (anchor is None or kinds.is_anchor(anchor))
    )
    if not sound:
        _refuse("One of its members is malformed.")
    try:
        genesis = read_statement(members["genesis"].encode("ascii"))
    except LedgerError as error:
        _refuse(error.what)
    return ToSign(
        genesis=genesis,
        name=_name(members["name"]),
        kid=members["kid"],
        auth=StreamPlace(auth["seq"], unb64url(auth["hash"])),
        anchor=None if anchor is None else read_anchor(anchor),
    )


def _write(format_name: str, members: dict[str, Any]) -> bytes:
    return (compact_json({"format": format_name, **members}) + "\n").encode("utf-8")


def _read(data: bytes, format_name: str, names: set[str]) -> dict[str, Any]:
    if len(data) > MAX_FILE_BYTES:
        _refuse("It is longer than any such file.")
    try:
        value = strict_json(data)
    except MalformedInput as error:
        _refuse(error.what)
    if not isinstance(value, dict) or value.get("format") != format_name:
        _refuse("It is another file than the one that belongs here.")
    if value.keys() != {"format", *names}:
        _refuse("Its members are not those of its format.")
    return value


def _bytes(value: object, size: int) -> bytes:
    try:
        data = unb64url(value) if isinstance(value, str) else b""
    except MalformedInput:
        data = b""
    if len(data) != size:
        _refuse("One of its members is malformed.")
    return data


def _name(value: object) -> str:
    try:
        return str(PersonName(value if isinstance(value, str) else ""))
    except LedgerError as error:
        _refuse(f"The body's name cannot be shown truly. {error.why}")


def _refuse(why: str) -> NoReturn:
    raise MalformedInput(
        "A file for countersigning is refused.",
        why,
        "Have it sent once more as it was written, as an attachment.",
        kind="bad-countersigning-file",
    )
