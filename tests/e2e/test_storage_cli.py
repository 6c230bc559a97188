"""Backups, disks and computers that fail: nothing lost, nothing half-made."""

from __future__ import annotations

import json
import os
import shutil
import stat
from typing import TYPE_CHECKING, Any

import pytest

from ledger.bootstrap.home import Home
from ledger.errors import NotFound
from tests.support.school_home import (
    PASSPHRASE,
    REGISTER,
    SchoolHome,
    later,
)
from tests.support.tampering import cut_tail, editing

if TYPE_CHECKING:
    from pathlib import Path

STATUS = ("pupil", "status", "Zoë", "E", "--reason", "plan issued", "--as", "senco")


def at(school: SchoolHome, name: str) -> dict[str, str | None]:
    """Give the environment in which another folder beside is the home."""
    return {"SEND_LEDGER_HOME": str(school.folder / name)}


def refusal(school: SchoolHome, name: str) -> tuple[int, str]:
    """Give how recording in another folder beside is refused."""
    result = school.run(*STATUS, "--json", env=at(school, name))
    return result.exit_code, json.loads(result.stderr)["error"]


# --- backup and restore ------------------------------------------------------


def test_a_backup_comes_back_whole_and_goes_on(school: SchoolHome) -> None:
    backup, restored = str(school.folder / "backup"), at(school, "restored")
    made = school.ok("backup", backup)
    said = school.ok("restore", backup, env=restored)
    assert said["read_only"] is False
    report = school.ok("verify", "--as", "senco", env=restored)
    assert (report["result"], report["size"]) == ("intact", made["size"])
    assert school.ok("register", "--as", "senco", env=restored) == school.ok(
        "register", "--as", "senco"
    )
    # While the old home is there, it is the ledger, and the new one a copy.
    assert said["copy_of"] == str(school.path.resolve())
    school.refused(7, "copy-of-home", *STATUS, env=restored)
    school.path.rename(school.folder / "old")
    school.ok(*STATUS, env=restored)  # the mark is equal, so it may go on
    assert refusal(school, "old") == (7, "copy-of-home")
    # And were the new one gone, the old home lies below the mark.
    (school.folder / "restored").rename(school.folder / "gone")
    assert refusal(school, "old") == (7, "behind-mark")


def test_a_backup_makes_no_folder_for_a_disk_that_is_not_there(school: SchoolHome) -> None:
    stick = school.folder / "stick"
    school.refused(5, "no-such-file", "backup", str(stick / "today"))
    assert not stick.exists()
    stick.mkdir()
    school.ok("backup", str(stick / "today"))


def test_a_copy_can_be_looked_at_and_never_kills_the_living_ledger(school: SchoolHome) -> None:
    copied = at(school, "practice")
    shutil.copytree(school.path, school.folder / "practice")
    size = school.ok("doctor")
    for command in (STATUS, ("log", "checkpoint"), ("school", "calendar", "x"), STATUS):
        result = school.run(*command, "--json", env=copied)
        assert result.exit_code in (2, 7), result.output
    said = school.refused(7, "copy-of-home", *STATUS, env=copied)
    assert str(school.path.resolve()) in said["why"]
    assert school.ok("register", "--as", "senco", env=copied) == school.ok(
        "register", "--as", "senco"
    )
    signs = {one["name"]: one["state"] for one in school.ok("doctor", env=copied)["checks"]}
    assert signs["this folder"] == "warning"
    assert "this folder" not in {one["name"] for one in school.ok("doctor")["checks"]}
    assert size["healthy"]
    school.ok(*STATUS)


def test_a_home_that_is_moved_goes_on_where_it_is(school: SchoolHome) -> None:
    school.ok(*STATUS)
    school.path.rename(school.folder / "moved")
    moved = at(school, "moved")
    school.ok("pupil", "status", "Zoë", "K", "--reason", "x", "--as", "senco", env=moved)
    (school.folder / "link").symlink_to(school.folder / "moved")
    school.ok("log", "checkpoint", env=at(school, "link"))
    # What has taken the old place, and is another ledger, stands in nobody's way.
    school.path.mkdir()
    (school.path / "home.json").write_text("{}", "utf-8")
    school.ok("log", "checkpoint", env=moved)


def test_what_is_to_save_the_home_is_not_kept_in_it(school: SchoolHome) -> None:
    for place in ("backup", "keys/backup", "../home/backup"):
        school.refused(2, "inside-home", "backup", str(school.path / place))
    new = school.folder / "new"
    facts = ("--school", "Hill", "--urn", "126416", "--laestab", "865/3396", "--authority", "W")
    for option, other in (("--root-key", "--recovery-sheet"), ("--recovery-sheet", "--root-key")):
        inside = (option, str(new / "x"), other, str(school.folder / "y"))
        said = school.refused(
            2,
            "inside-home",
            *("init", "--home", str(new), *facts, "--head", "Lisa", *inside),
            *("--root-passphrase-file", str(school.folder / "pp")),
        )
        assert "stick" in said["try"]
        assert not new.exists()
        assert not (school.folder / "y").exists()


def test_nothing_is_recorded_in_a_backup(school: SchoolHome) -> None:
    school.ok("backup", str(school.folder / "backup"))
    school.refused(7, "home-is-a-backup", *STATUS, env=at(school, "backup"))
    shutil.rmtree(school.path)
    assert school.ok("restore", str(school.folder / "backup"))["copy_of"] is None
    school.ok(*STATUS)


def test_a_home_restored_below_the_mark_is_read_only_for_good(school: SchoolHome) -> None:
    backup, restored = str(school.folder / "backup"), at(school, "restored")
    school.ok("backup", backup)
    school.ok(*STATUS)
    said = school.ok("restore", backup, env=restored)
    assert said["read_only"] is True
    words = school.run("restore", backup, env=at(school, "again")).stdout
    assert "read-only for good" in words
    assert "send-ledger init" in words
    school.path.rename(school.folder / "damaged")
    for command in (
        STATUS,
        ("log", "checkpoint"),
        ("staff", "grant", "office", "--role", "dpo", "--as", "head"),
    ):
        refused = school.run(*command, "--json", env=restored)
        told = json.loads(refused.stderr)
        assert (refused.exit_code, told["error"]) == (7, "behind-mark")
        assert "send-ledger init" in told["try"]
    assert school.run("register", "--as", "senco", env=restored).exit_code == 0
    report = school.run("verify", "--envelope", "--json", env=restored)
    assert report.exit_code == 10
    codes = [one["code"] for one in json.loads(report.stdout)["findings"]]
    assert codes == ["shorter-than-mark"]


def test_evidence_that_others_hold_keeps_an_old_copy_read_only(
    school: SchoolHome, tmp_path: Path
) -> None:
    backup = str(school.folder / "backup")
    school.ok("backup", backup)
    school.ok(*STATUS)
    head = str(school.folder / "head.checkpoint")
    school.ok("log", "checkpoint", "--out", head)
    elsewhere: dict[str, str | None] = {"SEND_LEDGER_STATE": str(tmp_path / "new computer")}
    restored = {**at(school, "restored"), **elsewhere}
    assert school.ok("restore", backup, "--against", head, env=restored)["read_only"] is True
    assert school.run(*STATUS, env=restored).exit_code == 7
    proof = str(school.folder / "entry.tlog-proof")
    school.ok("log", "prove", "3", "--out", proof)
    proved = {**at(school, "proved"), "SEND_LEDGER_STATE": str(tmp_path / "one more")}
    assert school.ok("restore", backup, "--against", proof, env=proved)["read_only"] is True
    other = str(school.write("other.checkpoint", changed_origin(head)))
    against = ("restore", backup, "--against", other)
    school.refused(6, "other-ledger", *against, env=at(school, "third"))
    # Without it a computer that never saw the ledger cannot know.
    forgetful = {**at(school, "forgetful"), "SEND_LEDGER_STATE": str(tmp_path / "another")}
    assert school.ok("restore", backup, env=forgetful)["read_only"] is False


def changed_origin(path: str) -> bytes:
    """Make a checkpoint of another ledger of one of ours."""
    with open(path, "rb") as file:  # noqa: PTH123  a path as text
        data = file.read()
    origin = data.split(b"\n", 1)[0]
    return data.replace(origin, origin[:-22] + b"A" * 22)


def test_a_backup_cut_at_its_end_and_made_to_agree_is_refused(school: SchoolHome) -> None:
    backup = school.folder / "backup"
    school.ok("backup", str(backup))
    cut_tail(backup / "ledger.db", 20)
    elsewhere = {**at(school, "new"), "SEND_LEDGER_STATE": str(school.folder / "other computer")}
    school.refused(10, "copy-damaged", "restore", str(backup), env=elsewhere)
    assert not (school.folder / "new").exists()
    (backup / "backup.json").write_bytes(b"")
    school.refused(6, "not-a-backup", "restore", str(backup), env=elsewhere)


def test_nothing_is_written_over(school: SchoolHome) -> None:
    backup = school.folder / "backup"
    backup.mkdir()
    school.refused(2, "folder-not-empty", "backup", str(backup))
    backup.rmdir()
    school.ok("backup", str(backup))
    school.refused(2, "folder-not-empty", "restore", str(backup))
    school.refused(6, "not-a-backup", "restore", str(school.path), env=at(school, "new"))
    assert not (school.folder / "new").exists()


def test_a_backup_is_closed_to_others_and_needs_no_file_beside(school: SchoolHome) -> None:
    backup = school.folder / "backup"
    school.ok("backup", str(backup))
    for path in (backup, *backup.rglob("*")):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path.name
    names = {path.name for path in backup.rglob("*") if path.is_file()}
    assert {"ledger.db", "keys.db", "home.json", "backup.json", "senco.json", "log.json"} <= names
    assert not [name for name in names if name.endswith(("-wal", "-shm", "-journal", ".part"))]


def test_a_damaged_backup_is_refused_and_leaves_nothing(school: SchoolHome) -> None:
    backup, ledger = school.folder / "backup", school.folder / "backup" / "ledger.db"
    school.ok("backup", str(backup))
    sound = ledger.read_bytes()

    def spoil(statement: str) -> None:
        ledger.write_bytes(sound)
        with editing(ledger) as connection:
            connection.execute(statement)

    for statement in (
        "DELETE FROM entries WHERE rowid = 7",
        "UPDATE entries SET statement = x'00' WHERE rowid = 7",
        "UPDATE tree SET root = zeroblob(32)",
    ):
        spoil(statement)
        said = school.refused(10, "copy-damaged", "restore", str(backup), env=at(school, "new"))
        assert "another backup" in said["try"]
        assert not (school.folder / "new").exists()
    for damaged in (sound[: len(sound) // 2], b"no database at all", b""):
        ledger.write_bytes(damaged)
        result = school.run("restore", str(backup), env=at(school, "new"))
        assert result.exit_code in (6, 8, 10), result.output
        assert not (school.folder / "new").exists()
    ledger.unlink()
    assert school.run("restore", str(backup), env=at(school, "new")).exit_code in (5, 8)
    assert not (school.folder / "new").exists()


def test_a_home_whose_log_is_altered_is_not_backed_up_as_if_it_were_sound(
    school: SchoolHome,
) -> None:
    with editing(school.path / "ledger.db") as connection:
        connection.execute("DELETE FROM entries WHERE rowid = 7")
    school.refused(10, "copy-damaged", "backup", str(school.folder / "backup"))
    assert not (school.folder / "backup").exists()


# --- synced folders, doctor --------------------------------------------------

INIT = (
    *("init", "--school", "Penistone", "--urn", "106653", "--laestab", "370/4027"),
    *("--authority", "Barnsley", "--head", "Vera Holt"),
)


def init(school: SchoolHome, suffix: str = "") -> tuple[str, ...]:
    files = [str(school.folder / f"{name}{suffix}") for name in ("new-root", "new-sheet", "pp")]
    return (
        *INIT,
        *("--root-key", files[0], "--recovery-sheet", files[1]),
        *("--root-passphrase-file", str(school.folder / "pp")),
    )


@pytest.mark.parametrize(
    "folder",
    ["OneDrive - St Thomas", "Dropbox", "Google Drive", "iCloudDrive", "Nextcloud", "SharePoint"],
)
def test_a_home_is_not_made_or_restored_in_a_synced_folder(school: SchoolHome, folder: str) -> None:
    synced = at(school, f"{folder}/ledger")
    said = school.refused(8, "synced-folder", *init(school), env=synced)
    assert folder in said["why"]
    school.ok("backup", str(school.folder / "backup"))
    restore = ("restore", str(school.folder / "backup"))
    school.refused(8, "synced-folder", *restore, env=synced)
    assert not (school.folder / folder).exists()
    assert not (school.folder / "new-root").exists()


def test_the_doctor_finds_nothing_wrong_with_a_sound_home(school: SchoolHome) -> None:
    before = school.fingerprint()
    said = school.ok("doctor")
    assert said["healthy"] is True
    states = {check["name"]: check["state"] for check in said["checks"]}
    for name in (
        *("Python", "SQLite", "cryptography", "state folder", "place of the home"),
        *("free space", "permissions", "ledger", "clock", "high-water mark", "checkpoint"),
    ):
        assert states[name] == "good", said
    assert all(set(check) == {"name", "state", "words"} for check in said["checks"])
    assert school.fingerprint() == before
    assert school.ok("doctor", env={"SEND_LEDGER_HOME": None})["healthy"] is True


def diagnosis(school: SchoolHome, **env: Any) -> dict[str, str]:
    result = school.run("doctor", "--json", env=env)
    assert result.exit_code == 1, result.output
    assert json.loads(result.stderr)["error"] == "unhealthy"
    said = json.loads(result.stdout)
    assert said["healthy"] is False
    return {check["name"]: check["words"] for check in said["checks"] if check["state"] == "bad"}


def test_the_doctor_names_what_is_wrong(school: SchoolHome) -> None:
    for opened in (school.path, school.path / "ledger.db", school.path / "keys.db"):
        mode = opened.stat().st_mode
        opened.chmod(0o755)
        bad = diagnosis(school)
        assert set(bad) == {"permissions"}
        assert str(opened.relative_to(school.folder)) in bad["permissions"]
        opened.chmod(mode)
    synced = school.folder / "OneDrive"
    synced.mkdir()
    shutil.copytree(school.path, synced / "home")
    bad = diagnosis(school, SEND_LEDGER_HOME=str(synced / "home"))
    assert set(bad) == {"place of the home"}
    school.ok("backup", str(school.folder / "backup"))
    school.ok(*STATUS)
    school.ok("restore", str(school.folder / "backup"), env=at(school, "old"))
    assert set(diagnosis(school, SEND_LEDGER_HOME=str(school.folder / "old"))) == {
        "high-water mark"
    }
    (school.path / "ledger.db").write_bytes(b"no database")
    assert set(diagnosis(school)) == {"ledger"}


def test_a_computer_that_never_saw_the_ledger_is_told_so(
    school: SchoolHome, tmp_path: Path
) -> None:
    said = school.ok("doctor", env={"SEND_LEDGER_STATE": str(tmp_path / "other")})
    states = {check["name"]: check["state"] for check in said["checks"]}
    assert states["high-water mark"] == "warning"


# --- the clock ---------------------------------------------------------------


def test_t2_a_clock_set_back_is_refused_and_named_by_the_doctor(school: SchoolHome) -> None:
    with school.session("senco", later(180)) as session:
        session.seal()
    said = school.refused(7, "clock-set-back", *STATUS)
    assert "set automatically" in said["try"]
    assert set(diagnosis(school)) == {"clock"}
    assert school.run("register", "--as", "senco").exit_code == 0


def test_a_clock_a_minute_behind_is_no_matter(school: SchoolHome) -> None:
    with school.session("senco", later(1)) as session:
        session.seal()
    school.ok(*STATUS)
    assert school.ok("verify", "--as", "senco")["result"] == "intact"


# --- making a home -----------------------------------------------------------


def test_a_home_is_made_whole_and_said_to_be_self_rooted(school: SchoolHome) -> None:
    said = school.ok(*init(school), env=at(school, "new"))
    assert said["self_rooted"] is True
    assert said["origin"] == f"send-ledger/v1/{said['ledger']}"
    for name in ("home", "root_key", "recovery_sheet", "state"):
        assert os.path.exists(said[name]), name  # noqa: PTH110  paths as printed
    for name in ("new-root", "new-sheet"):
        assert stat.S_IMODE((school.folder / name).stat().st_mode) == 0o600
    text = (school.folder / "new-sheet").read_text("utf-8")
    assert "It signs nothing" in text
    assert school.run("staff", "list", "--as", "head", env=at(school, "new")).exit_code == 0
    refused = school.run(*init(school, "-2"), "--json", env=at(school, "new"))
    assert (refused.exit_code, json.loads(refused.stderr)["error"]) == (2, "folder-not-empty")


@pytest.mark.parametrize("taken", ["new-root", "new-sheet"])
def test_where_a_key_cannot_be_kept_no_home_is_made(school: SchoolHome, taken: str) -> None:
    theirs = school.write(taken, "somebody else's file")
    school.refused(2, "file-exists", *init(school), env=at(school, "new"))
    assert not (school.folder / "new").exists()
    with open(theirs) as file:  # noqa: PTH123  a path as text
        assert file.read() == "somebody else's file"
    other = {"new-root": "new-sheet", "new-sheet": "new-root"}[taken]
    assert not (school.folder / other).exists()
    nowhere = [word.replace(f"/{taken}", f"/no/such/{taken}") for word in init(school)]
    assert school.run(*nowhere, env=at(school, "new")).exit_code == 8
    assert not (school.folder / "new").exists()
    (school.folder / taken).unlink()
    school.ok(*init(school), env=at(school, "new"))


def test_a_short_passphrase_makes_no_home(school: SchoolHome) -> None:
    short = {**at(school, "new"), "SEND_LEDGER_PASSPHRASE_FILE": school.write("short", "short")}
    school.refused(6, "passphrase-too-short", *init(school), env=short)
    assert not (school.folder / "new").exists()
    with pytest.raises(NotFound):
        Home.open(school.folder / "new", school.state)


# --- importing ---------------------------------------------------------------


def test_importing_a_file_twice_adds_nothing(school: SchoolHome) -> None:
    before = school.fingerprint()
    said = school.ok("import", school.write("again.csv", REGISTER), "--as", "senco")
    assert (said["entries"], said["pupils"]) == (0, 0)
    assert school.fingerprint() == before


def test_a_request_repeated_adds_nothing(school: SchoolHome) -> None:
    once = (*STATUS, "--request-id", "2026-03-03-1")
    first = school.ok(*once)["recorded"][0]["entry"]
    before = school.fingerprint()
    again = school.run(*once, "--json")
    assert school.fingerprint() == before
    assert again.exit_code in (0, 8), again.output
    assert str(first) in again.stdout + again.stderr
    assert b"2026-03-03-1" not in (school.path / "ledger.db").read_bytes()
    assert PASSPHRASE not in again.output
