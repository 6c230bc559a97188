"""The how-to pages on consents and on EHC plans: their commands are carried out on their days."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

import pytest

from ledger.demo.local_tsa import LocalTimeStampAuthority
from ledger.values.dates import parse_day
from tests.support.cli_home import CliHome, copy_home, make_template
from tests.support.programs import needs
from tests.support.school_home import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER = ROOT / "docs" / "how-to"
CONSENT = "ask-for-consent"
PLANS = "ehc-plans-and-annual-reviews"
PAGES = (CONSENT, PLANS)
PUPILS = (
    ("--family", "O'Neill", "--given", "Zoë", "--born", "29/02/2016"),
    ("--family", "李", "--given", "小明", "--born", "03/05/2015"),
)
FILES = ("form-c1.txt", "scan.pdf", "section-f.txt", "plan.pdf", "plan-2.pdf")
FIVE_IN_THE_AFTERNOON = time(17, tzinfo=UTC)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("pages"))


@pytest.fixture
def school(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliHome:
    made = copy_home(template, tmp_path / "school", monkeypatch)
    for pupil in PUPILS:
        made.done("pupil", "add", *pupil)
    (tmp_path / "stick").mkdir()
    for name in FILES:
        (tmp_path / name).write_text(f"What {name} says.\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    return made


def blocks(page: str, language: str) -> Iterator[str]:
    text = (FOLDER / f"{page}.md").read_text("utf-8")
    yield from re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def commands(page: str) -> list[list[str]]:
    """Give the commands of a page's shell blocks, in order."""
    lines = "".join(blocks(page, "sh")).replace("\\\n", " ").splitlines()
    assert all(line.startswith("send-ledger ") for line in lines), lines
    return [shlex.split(line)[1:] for line in lines]


def run(school: CliHome, words: list[str], place: Path, entry: int | None) -> Any:
    """Carry a command out on its own day, with the test's places and numbers; give its JSON."""
    if "--on" in words:
        day = parse_day(words[words.index("--on") + 1])
        school.now = max(school.now, datetime.combine(day, FIVE_IN_THE_AFTERNOON))
    placed = [str(place / word[1:]) if word.startswith("/stick") else word for word in words]
    return school.data(*(str(entry) if word == "ENTRY" else word for word in placed))


def ask_the_authority(stick: Path) -> None:
    """Do what somebody does at another computer."""
    authority = LocalTimeStampAuthority(stick.parent / "authority")
    authority.create()
    (stick / "today.tsr").write_bytes(authority.stamp((stick / "today.tsq").read_bytes()))
    (stick / "tsa-roots.pem").write_bytes(authority.root_pem)


def walk(school: CliHome, page: str, place: Path) -> list[tuple[list[str], Any]]:
    """Carry out a page's commands in order; give each with what it said."""
    said: list[tuple[list[str], Any]] = []
    entry = None
    for words in commands(page):
        if "--response" in words:
            ask_the_authority(place / "stick")
        if words[0] == "verify":  # what the reader has from somebody else
            shutil.copytree(place / "stick" / "proof" / "policy", place / "stick" / "known")
        answer = run(school, words, place, entry)
        said.append((words, answer))
        if words[:2] in (["consent", "give"], ["ehc-plan", "amend"]):
            entry = answer.get("entry") or answer["recorded"][0]["entry"]
    return said


@needs("openssl")
def test_the_commands_on_consent_work_and_say_what_the_page_says(
    school: CliHome, tmp_path: Path
) -> None:
    said = walk(school, CONSENT, tmp_path)
    shown = [one for one in blocks(CONSENT, "text") if "send-ledger" not in one and "on 2" in one]
    answers = [answer for words, answer in said if words[:2] == ["consent", "check"]]
    assert len(shown) == len(answers) == 2
    for text, answer in zip(shown, answers, strict=True):
        assert answer["words"] in text
        assert answer["citation"] in text
    (verified,) = [answer for words, answer in said if words[0] == "verify"]
    assert verified["result"] == "intact"
    assert verified["claim"]["standing"] == "in-force"
    listed = said[-1][1]
    assert sorted(row["answer"] for row in listed) == ["refused", "withdrawn"]
    check = ("consent", "check", "Zoë", "--item", "support_plan", "--recipient")
    for day, verdict in (("15/04/2026", "yes"), ("20/04/2026", "no")):
        result = school.run(*check, "Wiltshire Council", "--on", day, "--json")
        assert json.loads(result.stdout)["verdict"] == verdict


@needs("bash", "openssl")
def test_what_the_stranger_does_ends_as_the_page_says(school: CliHome, tmp_path: Path) -> None:
    walk(school, CONSENT, tmp_path)
    (line,) = [one for one in blocks(CONSENT, "text") if one.startswith("bash ")]
    stick = tmp_path / "stick"
    for words, code in ((shlex.split(line), 0), (["bash", "proof/verify.sh"], 11)):
        done = subprocess.run(words, cwd=stick, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout


def test_the_commands_on_ehc_plans_work_on_their_days(school: CliHome, tmp_path: Path) -> None:
    said = walk(school, PLANS, tmp_path)
    page = (FOLDER / f"{PLANS}.md").read_text("utf-8")
    (due,) = [answer["duties"] for words, answer in said if words[0] == "due"]
    assert "D-AR-1" in {one["rule"] for one in due}
    met = {one["rule"] for one in school.data("due", "小明", "--show", "met")["duties"]}
    assert {"D-AR-6", "D-AR-7"} <= met
    assert met <= set(re.findall(r"D-[A-Z]+-\d+", page)) | {"D-REG-4"}
    history = next(answer for words, answer in said if words[0] == "history")
    amended = next(one for one in history["entries"] if one["type"] == "ehc_plan.amended.v1")
    assert amended["corrected_by"] is not None
    (row,) = [one for one in school.data("register")["pupils"] if one["name"] == "小明 李"]
    assert row["status"] == "K"


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_that_a_page_names_are_there(page: str) -> None:
    text = (FOLDER / f"{page}.md").read_text("utf-8")
    for link in re.findall(r"\]\(([^)#]+)", text):
        assert (FOLDER / link).exists(), link
