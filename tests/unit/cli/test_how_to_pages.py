"""The how-to pages show commands that can be typed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import cli
from tests.unit.cli.test_help import parse

PAGES = Path(__file__).resolve().parents[3] / "docs" / "how-to"
NAMES = ("record-an-entry", "read-the-register")


def typed(page: str) -> Iterator[str]:
    """Give the commands of a page's indented lines, continued lines joined."""
    joined = re.sub(r"\n {8}(?=\S)", " ", page)
    for line in joined.splitlines():
        if line.startswith("    send-ledger "):
            yield line.strip()


@pytest.mark.parametrize("name", NAMES)
def test_every_command_on_the_page_can_be_typed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    commands = list(typed((PAGES / f"{name}.md").read_text("utf-8")))
    assert len(commands) > 5
    for command in commands:
        for file in re.findall(r"@(\w+\.txt)", command):
            (tmp_path / file).write_text("words", "utf-8")
        with CliRunner().isolation():
            parse(cli.main, shlex.split(command)[1:])
