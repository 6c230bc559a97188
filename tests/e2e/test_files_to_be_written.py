"""A file that finds no place is refused before anything is recorded.

`refused` looks that the ledger is byte for byte as it was.
"""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ledger.bootstrap.home import Home
from ledger.bootstrap.session import Session
from ledger.bundles.documents import DOCUMENTS_BYTES_MAX
from ledger.errors import StorageFailed
from tests.support.handover import Pair, introduced
from tests.support.mounts import mounted, read_only
from tests.support.school_home import SchoolHome, python_process

ZOE = "A203102209083"
AS = ("--as", "senco")
SEND = ("transfer", "send", ZOE, "--to", "106653", *AS)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """Give two schools that know each other, with a record on its way."""
    made = introduced(tmp_path_factory.mktemp("pair"), tmp_path_factory)
    made.sender.ok(*SEND, "--out", made.file("zoe.age"))
    return made


def test_a_folder_that_is_not_there_leaves_both_ledgers_as_they_were(pair: Pair) -> None:
    away = pair.file("no-such-stick/file")
    said = pair.sender.refused(5, "no-such-file", *SEND, "--out", away)
    assert "nothing was done" in said["what"]
    receive = ("transfer", "receive", pair.file("zoe.age"), *AS)
    pair.receiver.refused(5, "no-such-file", *receive, "--receipt", away)
    pair.sender.refused(5, "no-such-file", "log", "checkpoint", "--out", away)
    pair.sender.refused(5, "no-such-file", "school", "card", "--out", away, *AS)
    pair.sender.refused(2, "file-exists", *SEND, "--out", pair.file("."))


def test_documents_that_are_too_large_leave_the_ledger_as_it_was(pair: Pair) -> None:
    with Path(pair.file("film.mp4")).open("wb") as film:
        film.truncate(DOCUMENTS_BYTES_MAX + 1)
    large = ("--attach", pair.file("film.mp4"), "--signed-off-by", "P Crook")
    pair.sender.refused(7, "too-large", *SEND, "--out", pair.file("large.age"), *large)


def test_a_disk_that_takes_nothing_leaves_the_ledger_as_it_was(pair: Pair, tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    with read_only(tmp_path / "stick", tmp_path / "locked") as stick:
        pair.sender.refused(8, "storage-failed", *SEND, "--out", str(stick / "zoe.age"))


def test_a_stick_without_room_is_said_with_what_is_recorded_already(
    pair: Pair, tmp_path: Path
) -> None:
    with mounted("tmpfs", "tmpfs", tmp_path / "stick", "size=512k") as stick:
        result = pair.sender.run(*SEND, "--out", str(stick / "zoe.age"), "--json")
        assert list(stick.iterdir()) == []
    said = json.loads(result.stderr)
    assert (result.exit_code, said["error"]) == (8, "storage-failed")
    assert said["what"].startswith("It is recorded, but ")
    assert "send it again" in said["try"]
    pair.sender.ok(*SEND, "--out", pair.file("again.age"))
    pair.receiver.ok("transfer", "receive", pair.file("again.age"), *AS)


def stop(*_: object, **__: object) -> None:
    raise StorageFailed("The disk is full.", "No space is left.", kind="disk-full")


def test_a_step_that_stops_once_it_is_recorded_says_how_to_go_on(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(school: SchoolHome, *words: str) -> str:
        with monkeypatch.context() as full:
            full.setattr(Session, "seal", stop)
            result = school.run(*words, *AS, "--json")
        said = json.loads(result.stderr)
        assert (result.exit_code, said["error"], said["why"]) == (
            8,
            "disk-full",
            "No space is left.",
        )
        assert "recorded, but" in said["what"]
        return str(said["try"])

    def again(school: SchoolHome, remedy: str, name: str) -> str:
        _, _, words = remedy.partition("send-ledger ")
        file = str(tmp_path / name)
        school.ok(*words.removesuffix(".").replace("FILE", file).split(" "), *AS)
        return file

    bundle = str(tmp_path / "bundle.age")
    send = ("transfer", "send", ZOE, "--to", "106653", "--out", bundle)
    assert "send the record again" in stopped(pair.sender, *send)
    pair.sender.ok(*send, *AS)
    receipt = ("--receipt", str(tmp_path / "never"))
    remedy = stopped(pair.receiver, "transfer", "receive", bundle, *receipt)
    pair.sender.ok("transfer", "acknowledge", again(pair.receiver, remedy, "received"), *AS)
    number = remedy.split(" ")[-3]
    accept = ("transfer", "accept", "--new", "--transfer", number, *receipt)
    accepted = again(pair.receiver, stopped(pair.receiver, *accept), "accepted")
    remedy = stopped(pair.sender, "transfer", "acknowledge", accepted)
    confirmation = again(pair.sender, remedy, "confirmation")
    pair.receiver.ok("transfer", "complete", confirmation, *AS)


def test_two_handovers_that_happen_to_have_one_number_are_told_apart(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(size: int) -> bytes:
        return b"\x1e\x10\x57\x34" + os.urandom(size)[4:]

    monkeypatch.setattr(Home, "open", partial(Home.open, entropy=draw))
    for name in ("one.age", "two.age"):
        pair.sender.ok(*SEND, "--out", str(tmp_path / name))
    listed = pair.sender.ok("transfer", "list", *AS)
    known = [one for one in listed if one["number"] == "1e105734"]
    said = pair.sender.refused(5, "no-transfer", "transfer", "receipt", "1e105734", *AS)
    assert len(known) == 2
    assert "by its id" in said["try"]
    named = ("transfer", "receipt", *AS, "--", known[0]["transfer"])
    pair.sender.refused(5, "no-answer", *named)


def program(school: SchoolHome, *words: str, **how: Any) -> tuple[int, str, str]:
    """Run a command as a program of its own, whose output takes UTF-8 alone."""
    env = {**school.env, "PYTHONIOENCODING": "utf-8:strict"}
    with python_process("cli.py", *words, env=env, **how) as running:
        said, failed = running.communicate()
        return running.wait(), (said or b"").decode(), failed.decode()


def test_a_file_name_that_is_no_text_does_not_hide_what_is_recorded(
    pair: Pair, tmp_path: Path
) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this file system takes names in UTF-8 alone")
    out = folder / "zoe.age"
    code, said, failed = program(pair.sender, *SEND, "--out", str(out), "--json")
    assert (code, failed) == (0, "")
    assert json.loads(said)["bundle"] == str(out)
    code, said, failed = program(pair.sender, *SEND, "--out", str(folder / "again.age"))
    assert (code, failed) == (0, "")
    assert "caf\\udce9/again.age" in said


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is full")
def test_an_answer_that_finds_no_room_says_that_the_work_is_done(pair: Pair) -> None:
    with Path("/dev/full").open("wb") as full:
        code, _, failed = program(pair.sender, "log", "checkpoint", stdout=full)
    assert code == 8
    assert failed.startswith("Error: It is done, but the answer could not be written.\n")
    assert "before you repeat" in failed
