"""The how-to page on handovers: its commands are carried out between two schools."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.school_home import (
    OTHER_FACTS,
    ROOT,
    SchoolHome,
    make_school,
    school_template,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE = ROOT / "docs" / "how-to" / "hand-a-record-over.md"
SPOKEN = "the words that they read out"
HOMES = {"/schools/first": "first", "/schools/second": "second"}
AS = ("--as", "senco")


@pytest.fixture
def schools(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, SchoolHome]:
    (tmp_path / "stick").mkdir(mode=0o700)
    return {
        "first": school_template(tmp_path_factory).copy(tmp_path / "first"),
        "second": make_school(tmp_path / "second", OTHER_FACTS),
    }


def commands(text: str) -> list[list[str]]:
    """Give the commands of the shell blocks, in order."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    assert all(line.startswith("send-ledger ") for line in lines), lines
    return [shlex.split(line)[1:] for line in lines]


def placed(words: list[str], schools: dict[str, SchoolHome], folder: Path) -> list[str]:
    """Put the test's places, words and numbers where the page has its own."""
    homes = {place: str(schools[name].path) for place, name in HOMES.items()}
    shown = [
        str(folder / word[1:]) if word.startswith("/stick") else homes.get(word, word)
        for word in words
    ]
    own = schools[next(HOMES[word] for word in words if word in HOMES)]
    if SPOKEN in shown:
        card = next(word for word in shown if word.endswith(".card"))
        heard = own.ok("school", "trust", card, *AS)["fingerprint"]
        shown[shown.index(SPOKEN)] = heard
    if "NUMBER" in shown:
        (row,) = own.ok("transfer", "list", *AS)
        shown[shown.index("NUMBER")] = row["number"]
    return shown


def test_the_commands_of_the_page_hand_a_record_over(
    schools: dict[str, SchoolHome], tmp_path: Path
) -> None:
    table = dict(states(PAGE.read_text("utf-8")))
    seen: dict[str, tuple[str, ...]] = {}
    for words in commands(PAGE.read_text("utf-8")):
        own = schools[next(HOMES[word] for word in words if word in HOMES)]
        result = own.run(*placed(words, schools, tmp_path))
        assert result.exit_code == 0, (words, result.output)
        if words[0] == "transfer" and words[1] not in {"list", "show", "receipt"}:
            step = " ".join(one for one in words[1:3] if not one.startswith(("-", "A2")))
            seen[step.replace("/stick/", "")] = tuple(
                row["step"]
                for name in ("first", "second")
                for row in schools[name].ok("transfer", "list", *AS)
            )
    # On the page the receiver accepts before the sender acknowledges what it received.
    assert seen["send"] == table["send"]
    assert seen["receive leaver.age"] == table["receive"]
    assert seen["acknowledge accepted.receipt"] == table["acknowledge, ACCEPTED"]
    assert seen["acknowledge received.receipt"] == table["accept"]
    assert seen["complete leaver.confirmation"] == table["complete"]
    assert (tmp_path / "stick" / "to-read" / "record.html").exists()


def states(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Read the page's table of what each side sees."""
    for line in text[text.index("## What each side sees") :].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 3:
            yield cells[0], tuple(cell for cell in cells[1:] if cell)


def test_a_rejection_is_seen_as_the_page_says(
    schools: dict[str, SchoolHome], tmp_path: Path
) -> None:
    text = PAGE.read_text("utf-8")
    for words in commands(text[: text.index("## Accept or reject")]):
        own = schools[next(HOMES[word] for word in words if word in HOMES)]
        own.run(*placed(words, schools, tmp_path))
    receipt = str(tmp_path / "stick" / "rejected.receipt")
    reject: Any = ("transfer", "reject", "--because", "wrong-pupil", "--receipt", receipt, *AS)
    schools["second"].ok(*reject)
    schools["first"].ok("transfer", "acknowledge", receipt, *AS)
    listed = [schools[name].ok("transfer", "list", *AS)[0]["step"] for name in ("first", "second")]
    assert tuple(listed) == dict(states(text))["reject, acknowledge"]


def test_the_pages_that_it_names_are_there() -> None:
    for link in re.findall(r"\]\(([^)#]+)", PAGE.read_text("utf-8")):
        assert (PAGE.parent / link).exists(), link
