"""The how-to pages on staff, backups and trouble: their commands are carried out as they stand."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.support.school_home import (
    ROOT,
    SchoolHome,
    school_template,
)

FOLDER = ROOT / "docs" / "how-to"
PAGES = (
    "staff-and-keys",
    "back-up-and-restore",
    "when-something-is-wrong",
    "when-the-head-is-the-senco",
    "have-the-ledger-countersigned",
)
PLACES = ("/stick", "/backup", "/schools")
TYPED = {
    ("staff", "add"): "--new-passphrase-file",
    ("staff", "rotate-key"): "--new-passphrase-file",
    ("staff", "replace-key"): "--new-passphrase-file",
    ("countersignature", "request"): "--new-passphrase-file",
}
"""What a person types at a prompt, a test has in a file."""


@pytest.fixture
def school(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> SchoolHome:
    made = school_template(tmp_path_factory).copy(tmp_path / "school")
    for place in PLACES:
        (made.folder / place[1:]).mkdir(mode=0o700)
    for name, file in (("root.json", "root.json"), ("recovery.txt", "sheet.txt")):
        (made.folder / file).rename(made.folder / "stick" / name)
    return made


def commands(page: str) -> list[list[str]]:
    """Give the commands of a page's shell blocks, in order."""
    text = (FOLDER / f"{page}.md").read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    assert all(line.startswith("send-ledger ") for line in lines), lines
    return [shlex.split(line)[1:] for line in lines]


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_work_one_after_another(school: SchoolHome, page: str) -> None:
    for words in commands(page):
        placed = [
            str(school.folder / word[1:]) if word.startswith(PLACES) else word for word in words
        ]
        option = TYPED.get((words[0], words[1] if words[1:] else ""))
        typed = [option, str(school.folder / "pp")] if option else []
        if "--root-key" in words:
            typed += ["--root-passphrase-file", str(school.folder / "pp")]
        if "--sign-here" in words:
            typed += ["--key-passphrase-file", str(school.folder / "pp")]
        if "--fingerprint" in words:  # read out over the telephone
            card = school.ok("school", "card", "--as", "head")
            placed[words.index("--fingerprint") + 1] = card["fingerprint"]
        result = school.run(*placed, *typed)
        assert result.exit_code == 0, (words, result.output)


def test_the_words_for_errors_are_those_of_the_program() -> None:
    text = (FOLDER / "when-something-is-wrong.md").read_text("utf-8")
    rows = re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE)
    named = {word for row in rows for word in re.findall(r"`([a-z-]+)`", row)} - {
        *("error", "init", "backup", "restore")
    }
    assert len(named) > 15
    sources = [path.read_text("utf-8") for path in (ROOT / "ledger").rglob("*.py")]
    known = {
        word for text in sources for word in re.findall(r'(?:kind|: Final) ?= ?"([a-z-]+)"', text)
    }
    assert named <= known, named - known


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_of_a_page_are_there(page: str) -> None:
    text = (FOLDER / f"{page}.md").read_text("utf-8")
    for link in re.findall(r"\]\(([^)#]+)", text):
        assert (FOLDER / link).exists(), link
