"""My Story leaves only where `consent check` says yes: one judge for the asking and the sending."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from ledger.bootstrap.cards import transport_identity
from ledger.bundles.container import decrypt, unpack
from tests.support.handover import Pair, introduced
from tests.support.school_home import now

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.school_home import SchoolHome

ZOE = "A203102209083"
AS = ("--as", "senco")
STORY = "I like trains."
TO = "Penistone Grammar School"
WIDE = "".join(chr(ord(one) + 0xFEE0) if one != " " else "\u3000" for one in TO.upper())
ANNA = ("--by", "Anna O'Neill", "--capacity", "parental_responsibility", "--method", "letter")
ACT = ("--evidence", "signed_form", "--kept-at", "green folder")
ASKED = ("--item", "my_story", "--purpose", "move", "--wording", "May we?")
FORM = (*ASKED, "--not-recorded", "--wording-version", "C1", *ANNA, *ACT)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    made = introduced(tmp_path_factory.mktemp("story"), tmp_path_factory)
    story = ("my-story", "add", ZOE, "--version", "older", "--text", STORY, "--owner", "Z")
    made.sender.ok(*story, *AS)
    return made


def ask(school: SchoolHome, answer: str, *more: str, to: str = TO) -> None:
    school.ok("consent", answer, ZOE, *FORM, "--recipient", to, *more, *AS)


def checked(school: SchoolHome) -> str:
    asked = ("--item", "my_story", "--recipient", TO, "--on", now().date().isoformat())
    said = school.run("consent", "check", ZOE, *asked, *AS, "--json")
    return str(json.loads(said.stdout)["verdict"])


def sent_story(pair: Pair, school: SchoolHome) -> bool:
    """Send the record; tell whether My Story is in what the receiver decrypts."""
    out = school.folder / "zoe.age"
    done = school.run("transfer", "send", ZOE, "--to", "106653", "--out", str(out), *AS)
    assert done.exit_code == 0, done.output
    with pair.receiver.session("senco") as session:
        members = unpack(decrypt(out.read_bytes(), transport_identity(session)))
    left = any(STORY.encode() in member for member in members.values())
    assert (STORY.encode() in members["record.html"]) is left
    assert ("Not sent, and named to nobody: My Story" in done.stdout) is not left
    assert ("consent.relied_on.v1" in str(school.ok("history", ZOE, *AS))) is left
    return left


def give_then_refuse(school: SchoolHome) -> None:
    ask(school, "give")
    ask(school, "refuse")


def give_then_withdraw(school: SchoolHome) -> None:
    ask(school, "give")
    school.ok("consent", "withdraw", ZOE, *ANNA, *ACT, *AS)


def give_until_yesterday(school: SchoolHome) -> None:
    yesterday = (now().date() - timedelta(days=1)).isoformat()
    ask(school, "give", "--on", yesterday, "--expires", yesterday, "--late-reason", "posted")


def give_for_another_school(school: SchoolHome) -> None:
    ask(school, "give", to="The council")


def refuse_in_another_spelling(school: SchoolHome) -> None:
    ask(school, "give")
    ask(school, "refuse", to=WIDE)


def refuse_then_give(school: SchoolHome) -> None:
    ask(school, "refuse")
    ask(school, "give")


def give_in_another_spelling(school: SchoolHome) -> None:
    ask(school, "give", to=WIDE)


@pytest.mark.parametrize(
    "answers",
    [
        give_then_refuse,
        give_then_withdraw,
        give_until_yesterday,
        give_for_another_school,
        refuse_in_another_spelling,
    ],
)
def test_d_cons_2_my_story_stays_where_the_check_says_no(
    pair: Pair, tmp_path: Path, answers: Callable[[SchoolHome], None]
) -> None:
    school = pair.sender.copy(tmp_path / "sender")
    answers(school)
    assert checked(school) == "no"
    assert not sent_story(pair, school)


@pytest.mark.parametrize("answers", [refuse_then_give, give_in_another_spelling])
def test_d_cons_2_my_story_goes_where_the_check_says_yes(
    pair: Pair, tmp_path: Path, answers: Callable[[SchoolHome], None]
) -> None:
    school = pair.sender.copy(tmp_path / "sender")
    answers(school)
    assert checked(school) == "yes"
    assert sent_story(pair, school)
