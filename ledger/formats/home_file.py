"""What a home's own small files say: `home.json` and the index of key files.

Neither holds anything personal: ids are random, and a name stands only as a
keyed hash, enough to find one's own key file by name.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ledger.errors import MalformedInput, UsageError
from ledger.formats.encoding import b64url, strict_json, unb64url
from ledger.formats.file_names import is_plain_name

HOME_FORMAT = 1
NAMES_KEY_BYTES = 32
_HANDLE = re.compile(r"[a-z][a-z0-9-]{0,31}\Z")
STREAM_NAMES = ("authority", "anchors", "heads", "school", "transport", "commands", "access")


@dataclass(frozen=True, slots=True)
class HomeFile:
    """`home.json`.

    Attributes:
        lid: the ledger's id, 16 bytes.
        streams: name → id of each of its own streams, 16 bytes.
        names_key: secret that keys the hashes of people's names, 32 bytes.
    """

    lid: bytes
    streams: Mapping[str, bytes]
    names_key: bytes

    def to_bytes(self) -> bytes:
        """Write the file."""
        members = {
            "format": HOME_FORMAT,
            "lid": b64url(self.lid),
            "streams": {name: b64url(self.streams[name]) for name in STREAM_NAMES},
            "names_key": b64url(self.names_key),
        }
        return json.dumps(members, indent=2).encode("ascii") + b"\n"


def read_home_file(data: bytes) -> HomeFile:
    """Read `home.json`.

    Raises:
        MalformedInput: not what `HomeFile.to_bytes` writes.
    """
    try:
        members: Any = strict_json(data)
        streams = {name: unb64url(text) for name, text in members["streams"].items()}
        read = HomeFile(unb64url(members["lid"]), streams, unb64url(members["names_key"]))
        sound = (
            members["format"] == HOME_FORMAT
            and set(streams) == set(STREAM_NAMES)
            and len(read.names_key) == NAMES_KEY_BYTES
        )
    except (KeyError, TypeError, AttributeError, MalformedInput):
        sound, read = False, None
    if read is None or not sound:
        raise MalformedInput(
            "home.json is not a file this program wrote.",
            "It is damaged, or of a newer version.",
            "Restore it from a backup.",
            kind="bad-home-file",
        )
    return read


@dataclass(frozen=True, slots=True)
class HomeStreams:
    """The streams that a home knows by name; ids are random.

    Attributes:
        authority: keys and roles.
        anchors: anchor statements.
        heads: stream heads.
        school: the school itself.
        transport: key row of the age identity.
        commands: key row of the idempotency MACs.
        access: the access log, which stands outside the ledger.
    """

    authority: UUID
    anchors: UUID
    heads: UUID
    school: UUID
    transport: UUID
    commands: UUID
    access: UUID


@dataclass(frozen=True, slots=True)
class PersonLocator:
    """Where one person's key file is.

    Attributes:
        handle: what they type after --as, e.g. `senco`; also the file's name.
        person: their random id, 16 bytes.
        name_mac: keyed hash of their name, 32 bytes.
    """

    handle: str
    person: bytes
    name_mac: bytes


def check_handle(handle: str) -> str:
    """Give the handle back if it can be one.

    Raises:
        UsageError: it is also a file's name, so only a few characters will do.
    """
    if not _HANDLE.match(handle) or not is_plain_name(handle):
        raise UsageError(
            "A handle has 1 to 32 small letters, figures and hyphens, beginning with a letter.",
            "It also names the key file, so it is no person's name, and no word like “con” or "
            "“aux”, which Windows keeps for itself.",
            "Use the post, e.g. senco, office-2, ks1-lead.",
            kind="bad-handle",
        )
    return handle


def name_mac(names_key: bytes, name: str) -> bytes:
    """Give the hash of a name, keyed by the home's secret, by which its holder is found."""
    folded = unicodedata.normalize("NFC", name).strip().casefold()
    return hmac.new(names_key, folded.encode("utf-8"), hashlib.sha256).digest()


def write_locators(locators: list[PersonLocator]) -> bytes:
    """Write the index of key files."""
    people = [
        {"handle": one.handle, "person": b64url(one.person), "name_mac": b64url(one.name_mac)}
        for one in locators
    ]
    return json.dumps({"format": HOME_FORMAT, "people": people}, indent=2).encode("ascii") + b"\n"


def read_locators(data: bytes) -> list[PersonLocator]:
    """Read the index of key files.

    Raises:
        MalformedInput: not what `write_locators` writes.
    """
    try:
        members: Any = strict_json(data)
        return [
            PersonLocator(one["handle"], unb64url(one["person"]), unb64url(one["name_mac"]))
            for one in members["people"]
        ]
    except (KeyError, TypeError, MalformedInput):
        raise MalformedInput(
            "The index of key files, keys/people.json, is damaged.",
            "It is not a file that this program wrote.",
            "Restore it from a backup.",
            kind="bad-home-file",
        ) from None
