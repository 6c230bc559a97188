"""Appending: beside the bare library, and beside the least that sealing must cost."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate

from benchmarks.home import BenchmarkHome
from benchmarks.measuring import Comparison, alternate
from ledger.aggregates.event import disclosed_fields
from ledger.formats.ledger_file import SCHEMA
from ledger.formats.statement import read_statement
from ledger.seal.content_keys import encryption_context, open_content, seal_content
from ledger.seal.ed25519 import SigningKey

DIGESTS = 32
BATCH = 1000


class BareReview(Aggregate):
    """A record of the bare library, holding the same fields."""

    class Held(Aggregate.Event):
        """The same fields as a review of ours, as JSON values."""

        fields: dict[str, object]


@dataclass(frozen=True, slots=True)
class BareLibrary:
    """One record of the bare library, appended to save by save."""

    application: Application[UUID]
    record: BareReview
    fields: dict[str, object]

    @classmethod
    def create(cls, folder: Path, home: BenchmarkHome) -> BareLibrary:
        """Take the fields from an entry of ours."""
        file = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": f"{folder}/bare.db"}
        bare = cls(Application(env=file), BareReview(), disclosed_fields(home.reviews(1)[0]))
        bare.application.save(bare.record)
        return bare

    def append(self, saves: int) -> None:
        """Save so many events, one by one."""
        for _ in range(saves):
            self.record.trigger_event(BareReview.Held, fields=self.fields)
            self.application.save(self.record)


def one_per_save(folder: Path, saves: int, rounds: int) -> Comparison:
    """One entry per save, synchronous=FULL: ours ÷ the bare library's."""
    home = BenchmarkHome.create(folder)
    events = iter(home.reviews(saves * (rounds + 1)))
    bare = BareLibrary.create(folder, home)

    def ours() -> None:
        for _ in range(saves):
            home.save([next(events)])

    taken = alternate(ours, lambda: bare.append(saves), rounds)
    bare.application.close()
    home.built.close()
    return Comparison(
        name="signed append, one per save ÷ the bare library's append of the same fields",
        rounds=taken,
        per_round=saves,
        target=0.75,
    )


def least_one_per_save(folder: Path, saves: int, rounds: int) -> Comparison:
    """The floor, one entry per save ÷ the bare library's: what no sealing could exceed."""
    home = BenchmarkHome.create(folder)
    floor, bare = Floor.create(folder, home), BareLibrary.create(folder, home)

    def least() -> None:
        for _ in range(saves):
            floor.append(1)

    taken = alternate(least, lambda: bare.append(saves), rounds)
    bare.application.close()
    floor.connection.close()
    home.built.close()
    return Comparison(
        name="for comparison: raw insert + Ed25519 + AEAD + the same digests, one per save ÷ "
        "the bare library's append",
        rounds=taken,
        per_round=saves,
        target=None,
    )


def many_per_save(folder: Path, rounds: int) -> Comparison:
    """A thousand entries per save ÷ raw insert, Ed25519, AEAD and the same digests."""
    home = BenchmarkHome.create(folder)
    batches = iter([home.reviews(BATCH) for _ in range(rounds + 1)])
    floor = Floor.create(folder, home)

    def ours() -> None:
        home.save(next(batches))

    taken = alternate(ours, lambda: floor.append(BATCH), rounds)
    floor.connection.close()
    home.built.close()
    return Comparison(
        name="signed append, 1,000 per save ÷ raw insert + Ed25519 + AEAD + the same digests",
        rounds=taken,
        per_round=BATCH,
        target=0.7,
    )


@dataclass(slots=True)
class Floor:
    """What no sealed append of these fields can do without, in one thread.

    Salts and decoys drawn, the fields written as JSON and base64url, hashed and
    sorted (RFC 9901); one Ed25519 signature over as many bytes; one encryption of
    as many bytes; two rows.  No chain, no tree, no authority, no checks.
    """

    connection: sqlite3.Connection
    key: SigningKey
    data_key: bytes
    fields: dict[str, object]
    contents: bytes
    signing_input: bytes
    stored: int = 0

    @classmethod
    def create(cls, folder: Path, home: BenchmarkHome) -> Floor:
        """Take fields and lengths from an entry of ours."""
        sample = home.reviews(1)
        home.save(sample)
        with home.built.reading_file() as reader:
            entry = reader.entry(reader.size - 1)
        data_key = home.built.keys.data_key(entry.stream)
        context = encryption_context(home.built.lid, entry.stream, entry.seq)
        connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        for statement in SCHEMA[:2]:
            connection.execute(statement)
        return cls(
            connection,
            home.built.signing["senco"],
            data_key,
            disclosed_fields(sample[0]),
            open_content(data_key, context, entry.ciphertext or b""),
            read_statement(entry.statement).signing_input,
        )

    def append(self, count: int) -> None:
        """Hash, sign, encrypt and insert so many, in one transaction."""
        stream, lid = uuid4().bytes, bytes(16)
        entries, contents = [], []
        for number in range(1, count + 1):
            same_digests(self.fields)
            signature = self.key.sign(self.signing_input)
            context = encryption_context(lid, stream, number)
            rowid = self.stored + number
            entries.append((rowid, stream, number, self.signing_input + b"." + signature))
            contents.append((rowid, seal_content(self.data_key, context, self.contents)))
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.executemany("INSERT INTO entries VALUES (?,?,?,?)", entries)
        self.connection.executemany("INSERT INTO contents VALUES (?,?)", contents)
        self.connection.execute("COMMIT")
        self.stored += count


ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def same_digests(fields: dict[str, object]) -> list[bytes]:
    """Make the digests of these fields and their decoys, the straight way."""
    digests = []
    for name, value in fields.items():
        array = ENCODE([urlsafe_b64encode(os.urandom(16)).decode("ascii"), name, value])
        text = urlsafe_b64encode(array.encode("utf-8"))
        digests.append(urlsafe_b64encode(hashlib.sha256(text).digest()))
    decoys = os.urandom(32 * (DIGESTS - len(digests)))
    digests += [urlsafe_b64encode(decoys[at : at + 32]) for at in range(0, len(decoys), 32)]
    return sorted(digests)
