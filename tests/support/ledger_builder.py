"""A small home, built in a test from the recorder's own parts.

Keys, ids and salts come from a label, the clock from the test; only what the
ciphers draw for themselves differs from run to run.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from ledger.aggregates.authority import (
    AuthorityStream,
    Jwk,
    KeyRegistered,
    KeyRevoked,
    LedgerContinued,
    RoleGranted,
    RoleWithdrawn,
)
from ledger.aggregates.event import Entry, Event
from ledger.aggregates.log import AnchorLogged, StreamHead, StreamHeadLogged, SystemStream
from ledger.formats.checkpoint import Checkpoint, origin_of
from ledger.formats.encoding import b64url, unb64url
from ledger.formats.high_water_mark import HighWaterMark
from ledger.formats.ledger_file import FILE_NAME, open_for_reading
from ledger.formats.ledger_reader import LedgerReader
from ledger.formats.signed_note import COSIGNATURE_ED25519, VerifierKey
from ledger.formats.statement import statement_hash
from ledger.recorder.content_key_store import FILE_NAME as KEYS_FILE_NAME
from ledger.recorder.content_key_store import ContentKeyStore
from ledger.recorder.datastore import LedgerDatastore
from ledger.recorder.event_store import SealingEventStore
from ledger.recorder.ledger_recorder import LedgerRecorder
from ledger.recorder.log_state import LedgerStreams, LogState
from ledger.recorder.mapper import SealedMapper
from ledger.recorder.seal_store import SealStore, insert_checkpoint
from ledger.seal.actor import Actor
from ledger.seal.checkpoints import cosign, sign_checkpoint
from ledger.seal.content_keys import ReadingKey
from ledger.seal.ed25519 import SigningKey, prove_possession
from ledger.values.dates import OccurredOn
from tests.support.pupil_records import PupilRecords

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

START: Final = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
CLASSES: Final = ("school", "general", "protected_address", "my_story")
ROOT_APPOINTS: Final = ("log", "system", "cosigner", "access", "head")
HEAD_APPOINTS: Final = ("senco", "teacher", "administrator")
FOUNDING: Final = 1 + 2 * len(ROOT_APPOINTS + HEAD_APPOINTS)
"""So many entries make up a new ledger; the next index is the first pupil's."""
FIRST_SEALED: Final = FOUNDING + 18
"""Size of the first checkpoint of `build_ledger` with three pupils."""
BUILT_SIZE: Final = FOUNDING + 24
"""Entries of `build_ledger` with three pupils."""


def drawn(label: str, size: int = 32) -> bytes:
    """Give that many bytes that the label alone decides."""
    return hashlib.shake_256(f"send-ledger test home: {label}".encode()).digest(size)


class Drawing:
    """A stream of bytes in place of `os.urandom`, decided by its label."""

    def __init__(self, label: str) -> None:
        """Start at the beginning of the stream of that label."""
        self._label = label
        self._number = 0

    def __call__(self, size: int) -> bytes:
        """Draw the next bytes."""
        self._number += 1
        return drawn(f"{self._label} {self._number}", size)


@dataclass(slots=True)
class BuiltLedger(PupilRecords):
    """A home, and all the keys that a real one would keep apart.

    Attributes:
        home: its folder, with `ledger.db` and `keys.db`.
        lid: the ledger's id.
        streams: ids of the authority and the anchors stream.
        signing: name → signing key; a name is that of the role, or a second
            person's such as `senco-2`.
        persons: name → the person's random id, 16 bytes.
        reading: the reading key that opens every class.
        keys: the store of wrapped keys, unlocked by `reading`.
        store: seals and stores; tests reach its recorder through it.
        seals: the side tables.
        marks: the high-water mark after each save, as a computer keeps it outside.
        now: the ledger's clock; moves by a minute with each save.
    """

    home: Path
    lid: bytes
    streams: LedgerStreams
    heads_stream: bytes
    entropy: Drawing
    signing: dict[str, SigningKey]
    persons: dict[str, bytes]
    reading: ReadingKey
    keys: ContentKeyStore
    datastore: LedgerDatastore
    store: SealingEventStore
    seals: SealStore
    authority: AuthorityStream
    marks: list[HighWaterMark]
    now: datetime = START
    sealed: int = 0
    _records: dict[bytes, SystemStream] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """The database file."""
        return self.home / FILE_NAME

    @property
    def mark(self) -> HighWaterMark:
        """The high-water mark."""
        return self.marks[-1]

    @property
    def origin(self) -> str:
        """Name of the log."""
        return origin_of(self.lid)

    @property
    def log_vkey(self) -> VerifierKey:
        """The log's verifier key."""
        return VerifierKey(name=self.origin, type=1, public=self.signing["log"].public)

    def actor(self, name: str, role: str | None = None) -> Actor:
        """Give who signs, under the role of that name or another."""
        key = self.signing[name]
        return Actor(b64url(self.persons[name]), role or name.partition("-")[0], key.kid, key.sign)

    def entry(self, days_ago: int = 0, **circumstances: Any) -> Entry:
        """Give the circumstances of an entry made now."""
        day = self.now.date() - timedelta(days=days_ago)
        return Entry(recorded_at=self.now, occurred_on=OccurredOn.on(day), **circumstances)

    def stream(self) -> UUID:
        """Draw a stream's id."""
        return UUID(bytes=self.entropy(16))

    def open_stream(self, stream: UUID, name: str) -> UUID:
        """Give a stream its data key in a class."""
        self.keys.add_stream(stream.bytes, name)
        return stream

    def save(self, name: str, *aggregates: Any, role: str | None = None) -> None:
        """Save what aggregates decided, signed by that person; the clock moves on."""
        events = [event for one in aggregates for event in one.collect_events()]
        self.put(name, events, role=role)

    def put(self, name: str, events: Sequence[Event], *, role: str | None = None) -> None:
        """Seal and store events, signed by that person; the clock moves on."""
        self.store.put(events, actor=self.actor(name, role))
        self.now += timedelta(minutes=1)

    def new_person(self, name: str) -> bytes:
        """Make a key and an id for a person; registers nothing."""
        self.signing[name] = _key_of(self.lid, name)
        return self.persons.setdefault(name, drawn(f"{b64url(self.lid)} person {name}", 16))

    def register(self, name: str, by: str) -> None:
        """Register that person's key; the caller saves."""
        person, key = self.new_person(name), self.signing[name]
        self.authority.record(
            KeyRegistered,
            self.entry(),
            person=person,
            jwk=Jwk("OKP", "Ed25519", key.public),
            custody="passphrase",
            possession=prove_possession(key, self.lid, person),
            person_name=f"{name.title()} Example",
            reading_key=self.reading.public,
        )
        self.save(by, self.authority)

    def grant(self, name: str, role: str, by: str) -> None:
        """Grant a role to that person."""
        self.authority.record(
            RoleGranted,
            self.entry(),
            person=self.persons[name],
            granted=role,
            from_=date(2026, 1, 1),
            until=None,
            person_name=f"{name.title()} Example",
            explanation=None,
        )
        self.save(by, self.authority)

    def succeed(self, origin: str, by: str = "root", size: int = 41) -> None:
        """Name a log that this one continues; of its last entries, one is lost."""
        self.authority.record(
            LedgerContinued,
            self.entry(),
            origin=origin,
            size=size,
            root=drawn("its root"),
            kept_size=40,
            kept_root=drawn("what is left of it"),
            lost_first=40,
            lost_last=40,
            seen_in="a receipt held elsewhere",
            old_genesis=drawn("its genesis"),
            old_root_signature=None,
            grounds="A disk failed.",
        )
        self.save(by, self.authority)

    def revoke(self, name: str, from_index: int, by: str) -> None:
        """Revoke that person's key from an index on."""
        self.authority.record(
            KeyRevoked,
            self.entry(),
            kid=unb64url(self.signing[name].kid),
            from_index=from_index,
            reason="compromised",
            explanation="The laptop was stolen.",
        )
        self.save(by, self.authority)

    def withdraw(self, name: str, role: str, from_index: int, by: str) -> None:
        """Withdraw that person's role from an index on."""
        self.authority.record(
            RoleWithdrawn,
            self.entry(),
            person=self.persons[name],
            withdrawn=role,
            from_index=from_index,
            explanation="Left the school.",
        )
        self.save(by, self.authority)

    def seal(self) -> bytes:
        """Log a head for each changed stream, then sign and keep a checkpoint."""
        with self.reading_file() as reader:
            own = {self.heads_stream, self.streams.anchors}
            changed = [
                StreamHead(stream, seq, statement_hash(reader.entry(index).statement))
                for stream, seq, index in reader.stream_heads()
                if index >= self.sealed and stream not in own
            ]
        record = self._system_stream(self.heads_stream)
        for head in changed:
            record.record(StreamHeadLogged, self.entry(), head=head)
        self.save("system", record)
        note = self.sign_head()
        self.keep_checkpoint(note)
        return note

    def keep_checkpoint(self, note: bytes) -> None:
        """Keep a checkpoint at the size sealed last."""
        with self.store.recorder.datastore.transaction(commit=True) as cursor:
            insert_checkpoint(cursor, self.sealed, note)

    def sign_head(self) -> bytes:
        """Sign the tree head that is stored now, without keeping the checkpoint."""
        with self.reading_file() as reader:
            self.sealed, root = reader.size, reader.root
        key = self.signing["log"]
        head = Checkpoint(origin=self.origin, size=self.sealed, root=root)
        return sign_checkpoint(head, key.sign, key.public)

    def add_cosignature(self, name: str = "council", note: bytes | None = None) -> VerifierKey:
        """Keep a stranger's cosignature of the newest checkpoint; gives their key."""
        key = SigningKey(drawn(f"cosigner {name}"))
        vkey = VerifierKey(
            name=f"{name}.example/witness", type=COSIGNATURE_ED25519, public=key.public
        )
        with self.reading_file() as reader:
            size, newest = reader.checkpoints()[-1]
        seconds = int(self.now.timestamp())
        line = cosign(note or newest, vkey.name, key.sign, key.public, seconds)
        self.seals.add_cosignature(size, line.rstrip("\n"))
        return vkey

    def anchor(self, size: int | None = None, tokens: Sequence[bytes] | None = None) -> None:
        """Log an anchor over a checkpoint, with the tokens and cosignatures kept for it."""
        with self.reading_file() as reader:
            checkpoints = dict(reader.checkpoints())
            size = max(checkpoints) if size is None else size
            held = [*reader.tokens(size), *(one.encode() for one in reader.cosignatures(size))]
        root = Checkpoint.parse(checkpoints[size].decode().split("\n\n")[0] + "\n").root
        hashes = sorted(hashlib.sha256(one).digest() for one in held)
        record = self._system_stream(self.streams.anchors)
        record.record(
            AnchorLogged,
            self.entry(),
            size=size,
            root=root,
            tokens=tuple(hashes if tokens is None else tokens),
        )
        self.save("system", record)

    @contextmanager
    def reading_file(self) -> Iterator[LedgerReader]:
        """Open the database for reading."""
        with open_for_reading(self.path) as connection:
            yield LedgerReader(connection)

    def close(self) -> None:
        """Close the database, so that its file is whole."""
        self.datastore.close()

    def _system_stream(self, stream: bytes) -> SystemStream:
        return self._records.setdefault(stream, SystemStream(UUID(bytes=stream)))


def _key_of(lid: bytes, name: str) -> SigningKey:
    return SigningKey(drawn(f"{b64url(lid)} key {name}"))


def new_ledger(home: Path, label: str = "first", continues: Sequence[str] = ()) -> BuiltLedger:
    """Make a home with its genesis, machines, a head and the head's staff; not sealed.

    Args:
        home: its folder.
        label: decides keys and ids.
        continues: labels of ledgers that it names as those that went before.
    """
    home.mkdir(parents=True, exist_ok=True)
    lid = drawn(f"{label} lid", 16)
    streams = LedgerStreams(lid, drawn(f"{label} authority", 16), drawn(f"{label} anchors", 16))
    entropy, reading = Drawing(label), ReadingKey(drawn(f"{label} reading"))
    (home / FILE_NAME).touch(mode=0o600)
    datastore = LedgerDatastore(home / FILE_NAME)
    recorder = LedgerRecorder(datastore)
    recorder.create_table()
    readers = {name: [reading.public] for name in CLASSES}
    head = _key_of(lid, "head")
    keys = ContentKeyStore.create(home / KEYS_FILE_NAME, lid, entropy, readers, head)
    marks: list[HighWaterMark] = []

    def note_mark(size: int, root: bytes) -> None:
        marks.append(HighWaterMark(lid, size, root))

    mapper = SealedMapper(keys, lambda kid: bytes(len(kid)))
    state = LogState(streams)
    built = BuiltLedger(
        home=home,
        lid=lid,
        streams=streams,
        heads_stream=drawn(f"{label} heads", 16),
        entropy=entropy,
        signing={},
        persons={},
        reading=reading,
        keys=keys,
        datastore=datastore,
        store=SealingEventStore(
            mapper,
            recorder,
            state=state,
            keys=keys,
            entropy=entropy,
            after_commit=note_mark,
        ),
        seals=SealStore(datastore),
        authority=AuthorityStream(UUID(bytes=streams.authority)),
        marks=marks,
    )
    built.open_stream(built.authority.id, "school")
    built.register("root", by="root")
    for old in continues:
        built.succeed(origin_of(drawn(f"{old} lid", 16)))
    for name in ROOT_APPOINTS:
        built.register(name, by="root")
        built.grant(name, name, by="root")
    for name in HEAD_APPOINTS:
        built.register(name, by="head")
        built.grant(name, name, by="head")
    return built


def build_ledger(home: Path, label: str = "first", pupils: int = 3) -> BuiltLedger:
    """Make a home with some pupils and consents, two checkpoints and an anchor.

    The last entries are not under a checkpoint, as in any working home.
    """
    built = new_ledger(home, label)
    known = [built.pupil(number) for number in range(pupils)]
    for pupil in known:
        built.year_group(pupil, "5")
    first = built.consent(known[0])
    built.seal()
    built.add_cosignature()
    built.anchor()
    built.withdraw_consent(first)
    built.consent(known[-1])
    built.seal()
    built.year_group(known[0], "6")
    return built
