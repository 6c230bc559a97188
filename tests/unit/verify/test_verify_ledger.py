"""What a verification says when nothing is altered, and what it says that it did not check."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ledger.aggregates.pupil import PupilEnrolled
from ledger.errors import LedgerBusy, NotFound
from ledger.formats import kinds
from ledger.formats.encoding import b64url
from ledger.formats.ledger_file import FILE_NAME
from ledger.recorder.content_key_store import ContentKeyStore
from ledger.seal.content_keys import ReadingKey
from ledger.seal.tree import EMPTY_ROOT, leaf_hash
from ledger.verify.held import Held
from ledger.verify.home import verify_ledger
from tests.support.ledger_builder import (
    BUILT_SIZE,
    FIRST_SEALED,
    FOUNDING,
    BuiltLedger,
    drawn,
    new_ledger,
)
from tests.support.tampering import counting, editing, forging, rebuild_tree, statement_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.verify.findings import Report
    from tests.unit.verify.conftest import Verify


def codes(report: Report) -> set[str]:
    return {one.code for one in report.findings}


def test_without_mark_or_held_head_a_ledger_is_unanchored(
    built: BuiltLedger, verify: Verify
) -> None:
    report = verify(built, mark=None)
    assert (report.result, report.exit_code, codes(report)) == ("unanchored", 11, {"unanchored"})
    assert "NOT FULLY VERIFIED" in report.words()


def test_a_held_head_anchors_it_without_a_mark(built: BuiltLedger, verify: Verify) -> None:
    leaf = statement_at(built.path, 5).jwt
    head = Held(
        description="the council's copy",
        origin=built.origin,
        size=built.mark.size,
        root=built.mark.root,
        leaf=(5, leaf_hash(leaf)),
    )
    assert verify(built, mark=None, against=[head]).result == "intact"
    for wrong in [(6, leaf_hash(leaf)), (5000, leaf_hash(leaf))]:
        other = Held(
            description="x", origin=head.origin, size=head.size, root=head.root, leaf=wrong
        )
        assert codes(verify(built, against=[other])) == {"fork"}


def test_a_head_of_no_size_anchors_nothing(built: BuiltLedger, verify: Verify) -> None:
    head = Held(description="x", origin=built.origin, size=0, root=EMPTY_ROOT)
    assert codes(verify(built, mark=None, against=[head])) == {"unanchored"}


def test_without_a_readers_key_contents_stay_unopened_and_it_exits_11(
    built: BuiltLedger, verify: Verify
) -> None:
    report = verify(built, data_key=None)
    assert (report.exit_code, codes(report)) == (11, {"contents-unopened"})
    assert report.counts["contents_present"] == FOUNDING + 16


def test_the_envelope_alone_can_be_intact(built: BuiltLedger, verify: Verify) -> None:
    report = verify(built, data_key=None, envelope_only=True)
    assert report.exit_code == 0
    assert any("only the envelope" in words for words in report.not_checked)


def test_a_reader_of_some_classes_is_told_how_much_stayed_closed(
    built: BuiltLedger, verify: Verify
) -> None:
    reading = ReadingKey(drawn("a governor"))
    built.keys.add_reader(reading.public, ["school"], built.signing["head"])
    governor = ContentKeyStore(built.keys.path, built.lid, built.entropy)
    governor.unlock(reading, counting(built))
    report = verify(built, data_key=governor.data_key)
    assert (report.exit_code, codes(report)) == (11, {"contents-unopened"})
    assert report.counts["contents_opened"] == FOUNDING  # the authority stream
    assert report.counts["contents_closed"] == 16


def test_a_kind_whose_rules_are_not_written_yet_leaves_the_ledger_unverified(
    built: BuiltLedger, verify: Verify
) -> None:
    stream = statement_at(built.path, FOUNDING).stream
    ranges = [{"stream": b64url(stream), "from": 1, "to": 2}]
    with forging(built) as forger:
        forger.connection.execute(
            "DELETE FROM contents WHERE rowid IN (?, ?)", (FOUNDING + 1, FOUNDING + 2)
        )
        built.open_stream(drawn_stream := built.stream(), "school")
        forger.append(
            built.signing["head"],
            {"event": "erasure.carried_out.v1"},
            kind=kinds.ERASURE,
            role="head",
            stream=drawn_stream.bytes,
            further={"ranges": ranges, "basis": "uk-gdpr-17"},
        )
    report = verify(built)
    assert (report.result, codes(report)) == ("unanchored", {"reserved-kind"})
    with editing(built.path) as connection:
        connection.execute("DELETE FROM contents WHERE rowid = ?", (FOUNDING + 3,))
    assert codes(verify(built)) == {"reserved-kind", "contents-missing"}


def test_entries_that_a_revocation_reaches_back_over_are_disputed(
    built: BuiltLedger, verify: Verify
) -> None:
    built.revoke("senco", from_index=BUILT_SIZE - 3, by="head")
    report = verify(built)
    disputed = [one.index for one in report.notes if one.code == "disputed"]
    senco = built.signing["senco"].kid
    assert disputed == [
        n for n in range(BUILT_SIZE - 3, BUILT_SIZE) if statement_at(built.path, n).kid == senco
    ]
    assert report.result == "intact"


def test_entries_that_a_withdrawal_reaches_back_over_are_disputed(
    built: BuiltLedger, verify: Verify
) -> None:
    built.withdraw("senco", "senco", from_index=BUILT_SIZE - 1, by="head")
    report = verify(built)
    assert [one.index for one in report.notes if one.code == "disputed"] == [BUILT_SIZE - 1]


def test_a_time_in_the_future_is_noted(built: BuiltLedger, verify: Verify) -> None:
    report = verify(built, now=built.now - timedelta(days=3))
    assert (report.result, report.codes["clock-off"]) == ("intact", 1)


def test_an_empty_ledger_has_no_beginning(built: BuiltLedger, verify: Verify) -> None:
    with editing(built.path) as connection:
        for table in ("entries", "contents", "checkpoints", "cosignatures"):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608  the names above
        rebuild_tree(connection)
    assert codes(verify(built)) == {"no-genesis"}


def test_there_being_no_ledger_is_no_finding(tmp_path: Path, built: BuiltLedger) -> None:
    with pytest.raises(NotFound):
        verify_ledger(tmp_path / "nowhere", mark=None, now=built.now)
    with pytest.raises(NotFound):
        verify_ledger(tmp_path, mark=None, now=built.now)


def test_a_busy_key_file_is_no_alteration(built: BuiltLedger, verify: Verify) -> None:
    def busy(_stream: bytes) -> bytes:
        raise LedgerBusy("The ledger is busy.")

    with pytest.raises(LedgerBusy):
        verify(built, data_key=busy)


def test_a_copied_database_alone_can_be_verified(built: BuiltLedger, tmp_path: Path) -> None:
    with editing(built.path):
        pass
    copy = tmp_path / "copy.db"
    shutil.copyfile(built.path, copy)
    report = verify_ledger(copy, mark=built.mark, now=built.now, envelope_only=True)
    assert report.result == "intact"


@contextmanager
def unable_to_write() -> Iterator[None]:
    """Be nobody for a while, where the tests run as root, whom no mode stops."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_a_home_on_read_only_media_can_be_verified(built: BuiltLedger) -> None:
    built.close()
    with tempfile.TemporaryDirectory() as folder:
        media = Path(folder) / "media"
        media.mkdir()
        shutil.copyfile(built.path, media / FILE_NAME)
        for path, mode in ((media / FILE_NAME, 0o444), (media, 0o555), (Path(folder), 0o755)):
            path.chmod(mode)
        with unable_to_write():
            report = verify_ledger(media, mark=built.mark, now=built.now, envelope_only=True)
            with pytest.raises(PermissionError):
                (media / "new").touch()
        left = [one.name for one in media.iterdir()]
        media.chmod(0o755)
    assert (report.result, left) == ("intact", [FILE_NAME])


def test_verifying_changes_no_byte(built: BuiltLedger, verify: Verify) -> None:
    with editing(built.path):
        pass
    before = built.path.read_bytes(), built.keys.path.read_bytes()
    verify(built)
    assert (built.path.read_bytes(), built.keys.path.read_bytes()) == before


def test_a_writer_meanwhile_raises_no_false_alarm(built: BuiltLedger, verify: Verify) -> None:
    pupil = built.pupil(50)
    mark, now = built.mark, built.now

    def data_key(stream: bytes) -> bytes:
        if built.mark == mark:
            built.year_group(pupil, "6")
        return built.keys.data_key(stream)

    report = verify(built, mark=mark, now=now, data_key=data_key)
    assert (report.result, report.size) == ("intact", mark.size)
    assert verify(built).size == mark.size + 1


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_the_report_is_the_same_with_any_number_of_workers(
    tmp_path: Path, verify: Verify, workers: int
) -> None:
    built = new_ledger(tmp_path / "home")
    pupil = built.pupil(1)
    for _ in range(7):
        for _ in range(100):
            pupil.record(PupilEnrolled, built.entry(), year_group="5", class_name=None)
        built.save("senco", pupil)
    with editing(built.path) as connection:
        for row in (100, 400, 500, 700):
            connection.execute("UPDATE contents SET ciphertext = x'00' WHERE rowid = ?", (row,))
    report = verify(built, workers=workers)
    assert [one.index for one in report.findings] == [99, 399, 499, 699]
    assert report.counts["entries"] == FOUNDING + 703


def test_verifying_imports_no_writing_path_and_no_eventsourcing(
    built: BuiltLedger,
) -> None:
    program = (
        "import sys, datetime, pathlib\n"
        "from ledger.verify.home import verify_ledger\n"
        f"report = verify_ledger(pathlib.Path({str(built.home)!r}), mark=None,"
        " now=datetime.datetime.now(datetime.UTC), envelope_only=True)\n"
        "assert report.result == 'unanchored', report\n"
        "bad = [name for name in sys.modules if name.split('.')[0] == 'eventsourcing'"
        " or name.startswith(('ledger.recorder', 'ledger.application', 'ledger.projections'))]\n"
        "assert not bad, bad\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_what_was_not_checked_is_said(built: BuiltLedger, verify: Verify) -> None:
    built.seals.add_token(FIRST_SEALED, b"token")
    built.anchor(FIRST_SEALED)
    with editing(built.path) as connection:
        connection.execute("INSERT INTO commands VALUES (x'00', 1)")
    (built.home / "attachments").mkdir()
    (built.home / "attachments" / "blob").write_bytes(b"")
    told = "\n".join(verify(built).not_checked)
    for words in ("time stamps: no root", "commands", "documents"):
        assert words in told


def test_the_report_is_written_as_documented(built: BuiltLedger, verify: Verify) -> None:
    read = json.loads(verify(built, data_key=None).to_json())
    assert read["format"] == "send-ledger/v1/verify-report"
    assert read["result"] == "unanchored"
    assert read["exit_code"] == 11
    assert read["size"] == BUILT_SIZE
    assert read["root"] == b64url(built.mark.root)
    assert read["findings"][0] == {
        "code": "contents-unopened",
        "index": None,
        "grade": "incomplete",
        "words": "The contents of the entries were not opened: no reader's key was given.",
    }
    assert FILE_NAME not in json.dumps(read)
