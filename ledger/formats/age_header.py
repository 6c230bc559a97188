"""The header of an age v1 file, read more strictly than by the library that decrypts.

Source: C2SP age.md, "ABNF definition of file header" and "X25519 recipient
stanza".  pyrage 1.4 accepts a stanza without its short last line, which the
specification and the reference `age` refuse; so every file passes here first.
"""

from __future__ import annotations

import base64
import re

from ledger.errors import InputRefused, MalformedInput

HEADER_BYTES_MAX = 16 * 1024
STANZAS_MAX = 20

_VERSION_LINE = b"age-encryption.org/v1"
_STANZA_MARK = b"-> "
_END_MARK = b"--- "
_ARGUMENT = re.compile(rb"[!-~]+")
_BODY_LINE = re.compile(rb"[A-Za-z0-9+/]{0,64}")
_BODY_COLUMNS = 64
_KEY_LENGTH = 32

_X25519 = b"X25519"
_X25519_ARGUMENTS = 2  # the kind and the ephemeral share
# Kinds that the specification defines and that never reach a school's X25519
# key.  A passphrase stanza may not stand beside another; a post-quantum one
# should not.  Any other unknown stanza is grease, and is passed over.
_FOREIGN_KINDS = frozenset({b"scrypt", b"mlkem768x25519", b"p256tag", b"mlkem768p256tag"})


def check_age_header(data: bytes) -> int:
    """Check the textual header of an age v1 file.

    Args:
        data: the whole file, or at least its header.

    Returns:
        The length of the header in bytes: where the payload starts.

    Raises:
        MalformedInput: kind "bundle-damaged": not the grammar of age v1, not
            canonical base64, or over HEADER_BYTES_MAX or STANZAS_MAX.
        InputRefused: kind "bundle-recipient-kind": encrypted to a passphrase
            or to another kind of key that this version does not open.
    """
    reader = _LineReader(data[:HEADER_BYTES_MAX])
    if reader.next_line() != _VERSION_LINE:
        raise damaged("It is not an age v1 file.")
    line = reader.next_line()
    stanzas = 0
    while line.startswith(_STANZA_MARK):
        stanzas += 1
        _check_stanza(line.removeprefix(_STANZA_MARK).split(b" "), _read_body(reader))
        line = reader.next_line()
    if not 1 <= stanzas <= STANZAS_MAX:
        raise damaged("Its header has no recipient, or too many.")
    if not line.startswith(_END_MARK) or len(_raw_base64(line[len(_END_MARK) :])) != _KEY_LENGTH:
        raise damaged("The last line of its header is malformed.")
    return reader.position


def damaged(why: str) -> MalformedInput:
    """The one refusal of an age file that was truncated, altered or never was one."""
    return MalformedInput(
        "The bundle is damaged.",
        why,
        "Ask the sender for the file again, and compare its length and SHA-256 with theirs.",
        kind="bundle-damaged",
    )


class _LineReader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0

    def next_line(self) -> bytes:
        end = self._data.find(b"\n", self.position)
        if end < 0:
            raise damaged("Its header breaks off.")
        line = self._data[self.position : end]
        self.position = end + 1
        return line


def _read_body(reader: _LineReader) -> bytes:
    """A stanza is `arg-line *full-line final-line`: the last line is short, if empty."""
    lines = [reader.next_line()]
    while len(lines[-1]) == _BODY_COLUMNS:
        lines.append(reader.next_line())
    if not all(_BODY_LINE.fullmatch(line) for line in lines):
        raise damaged("A recipient's lines in its header are malformed.")
    return _raw_base64(b"".join(lines))


def _check_stanza(arguments: list[bytes], body: bytes) -> None:
    if not all(_ARGUMENT.fullmatch(argument) for argument in arguments):
        raise damaged("A recipient's line in its header is malformed.")
    if arguments[0] in _FOREIGN_KINDS:
        raise InputRefused(
            "The bundle is locked with a kind of key that this version does not open.",
            "It is encrypted to a passphrase or to another kind of key, not to a school's card.",
            "Ask the sender to encrypt it to the recipient on your school's card.",
            kind="bundle-recipient-kind",
        )
    if arguments[0] != _X25519:
        return
    # age.md: exactly two arguments, a canonical share of 32 bytes, a body of 32.
    well_formed = (
        len(arguments) == _X25519_ARGUMENTS
        and len(_raw_base64(arguments[1])) == _KEY_LENGTH
        and len(body) == _KEY_LENGTH
    )
    if not well_formed:
        raise damaged("A recipient's key in its header is malformed.")


def _raw_base64(text: bytes) -> bytes:
    """Decode canonical base64 without padding (RFC 4648 §4, §3.5)."""
    try:
        data = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except ValueError:
        raise damaged("A value in its header is not base64.") from None
    if base64.b64encode(data).rstrip(b"=") != text:
        raise damaged("A value in its header is not canonical base64.")
    return data
