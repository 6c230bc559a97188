"""Private files: whole or not at all, for their owner alone; and the one writing place."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ledger.errors import KeyUnavailable, LedgerBusy, LedgerError, StorageFailed, UsageError
from ledger.seal import private_files
from ledger.seal.private_files import (
    WriterLock,
    make_private_folder,
    open_to_others,
    read_private,
    write_private,
    write_private_folder,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Unix modes; untested on Windows")


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o077])
def any_umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("any_umask")
def test_a_private_file_is_its_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "log.key"
    write_private(path, b"secret")
    assert (_mode(path), read_private(path)) == (0o600, b"secret")
    write_private(path, b"other", replace=True)
    assert (_mode(path), read_private(path)) == (0o600, b"other")


@pytest.mark.usefixtures("any_umask")
def test_a_private_folder_is_its_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    make_private_folder(tmp_path / "home")
    make_private_folder(tmp_path / "home")
    assert _mode(tmp_path / "home") == 0o700


@pytest.mark.usefixtures("any_umask")
def test_a_folder_of_files_is_its_owners_alone_down_to_the_innermost(tmp_path: Path) -> None:
    write_private_folder(tmp_path / "proof", {"README.txt": b"read", "keys/log.pem": b"key"})
    found = {path.name: _mode(path) for path in (tmp_path / "proof").rglob("*")}
    assert found == {"README.txt": 0o600, "keys": 0o700, "log.pem": 0o600}
    assert (tmp_path / "proof" / "keys" / "log.pem").read_bytes() == b"key"


def test_a_folder_that_others_can_enter_is_refused_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home").chmod(0o755)
    with pytest.raises(StorageFailed) as caught:
        make_private_folder(tmp_path / "home")
    assert (caught.value.kind, "chmod 700" in caught.value.remedy) == ("folder-mode", True)


def test_a_file_gone_since_it_was_listed_is_open_to_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "home"
    make_private_folder(folder)
    (folder / "others").touch(0o644)
    listed = [folder / "gone.part", folder / "others"]
    monkeypatch.setattr(Path, "rglob", lambda *_: iter(listed))
    assert open_to_others(folder) == [folder / "others"]


def test_a_file_in_the_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    with pytest.raises(StorageFailed):
        make_private_folder(tmp_path / "home")


def test_a_private_file_is_never_overwritten_unasked(tmp_path: Path) -> None:
    path = tmp_path / "log.key"
    write_private(path, b"first")
    with pytest.raises(UsageError) as caught:
        write_private(path, b"second")
    assert caught.value.kind == "file-exists"
    assert read_private(path) == b"first"
    assert [entry.name for entry in tmp_path.iterdir()] == ["log.key"]


def test_a_private_file_is_never_written_through_a_link(tmp_path: Path) -> None:
    link, target = tmp_path / "log.key", tmp_path / "elsewhere"
    link.symlink_to(target)
    with pytest.raises(UsageError):
        write_private(link, b"secret")
    write_private(link, b"secret", replace=True)
    assert not target.exists()
    assert not link.is_symlink()


@pytest.mark.parametrize("replace", [False, True])
def test_a_write_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replace: bool
) -> None:
    kept = tmp_path / "old.key"
    write_private(kept, b"old")

    def disk_full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(private_files, "_flush", disk_full)
    with pytest.raises(StorageFailed) as caught:
        write_private(kept if replace else tmp_path / "new.key", b"new", replace=replace)
    assert (caught.value.kind, caught.value.why) == ("storage-failed", "No space left on device")
    assert [entry.name for entry in tmp_path.iterdir()] == ["old.key"]
    assert read_private(kept) == b"old"


def test_file_and_folder_are_flushed_before_the_write_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[str] = []
    fsync = os.fsync

    def recorded(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        flushed.append("folder" if is_folder else "file")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", recorded)
    write_private(tmp_path / "log.key", b"secret")
    assert flushed == ["file", "folder"]


def test_a_folder_that_is_missing_is_a_storage_failure(tmp_path: Path) -> None:
    for replace in (False, True):
        with pytest.raises(StorageFailed):
            write_private(tmp_path / "missing" / "log.key", b"secret", replace=replace)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601, 0o610])
def test_a_key_file_open_to_others_is_refused_with_its_remedy(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "log.key"
    write_private(path, b"secret")
    path.chmod(mode)
    with pytest.raises(KeyUnavailable) as caught:
        read_private(path)
    assert (caught.value.kind, caught.value.exit_code) == ("key-file-mode", 4)
    assert "chmod 600" in caught.value.remedy


def test_a_key_file_that_is_missing_or_odd_is_refused(tmp_path: Path) -> None:
    long, pipe = tmp_path / "long", tmp_path / "pipe"
    write_private(long, bytes(11))
    os.mkfifo(pipe, 0o600)
    for path, kind in (
        (tmp_path / "missing", "key-file-missing"),
        (tmp_path, "key-file-unreadable"),
        (pipe, "key-file-unreadable"),
        (long, "key-file-unreadable"),
        (tmp_path / ("n" * 300), "key-file-unreadable"),
    ):
        with pytest.raises(KeyUnavailable) as caught:
            read_private(path, limit=10)
        assert caught.value.kind == kind


def test_refusals_do_not_show_the_name_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "ada-lovelace.key"
    path.write_bytes(b"secret")
    path.chmod(0o644)
    for act in (lambda: read_private(path), lambda: write_private(path, b"")):
        with pytest.raises(LedgerError) as caught:
            act()
        assert "ada" not in caught.value.what + caught.value.why + caught.value.remedy


def test_two_writers_cannot_hold_the_ledger(tmp_path: Path) -> None:
    one, two = WriterLock(tmp_path / "lock"), WriterLock(tmp_path / "lock", wait_seconds=0.1)
    with one:
        assert (one.held, two.held) == (True, False)
        with pytest.raises(LedgerBusy) as caught:
            two.acquire()
        assert (caught.value.kind, caught.value.exit_code) == ("ledger-busy", 8)
        with pytest.raises(LedgerBusy) as again:
            one.acquire()
        assert "This program" in again.value.why
    with two:
        assert (one.held, two.held) == (False, True)
    two.release()
    assert _mode(tmp_path / "lock") == 0o600


def test_a_waiting_writer_gets_the_ledger_when_the_other_lets_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = WriterLock(tmp_path / "lock"), WriterLock(tmp_path / "lock", wait_seconds=5)
    one.acquire()
    monkeypatch.setattr(time, "sleep", lambda _: one.release())
    with two:
        assert two.held


def test_a_lock_dies_with_its_process(tmp_path: Path) -> None:
    program = (
        "import os, sys, pathlib\n"
        "from ledger.seal.private_files import WriterLock\n"
        "WriterLock(pathlib.Path(sys.argv[1])).acquire()\n"
        "os._exit(9)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "lock")]
    assert subprocess.run(command, check=False).returncode == 9
    with WriterLock(tmp_path / "lock") as lock:
        assert lock.held


def test_a_lock_is_held_against_another_process(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib\n"
        "from ledger.errors import LedgerBusy\n"
        "from ledger.seal.private_files import WriterLock\n"
        "try:\n"
        "    WriterLock(pathlib.Path(sys.argv[1])).acquire()\n"
        "except LedgerBusy as busy:\n"
        "    sys.exit(busy.exit_code)\n"
    )
    with WriterLock(tmp_path / "lock"):
        command = [sys.executable, "-c", program, str(tmp_path / "lock")]
        assert subprocess.run(command, check=False).returncode == 8


def test_a_lock_in_a_missing_folder_is_a_storage_failure(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed):
        WriterLock(tmp_path / "missing" / "lock").acquire()
