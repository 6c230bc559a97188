"""Write `requirements.lock`: exact versions with hashes, and no addresses.

    python docs/tooling/lock.py            keep the versions that still fit
    python docs/tooling/lock.py --upgrade  take the newest

Needs uv.  One lock serves every platform and every Python from 3.11.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
HEADER = """\
# What send-ledger runs, is tested and is built with: exact versions, with hashes.
# Written by `python docs/tooling/lock.py`, which uses uv; do not edit by hand.
"""
COMMAND = (
    "uv",
    "pip",
    "compile",
    "--quiet",
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-annotate",
    "--no-header",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--group=pyproject.toml:dev",
    "--output-file=requirements.lock",
    "pyproject.toml",
)


def main() -> None:
    """Resolve, then put the header above what uv wrote."""
    subprocess.run([*COMMAND, *sys.argv[1:]], cwd=ROOT, check=True)  # noqa: S603  a fixed command and the caller's own flags
    LOCK.write_text(HEADER + LOCK.read_text("utf-8"), "utf-8")


if __name__ == "__main__":
    main()
