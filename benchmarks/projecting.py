"""Projections: a rebuild beside the bare reading, and catching up."""

from __future__ import annotations

import json
import sqlite3
from base64 import urlsafe_b64decode

import msgpack
from cryptography.cobblestone import Cobblestone256Decryptor

from benchmarks.home import BenchmarkHome
from benchmarks.measuring import Comparison, alternate
from ledger.projections.catch_up import catch_up
from ledger.projections.read_models import open_read_models
from ledger.seal.content_keys import encryption_context

ROWS = (
    "SELECT e.originator_id, e.originator_version, c.ciphertext FROM entries e"
    " JOIN contents c ON c.rowid = e.rowid ORDER BY e.rowid"
)


def rebuild(home: BenchmarkHome, rounds: int) -> Comparison:
    """All read models rebuilt ÷ every entry read, decrypted and decoded."""
    path = home.built.home / "read-models.db"

    def ours() -> None:
        path.unlink(missing_ok=True)
        project(home)

    taken = alternate(ours, lambda: read_all(home), rounds)
    return Comparison(
        name="rebuild of the read models ÷ raw read + decrypt + decode",
        rounds=taken,
        per_round=home.size,
        target=0.6,
    )


def project(home: BenchmarkHome) -> None:
    """Bring the read models up to the log."""
    path = home.built.home / "read-models.db"
    with (
        home.built.reading_file() as reader,
        open_read_models(path, home.built.keys.data_key) as models,
    ):
        catch_up(models, reader, lambda _: None)


def read_all(home: BenchmarkHome) -> None:
    """Read, decrypt and decode every entry, and keep nothing."""
    connection = sqlite3.connect(home.built.path)
    data_key, lid = home.built.keys.data_key, home.built.lid
    for stream, seq, ciphertext in connection.execute(ROWS):
        decryptor = Cobblestone256Decryptor(data_key(stream), encryption_context(lid, stream, seq))
        plaintext = decryptor.update(ciphertext) + decryptor.finalize()
        for text in msgpack.unpackb(plaintext.rstrip(b"\0")[:-1]):
            json.loads(urlsafe_b64decode(text + "=="))
    connection.close()


def incremental(large: BenchmarkHome, small: BenchmarkHome, new: int, rounds: int) -> Comparison:
    """Catching up with so many new entries, in a large ledger ÷ in a small one."""
    name = f"incremental projection, {new} new entries at {large.size:,} ÷ at {small.size:,}"
    homes = (large, small)
    for home in homes:
        project(home)

    def grow() -> None:
        for home in homes:
            home.grow(home.size + new)

    taken = alternate(lambda: project(large), lambda: project(small), rounds, before=grow)
    return Comparison(name=name, rounds=taken, per_round=1, target=1.5, at_most=True)
