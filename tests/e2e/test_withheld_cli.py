"""A slip in one entry does not block a handover: its texts stay, and the manifest says so."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.handover import Pair, introduced

ZOE = "A203102209083"
AS = ("--as", "senco")
REVIEW = ("review", "add", ZOE, "--kind", "review", "--lead", "Tim", "--outcomes")
SEND = ("transfer", "send", ZOE, "--to", "penistone")
SECRET = "1 Safe Street"  # noqa: S105  an address, made up


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    made = introduced(tmp_path_factory.mktemp("withheld"), tmp_path_factory)
    address = ("address", "add", ZOE, "--lines", SECRET, "--postcode", "DH1 1AA")
    made.sender.ok(*address, *AS)
    story = ("my-story", "add", ZOE, "--version", "older", "--text", "Hi", "--owner", "Z")
    made.sender.ok(*story, *AS)
    return made


def entry(pair: Pair, words: str) -> str:
    """Record a review at the sender; give its number."""
    (recorded,) = pair.sender.ok(*REVIEW, words, *AS)["recorded"]
    return str(recorded["entry"])


def test_a_slip_is_kept_back_and_everything_else_goes(pair: Pair) -> None:
    sender, receiver = pair.sender, pair.receiver
    slip, meeting = entry(pair, f"lives at {SECRET} now"), entry(pair, "about another family")
    sender.ok("correct", slip, "--reason", "a slip", "--withdraw", *AS)
    out = ("--out", pair.file("slip.age"), *AS)
    said = sender.refused(7, "protected-words", *SEND, *out)
    assert f"Entries: {slip};" in said["why"]
    assert "--withhold" in said["try"]
    done = sender.run(*SEND, *out, "--withhold", slip, "--leave-out", f"{meeting}=another family")
    assert done.exit_code == 0, done.output
    assert "for Penistone Grammar School alone. Number: " in done.stdout
    assert f"Left out: entry texts: Entry {slip}: Left out by decision of the SENCO." in done.stdout
    assert "Left out: review: another family" in done.stdout
    assert "Not sent, and named to nobody: the protected address" in done.stdout
    assert "Not sent, and named to nobody: My Story" in done.stdout
    receiver.ok("transfer", "receive", pair.file("slip.age"), *AS)
    (row,) = receiver.ok("transfer", "list", *AS)
    shown = receiver.ok("transfer", "show", row["number"], *AS)
    numbers = {one["entry"]: one for one in shown["entries"]}
    assert numbers[int(slip)]["withheld"] is True
    assert numbers[int(slip)]["corrected_by"] is not None
    assert (numbers[int(slip)]["fields"], int(meeting) in numbers) == ({}, False)
    page = receiver.run("transfer", "show", row["number"], *AS).stdout
    assert "review held: its texts were kept back by the sending school" in page
    told = page + str(shown)
    assert SECRET not in told
    assert "My Story (" not in told
    assert shown["omissions"][-1][1].startswith(f"Entry {slip}: ")


def test_what_cannot_be_kept_back_is_refused(pair: Pair, tmp_path: Any) -> None:
    sender = pair.sender
    out = ("--out", str(tmp_path / "new.age"), *AS)
    for option in ("--withhold", "--leave-out"):
        sender.refused(7, "not-in-record", *SEND, *out, option, "0")
        sender.refused(7, "not-in-record", *SEND, *out, option, "99999")
    own = sender.ok("history", ZOE, *AS)["entries"]
    registered = next(one["entry"] for one in own if one["type"] == "pupil.registered.v1")
    sender.refused(7, "not-in-record", *SEND, *out, "--leave-out", str(registered))
    (address,) = [one["entry"] for one in own if one["type"].startswith("protected_address.")]
    sender.refused(7, "not-in-record", *SEND, *out, "--withhold", str(address))
    assert sender.run(*SEND, *out, "--withhold", "x").exit_code == 2
    assert not (tmp_path / "new.age").exists()
