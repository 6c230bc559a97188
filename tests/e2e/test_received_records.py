"""What a receiving school can read of a record that another school sent."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from ledger.application.staff import Grant
from ledger.bootstrap.access import Reading
from ledger.bootstrap.staffing import Newcomer, add_person
from ledger.bootstrap.view import open_view
from ledger.projections.catch_up import differing
from tests.support.handover import Pair, introduced
from tests.support.school_home import PASSPHRASE, SchoolHome

ZOE = "A203102209083"
AS = ("--as", "senco")
ITEMS = ("--not-recorded", "--item", "my_story", "--item", "educational_record")
ASKED = (
    "--not-recorded",
    "--purpose",
    "move",
    "--recipient",
    "Penistone Grammar School",
    "--wording",
    "May we?",
)
ACT = ("--wording-version", "C1", "--evidence", "signed_form", "--kept-at", "green folder")
GIVE = ("consent", "give", ZOE, "--by", "Anna O'Neill", "--capacity", "parental_responsibility")
STORY = "I like trains."


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """Play the sender's side: a late, a corrected and a restricted entry, one consent."""
    folder = tmp_path_factory.mktemp("sent")
    pair = introduced(folder, tmp_path_factory)
    sender = pair.sender
    sender.ok(*GIVE, *ITEMS, *ASKED, *ACT, "--method", "letter", *AS)
    sender.ok("my-story", "add", ZOE, "--version", "older", "--text", STORY, "--owner", "Z", *AS)
    review = (
        "review",
        "add",
        ZOE,
        "--kind",
        "review",
        "--lead",
        "Tim",
        "--outcomes",
        "reads whole words",
    )
    (wrong,) = sender.ok(*review, *AS)["recorded"]
    correct = ("correct", str(wrong["entry"]), "--reason", "another child's", "--withdraw")
    sender.ok(*correct, *AS)
    form = sender.write("form.txt", "signed form")
    send = ("transfer", "send", ZOE, "--to", "106653", "--out", pair.file("zoe.age"))
    sender.ok(*send, "--attach", form, *AS)
    receive = ("transfer", "receive", pair.file("zoe.age"), "--receipt", pair.file("got"))
    pair.receiver.ok(*receive, *AS)
    return pair


@pytest.fixture(scope="module")
def accepted(sent: Pair, tmp_path_factory: pytest.TempPathFactory) -> SchoolHome:
    """Accept it in a copy of the receiving school, for tests that only read."""
    folder = tmp_path_factory.mktemp("accepted")
    receiver = sent.receiver.copy(folder / "receiver")
    accept = ("transfer", "accept", "--new", "--receipt", str(folder / "receipt"))
    receiver.ok(*accept, *AS)
    with receiver.session("head") as session:
        newcomer = Newcomer(
            name="Tim Reed",
            handle="teacher",
            job_title="teacher",
            passphrase=PASSPHRASE,
            grant=Grant(role="teacher", from_=date(2020, 1, 1)),
        )
        add_person(session, newcomer)
    return receiver


def theirs(school: SchoolHome, *words: str) -> list[dict[str, Any]]:
    """Give the other school's entries in a history."""
    entries = school.ok("history", ZOE, *words)["entries"]
    return [one for one in entries if one["received"]]


def test_a_history_shows_the_senders_entries_word_for_word(
    sent: Pair, accepted: SchoolHome
) -> None:
    told = {one["entry"]: one for one in sent.sender.ok("history", ZOE, *AS)["entries"]}
    shown = theirs(accepted, *AS)
    assert len(shown) > 8
    for one in shown:
        for name in ("type", "fields", "what", "occurred_on", "recorded_at", "signed_by", "role"):
            assert one[name] == told[one["entry"]][name], name
        assert one["corrected_by"] == told[one["entry"]]["corrected_by"]
    carried = {"pupil", "consent", "review", "my_story"}
    due = {number for number, one in told.items() if one["type"].split(".")[0] in carried}
    relied = {number for number, one in told.items() if one["type"] == "consent.relied_on.v1"}
    corrections = {number for number, one in told.items() if one["type"] == "entry.corrected.v1"}
    assert {one["entry"] for one in shown} == (due | corrections) - relied


def test_each_says_plainly_whose_it_is_and_since_when_it_is_here(accepted: SchoolHome) -> None:
    page = accepted.run("history", ZOE, *AS).stdout
    today = datetime.now(UTC).date()
    line = f"received from St Thomas à Becket on {today.day} {today:%B} {today.year}, "
    assert line + "signed by their SENCO Paul Crook, verified" in page
    assert page.count(line) == len(theirs(accepted, *AS))
    assert "St Thomas à Becket, their entry" in page
    assert "signed there by Paul Crook (senco)" in page
    own = [one for one in accepted.ok("history", ZOE, *AS)["entries"] if not one["received"]]
    assert {one["type"] for one in own} >= {"pupil.registered.v1", "record_transfer.accepted.v1"}


def test_entries_stand_in_their_place_in_time(accepted: SchoolHome) -> None:
    entries = accepted.ok("history", ZOE, *AS)["entries"]
    days = [one["occurred_on"] for one in entries]
    assert days == sorted(days)
    assert entries[0]["occurred_on"] == "2024-09-01"
    assert entries[0]["received"]["school"] == "St Thomas à Becket"
    assert theirs(accepted, "--as-of", "2024-12-31", *AS)
    assert all(
        one["occurred_on"] <= "2024-12-31" for one in theirs(accepted, "--as-of", "2024-12-31", *AS)
    )
    assert theirs(accepted, "--known-at", "2025-01-01", *AS) == []


def test_a_consent_given_there_is_theirs_and_counts_not_here(accepted: SchoolHome) -> None:
    (row,) = accepted.ok("consent", "list", ZOE, *AS)
    assert (row["school"], row["counts_here"]) == ("St Thomas à Becket", False)
    assert (row["answer"], row["by"]) == ("given", "Anna O'Neill")
    page = accepted.run("consent", "list", ZOE, *AS).stdout
    assert "St Thomas à Becket" in page
    assert "It is no consent\nto this school" in page
    check = ("consent", "check", ZOE, "--item", "my_story", "--on", row["on"])
    said = accepted.run(*check, "--recipient", row["recipient"], *AS, "--json")
    assert (said.exit_code, json.loads(said.stdout)["verdict"]) == (1, "no")


def test_classes_that_few_read_stay_closed_in_a_received_record(accepted: SchoolHome) -> None:
    assert STORY in json.dumps(theirs(accepted, *AS))
    as_teacher = ("--as", "teacher")
    seen = theirs(accepted, *as_teacher)
    assert seen
    assert STORY not in json.dumps(seen)
    assert not [one for one in seen if one["type"].startswith("my_story.")]
    (row,) = accepted.ok("transfer", "list", *as_teacher)
    shown = accepted.ok("transfer", "show", row["number"], *as_teacher)
    assert shown["closed_to_you"] == 1
    assert STORY not in json.dumps(shown)
    out = str(accepted.folder / "not-for-teachers")
    show = ("transfer", "show", row["number"], "--out", out, *as_teacher)
    accepted.refused(4, "contents-unopened", *show)
    assert not (accepted.folder / "not-for-teachers").exists()


def test_the_readable_page_and_the_documents_are_written_out(accepted: SchoolHome) -> None:
    (row,) = accepted.ok("transfer", "list", *AS)
    out = accepted.folder / "page"
    accepted.ok("transfer", "show", row["number"], "--out", str(out), *AS)
    page = (out / "record.html").read_text("utf-8")
    assert "reads whole words" in page
    assert (out / "document-1.txt").read_text("utf-8") == "signed form"
    assert out.stat().st_mode & 0o077 == 0
    assert (out / "record.html").stat().st_mode & 0o077 == 0
    again = ("transfer", "show", row["number"], "--out", str(out), *AS)
    accepted.refused(2, "file-exists", *again)


def test_both_schools_have_one_number_for_a_handover(sent: Pair) -> None:
    (ours,) = sent.sender.ok("transfer", "list", *AS)
    (there,) = sent.receiver.ok("transfer", "list", *AS)
    assert ours["number"] == there["number"]
    assert ours["entries"] == there["entries"] > 8
    told = sent.sender.refused(5, "no-transfer", "transfer", "show", ours["number"], *AS)
    assert "sent" in told["why"]


def test_a_record_can_be_read_before_anybody_accepts_it(sent: Pair) -> None:
    (row,) = sent.receiver.ok("transfer", "list", *AS)
    shown = sent.receiver.ok("transfer", "show", row["number"], *AS)
    assert (shown["step"], len(shown["entries"])) == ("received", row["entries"])
    page = sent.receiver.run("transfer", "show", row["number"], *AS).stdout
    assert page.startswith("The record of Zoë O'Neill, from St Thomas à Becket")
    assert "Left out: unsigned proposals: " in page


def test_reading_it_is_recorded_for_the_pupil(accepted: SchoolHome) -> None:
    def readings() -> list[Any]:
        rows = accepted.ok("access", "list", "--as", "head")["readings"]
        return [one for one in rows if one["command"] == "transfer show" and one["pupil"]]

    (row,) = accepted.ok("transfer", "list", *AS)
    before = len(readings())
    accepted.ok("transfer", "show", row["number"], *AS)
    assert len(readings()) == before + 1


def test_accepting_asks_whose_record_it_is(sent: Pair, tmp_path: Any) -> None:
    receiver = sent.receiver.copy(tmp_path / "receiver")
    accept = ("transfer", "accept", "--receipt", str(tmp_path / "receipt"), *AS)
    said = receiver.refused(2, "pupil-not-named", *accept)
    assert "--new" in said["try"]
    page = receiver.run(*accept).stdout
    assert "The record names: Zoë O'Neill, born 29 February 2016, UPN A203102209083" in page
    assert "Nobody here has that UPN, or that name and date of birth." in page
    # The same child by name and birth, with another UPN: shown, never taken.
    add = ("pupil", "add", "--family", "O'NEILL", "--given", "Zoe", "--born", "29/02/2016")
    receiver.ok(*add, *AS)
    page = receiver.run(*accept).stdout
    assert "Known here: Zoe O'NEILL, born 29 February 2016" in page
    receiver.refused(2, "pupil-not-named", *accept, "--new", "--pupil", "Zoe O'NEILL")
    assert receiver.ok("history", "Zoe", *AS)["entries"][0]["received"] is None
    done = receiver.ok(*accept, "--pupil", "Zoe O'NEILL")
    assert done["new_pupil"] is False
    assert any(one["received"] for one in receiver.ok("history", "Zoe", *AS)["entries"])
    assert len(receiver.ok("register", "--everyone", *AS)["pupils"]) == 1


def test_nobody_new_takes_a_upn_that_is_taken(sent: Pair, tmp_path: Any) -> None:
    receiver = sent.receiver.copy(tmp_path / "receiver")
    add = ("pupil", "add", "--family", "Other", "--given", "Name", "--born", "01/01/2015")
    receiver.ok(*add, "--upn", ZOE, *AS)
    accept = ("transfer", "accept", "--new", "--receipt", str(tmp_path / "receipt"), *AS)
    receiver.refused(7, "duplicate-upn", *accept)
    assert not (tmp_path / "receipt").exists()
    page = receiver.run("transfer", "accept", "--receipt", str(tmp_path / "r"), *AS).stdout
    assert "Known here: Name Other, born 1 January 2015, UPN A203102209083" in page


def test_a_kept_record_that_was_changed_is_not_shown(accepted: SchoolHome, tmp_path: Any) -> None:
    copy = accepted.copy(tmp_path / "copy")
    for blob in (copy.path / "attachments").iterdir():
        blob.chmod(0o600)
        blob.write_bytes(blob.read_bytes()[:-1] + b"\x00")
    result = copy.run("history", ZOE, *AS)
    assert result.exit_code == 10
    assert "St Thomas" not in result.stdout


def test_models_that_followed_are_those_that_are_rebuilt(accepted: SchoolHome) -> None:
    reading = Reading(command="history")
    with open_view(accepted.home, "senco", PASSPHRASE, reading=reading) as view:
        assert differing(view.models, view.reader) == []
