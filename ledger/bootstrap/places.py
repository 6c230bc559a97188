"""Where a home may lie: on a disk of this computer, in no synced or network folder.

A synced folder copies database files one by one, at different moments, and
gives two computers the same ledger to write; either can lose entries.
"""

from __future__ import annotations

import ctypes
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from ledger.errors import StorageFailed, UsageError

SYNCED = (
    "onedrive",
    "dropbox",
    "google drive",
    "googledrive",
    "my drive",
    "icloud",
    "box sync",
    "nextcloud",
    "sharepoint",
)
NETWORK_FILE_SYSTEMS = frozenset(
    {
        "nfs",
        "nfs4",
        "cifs",
        "smb",
        "smb2",
        "smb3",
        "smbfs",
        "afpfs",
        "ncpfs",
        "9p",
        "fuse.sshfs",
        "fuse.rclone",
        "davfs",
        "fuse.davfs2",
        "webdav",
        "macfuse",
        "osxfuse",
    }
)
_MOUNT: Final = "/sbin/mount"
"""Where macOS has it; it lists what is mounted, having no /proc."""
_MOUNT_LINE: Final = re.compile(r".*? on (?P<folder>/.*) \((?P<kind>\w+)(?:, [^()]*)?\)")
"""As in `//head@server/Staff on /Volumes/Staff (smbfs, nodev, nosuid, mounted by head)`."""
_MOUNT_SECONDS: Final = 10
_DRIVE_REMOTE = 4  # Win32 GetDriveTypeW


def unsafe_place(path: Path) -> str:
    """Say why a home must not lie there; empty where it may.

    On Windows, drive type and UNC paths are asked of the system, on macOS what is
    mounted; those branches have been run on neither, only against samples.
    """
    resolved = path.resolve()
    for part in (*path.absolute().parts, *resolved.parts):
        folded = part.casefold()
        if any(folded.startswith(name) for name in SYNCED):
            return f"The folder “{part}” is synced with other computers."
    if sys.platform == "win32":
        return _windows_network(resolved)
    return _mounted_network(resolved)


def demand_outside(home: Path, path: Path, what: str) -> None:
    """Refuse to put into a home what is there to save it, or to open it, when it is lost.

    Args:
        home: the home's folder; need not exist.
        path: where it was to go.
        what: e.g. “The recovery sheet”.

    Raises:
        UsageError: kind `inside-home`.
    """
    if path.resolve().is_relative_to(home.resolve()):
        raise UsageError(
            f"{what} would lie inside the home; nothing was written.",
            "Whoever copies or loses the home would have, or lose, both at once.",
            "Name a place outside: a stick, another disk.",
            kind="inside-home",
        )


def demand_safe_place(path: Path) -> None:
    """Refuse a folder that is synced or on a network.

    Raises:
        StorageFailed: it is.
    """
    if why := unsafe_place(path):
        raise StorageFailed(
            "A home cannot lie there.",
            f"{why} Two computers writing one ledger lose entries.",
            "Choose a folder on this computer's own disk, and back up to the other one.",
            kind="synced-folder",
        )


def _mounted_network(path: Path) -> str:
    best, kind = "", ""
    for mount, its_kind in _mounts():
        inside = str(path) == mount or str(path).startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, its_kind
    return f"“{best}” is a network folder ({kind})." if kind in NETWORK_FILE_SYSTEMS else ""


def _mounts() -> list[tuple[str, str]]:
    """Give folder and kind of everything mounted; nothing where the system does not say."""
    try:
        if sys.platform == "darwin":
            return mounts_of_macos(_listed_by_mount())
        lines = Path("/proc/mounts").read_text("utf-8").splitlines()
    except (OSError, subprocess.SubprocessError):
        return []
    return [(words[1].replace("\\040", " "), words[2]) for words in map(str.split, lines)]


def _listed_by_mount() -> str:
    done = subprocess.run(  # noqa: S603  a fixed program, without arguments and without a shell
        [_MOUNT], capture_output=True, timeout=_MOUNT_SECONDS, check=True
    )
    return done.stdout.decode("utf-8", "replace")


def mounts_of_macos(listed: str) -> list[tuple[str, str]]:
    """Read what `mount` prints on macOS: folder and kind of each line that is one."""
    found = map(_MOUNT_LINE.fullmatch, listed.splitlines())
    return [(one["folder"], one["kind"]) for one in found if one]


def _windows_network(path: Path) -> str:
    if str(path).startswith("\\\\"):
        return "It is a network folder."
    windll = getattr(ctypes, "windll", None)
    if windll is not None and windll.kernel32.GetDriveTypeW(path.anchor) == _DRIVE_REMOTE:
        return f"The drive {path.anchor} is a network drive."
    return ""
