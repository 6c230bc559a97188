"""RFC 3161 tokens, through `openssl ts` where the machine has it."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, datetime
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from tests.mini_verifier.encoding import Refused

if TYPE_CHECKING:
    from pathlib import Path


def can_check() -> bool:
    """Tell whether this machine has openssl."""
    return shutil.which("openssl") is not None


def _openssl(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["openssl", "ts", *map(str, words)], capture_output=True, text=True, check=False
    )


def check_token(token: Path, data: Path, roots: Path) -> datetime:
    """Check a time-stamp response over a file, its chain judged at its own time.

    Returns:
        genTime, UTC, whole seconds.
    """
    with NamedTemporaryFile() as alone:
        # What a response says beside its token, its status, is signed by nobody.
        taken = _openssl("-reply", "-in", token, "-token_out", "-out", alone.name)
        shown = _openssl("-reply", "-in", alone.name, "-token_in", "-text")
    found = re.findall(
        r"^Time stamp: (\w+ +\d+ [\d:]+)(?:\.\d+)? (\d+) GMT$", shown.stdout, re.MULTILINE
    )
    if taken.returncode or shown.returncode or len(found) != 1:
        raise Refused("bad-token", "not a time-stamp response")
    at = datetime.strptime(" ".join(found[0]), "%b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    seconds = str(int(at.timestamp()))
    options = ("-in", token, "-data", data, "-CAfile", roots, "-attime", seconds)
    if _openssl("-verify", *options).returncode:
        raise Refused("bad-token", "openssl refuses the time stamp")
    return at
