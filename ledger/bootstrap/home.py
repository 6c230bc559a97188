"""A school's home: its folder, its files, its own keys."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from ledger.errors import KeyUnavailable, NotFound, UsageError
from ledger.formats.access_log import FILE_NAME as ACCESS_FILE_NAME
from ledger.formats.encoding import b64url
from ledger.formats.home_file import (
    HomeFile,
    HomeStreams,
    PersonLocator,
    name_mac,
    read_home_file,
    read_locators,
    write_locators,
)
from ledger.formats.ledger_file import FILE_NAME, open_for_reading
from ledger.formats.ledger_reader import LedgerReader
from ledger.recorder.content_key_store import FILE_NAME as KEYS_FILE_NAME
from ledger.recorder.content_key_store import ContentKeyStore
from ledger.recorder.mark_file import MarkFile
from ledger.recorder.place_file import PlaceFile
from ledger.recorder.sqlite_errors import BUSY_SECONDS
from ledger.seal.authority import Authority, read_authority
from ledger.seal.content_keys import KeyRowAltered, ReadingKey
from ledger.seal.ed25519 import SigningKey
from ledger.seal.key_file import PersonKeys, open_key_file, open_machine_key_file
from ledger.seal.private_files import WriterLock, read_private, write_private

Clock = Callable[[], datetime]
Entropy = Callable[[int], bytes]
T = TypeVar("T")


def system_clock() -> datetime:
    """Give the instant of this computer's clock, aware UTC."""
    return datetime.now(UTC)  # noqa: TID251  the one place that reads the clock


system_entropy: Entropy = os.urandom
"""This computer's randomness: the one place that draws it."""


@dataclass(frozen=True, slots=True)
class Home:
    """A school's folder.

    Attributes:
        path: the folder.
        file: what its home.json says.
        state_folder: where this computer keeps high-water marks, outside any home.
        clock: gives the instant.
        entropy: gives random bytes.
    """

    path: Path
    file: HomeFile
    state_folder: Path
    clock: Clock = system_clock
    entropy: Entropy = system_entropy

    @classmethod
    def open(
        cls,
        path: Path,
        state_folder: Path,
        clock: Clock = system_clock,
        entropy: Entropy = system_entropy,
    ) -> Home:
        """Open a home.

        Raises:
            NotFound: there is none here.
        """
        try:
            data = (path / "home.json").read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise NotFound(
                "There is no school's home here.",
                "The folder has no home.json.",
                "Name the home with --home PATH, or make one with send-ledger init.",
                kind="no-home",
            ) from None
        return cls(path, read_home_file(data), state_folder, clock, entropy)

    @property
    def lid(self) -> bytes:
        """The ledger's id."""
        return self.file.lid

    @property
    def ledger_path(self) -> Path:
        """The ledger's database file."""
        return self.path / FILE_NAME

    @property
    def keys_path(self) -> Path:
        """The file of wrapped keys."""
        return self.path / KEYS_FILE_NAME

    @property
    def access_path(self) -> Path:
        """The file of the access log."""
        return self.path / ACCESS_FILE_NAME

    @property
    def read_models_path(self) -> Path:
        """The file of projections; can be deleted at any time."""
        return self.path / "read-models.db"

    @property
    def people_folder(self) -> Path:
        """Where key files of persons are."""
        return self.path / "keys" / "people"

    @property
    def tsa_roots_path(self) -> Path:
        """The root certificates of the time-stamp authorities that this school uses."""
        return self.path / "tsa-roots.pem"

    def tsa_roots(self) -> bytes:
        """Give those certificates as PEM; empty where there are none."""
        return self.tsa_roots_path.read_bytes() if self.tsa_roots_path.exists() else b""

    @property
    def mark(self) -> MarkFile:
        """The high-water mark on this computer."""
        return MarkFile.of(self.state_folder, self.lid)

    @property
    def place(self) -> PlaceFile:
        """Which folder this computer knows as the ledger's home."""
        return PlaceFile.of(self.state_folder, self.lid)

    @property
    def streams(self) -> HomeStreams:
        """The home's own streams."""
        return HomeStreams(**{name: UUID(bytes=id_) for name, id_ in self.file.streams.items()})

    def locators(self) -> list[PersonLocator]:
        """Give where each person's key file is."""
        return read_locators(read_private(self.path / "keys" / "people.json"))

    def locate(self, who: str) -> PersonLocator:
        """Find a person by handle, name or id.

        Raises:
            KeyUnavailable: nobody here is called that.
        """
        mac = name_mac(self.file.names_key, who)
        for one in self.locators():
            if who in (one.handle, b64url(one.person)) or mac == one.name_mac:
                return one
        raise KeyUnavailable(
            "Nobody with that name has a key in this home.",
            "No handle, name or id fits.",
            remedy="Type name or handle, e.g. --as senco; see send-ledger staff list.",
            kind="unknown-person",
        )

    def machine_key(self, purpose: str) -> SigningKey:
        """Open one of the ledger's own keys: log, system, cosigner or access."""
        return open_machine_key_file(read_private(self.path / "keys" / f"{purpose}.json"), purpose)

    @contextmanager
    def reading(self) -> Iterator[LedgerReader]:
        """Open the ledger file for reading."""
        with open_for_reading(self.ledger_path) as connection:
            yield LedgerReader(connection)

    def authority(self) -> Authority:
        """Fold the authority stream, every signature checked."""
        with self.reading() as reader:
            return read_authority(reader)

    def authority_since(self, known: Authority) -> Authority:
        """Give keys and roles as they are now; those that are known, where nothing changed."""
        with self.reading() as reader:
            length = reader.stream_length(self.streams.authority.bytes)
            unchanged = known.head is not None and known.head.seq == length
            return known if unchanged else read_authority(reader)

    def open_classes(self, reader: ReadingKey, authority: Authority) -> ContentKeyStore:
        """Open the class keys that were given to a reader.

        Args:
            reader: whose.
            authority: keys and roles, as of any entry.

        Raises:
            KeyRowAltered: one was not given by anybody who may give it.
        """
        keys = ContentKeyStore(self.keys_path, self.lid, self.entropy)
        self.judging(authority, partial(keys.unlock, reader))
        return keys

    def judging(self, authority: Authority, judge: Callable[[Authority], T]) -> T:
        """Judge class keys, anew while keys or roles change: a newer key may have given them."""
        while True:
            try:
                return judge(authority)
            except KeyRowAltered:
                newest = self.authority_since(authority)
                if newest is authority:
                    raise
                authority = newest

    def naming(self) -> WriterLock:
        """Give the lock that is held while somebody is appointed, or a key file replaced."""
        return WriterLock(self.path / "keys" / "people.lock", wait_seconds=BUSY_SECONDS)

    @contextmanager
    def new_locator(self, locator: PersonLocator) -> Iterator[None]:
        """Note where a new person's key file is, while they are appointed.

        Noted first, since whoever is appointed must be found; taken back where they
        are not.  One whom the ledger does not know is left from an appointment that
        was cut short, and gives way.

        Raises:
            UsageError: kind "handle-taken".
        """
        path = self.path / "keys" / "people.json"
        with self.naming():
            before, known = read_private(path), self.authority().people
            others = read_locators(before)
            if any(one.handle == locator.handle and b64url(one.person) in known for one in others):
                raise _taken(locator.handle)
            others = [one for one in others if one.handle != locator.handle]
            write_private(path, write_locators([*others, locator]), replace=True)
            try:
                yield
            except BaseException:
                write_private(path, before, replace=True)
                raise

    def open_person(self, who: str, passphrase: str) -> PersonKeys:
        """Open a person's keys with their passphrase."""
        locator = self.locate(who)
        document = read_private(self.people_folder / f"{locator.handle}.json")
        return open_key_file(document, passphrase)


def _taken(handle: str) -> UsageError:
    return UsageError(
        f"The handle “{handle}” is taken.",
        "Each person's key file has a handle of its own.",
        remedy="Choose another, e.g. with a figure behind it.",
        kind="handle-taken",
    )
