"""Bundles and receipts that are replayed, altered, or meant for somebody else."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from ledger.aggregates.school import School
from ledger.bootstrap.cards import transport_identity
from ledger.bundles.container import decrypt, encrypt
from ledger.bundles.receipt import open_receipt_file
from ledger.entrypoints.cli.entry_words import details
from ledger.formats.bundle_layout import RECEIPT
from tests.support.handover import Pair, introduced
from tests.support.school_home import (
    REGISTER,
    SchoolHome,
)

if TYPE_CHECKING:
    from pathlib import Path

ZOE = "A203102209083"
HEADINGS = REGISTER.splitlines()[0]
IMPORT = ("import", "--as", "senco")
AS = ("--as", "senco")


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    """Play a handover, and keep a copy of each stage."""
    folder = tmp_path_factory.mktemp("handover")
    kept = {}

    def keep(stage: str) -> None:
        target = folder / stage
        target.mkdir()
        for name in ("sender", "receiver"):
            SchoolHome(folder / "played" / name).copy(target / name)
        for path in (folder / "played").glob("*"):
            if path.is_file():
                (target / path.name).write_bytes(path.read_bytes())
        kept[stage] = Pair(target)

    (folder / "played").mkdir()
    pair = introduced(folder / "played", tmp_path_factory)
    keep("strangers no more")
    send = ("transfer", "send", ZOE, "--to", "106653", "--as", "senco")
    pair.sender.ok(*send, "--out", pair.file("zoe.age"))
    keep("sent")
    receive = ("transfer", "receive", pair.file("zoe.age"), "--as", "senco")
    pair.receiver.ok(*receive, "--receipt", pair.file("received"))
    keep("received")
    accept = ("transfer", "accept", "--new", "--receipt", pair.file("accepted"))
    pair.receiver.ok(*accept, "--as", "senco")
    acknowledge = ("transfer", "acknowledge", pair.file("accepted"), "--as", "senco")
    pair.sender.ok(*acknowledge, "--confirmation", pair.file("confirmation"))
    keep("acknowledged")
    pair.receiver.ok("transfer", "complete", pair.file("confirmation"), "--as", "senco")
    keep("complete")
    return kept


@pytest.fixture
def at_stage(stages: dict[str, Pair], tmp_path: Path) -> Any:
    """Copy a stage for a test to spoil."""

    def copy(stage: str) -> Pair:
        target = tmp_path / stage
        target.mkdir()
        for path in stages[stage].folder.iterdir():
            if path.is_dir():
                SchoolHome(path).copy(target / path.name)
            else:
                (target / path.name).write_bytes(path.read_bytes())
        return Pair(target)

    return copy


def test_a_replayed_bundle_is_refused(at_stage: Any) -> None:
    pair = at_stage("received")
    receive = ("transfer", "receive", pair.file("zoe.age"), "--as", "senco")
    said = pair.receiver.refused(6, "received-before", *receive)
    assert "transfer list" in said["try"]


@pytest.mark.parametrize("stage", ["received", "acknowledged"])
def test_however_often_the_sender_sealed_since_its_last_bundle_the_next_proves_it_continues(
    at_stage: Any, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    monkeypatch.setattr("ledger.bundles.send.NEWEST_SIZES", 1)
    pair = at_stage(stage)
    send = ("transfer", "send", ZOE, "--to", "106653", "--as", "senco")
    pair.sender.ok(*send, "--out", pair.file("next.age"))
    receive = ("transfer", "receive", pair.file("next.age"), "--as", "senco")
    pair.receiver.ok(*receive, "--receipt", pair.file("received-next"))


def test_a_bundle_encrypted_anew_is_known_again(at_stage: Any) -> None:
    pair = at_stage("received")
    identity, recipient = transport(pair.receiver)
    archive = decrypt(pair.read("zoe.age"), identity)
    again = pair.receiver.write("again.age", encrypt(archive, recipient))
    pair.receiver.refused(6, "received-before", "transfer", "receive", again, "--as", "senco")


def transport(school: SchoolHome) -> tuple[str, str]:
    """Give a school's age identity and its recipient."""
    with school.session("senco") as session:
        known = session.desk.load(School, session.desk.streams.school)
        assert known.recipient
        return transport_identity(session), known.recipient


def test_a_bundle_for_another_school_says_only_that(at_stage: Any) -> None:
    pair = at_stage("sent")
    receive = ("transfer", "receive", pair.file("zoe.age"), "--as", "senco")
    said = pair.sender.refused(6, "not-for-this-school", *receive)
    assert "card" in said["try"]


def test_a_bundle_of_a_school_that_is_not_trusted_is_refused(at_stage: Any) -> None:
    pair = at_stage("sent")
    (partner,) = pair.receiver.ok("school", "partners", "--as", "senco")
    distrust = ("school", "distrust", partner["origin"], "--reason", "key stolen")
    pair.receiver.ok(*distrust, "--as", "head")
    receive = ("transfer", "receive", pair.file("zoe.age"), "--as", "senco")
    said = pair.receiver.refused(5, "unknown-school", *receive)
    assert "school trust" in said["try"]
    pair.receiver.refused(7, "not-trusted", *distrust, "--as", "head")


def test_a_bundle_cut_or_flipped_is_refused_at_every_place_tried(at_stage: Any) -> None:
    pair = at_stage("sent")
    sound = pair.read("zoe.age")
    size = len(sound)
    cut = [sound[:at] for at in (0, 1, 21, 200, size // 2, size - 1)]
    flipped = []
    for at in (0, 30, 120, 220, 300, size // 2, size - 1):
        changed = bytearray(sound)
        changed[at] ^= 1
        flipped.append(bytes(changed))
    before = pair.receiver.fingerprint()
    for data in (*cut, *flipped, sound + b"\0"):
        file_name = pair.receiver.write("changed.age", data)
        result = pair.receiver.run("transfer", "receive", file_name, "--as", "senco", "--json")
        assert result.exit_code == 6, result.output
        assert '"unexpected"' not in result.stderr
    assert pair.receiver.fingerprint() == before
    receive = ("transfer", "receive", pair.file("zoe.age"), "--as", "senco")
    pair.receiver.ok(*receive)


def zipped(members: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return held.getvalue()


def test_a_zip_that_climbs_out_or_explodes_is_refused_before_anything_is_stored(
    at_stage: Any,
) -> None:
    pair = at_stage("sent")
    _identity, recipient = transport(pair.receiver)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("record.html", bytes(30_000_000))
    for data in (
        zipped({"../../keys/log.json": b"{}"}),
        zipped({"/etc/passwd": b"x"}),
        zipped({"statements/../../x.sd-jwt": b"x"}),
        zipped({"autorun.exe": b"x"}),
        bomb.getvalue(),
        b"no zip at all",
    ):
        file = pair.receiver.write("hostile.age", encrypt(data, recipient))
        before = pair.receiver.fingerprint()
        result = pair.receiver.run("transfer", "receive", file, "--as", "senco", "--json")
        assert result.exit_code == 6, result.output
        assert "etc/passwd" not in result.stderr
        assert pair.receiver.fingerprint() == before
        assert not list((pair.receiver.path / "attachments").iterdir())


def test_a_receipt_for_another_bundle_is_refused(at_stage: Any) -> None:
    pair = at_stage("received")
    earlier = at_stage("strangers no more")  # has not sent that bundle
    acknowledge = ("transfer", "acknowledge", pair.file("received"), "--as", "senco")
    said = earlier.sender.refused(6, "receipt-for-another-bundle", *acknowledge)
    assert "transfer list" in said["try"]
    # And one that another bundle of ours would like to have.
    send = ("transfer", "send", "B801200005001", "--to", "106653", "--as", "senco")
    earlier.sender.ok(*send, "--out", earlier.file("other.age"))
    earlier.sender.refused(6, "receipt-for-another-bundle", *acknowledge)


def test_a_replayed_receipt_is_refused(at_stage: Any) -> None:
    pair = at_stage("complete")
    for name in ("accepted", "received"):
        words = ("transfer", "acknowledge", pair.file(name), "--as", "senco")
        pair.sender.refused(7, "step-out-of-order", *words)
    complete = ("transfer", "complete", pair.file("confirmation"), "--as", "senco")
    pair.receiver.refused(7, "step-out-of-order", *complete)


def test_a_receipt_or_confirmation_in_the_others_place_is_refused(at_stage: Any) -> None:
    pair = at_stage("acknowledged")
    before = pair.sender.fingerprint(), pair.receiver.fingerprint()
    for school, words in (
        (pair.sender, ("transfer", "acknowledge", pair.file("confirmation"))),
        (pair.receiver, ("transfer", "complete", pair.file("accepted"))),
        (pair.receiver, ("transfer", "acknowledge", pair.file("accepted"))),
        (pair.receiver, ("transfer", "receive", pair.file("accepted"))),
        (pair.sender, ("transfer", "complete", pair.file("confirmation"))),
    ):
        result = school.run(*words, "--as", "senco", "--json")
        assert result.exit_code in (5, 6, 7, 10), (words, result.output)
        assert '"unexpected"' not in result.stderr, (words, result.output)
    assert (pair.sender.fingerprint(), pair.receiver.fingerprint()) == before


def test_an_altered_receipt_is_refused(at_stage: Any) -> None:
    pair = at_stage("received")
    sound = pair.read("received")
    before = pair.sender.fingerprint()
    for at in range(40, len(sound), len(sound) // 25):
        changed = bytearray(sound)
        changed[at] ^= 0x10
        file_name = pair.sender.write("changed", bytes(changed))
        result = pair.sender.run("transfer", "acknowledge", file_name, "--as", "senco", "--json")
        assert result.exit_code in (5, 6, 10), (at, result.output)
        assert '"unexpected"' not in result.stderr, (at, result.output)
    assert pair.sender.fingerprint() == before
    pair.sender.ok("transfer", "acknowledge", pair.file("received"), "--as", "senco")


def test_a_step_that_does_not_wait_is_refused(at_stage: Any) -> None:
    pair = at_stage("complete")
    out = ("--receipt", pair.file("again"), "--as", "senco")
    pair.receiver.refused(5, "no-transfer", "transfer", "accept", "--new", *out)
    pair.receiver.refused(5, "no-transfer", "transfer", "reject", "--because", "other", *out)
    taken = ("--receipt", pair.file("accepted"), "--as", "senco")
    pair.receiver.refused(2, "file-exists", "transfer", "accept", *taken)
    send = ("transfer", "send", ZOE, "--to", "Nowhere School", "--as", "senco")
    pair.sender.refused(5, "unknown-school", *send, "--out", pair.file("new.age"))
    again = ("transfer", "send", ZOE, "--to", "106653", "--as", "senco")
    pair.sender.refused(2, "file-exists", *again, "--out", pair.file("zoe.age"))


def test_ones_own_papers_are_called_so(at_stage: Any) -> None:
    pair = at_stage("acknowledged")
    for school, step, name in (
        (pair.receiver, "complete", "accepted"),
        (pair.receiver, "complete", "received"),
        (pair.sender, "acknowledge", "confirmation"),
    ):
        words = ("transfer", step, pair.file(name), "--as", "senco")
        assert "their confirmation" in school.refused(6, "own-receipt", *words)["try"]
    card = pair.sender.write("own.card", b"")
    pair.sender.ok("school", "card", "--out", card + "2", "--as", "senco")
    pair.sender.refused(6, "own-card", "school", "trust", card + "2", "--as", "senco")


def test_a_damaged_receipt_is_to_be_sent_again(at_stage: Any) -> None:
    pair = at_stage("received")
    for damaged in (pair.read("received")[:-40], b"no zip at all"):
        file = pair.sender.write("damaged", damaged)
        said = pair.sender.refused(6, "zip-malformed", "transfer", "acknowledge", file, *AS)
        assert "receipt or confirmation again" in said["try"]


def test_a_backup_from_before_a_receipt_is_restored_to_be_read_alone(at_stage: Any) -> None:
    pair = at_stage("strangers no more")
    later = at_stage("complete")
    pair.sender.ok("backup", str(pair.sender.folder / "backup"), "--as", "senco")
    elsewhere = {
        "SEND_LEDGER_HOME": str(pair.folder / "restored"),
        "SEND_LEDGER_STATE": str(pair.folder / "another computer"),
    }
    restore = ("restore", str(pair.sender.folder / "backup"), "--against")
    said = pair.sender.ok(*restore, later.file("accepted"), env=elsewhere)
    assert said["read_only"] is True
    assert pair.sender.ok("transfer", "list", *AS, env=elsewhere) == []


# --- what went through -------------------------------------------------------


def test_after_a_whole_handover_both_ledgers_are_intact(at_stage: Any) -> None:
    pair = at_stage("complete")
    for school in (pair.sender, pair.receiver):
        assert school.ok("verify", "--as", "senco")["result"] == "intact"
        (transfer,) = school.ok("transfer", "list", "--as", "senco")
        assert transfer["step"] == "complete"


def test_a_history_says_who_answered_and_leaves_the_bytes_to_json(stages: dict[str, Pair]) -> None:
    pair = stages["complete"]
    page = pair.sender.run("history", ZOE, "--as", "senco").stdout
    assert "school: Penistone Grammar School" in page
    assert "signed statement: receipt, “Accepted into the care of the school”, signed on" in page
    assert "fingerprint " in page
    assert "SHA-256" not in page
    assert max(map(len, page.splitlines())) < 200
    kept = open_receipt_file(pair.read("confirmation"))[f"{RECEIPT}.sd-jwt"].decode("ascii")
    ((_, said),) = details("record_transfer.completed.v1", {"statement": kept})
    assert said.startswith("confirmation, signed on ")
    entries = pair.sender.ok("history", ZOE, "--as", "senco")["entries"]
    (answer,) = [one for one in entries if one["type"] == "record_transfer.acknowledged.v1"]
    assert answer["fields"]["statement"].count("~") > 1
    assert len(answer["fields"]["receipt"]) == len("base64url of 32 bytes without padding......")
