"""Other people's programs that tests run, and what is said where a machine lacks one."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache

import pytest


def needs(*programs: str) -> pytest.MarkDecorator:
    """Skip, and say why, where a program is not on this machine; openssl is OpenSSL from 3.0 on."""
    missing = [one for one in programs if not _is_here(one)]
    return pytest.mark.skipif(bool(missing), reason=f"not on this machine: {', '.join(missing)}")


@cache
def _is_here(program: str) -> bool:
    return shutil.which(program) is not None and (program != "openssl" or _is_openssl_3())


def _is_openssl_3() -> bool:
    shown = subprocess.run(["openssl", "version"], capture_output=True, text=True, check=True)
    version = re.match(r"OpenSSL (\d+)\.", shown.stdout)
    return version is not None and int(version[1]) >= 3
