"""The project's own files, as the tests of its architecture look at them."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
LEFT_OUT = frozenset({".git", ".venv", "__pycache__", "build", "dist"})


def product_modules() -> list[Path]:
    """Give every Python file that is installed."""
    return [ROOT / "cli.py", *sorted((ROOT / "ledger").rglob("*.py"))]


@cache
def project_files() -> tuple[Path, ...]:
    """Give every file that is, or would be, committed; without git, every file here."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
        names = [one for one in listed.stdout.split("\0") if one]
        return tuple(path for name in names if (path := ROOT / name).is_file())
    return tuple(
        path
        for path in sorted(ROOT.rglob("*"))
        if path.is_file() and not LEFT_OUT & set(path.relative_to(ROOT).parts)
    )


def relative(path: Path) -> str:
    """Name a file as from the project's root."""
    return path.relative_to(ROOT).as_posix()
