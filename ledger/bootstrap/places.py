"""Where a home may lie: on a disk of this computer, in no synced or network folder.

A synced folder copies database files one by one, at different moments, and
gives two computers the same ledger to write; either can lose entries.
"""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

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
    }
)
_DRIVE_REMOTE = 4  # Win32 GetDriveTypeW


def unsafe_place(path: Path) -> str:
    """Say why a home must not lie there; empty where it may.

    On Windows, drive type and UNC paths are asked of the system; that branch
    has not been run on Windows.
    """
    resolved = path.absolute()
    for part in resolved.parts:
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
    try:
        lines = Path("/proc/mounts").read_text("utf-8").splitlines()
    except OSError:
        return ""
    best, kind = "", ""
    for line in lines:
        words = line.split()
        mount = words[1].replace("\\040", " ")
        inside = str(path) == mount or str(path).startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, words[2]
    return f"“{best}” is a network folder ({kind})." if kind in NETWORK_FILE_SYSTEMS else ""


def _windows_network(path: Path) -> str:
    if str(path).startswith("\\\\"):
        return "It is a network folder."
    windll = getattr(ctypes, "windll", None)
    if windll is not None and windll.kernel32.GetDriveTypeW(path.anchor) == _DRIVE_REMOTE:
        return f"The drive {path.anchor} is a network drive."
    return ""
