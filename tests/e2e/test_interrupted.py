"""Ctrl-C at any moment: exit code 130, one plain line, never a traceback and never 1."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ledger.entrypoints.cli import demo
from tests.architecture.tracked import ROOT
from tests.support.cli_home import CliHome

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.demo.play import Wish

AT_IMPORT = """
import os, sys
import _signal  # not `signal`, whose import is one of the moments
_signal.signal(2, _signal.default_int_handler)  # whatever the tests themselves were started with
class Finger:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), 2)
sys.meta_path.insert(0, Finger())
import cli
cli.main({words!r})
"""
AT_THE_END = """
import atexit, os, signal
atexit.register(os.kill, os.getpid(), signal.SIGINT)
import cli
cli.main(["completion", "no-such-shell"])
"""


def process(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=False, capture_output=True, text=True
    )


@pytest.mark.parametrize(
    "module", ["signal", "click", "click.core", "ledger", "ledger.bootstrap.home", "msgpack"]
)
def test_while_modules_are_imported(module: str) -> None:
    done = process(AT_IMPORT.format(module=module, words=["register", "--home", "/nowhere"]))
    assert (done.returncode, done.stderr.strip()) == (130, "Interrupted; nothing was recorded.")
    assert not done.stdout


def test_once_the_work_is_done_it_no_longer_changes_how_it_ended() -> None:
    done = process(AT_THE_END)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_an_interrupted_demonstration_leaves_no_half_played_year(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop_half_way(wish: Wish) -> None:
        (wish.folder / "homes").mkdir(parents=True)
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "play", stop_half_way)
    monkeypatch.chdir(tmp_path)
    result = CliHome(tmp_path).run("demo", "played")
    assert (result.exit_code, result.stderr) == (130, "Interrupted; nothing more was recorded.\n")
    assert not (tmp_path / "played").exists()
    (tmp_path / "mine").mkdir()
    assert CliHome(tmp_path).run("demo", "mine").exit_code == 130
    assert (tmp_path / "mine").exists(), "a folder that was there is somebody's own"
