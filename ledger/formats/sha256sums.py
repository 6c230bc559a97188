"""`SHA256SUMS` as coreutils' `sha256sum` writes and checks it.

One line per file: 64 hexadecimal digits in lower case, two spaces, the name,
a line feed; sorted by name.  `sha256sum -c SHA256SUMS` checks the same bytes.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from ledger.errors import MalformedInput

if TYPE_CHECKING:
    from collections.abc import Mapping

SUMS_NAME = "SHA256SUMS"
_LINE = re.compile(rb"([0-9a-f]{64})  ([!-~]+)")


def sha256sums(members: Mapping[str, bytes]) -> bytes:
    """Write the list for every member but the list itself.

    Args:
        members: name → bytes, as in a bundle or a proof folder; names are
            printable ASCII without spaces.
    """
    return b"".join(
        f"{hashlib.sha256(data).hexdigest()}  {name}\n".encode("ascii")
        for name, data in sorted(members.items())
        if name != SUMS_NAME
    )


def check_sha256sums(members: Mapping[str, bytes]) -> None:
    """Check that the list names every other member exactly once, rightly.

    Args:
        members: name → bytes, the list itself among them.

    Raises:
        MalformedInput: kind "sums-missing", "sums-malformed", "sums-twice"
            (a name listed twice), "sums-incomplete" (a member not listed, or
            a listed one that is not there) or "sums-mismatch".
    """
    if SUMS_NAME not in members:
        raise _refusal("There is no SHA256SUMS among the files.", "sums-missing")
    listed = _parse(members[SUMS_NAME])
    if listed.keys() != members.keys() - {SUMS_NAME}:
        raise _refusal("SHA256SUMS does not list exactly the files here.", "sums-incomplete")
    for name, digest in listed.items():
        if hashlib.sha256(members[name]).hexdigest() != digest:
            raise _refusal("A file does not match its line in SHA256SUMS.", "sums-mismatch")


def _parse(text: bytes) -> dict[str, str]:
    *lines, rest = text.split(b"\n")
    listed: dict[str, str] = {}
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None:
            raise _refusal("A line of SHA256SUMS is malformed.", "sums-malformed")
        name = match[2].decode("ascii")
        if name in listed:
            raise _refusal("SHA256SUMS lists a file twice.", "sums-twice")
        listed[name] = match[1].decode("ascii")
    if rest:
        raise _refusal("SHA256SUMS does not end with a line feed.", "sums-malformed")
    return listed


def _refusal(what: str, kind: str) -> MalformedInput:
    return MalformedInput(
        what,
        "The list of checksums and the files do not belong together.",
        "Ask the sender for the file again.",
        kind=kind,
    )
