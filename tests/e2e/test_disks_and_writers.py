"""Full disks, read-only media, and several programs at once."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from tests.support.mounts import mounted, read_only
from tests.support.school_home import (
    SchoolHome,
    python_process,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STATUS = ("pupil", "status", "Zoë", "E", "--reason", "plan issued", "--as", "senco")
SAVES = 50


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Fill the disk below a folder, to the last byte."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        for size in (1 << 16, 1 << 12, 1 << 8, 1):
            with suppress(OSError):
                while True:
                    file.write(bytes(size))
    yield
    filler.unlink()


# --- a full disk -------------------------------------------------------------


def test_a_full_disk_is_named_and_nothing_is_lost(school: SchoolHome, tmp_path: Path) -> None:
    with mounted("tmpfs", "tmpfs", tmp_path / "small", "size=4m,mode=0700") as disk:
        small = school.copy(disk / "school")
        small.ok("register", "--as", "senco")  # so that the read models are there
        size = small.ok("verify", "--as", "senco")["size"]
        with full(disk):
            said = small.refused(8, "disk-full", "log", "checkpoint")
            assert "nothing was recorded" in said["what"]
            assert "Free some space" in said["try"]
            # Reading is recorded first, so a full disk shows nothing and records nothing.
            said = small.refused(8, "access-log-failed", *STATUS)
            assert "full" in said["why"]
            assert "free space" in said["try"]
            small.refused(8, "disk-full", "backup", str(disk / "backup"))
            assert not (disk / "backup").exists()
        assert small.ok("verify", "--as", "senco")["size"] >= size
        small.ok(*STATUS)
        assert small.ok("verify", "--as", "senco")["result"] == "intact"


def test_a_disk_that_fills_up_while_writing_keeps_what_was_acknowledged(
    school: SchoolHome, tmp_path: Path
) -> None:
    with mounted("tmpfs", "tmpfs", tmp_path / "small", "size=2m,mode=0700") as disk:
        small = school.copy(disk / "school")
        acknowledged, refused = 0, None
        for number in range(300):
            status = ("K", "E")[number % 2]
            words = ("pupil", "status", "Zoë", status, "--reason", "x " * 7500, "--as", "senco")
            result = small.run(*words)
            if result.exit_code == 0:
                acknowledged += 1
            elif "already" not in result.stderr:
                refused = result
                break
        assert refused is not None
        assert refused.exit_code == 8, refused.output
        assert "Traceback" not in refused.output
        assert acknowledged > 3
        # Bigger again: everything acknowledged is there, and it goes on.
        subprocess.run(["mount", "-o", "remount,size=32m", str(disk)], check=True)
        report = small.ok("verify", "--as", "senco")
        assert report["result"] == "intact"
        history = small.ok("history", "Zoë", "--as", "senco")
        assert str(history).count("x x x") >= acknowledged


# --- read-only media ---------------------------------------------------------


def test_read_only_media_are_verified_read_and_never_written(
    school: SchoolHome, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        with school.session("senco") as session:  # with its -wal beside, as after a crash
            session.seal()
            with session.home.reading() as reader:
                size = reader.size
            os.sync()
        school.ok("register", "--as", "senco")
        place = tmp_path / "read-only"
        stack.enter_context(read_only(school.folder, place))
        media = SchoolHome(place)
        elsewhere: dict[str, str | None] = {"SEND_LEDGER_STATE": str(school.state)}
        report = media.ok("verify", "--as", "senco", env=elsewhere)
        assert (report["result"], report["size"]) == ("intact", size)
        assert media.ok("verify", "--envelope", env=elsewhere)["result"] == "intact"
        assert media.run("log", "prove", "20", env=elsewhere).exit_code == 0
        media.refused(8, "read-only", *STATUS, env=elsewhere)
        media.refused(8, "read-only", "log", "checkpoint", env=elsewhere)
        made = media.run(
            *("init", "--school", "x", "--urn", "106653", "--laestab", "370/4027"),
            *("--authority", "x", "--head", "Vera Holt", "--root-key", str(tmp_path / "root")),
            *("--recovery-sheet", str(tmp_path / "sheet"), "--home", str(place / "new")),
            *("--root-passphrase-file", str(place / "pp")),
        )
        assert made.exit_code == 8, made.output
        assert not (tmp_path / "root").exists()


def test_a_folder_without_the_right_to_write_is_named(school: SchoolHome) -> None:
    if os.getuid() == 0:
        pytest.skip("root may write everywhere; read-only media stand for it")
    school.path.chmod(0o500)
    (school.path / "ledger.db").chmod(0o400)
    try:
        school.refused(8, "read-only", *STATUS)
        assert school.run("verify", "--envelope").exit_code == 0
    finally:
        school.path.chmod(0o700)


# --- several programs at once ------------------------------------------------

WRITER = """
import sys
from pathlib import Path
from ledger.recorder import content_key_store, datastore
from tests.support.school_home import SchoolHome
from tests.support.victims import new_pupil
datastore.BUSY_SECONDS = content_key_store.BUSY_SECONDS = 300  # of patience nothing is proved here
school, first, count = SchoolHome(Path(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3])
with school.session("senco") as session:
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(first, first + count):
        print(session.desk.decide(lambda: new_pupil(session, number)), flush=True)
        if number % 10 == 9:
            session.seal()
"""


def test_two_writers_lose_no_entry_and_alarm_no_reader(school: SchoolHome) -> None:
    sizes, indexes = [school.ok("verify", "--envelope")["size"]], []
    with ExitStack() as stack:
        writers = [
            stack.enter_context(
                python_process(
                    *("-c", WRITER, str(school.folder), str(first), str(SAVES)),
                    env=school.env,
                    stdin=subprocess.PIPE,
                )
            )
            for first in (0, 1000)
        ]
        for writer in writers:
            assert writer.stdout
            assert writer.stdout.readline() == b"ready\n"
        for writer in writers:
            assert writer.stdin
            writer.stdin.write(b"go\n")
            writer.stdin.flush()
        while any(writer.poll() is None for writer in writers):
            result = school.run("verify", "--envelope", "--json")
            assert result.exit_code == 0, result.output
            sizes.append(school.ok("verify", "--as", "senco")["size"])
            checked = school.run("doctor", "--json")
            assert checked.exit_code == 0, checked.output
            time.sleep(0.01)
        for writer in writers:
            out, complaint = writer.communicate()
            assert writer.returncode == 0, complaint
            indexes += [int(line) for line in out.split()]
    assert len(sizes) > 1, "no reader verified meanwhile"
    assert sizes == sorted(sizes)
    assert len(indexes) == len(set(indexes)) == 2 * SAVES
    said = school.ok("verify", "--as", "senco")
    assert said["result"] == "intact"
    assert len(school.ok("register", "--everyone", "--as", "senco")["pupils"]) == 2 + 2 * SAVES
    with school.session("senco") as session, session.home.reading() as reader:
        stored = {entry.index for entry in reader.entries()}
        assert set(indexes) <= stored
        assert stored == set(range(len(stored)))


HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
"""


def test_a_writer_that_holds_on_is_named(school: SchoolHome) -> None:
    with (
        python_process(
            *("-c", HOLDER, str(school.path / "ledger.db")), stdin=subprocess.PIPE
        ) as holder,
        pytest.MonkeyPatch.context() as patched,
    ):
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        patched.setattr("ledger.recorder.datastore.BUSY_SECONDS", 0.1)
        said = school.run(*STATUS, "--json")
        assert said.exit_code == 8
        assert '"ledger-busy"' in said.stderr
        assert school.run("register", "--as", "senco").exit_code == 0
        holder.communicate(b"\n")
    school.ok(*STATUS)
