"""Opening the contents of what is verified, as one person, with the reading taken down."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from ledger.bootstrap.access import note_verifying
from ledger.bootstrap.marks import behind_mark
from ledger.bootstrap.own_school import read_own_school
from ledger.bootstrap.verifying import Receiver
from ledger.bundles.container import identity_of
from ledger.errors import KeyUnavailable, LedgerBusy, LedgerError, NotFound, StorageFailed
from ledger.formats.checkpoint import origin_of
from ledger.recorder.content_key_store import ContentKeyStore
from ledger.seal.authority import read_authority
from ledger.seal.content_keys import KeyRowAltered

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.aggregates.school import School
    from ledger.bootstrap.access import Reading
    from ledger.bootstrap.home import Home
    from ledger.bootstrap.verifying import Wanted

_NOT_NOTED = (
    "The contents were read; the access log did not take that down, for the home is on read-only "
    "media, or its ledger is altered."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyingReader:
    """Somebody who opens contents to have them verified.

    Attributes:
        who: handle, name or id.
        passphrase: theirs.
        role: the role that they named, or None.
        reading: how they read, for the access log.
        noting: gives the home whose access log takes the reading down, or None, and
            what to say where it is not the home that is opened.
    """

    who: str
    passphrase: str
    role: str | None
    reading: Reading
    noting: Callable[[Home], tuple[Home | None, str]]


def open_contents(
    wanted: Wanted, home: Home, person: VerifyingReader
) -> tuple[Wanted, tuple[str, str] | None]:
    """Open the contents of a home as a person: it is verified, or receives the bundle that is.

    Returns:
        What is wanted; and the note on the reading, code and words, where the access
        log of the home that is opened did not take it down.

    Raises:
        KeyUnavailable: nobody is called that, or a wrong passphrase.
        LedgerBusy: which says nothing about the bytes.
    """
    opened = home.open_person(person.who, person.passphrase)
    try:
        keys = home.open_classes(opened.reading, home.authority())
    except LedgerBusy:
        raise
    except LedgerError as error:
        return replace(wanted, data_key=partial(_refused, error)), None
    noting, told = person.noting(home)
    if noting is not None:
        try:
            noted = note_verifying(noting, keys, opened.person, person.role, person.reading)
        except (StorageFailed, KeyUnavailable) as error:
            return replace(wanted, data_key=partial(_refused, error)), _left_closed(error)
        told = told if noted else _NOT_NOTED
    try:
        identity = identity_of(keys.data_key(home.streams.transport.bytes))
    except KeyUnavailable:
        identity = None
    receiver = Receiver(
        origin=origin_of(home.lid),
        identity=identity,
        school=partial(_school_of, home, keys),
        behind=partial(behind_mark, home),
    )
    wanted = replace(wanted, data_key=keys.data_key, receiver=receiver)
    return wanted, ("reading-elsewhere", told) if told else None


def _school_of(home: Home, keys: ContentKeyStore) -> School | None:
    stream = home.file.streams["school"]
    try:
        with home.reading() as reader:
            return read_own_school(reader, read_authority(reader), keys.data_key, stream)
    except (KeyUnavailable, NotFound):
        return None


def _left_closed(error: LedgerError) -> tuple[str, str]:
    words = f"The contents were left closed, for reading them is recorded first. {error.what}"
    return "contents-left-closed", words


def _refused(error: LedgerError, _stream: bytes) -> bytes:
    """Say of every record why its key is not had: altered class keys, or an altered authority."""
    if isinstance(error, KeyRowAltered):
        raise error
    raise KeyUnavailable(
        "No contents were opened.", error.what, error.remedy, kind="contents-unopened"
    )
