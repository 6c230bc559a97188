"""The high-water mark's file: overwritten in place after every commit."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ledger.errors import MalformedInput, StorageFailed
from ledger.formats.encoding import b64url
from ledger.formats.high_water_mark import HighWaterMark, read_mark
from ledger.seal.private_files import wait_for_lock


@dataclass(frozen=True, slots=True)
class MarkFile:
    """Where this computer keeps the mark of one ledger, outside its home."""

    path: Path
    lid: bytes

    @classmethod
    def of(cls, state_folder: Path, lid: bytes) -> MarkFile:
        """Name the mark of a ledger in the operating system's state folder."""
        return cls(state_folder / f"{b64url(lid)}.mark", lid)

    def read(self) -> HighWaterMark | None:
        """Give the mark, or None where this computer never saw the ledger.

        Raises:
            MalformedInput: the file is damaged.
        """
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            # A program killed while it made the file leaves it empty: nothing was noted yet.
            return read_mark(data) if data else None
        except MalformedInput:
            return read_mark(self._read_when_written())  # perhaps it is just being written

    def _read_when_written(self) -> bytes:
        with self.path.open("rb") as file:
            with suppress(OSError):  # read-only media, where nobody writes
                wait_for_lock(file.fileno())
            return file.read()

    def write(self, size: int, root: bytes) -> None:
        """Move the mark up; a lower size than the mark's is left alone.

        The line has a fixed length and is written in place, without a sync:
        after a power cut an older mark is still a true one.  Whoever commits
        first may come here last, so reading and writing are one locked step; and
        not before the commit, since a mark too high closes the home to writers.

        Raises:
            StorageFailed: the state folder cannot be written.
        """
        mark = HighWaterMark(self.lid, size, root)
        try:
            handle = self._open()
            try:
                wait_for_lock(handle)
                known = os.read(handle, 4096)
                if known and read_mark(known).size >= size:
                    return
                os.lseek(handle, 0, os.SEEK_SET)
                os.write(handle, mark.to_bytes())
            finally:
                os.close(handle)
        except OSError as error:
            raise StorageFailed(
                "The entry was recorded, but this computer could not note how far the ledger grew.",
                error.strerror or "",
                "Check the folder that send-ledger doctor names as its state folder.",
                kind="mark-not-written",
            ) from error

    def _open(self) -> int:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
        try:
            return os.open(self.path, flags, 0o600)
        except FileNotFoundError:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return os.open(self.path, flags, 0o600)
