"""Whatever is done to a home's rows, product and mini-verifier agree whether it was altered.

The mini-verifier reads entries, tree head and checkpoints, so nothing else is touched,
and neither is shown a key to the contents or a head held elsewhere.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.errors import LedgerError, MalformedInput
from ledger.formats.ledger_file import FILE_NAME
from ledger.formats.statement import Statement, StreamPlace, read_statement
from ledger.values.dates import parse_instant
from ledger.verify.home import verify_ledger
from tests.mini_verifier.home import check_home
from tests.support.ledger_builder import BuiltLedger, build_ledger
from tests.support.tampering import Forger, editing, rebuild_tree, resign_checkpoints

if TYPE_CHECKING:
    from pathlib import Path

SIGNERS = ("root", "head", "senco", "teacher", "system", "log", "stranger")
ROLES = ("root", "head", "senco", "teacher", "system", "log")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> BuiltLedger:
    made = build_ledger(tmp_path_factory.mktemp("ledger") / "home", pupils=1)
    made.new_person("stranger")
    with editing(made.path):
        pass
    made.close()
    return made


def members_anew(old: Statement, what: str) -> dict[str, Any]:
    """Give the members that somebody changes who signs a statement anew."""
    at = parse_instant(old.recorded_at)
    changes: dict[str, dict[str, Any]] = {
        "nothing": {},
        "earlier": {"recorded_at": at - timedelta(days=1)},
        "a minute later": {"recorded_at": at + timedelta(minutes=1)},
        "later": {"recorded_at": at + timedelta(days=1)},
        "other place": {"seq": old.seq + 1, "prev": old.prev or bytes(32)},
        "other prev": {"prev": old.prev and bytes(32)},
        "other stream": {"stream": bytes(16)},
        "other ledger": {"lid": bytes(16)},
        "no anchor": {"anchor": None},
        "no auth": {"auth": None},
        "other auth": {"auth": StreamPlace(1, bytes(32))},
    }
    return changes.get(what, {"role": what})


MEMBERS = (
    *("nothing", "earlier", "a minute later", "later", "other place", "other prev"),
    *("other stream", "other ledger", "no anchor", "no auth", "other auth", *ROLES),
)


@dataclass(frozen=True, slots=True)
class Vandal:
    """Changes rows; what a row cannot hold, or cannot be read any more, is left alone."""

    forger: Forger

    def do(self, text: str, *values: object) -> None:
        """Run a statement of SQL over entries and their contents, or over one table."""
        for table in ("entries", "contents") if "{}" in text else ("",):
            with suppress(sqlite3.IntegrityError):  # two rows cannot bear one name
                self.forger.connection.execute(text.format(table), values)

    def flip(self, index: int, place: int, bit: int) -> None:
        """Flip a bit of a statement."""
        query = "SELECT statement FROM entries WHERE rowid = ?"
        for (jwt,) in self.forger.connection.execute(query, (index + 1,)).fetchall():
            changed = _flipped(jwt, place, bit)
            self.do("UPDATE entries SET statement = ? WHERE rowid = ?", changed, index + 1)

    def remove(self, index: int) -> None:
        """Remove a row."""
        self.do("DELETE FROM {} WHERE rowid = ?", index + 1)

    def take_out(self, index: int) -> None:
        """Remove a row, and number those behind it anew."""
        self.remove(index)
        self.do("UPDATE {} SET rowid = -rowid WHERE rowid > ?", index + 1)
        self.do("UPDATE {} SET rowid = -rowid - 1 WHERE rowid < 0")

    def exchange(self, first: int, second: int) -> None:
        """Let two rows change places."""
        for old, new in ((first + 1, -1), (second + 1, first + 1), (-1, second + 1)):
            self.do("UPDATE {} SET rowid = ? WHERE rowid = ?", new, old)

    def misname(self, index: int, column: str) -> None:
        """Store a row under another stream or place than it was signed for."""
        value = {"originator_id": "zeroblob(16)", "originator_version": "originator_version + 1"}
        self.do(f"UPDATE entries SET {column} = {value[column]} WHERE rowid = ?", index + 1)  # noqa: S608  the names above

    def sign_anew(self, index: int, signer: str, what: str) -> None:
        """Sign an entry anew, perhaps by another, with a member changed."""
        query = "SELECT statement FROM entries WHERE rowid = ?"
        for (jwt,) in self.forger.connection.execute(query, (index + 1,)).fetchall():
            with suppress(MalformedInput):
                changes = members_anew(read_statement(jwt), what)
                self.forger.rewrite(index, self.forger.built.signing[signer], **changes)

    def append(self, signer: str, role: str) -> None:
        """Append a statement."""
        with suppress(LedgerError, IndexError, sqlite3.IntegrityError):
            key = self.forger.built.signing[signer]
            self.forger.append(key, {"event": "made.up.v1"}, role=role)

    def tree_head(self, what: str) -> None:
        """Store another tree head."""
        self.do(f"UPDATE tree SET {what}")  # noqa: S608  the words below

    def checkpoint(self, place: int, bit: int) -> None:
        """Flip a bit of the first checkpoint."""
        query = "SELECT size, note FROM checkpoints ORDER BY size LIMIT 1"
        size, note = self.forger.connection.execute(query).fetchone()
        self.do("UPDATE checkpoints SET note = ? WHERE size = ?", _flipped(note, place, bit), size)

    def checkpoint_size(self, by: int) -> None:
        """Store the checkpoints under other sizes."""
        self.do("UPDATE checkpoints SET size = size + ?", by)

    def tidy_tree(self) -> None:
        """Make tree head and tiles agree with the entries."""
        rebuild_tree(self.forger.connection)

    def tidy_all(self) -> None:
        """Sign the checkpoints anew as well, with the real key."""
        self.tidy_tree()
        resign_checkpoints(self.forger.connection, self.forger.built)


def _flipped(data: bytes, place: int, bit: int) -> bytes:
    changed = bytearray(data)
    changed[place % len(changed)] ^= 1 << bit
    return bytes(changed)


INDEX, PLACE, BIT = st.integers(0, 45), st.integers(0, 2000), st.integers(0, 7)
SIGNER = st.sampled_from(SIGNERS)
ACTS = st.one_of(
    st.tuples(st.just("flip"), INDEX, PLACE, BIT),
    st.tuples(st.just("remove"), INDEX),
    st.tuples(st.just("take_out"), INDEX),
    st.tuples(st.just("exchange"), INDEX, INDEX),
    st.tuples(st.just("misname"), INDEX, st.sampled_from(["originator_id", "originator_version"])),
    st.tuples(st.just("sign_anew"), INDEX, SIGNER, st.sampled_from(MEMBERS)),
    st.tuples(st.just("append"), SIGNER, st.sampled_from(ROLES)),
    st.tuples(st.just("tree_head"), st.sampled_from(["size = size - 1", "root = zeroblob(32)"])),
    st.tuples(st.just("checkpoint"), PLACE, BIT),
    st.tuples(st.just("checkpoint_size"), st.integers(-1, 1)),
)
TIDYING = st.sampled_from([(), ("tidy_tree",), ("tidy_all",)])


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=st.lists(ACTS, max_size=3), tidying=TIDYING)
def test_both_say_altered_or_neither(
    built: BuiltLedger, tmp_path: Path, acts: list[tuple[Any, ...]], tidying: tuple[str, ...]
) -> None:
    path = tmp_path / FILE_NAME
    shutil.copy(built.path, path)
    with editing(path) as connection:
        vandal = Vandal(Forger(built, connection))
        for name, *facts in [*acts, *([tidying] if tidying else [])]:
            getattr(vandal, name)(*facts)
    report = verify_ledger(path, mark=None, now=built.now + timedelta(days=9), workers=1)
    other = check_home(path)
    words = f"the product found {dict(report.codes)}, the mini-verifier {sorted(other.codes)}"
    assert (report.result == "altered") == (other.result == "altered"), words


def test_a_home_that_nobody_touched_is_not_altered_to_either(built: BuiltLedger) -> None:
    report = verify_ledger(built.path, mark=None, now=built.now, workers=1)
    assert (report.result, check_home(built.path).result) == ("unanchored", "unanchored")
