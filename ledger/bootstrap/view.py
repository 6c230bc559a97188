"""A view: one person reading a home, without the writing path and without the library it needs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date

from ledger.bootstrap.access import LIBRARY, Reading, is_read_only, note_access
from ledger.bootstrap.home import Home
from ledger.bootstrap.person import demand_live_key, role_in_force
from ledger.errors import NotFound, StorageFailed, UsageError
from ledger.formats.encoding import b64url, unb64url
from ledger.formats.ledger_reader import LedgerReader
from ledger.projections.catch_up import catch_up
from ledger.projections.people import Person, people_of
from ledger.projections.read_models import ReadModelFile, open_read_models
from ledger.projections.register import RegisterRow, read_pupils
from ledger.projections.streams import MODEL
from ledger.recorder.content_key_store import ContentKeyStore
from ledger.seal.authority import Authority, read_authority
from ledger.seal.key_file import PersonKeys
from ledger.values.person_name import search_key


@dataclass(slots=True, kw_only=True)
class View:
    """What one person can see of a home.

    Attributes:
        home: where.
        opened: the reader's own keys.
        role: the role in which they read.
        reader: the open ledger file.
        keys: what they can open.
        authority: keys and roles, as of the newest entry.
        reading: what the access log is told of how they read.
    """

    home: Home
    opened: PersonKeys
    role: str
    reader: LedgerReader
    keys: ContentKeyStore
    authority: Authority
    reading: Reading
    _models: ReadModelFile
    _noted: set[bytes | None] = field(default_factory=set)

    @property
    def models(self) -> ReadModelFile:
        """The read models, caught up; before any pupil was found, they are those of all."""
        if not self._noted:
            self.note_access()
        return self._models

    def catch_up(self) -> int:
        """Take in what was recorded meanwhile; give how many entries the read models cover."""
        catch_up(self._models, self.reader, lambda _: None)
        position = self._models.position()
        return position.folded.size if position else 0

    @property
    def unrecorded(self) -> bool:
        """Whether something was read that is recorded nowhere: the home is on read-only media."""
        return bool(self._noted) and is_read_only(self.home.path)

    def note_access(self, about: bytes | None = None) -> None:
        """Record, once, that this person reads of a pupil, or of a whole list.

        Args:
            about: the pupil's stream, 16 bytes; None for a list.

        Raises:
            StorageFailed: kind `access-log-failed`; nothing may be shown.
        """
        if about not in self._noted:
            note_access(
                self.home,
                self.keys,
                self.reading.record(self.home, self.opened.person, self.role, about),
                self.authority,
            )
            self._noted.add(about)

    def note_stream(self, stream: bytes) -> None:
        """Record that this person reads an entry of a record: of its pupil, if it has one."""
        known = self._models.get(MODEL, stream)
        self.note_access(known[1] if known else None)

    def people(self) -> dict[str, Person]:
        """Give person id → person."""
        return people_of(self.reader, self.keys.data_key, self.authority)

    def find_pupil(self, text: str) -> RegisterRow:
        """Find one pupil by UPN, by id, or by a name that only one bears.

        Names are compared without regard to case and accents; where several
        fit, nothing is guessed.  That the pupil is read of is recorded.

        Raises:
            NotFound: nobody fits.
            UsageError: several fit.
        """
        wanted = search_key(text)
        rows = list(read_pupils(self._models, as_of=_today(self.home, self.reader)))
        for row in rows:
            if text in (row.pupil, row.upn) and text:
                return self._found(row)
        fitting = [row for row in rows if wanted and wanted in search_key(row.name)]
        exact = [row for row in fitting if search_key(row.name) == wanted]
        chosen = exact or fitting
        if len(chosen) == 1:
            return self._found(chosen[0])
        if not chosen:
            raise NotFound(
                "No such pupil is known here.",
                "Neither a UPN nor a name fits.",
                "See send-ledger register --everyone; a part of the name is enough.",
                kind="no-such-pupil",
            )
        self.note_access()
        raise UsageError(
            f"{len(chosen)} pupils fit; nothing was done.",
            "Pupils are never taken for one another by name.",
            "Type more of the name, the UPN or the id: send-ledger pupil list shows them, with "
            "birth date and class.",
            kind="ambiguous-pupil",
        )

    def _found(self, row: RegisterRow) -> RegisterRow:
        self.note_access(unb64url(row.pupil))
        return row


def _today(home: Home, reader: LedgerReader) -> date:
    """Give the day; a clock set back hides neither pupil nor role, and is refused on writing."""
    return max(home.clock().date(), reader.clock.date())


@contextmanager
def open_view(
    home: Home,
    who: str,
    passphrase: str,
    role: str | None = None,
    progress: Callable[[int], None] = lambda _: None,
    *,
    reading: Reading = LIBRARY,
) -> Iterator[View]:
    """Open a home for reading, its read models caught up.

    Args:
        home: where.
        who: handle, name or id.
        passphrase: theirs.
        role: the role to read in, or None.
        progress: told how many entries were folded.
        reading: how they read, for the access log.
    """
    opened = home.open_person(who, passphrase)
    with home.reading() as reader:
        authority = read_authority(reader)
        demand_live_key(authority, opened.signing.kid)
        chosen = role_in_force(authority, b64url(opened.person), role, _today(home, reader))
        keys = home.open_classes(opened.reading, authority)
        with _caught_up(home, keys, reader, progress) as models:
            yield View(
                home=home,
                opened=opened,
                role=chosen,
                reader=reader,
                keys=keys,
                authority=authority,
                reading=reading,
                _models=models,
            )


@contextmanager
def _caught_up(
    home: Home, keys: ContentKeyStore, reader: LedgerReader, progress: Callable[[int], None]
) -> Iterator[ReadModelFile]:
    """Open the read models, caught up; in memory where the home's own file cannot be."""
    with ExitStack() as stack:
        try:
            models = stack.enter_context(open_read_models(home.read_models_path, keys.data_key))
            catch_up(models, reader, progress)
        except (StorageFailed, OSError):
            if os.access(home.path, os.W_OK):
                raise
            models = stack.enter_context(open_read_models(None, keys.data_key))
            catch_up(models, reader, progress)
        yield models
