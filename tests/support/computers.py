"""Copies of a home together with what the computer knows of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def copy_computer(folder: Path, target: Path) -> None:
    """Copy a folder that holds homes and their state folder, or a state folder beside them.

    On another computer the homes would have the same path as before; here they have
    not, so what the copy knows of their place is put right.
    """
    shutil.copytree(folder, target)
    old, new = (os.fsencode(one.parent.resolve() / one.name) for one in (folder, target))
    for place in target.rglob("*.place"):
        place.write_bytes(place.read_bytes().replace(old, new))
