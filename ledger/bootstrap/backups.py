"""Backup and restore of a whole home: ledger first, then keys, verified after."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.bootstrap.home import Home
from ledger.bootstrap.marks import BACKUP_NOTE, behind_mark, living_home
from ledger.bootstrap.places import demand_outside
from ledger.errors import (
    AlterationFound,
    InputRefused,
    LedgerBusy,
    MalformedInput,
    NotFound,
    UsageError,
)
from ledger.formats.access_log import FILE_NAME as ACCESS_FILE_NAME
from ledger.formats.checkpoint import Checkpoint, origin_of
from ledger.formats.encoding import b64url, strict_json, unb64url
from ledger.formats.ledger_file import (
    FILE_NAME,
    StoredEntry,
    check_schema,
    open_for_reading,
)
from ledger.formats.ledger_reader import LedgerReader
from ledger.formats.statement import read_statement
from ledger.recorder.content_key_store import FILE_NAME as KEYS_FILE_NAME
from ledger.recorder.copies import copy_database
from ledger.seal.private_files import (
    PART,
    make_private_folder,
    write_private,
    write_private_folder,
)
from ledger.seal.proofs import LogProver
from ledger.seal.tree import Frontier, leaf_hash

_HOME_NAME = "home.json"
_FILES = ("tsa-roots.pem",)
COPY_TRIES = 5
"""How often a home is copied anew when somebody renews a key meanwhile."""


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What a copy holds: how many entries, and the root hash over them."""

    size: int
    root: bytes


def back_up(home: Home, target: Path) -> CopyReport:
    """Copy a home into a new folder, and verify the copy.

    Raises:
        UsageError: the folder exists.
        NotFound: what it is to lie in does not.
        StorageFailed: the disk refuses; what was written is removed again.
        AlterationFound: the home's entries do not give its own head.
    """
    demand_outside(home.path, target, "The backup")
    if target.exists():
        raise UsageError(
            "The backup's folder exists already; nothing was copied.",
            "A backup is never mixed with an older one.",
            remedy="Name a new folder, e.g. with today's date.",
            kind="folder-not-empty",
        )
    if not target.resolve().parent.is_dir():
        raise NotFound(
            f"There is no folder {target.parent}; nothing was copied.",
            "Made anew, it would lie on this computer's own disk where another disk is not there.",
            "Plug the other disk in, or make that folder first.",
            kind="no-such-file",
        )
    try:
        report = _copy_home(home.path, target)
        note = {
            "format": 1,
            "lid": b64url(home.lid),
            "size": report.size,
            "root": b64url(report.root),
            "made_at": home.clock().isoformat(timespec="seconds"),
        }
        write_private(target / BACKUP_NOTE, json.dumps(note, indent=2).encode("ascii") + b"\n")
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    return report


def restore(backup: Path, target: Path, state_folder: Path, seen: Iterable[Checkpoint]) -> Home:
    """Bring a backup back into a new folder, verified.

    A backup below a size that this computer, or anybody whose evidence is
    given, has seen becomes a home that can be read and never written.

    Args:
        backup: the folder that `back_up` wrote.
        target: where; must not exist.
        state_folder: where this computer keeps high-water marks.
        seen: heads of this ledger that others hold, e.g. from a receipt.

    Raises:
        InputRefused: it is no backup, or a head is another ledger's.
        UsageError: the folder exists.
        StorageFailed: the disk refuses.
        AlterationFound: the backup is damaged.
    """
    lid, noted = _read_note(backup)
    heads = list(seen)
    if any(head.origin != origin_of(lid) for head in heads):
        raise InputRefused(
            "A checkpoint is of another ledger than the backup; nothing was restored.",
            "It would tell nothing about this backup.",
            remedy=f"Look for one whose first line is {origin_of(lid)}.",
            kind="other-ledger",
        )
    if target.exists():
        raise UsageError(
            "The folder exists already; nothing was restored.",
            "A home is never restored over another.",
            remedy="Name a new folder; move the damaged home away first.",
            kind="folder-not-empty",
        )
    try:
        _demand_noted(_copy_home(backup, target), noted)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    home = Home.open(target, state_folder)
    for head in heads:
        home.mark.write(head.size, head.root)
    if not behind_mark(home) and living_home(home) is None:
        home.place.write(home.path)
    return home


def _read_note(backup: Path) -> tuple[bytes, CopyReport]:
    """Read what a backup says of itself: the ledger's id, and what the copy held."""
    try:
        note: Any = strict_json((backup / BACKUP_NOTE).read_bytes())
        return unb64url(note["lid"]), CopyReport(note["size"], unb64url(note["root"]))
    except (OSError, InputRefused, KeyError, TypeError):
        raise InputRefused(
            "That folder is not a whole backup; nothing was restored.",
            f"It has no sound {BACKUP_NOTE}, which is written last.",
            "Name the folder that send-ledger backup wrote; one that broke off cannot be used.",
            kind="not-a-backup",
        ) from None


def _demand_noted(report: CopyReport, noted: CopyReport) -> None:
    if report != noted:
        raise _damaged(f"Its ledger is not the one that {BACKUP_NOTE} tells of.")


def _copy_home(source: Path, target: Path) -> CopyReport:
    make_private_folder(target)
    write_private_folder(target / "keys", _copy_with_key_files(source, target))
    # The access log last: it then holds every record whose head is in the ledger's copy.
    copy_database(source / ACCESS_FILE_NAME, target / ACCESS_FILE_NAME)
    for name in _FILES:
        if (source / name).exists():
            write_private(target / name, (source / name).read_bytes())
    _copy_folder(source / "attachments", target / "attachments")
    report = check_copy(target)
    # Last, because it is what makes a folder a home: a copy broken off is none.
    write_private(target / _HOME_NAME, (source / _HOME_NAME).read_bytes())
    return report


def _copy_with_key_files(source: Path, target: Path) -> dict[str, bytes]:
    """Copy ledger and wrapped keys; give the key files that were there all the while.

    A key is registered, then its file replaced, then the old one revoked: with another
    file than the copy was made under, nobody could open or sign in it.

    Raises:
        LedgerBusy: keys were renewed all the while.
    """
    for _ in range(COPY_TRIES):
        files = _files_in(source / "keys")
        # The ledger first, then the keys: every stream in the copy has its key row.
        for name in (FILE_NAME, KEYS_FILE_NAME):
            (target / name).unlink(missing_ok=True)
            copy_database(source / name, target / name)
        if _files_in(source / "keys") == files:
            return files
    raise LedgerBusy(
        "Keys of this home are being renewed; nothing was copied.",
        "What was copied before and after would not fit together.",
        "Repeat the command.",
    )


def _files_in(folder: Path) -> dict[str, bytes]:
    files = [path for path in sorted(folder.rglob("*")) if _is_whole(path)]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _is_whole(path: Path) -> bool:
    """Tell a file from a folder, and from what another program is just writing."""
    return path.is_file() and path.suffix != PART


def _copy_folder(source: Path, target: Path) -> None:
    make_private_folder(target)
    for path in sorted(source.iterdir()):
        if path.is_dir():
            _copy_folder(path, target / path.name)
        elif _is_whole(path):
            write_private(target / path.name, path.read_bytes())


def check_copy(folder: Path) -> CopyReport:
    """Check that a copied ledger's entries give the tree head stored beside them.

    Raises:
        AlterationFound: they do not.
    """
    with open_for_reading(folder / FILE_NAME) as connection:
        check_schema(connection)
        reader = LedgerReader(connection)
        try:
            leaves = [_leaf(entry) for entry in reader.entries()]
        except MalformedInput as error:
            raise _damaged(error.what) from error
        size, root = reader.size, reader.root
        frontier = Frontier.empty().extend(leaves)
        if (frontier.size, frontier.root()) != (size, root):
            raise _damaged("Its entries do not give the ledger's own head.")
        if size and LogProver(reader).root_at(size) != root:
            raise _damaged("The stored hashes of the log do not fit its entries.")
    return CopyReport(size, root)


def _leaf(entry: StoredEntry) -> bytes:
    read_statement(entry.statement)
    return leaf_hash(entry.statement)


def _damaged(why: str) -> AlterationFound:
    return AlterationFound(
        "What was copied is damaged; the copy was removed.",
        why,
        "Run send-ledger verify on what was copied, and use another backup.",
        kind="copy-damaged",
    )
