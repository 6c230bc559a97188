"""The JSON shape that all key files share: one object, named members, no others.

A key file is small, ASCII, one line.  It is read strictly, so that a file with
anything more, less or different in it is refused before a secret is touched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

from ledger.errors import MalformedInput
from ledger.formats.encoding import compact_json, strict_json, unb64url

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KEY_DOCUMENT_MAX_BYTES: Final = 16 * 1024

Members = dict[str, object]


def write_document(format_name: str, members: Mapping[str, object]) -> bytes:
    """Write a key document: one line of JSON, `format` first, ASCII, a newline at its end."""
    return (compact_json({"format": format_name, **members}) + "\n").encode("ascii")


def read_document(document: bytes, format_name: str, names: Iterable[str]) -> Members:
    """Read a key document of one format.

    Args:
        document: at most `KEY_DOCUMENT_MAX_BYTES`.
        format_name: the format it must state.
        names: its members beside `format`, all of them required.

    Raises:
        MalformedInput: too long, not JSON, another format, other members.
    """
    if len(document) > KEY_DOCUMENT_MAX_BYTES:
        refuse("It is longer than any key file.")
    try:
        value = strict_json(document)
    except MalformedInput as error:
        refuse(error.what)
    members = read_members(value, ("format", *names))
    if members["format"] != format_name:
        refuse("It is a key file of another kind or version.")
    return members


def read_members(value: object, names: Iterable[str]) -> Members:
    """Take an object that has exactly these members.

    Raises:
        MalformedInput: no object, or other members.
    """
    if not isinstance(value, dict) or value.keys() != set(names):
        refuse("Its members are not those of its format.")
    return value


def text_member(members: Members, name: str) -> str:
    """Take a text member.

    Raises:
        MalformedInput: not a text.
    """
    value = members[name]
    if not isinstance(value, str):
        refuse(f"Its member {name!r} is not a text.")
    return value


def bytes_member(members: Members, name: str, size: int) -> bytes:
    """Take a base64url member of a known number of bytes.

    Raises:
        MalformedInput: not base64url, or another length.
    """
    try:
        value = unb64url(text_member(members, name))
    except MalformedInput:
        value = b""
    if len(value) != size:
        refuse(f"Its member {name!r} is not {size} bytes long.")
    return value


def integer_member(members: Members, name: str) -> int:
    """Take an integer member.

    Raises:
        MalformedInput: not an integer.
    """
    value = members[name]
    if not isinstance(value, int) or isinstance(value, bool):
        refuse(f"Its member {name!r} is not a whole number.")
    return value


def refuse(why: str) -> NoReturn:
    """Refuse a key file for one reason.

    Raises:
        MalformedInput: always, kind `bad-key-file`.
    """
    raise MalformedInput(
        "A key file is refused.",
        why,
        "Take the file from its newest good copy, or have a new key made and registered.",
        kind="bad-key-file",
    )
