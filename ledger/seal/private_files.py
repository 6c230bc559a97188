"""Private files: written whole or not at all, readable by their owner alone.

A file is written beside its place, flushed to the disk, then renamed, and its
folder flushed: a power cut leaves the old file or the new one.  On Unix the mode
is 0600 from the first moment; on Windows the access list is cut down to the
present user by `icacls`, **which has not been tested on Windows**.
"""

from __future__ import annotations

import getpass
import os
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from ledger.errors import KeyUnavailable, LedgerBusy, StorageFailed, UsageError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

OTHERS: Final = 0o077
FOLDER_MODE: Final = 0o700
PRIVATE_FILE_MAX_BYTES: Final = 1024 * 1024
LOCK_RETRY_SECONDS: Final = 0.05
LOCKED_BYTE: Final = 2**30
PART: Final = ".part"
"""How the name of a file ends that is not written to its end."""

# Not to wait for a named pipe; on Windows, not to translate line ends.
_READ_FLAGS: Final = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def make_private_folder(path: Path) -> None:
    """Make a folder that its owner alone can enter, or find it already so.

    Raises:
        StorageFailed: it cannot be made, is no folder, or is open to others.
    """
    try:
        path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        mode = path.stat().st_mode
    except OSError as error:
        raise _storage_failed("A private folder cannot be made.", error) from error
    if sys.platform == "win32":
        _keep_to_owner(path)
    elif mode & OTHERS:
        raise StorageFailed(
            "A private folder is refused.",
            f"Other people on this computer can enter it (mode {stat.S_IMODE(mode):04o}).",
            "Close it with `chmod 700`, or name a folder that does not exist yet.",
            kind="folder-mode",
        )


def write_private(path: Path, content: bytes, *, replace: bool = False) -> None:
    """Write a private file so that it is there whole, or not at all.

    Args:
        path: where; its folder must exist.
        content: all of it.
        replace: whether a file already there may be replaced.

    Raises:
        UsageError: kind `file-exists`: the file is there already.
        StorageFailed: the disk refused.
    """
    try:
        if replace:
            _write_beside(path, content).replace(path)
        else:
            _write_new(path, content)
        _flush_folder(path.parent)
    except FileExistsError:
        raise UsageError(
            "A private file is not overwritten.",
            "There is a file of that name already.",
            "Move the old one away first, or choose another name.",
            kind="file-exists",
        ) from None
    except OSError as error:
        raise _storage_failed("A private file cannot be written.", error) from error


def try_place(path: Path) -> None:
    """Write an empty file beside a place and remove it, as `write_private` would begin.

    For a command that records something before its file can be written.

    Raises:
        StorageFailed: the file could not be written there.
    """
    try:
        _write_beside(path, b"").unlink()
    except OSError as error:
        raise _storage_failed("The file cannot be written there.", error) from error


def open_to_others(folder: Path) -> list[Path]:
    """List what others on this computer can reach in a folder, itself included.

    Nothing on Windows, where rights are kept otherwise.
    """
    if sys.platform == "win32":
        return []
    return [one for one in (folder, *sorted(folder.rglob("*"))) if _is_open_to_others(one)]


def _is_open_to_others(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & OTHERS)
    except FileNotFoundError:
        return False  # another program's temporary file, gone since it was listed


def write_private_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write new files into a private folder, which is made where it is not there.

    Args:
        folder: where.
        files: name → content; a name may hold `/`, for a folder inside.

    Raises:
        UsageError, StorageFailed: as `make_private_folder` and `write_private`.
    """
    make_private_folder(folder)
    for name, content in files.items():
        path = folder / name
        make_private_folder(path.parent)
        write_private(path, content)


def _write_new(path: Path, content: bytes) -> None:
    # An empty file reserves the name (O_EXCL, so never over a file or a link) and is
    # then replaced: works without hard links, which memory sticks lack.
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        _write_beside(path, content).replace(path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _write_beside(path: Path, content: bytes) -> Path:
    # mkstemp opens with O_CREAT | O_EXCL | O_NOFOLLOW and mode 0600.
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=PART, dir=path.parent)
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if sys.platform == "win32":
                _keep_to_owner(beside)  # before there is anything to read in it
            file.write(content)
            file.flush()
            _flush(file.fileno())
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return beside


def _flush(descriptor: int) -> None:
    if sys.platform == "darwin":
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)  # fsync there stops at the drive's cache
    os.fsync(descriptor)


def _flush_folder(folder: Path) -> None:
    # Windows cannot open a folder for flushing; there the rename is journalled.
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _keep_to_owner(path: Path) -> None:
    """Cut a Windows access list down to the present user (untested on Windows)."""
    icacls = Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "icacls.exe"
    grant = f"{getpass.getuser()}:{'(OI)(CI)' if path.is_dir() else ''}F"
    try:
        subprocess.run(  # noqa: S603 - fixed program, arguments passed without a shell
            [str(icacls), str(path), "/inheritance:r", "/grant:r", grant],
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise StorageFailed(
            "A file could not be closed to other people.",
            "The program icacls did not run or refused.",
            "Keep the ledger on a local NTFS disk in your own user folder.",
            kind="access-list",
        ) from error


def read_private(path: Path, *, limit: int = PRIVATE_FILE_MAX_BYTES) -> bytes:
    """Read a private file, refusing one that other people could have read.

    The mode is that of the file actually opened.  On Windows it is not checked.

    Args:
        path: where.
        limit: the most bytes that it may hold.

    Raises:
        KeyUnavailable: missing (kind `key-file-missing`), open to others (kind
            `key-file-mode`), not a plain file, too long or unreadable (kind
            `key-file-unreadable`).
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | _READ_FLAGS)
    except FileNotFoundError:
        raise KeyUnavailable(
            "A key file is not there.",
            "No file has that name.",
            "Check the path; if the key is on a memory stick, put it in.",
            kind="key-file-missing",
        ) from None
    except OSError as error:
        raise _unreadable(error.strerror or "The system refused to open it.") from error
    try:
        _check_opened(os.fstat(descriptor), limit)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(limit)
    except OSError as error:
        raise _unreadable(error.strerror or "The disk refused to read it.") from error
    finally:
        os.close(descriptor)


def _check_opened(found: os.stat_result, limit: int) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise _unreadable("It is not a plain file.")
    if found.st_size > limit:
        raise _unreadable(f"It is longer than {limit} bytes.")
    if sys.platform != "win32" and found.st_mode & OTHERS:
        raise KeyUnavailable(
            "A key file is refused.",
            "Other people on this computer can read or change it "
            f"(mode {stat.S_IMODE(found.st_mode):04o}).",
            "Close it with `chmod 600`; on a memory stick that cannot keep modes, copy it to "
            "your own folder first. If someone may have read it, have the key revoked.",
            kind="key-file-mode",
        )


def _unreadable(why: str) -> KeyUnavailable:
    return KeyUnavailable(
        "A key file cannot be read.",
        why,
        "Check the path, or take the file from its newest good copy.",
        kind="key-file-unreadable",
    )


def _storage_failed(what: str, error: OSError) -> StorageFailed:
    why = error.strerror or "The system gave no reason."
    return StorageFailed(what, why, "Check the disk's free space and your rights to the folder.")


class WriterLock:
    """The ledger's one writing place, held through a lock on a file.

    The system lets go of it when the process ends, however it ends.  The file stays:
    removing it would let two writers hold two files of one name.

    Use it as a context manager, or through `acquire` and `release`.
    """

    def __init__(self, path: Path, *, wait_seconds: float = 0.0) -> None:
        """Name the lock.

        Args:
            path: the lock file; made with mode 0600 where it is missing.
            wait_seconds: how long to wait for another writer, about.
        """
        self._path = path
        self._retries = round(wait_seconds / LOCK_RETRY_SECONDS)
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._descriptor is not None

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            LedgerBusy: another writer kept it, or this object has it already.
            StorageFailed: the lock file cannot be opened.
        """
        if self.held:
            raise _busy("This program is writing already.")
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise _storage_failed("The ledger's lock file cannot be opened.", error) from error
        try:
            self._wait_for(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor

    def _wait_for(self, descriptor: int) -> None:
        for _ in range(self._retries):
            if _try_lock(descriptor):
                return
            time.sleep(LOCK_RETRY_SECONDS)
        if not _try_lock(descriptor):
            raise _busy("Another program is writing to the ledger.")

    def release(self) -> None:
        """Let go; does nothing where nothing is held."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)  # closing lets go of the lock on every system

    def __enter__(self) -> Self:
        """Take the lock."""
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go."""
        self.release()


def _busy(why: str) -> LedgerBusy:
    return LedgerBusy("The ledger is busy.", why, "Wait until it is done, then try again.")


def _try_lock(descriptor: int) -> bool:
    with suppress(OSError):  # refused: another holder
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            # flock, not lockf: record locks vanish when any descriptor of the file closes.
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def wait_for_lock(descriptor: int) -> None:
    """Lock an open file, waiting for whoever holds it; closing it lets go.

    Windows keeps everybody from reading a byte that is locked, so there it is one
    far behind the end (**untested on Windows**).  Afterwards the position is 0.

    Raises:
        OSError: the file system keeps no locks; on Windows also after ten seconds.
    """
    if sys.platform == "win32":
        os.lseek(descriptor, LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)
    else:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
