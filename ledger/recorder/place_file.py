"""Which folder this computer knows as a ledger's home: a file beside the high-water mark."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.errors import StorageFailed
from ledger.formats.encoding import b64url
from ledger.seal.private_files import write_private

TITLE: Final = b"send-ledger place v1\n"


@dataclass(frozen=True, slots=True)
class PlaceFile:
    """Where this computer keeps the path of one ledger's home."""

    path: Path

    @classmethod
    def of(cls, state_folder: Path, lid: bytes) -> PlaceFile:
        """Name the file of a ledger in the operating system's state folder."""
        return cls(state_folder / f"{b64url(lid)}.place")

    def read(self) -> Path | None:
        """Give the home's path; None where none is known, or the file is not ours."""
        try:
            data = self.path.read_bytes()
        except OSError:
            return None
        named = data.removeprefix(TITLE).removesuffix(b"\n")
        return Path(os.fsdecode(named)) if data.startswith(TITLE) and named else None

    def write(self, home: Path) -> None:
        """Note where the home is, unless that is known."""
        place = home.resolve()
        if self.read() == place:
            return
        # A folder that cannot be written is told of by the mark, which matters more.
        with suppress(OSError, StorageFailed):
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(self.path, TITLE + os.fsencode(place) + b"\n", replace=True)
