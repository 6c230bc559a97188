"""Verifying: beside bare signature checks, incrementally, and how much memory it takes."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeAlias

from cryptography.cobblestone import Cobblestone256Decryptor
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from benchmarks.home import BenchmarkHome
from benchmarks.measuring import Comparison, alternate
from ledger.formats.row import unpack_contents
from ledger.formats.statement import read_statement
from ledger.seal.content_keys import encryption_context, open_content
from ledger.verify.findings import Report
from ledger.verify.home import verify_ledger
from ledger.verify.saved_state import SavedState

CORES = os.cpu_count() or 1
# The peak that getrusage tells of a program includes what its parent held when it began.
MEMORY_PROGRAM = """\
import re, resource, sys
from datetime import UTC, datetime
from pathlib import Path
from ledger.verify.home import verify_ledger
verify_ledger(Path(sys.argv[1]), mark=None, now=datetime.now(UTC), envelope_only=True)
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def verify(home: BenchmarkHome, *, contents: bool, since: SavedState | None = None) -> Report:
    """Verify a home, and demand that it is intact."""
    report = verify_ledger(
        home.built.home,
        mark=home.mark.read(),
        now=datetime.now(UTC),
        data_key=home.built.keys.data_key if contents else None,
        envelope_only=not contents,
        since=since,
    )
    if report.result == "altered":
        raise AssertionError(report)
    return report


@dataclass(frozen=True, slots=True)
class Sealed:
    """One entry as a bare check needs it, everything taken apart beforehand."""

    key: Ed25519PublicKey
    signature: bytes
    signed: bytes
    leaf: bytes
    data_key: bytes
    context: bytes
    ciphertext: bytes
    texts: tuple[bytes, ...]


Check: TypeAlias = Callable[[list[Sealed]], None]


def sealed_entries(home: BenchmarkHome) -> list[Sealed]:
    """Take every entry with contents apart."""
    publics = {
        key.kid: Ed25519PublicKey.from_public_bytes(key.public)
        for key in home.built.signing.values()
    }
    found = []
    with home.built.reading_file() as reader:
        for entry in reader.entries():
            statement = read_statement(entry.statement)
            context = encryption_context(statement.lid, statement.stream, statement.seq)
            key, ciphertext = home.built.keys.data_key(statement.stream), entry.ciphertext or b""
            texts = unpack_contents(open_content(key, context, ciphertext))
            found.append(
                Sealed(
                    publics[statement.kid],
                    statement.signature,
                    statement.signing_input,
                    b"\0" + entry.statement,
                    key,
                    context,
                    ciphertext,
                    tuple(text.encode("ascii") for text in texts),
                )
            )
    return found


def check_envelopes(entries: list[Sealed]) -> None:
    """One signature and one leaf hash each: what no verifier can do without."""
    for one in entries:
        one.key.verify(one.signature, one.signed)
        hashlib.sha256(one.leaf).digest()


def check_contents(entries: list[Sealed]) -> None:
    """As `check_envelopes`, and the contents decrypted and their digests made."""
    check_envelopes(entries)
    for one in entries:
        decryptor = Cobblestone256Decryptor(one.data_key, one.context)
        decryptor.update(one.ciphertext)
        decryptor.finalize()
        for text in one.texts:
            hashlib.sha256(text).digest()


def whole_ledger(home: BenchmarkHome, rounds: int) -> list[Comparison]:
    """Envelopes, then contents too, each ÷ its floor on as many cores as are used."""
    entries = sealed_entries(home)
    lines = []
    for contents, check, target in ((False, check_envelopes, 0.75), (True, check_contents, 0.6)):
        with crew(check, entries) as floor:
            taken = alternate(
                lambda contents=contents: verify(home, contents=contents),  # type: ignore[misc]  # mypy infers no type for a default
                floor,
                rounds,
            )
        lines.append(
            Comparison(
                name=(
                    "verify with contents ÷ Ed25519 verify + leaf hash + decryption + digests"
                    if contents
                    else "envelope verify ÷ Ed25519 verify + leaf hash"
                )
                + f", on {CORES} cores",
                rounds=taken,
                per_round=len(entries),
                target=target,
            )
        )
    return lines


@contextmanager
def crew(check: Check, entries: list[Sealed]) -> Iterator[Callable[[], None]]:
    """Keep a process for each core with its share of the entries; give what sets all to work.

    Two cores at once rarely do twice the work of one, so both sides use all of them.
    """
    context = multiprocessing.get_context("fork")
    ends = [context.Pipe() for _ in range(CORES)]
    processes = [
        context.Process(target=_checking, args=(theirs, check, entries[first::CORES]), daemon=True)
        for first, (_ours, theirs) in enumerate(ends)
    ]
    for process in processes:
        process.start()

    def work() -> None:
        for ours, _theirs in ends:
            ours.send("check")
        for ours, _theirs in ends:
            ours.recv()

    yield work
    for (ours, _theirs), process in zip(ends, processes, strict=True):
        ours.send("")
        process.join()


def _checking(orders: Connection, check: Check, entries: list[Sealed]) -> None:
    while orders.recv():
        check(entries)
        orders.send("checked")


def incremental(large: BenchmarkHome, small: BenchmarkHome, new: int, rounds: int) -> Comparison:
    """Verifying after so many new entries, in a large ledger ÷ in a small one."""
    name = f"incremental verify, {new} new entries at {large.size:,} ÷ at {small.size:,}"
    taken = alternate(going_on(large, new), going_on(small, new), rounds)
    return Comparison(name=name, rounds=taken, per_round=1, target=1.5, at_most=True)


def going_on(home: BenchmarkHome, new: int) -> Callable[[], object]:
    """Verify a home, let it grow, and give what verifies the new entries."""
    saved = verify(home, contents=False).saved
    if saved is None:
        raise AssertionError("nothing was saved to go on from")
    home.grow(home.size + new)
    since = SavedState.from_bytes(saved)
    return lambda: verify(home, contents=False, since=since)


def peak_memory(home: BenchmarkHome) -> float:
    """Give the peak memory of verifying in a program of its own and its workers, in MB.

    Pages that they share are counted as often as they are shared.
    """
    done = subprocess.run(  # noqa: S603  our own program and path
        [sys.executable, "-c", MEMORY_PROGRAM, str(home.built.home)],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    own, largest_worker = map(int, done.stdout.split())
    return (own + CORES * largest_worker) / 1000
