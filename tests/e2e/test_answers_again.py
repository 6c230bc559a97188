"""A handover ends, whatever was stopped between signing an answer and writing its file."""

from __future__ import annotations

from typing import Any, NoReturn

import pytest

from ledger.bundles import acknowledge as acknowledging
from ledger.bundles import receive as receiving
from tests.support.handover import Pair
from tests.support.school_home import SchoolHome

ZOE = "A203102209083"
AS = ("--as", "senco")


def number_of(school: SchoolHome) -> str:
    (row,) = school.ok("transfer", "list", *AS)
    number: str = row["number"]
    return number


def again(pair: Pair, school: SchoolHome, name: str) -> Any:
    out = ("--out", pair.file(name), *AS)
    return school.ok("transfer", "receipt", number_of(school), *out)


def stopped(school: SchoolHome, monkeypatch: pytest.MonkeyPatch, module: Any, *words: str) -> None:
    """Run a command that dies once its answer is signed, before its file is written."""

    def die(_: object) -> NoReturn:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "build_receipt_file", die)
        assert school.run("transfer", *words, *AS).exit_code != 0


def test_every_step_that_was_stopped_is_ended_and_the_handover_completes(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender, receiver = pair.sender, pair.receiver
    receive = ("receive", pair.file("zoe.age"), "--receipt", pair.file("a"))
    stopped(receiver, monkeypatch, receiving, *receive)
    said = receiver.refused(6, "received-before", "transfer", *receive, *AS)
    assert f"transfer receipt {number_of(receiver)}" in said["try"]
    assert again(pair, receiver, "received")["outcome"] == "received"
    sender.ok("transfer", "acknowledge", pair.file("received"), *AS)

    accept = ("accept", "--new", "--receipt", pair.file("b"))
    stopped(receiver, monkeypatch, receiving, *accept)
    said = receiver.refused(5, "no-transfer", "transfer", *accept, *AS)
    assert "transfer receipt" in said["try"]
    assert again(pair, receiver, "accepted")["outcome"] == "accepted"

    acknowledge = ("acknowledge", pair.file("accepted"))
    stopped(sender, monkeypatch, acknowledging, *acknowledge)
    assert again(pair, sender, "confirmation")["outcome"] == "confirmed"
    receiver.ok("transfer", "complete", pair.file("confirmation"), *AS)
    for school in (sender, receiver):
        assert school.ok("transfer", "list", *AS)[0]["step"] == "complete"
        assert school.ok("verify", *AS)["result"] == "intact"


def test_a_rejection_that_was_stopped_is_ended(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    pair.receiver.ok("transfer", "receive", pair.file("zoe.age"), *AS)
    reject = ("reject", "--because", "wrong-pupil", "--receipt", pair.file("a"))
    stopped(pair.receiver, monkeypatch, receiving, *reject)
    assert again(pair, pair.receiver, "rejected")["outcome"] == "rejected"
    pair.sender.ok("transfer", "acknowledge", pair.file("rejected"), *AS)
    assert pair.sender.ok("transfer", "list", *AS)[0]["step"] == "rejected by them"


def test_a_file_that_was_written_comes_out_the_same_and_nothing_is_recorded(pair: Pair) -> None:
    number = number_of(pair.sender)
    pair.sender.refused(5, "no-answer", "transfer", "receipt", number, *AS)
    pair.receiver.ok(
        "transfer", "receive", pair.file("zoe.age"), "--receipt", pair.file("first"), *AS
    )
    before = pair.receiver.fingerprint()
    again(pair, pair.receiver, "second")
    again(pair, pair.receiver, "third")
    assert pair.read("first") == pair.read("second") == pair.read("third")
    assert pair.receiver.fingerprint() == before
    accept = ("transfer", "accept", "--new", "--receipt", pair.file("accepted"))
    pair.receiver.ok(*accept, *AS)
    done = ("--confirmation", pair.file("confirmation"), *AS)
    pair.sender.ok("transfer", "acknowledge", pair.file("accepted"), *done)
    before = pair.sender.fingerprint()
    again(pair, pair.sender, "confirmed again")
    assert pair.read("confirmation") == pair.read("confirmed again")
    assert pair.sender.fingerprint() == before
    pair.receiver.refused(
        2, "file-exists", "transfer", "receipt", number, "--out", pair.file("first"), *AS
    )
