"""The tutorial, carried out as it stands."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.support.programs import needs

ROOT = Path(__file__).parents[2]


@needs("bash", "openssl")
def test_the_tutorials_commands_work_one_after_another(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
    script = "\n".join(re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE))
    programs = tmp_path / "bin"
    programs.mkdir()
    command = programs / "send-ledger"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT / "cli.py"}" "$@"\n', "utf-8")
    command.chmod(0o755)
    (programs / "python").symlink_to(sys.executable)
    work = tmp_path / "work"
    work.mkdir()
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=work,
        env={**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Recorded 14 entries about 3 pupils." in done.stdout
    assert re.search(r"^YES, on .+\. Consent was given ", done.stdout, re.MULTILINE)
    assert "INTACT. This ledger" in done.stdout
    assert (work / "proof" / "statement.sd-jwt").is_file()
