"""Disks of a chosen size and read-only media, where this computer lets a test mount them."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def mounted(kind: str, source: str, folder: Path, options: str) -> Iterator[Path]:
    """Mount something, where this computer lets us."""
    folder.mkdir(mode=0o700, exist_ok=True)
    words = ["mount", *(["-t", kind] if kind else []), "-o", options, source, str(folder)]
    try:
        done = subprocess.run(words, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount here")
    if done.returncode != 0:
        pytest.skip("this user may not mount a file system of a chosen size")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], capture_output=True, check=False)


@contextmanager
def read_only(source: Path, folder: Path) -> Iterator[Path]:
    """Show a folder as read-only media, in another place."""
    with mounted("", str(source), folder, "bind"):
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
        yield folder
