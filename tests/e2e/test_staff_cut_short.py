"""Keys and roles where a command stops halfway: what is recorded is said, and it can be gone on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ledger.application import staff
from ledger.bootstrap import machine_keys, staffing
from ledger.bootstrap.session import Session
from ledger.errors import StorageFailed
from ledger.formats.statement import read_statement
from ledger.recorder.content_key_store import ContentKeyStore
from tests.support.school_home import SchoolHome

if TYPE_CHECKING:
    from pathlib import Path

NEW_WORDS = "another horse, another battery"
HEAD = ("--as", "head")
LOST = ("--because", "lost", "--reason", "stick lost", *HEAD)


def new_words(school: SchoolHome) -> tuple[str, str]:
    return "--new-passphrase-file", school.write("new", NEW_WORDS + "\n")


def with_new_words(school: SchoolHome) -> dict[str, str | None]:
    return {"SEND_LEDGER_PASSPHRASE_FILE": str(school.folder / "new")}


def keys_in_use(school: SchoolHome, handle: str) -> int:
    listed = school.ok("staff", "list", *HEAD)
    return sum((row["handle"], row["state"]) == (handle, "in use") for row in listed)


def stop(*_: object, **__: object) -> None:
    raise StorageFailed("The disk is full.", "No space is left.", kind="disk-full")


def stopped(school: SchoolHome, *words: str) -> dict[str, Any]:
    """Run a command that stops halfway; give what it says."""
    result = school.run(*words)
    assert result.exit_code == 8, result.output
    what, why, remedy = result.stderr.rstrip("\n").split("\n")
    assert why == "Why: No space is left."
    return {"what": what, "try": remedy}


def newcomer(school: SchoolHome, handle: str = "ks1-lead") -> tuple[str, ...]:
    who = ("staff", "add", "Tim Reed", "--role", "teacher", "--handle", handle)
    return (*who, *new_words(school), *HEAD)


def test_a_key_is_replaced_under_the_handle_also_where_the_name_was_typed(
    school: SchoolHome,
) -> None:
    files = sorted(school.path.glob("keys/people/*"))
    school.ok("staff", "revoke-key", "office", *LOST)
    school.ok("staff", "replace-key", "Ada Okafor", *new_words(school), *HEAD)
    school.ok("pupil", "list", "--as", "office", env=with_new_words(school))
    assert sorted(school.path.glob("keys/people/*")) == files


def test_what_an_appointment_cut_short_has_left_gives_way_to_the_next(
    school: SchoolHome, tmp_path: Path
) -> None:
    killed = school.copy(tmp_path / "killed")
    killed.ok(*newcomer(killed))
    for name in ("people.json", "people/ks1-lead.json"):
        school.path.joinpath("keys", name).write_bytes(
            killed.path.joinpath("keys", name).read_bytes()
        )
    school.path.joinpath("keys/people/ks1-lead.json").chmod(0o600)
    assert keys_in_use(school, "ks1-lead") == 0
    school.refused(5, "unknown-person", "staff", "left", "ks1-lead", "--on", "2026-01-01", *HEAD)
    school.ok(*newcomer(school))
    school.ok("pupil", "list", "--as", "ks1-lead", env=with_new_words(school))
    school.refused(2, "handle-taken", *newcomer(school))


def test_whoever_is_appointed_and_cannot_read_yet_is_told_how(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as full:
        full.setattr(ContentKeyStore, "add_reader", stop)
        said = stopped(school, *newcomer(school))
    assert said["what"] == "Error: It is recorded, but what they may read is not open to them."
    assert "send-ledger staff recover" in said["try"]
    sheet = ("staff", "recover", "--sheet", str(school.folder / "sheet.txt"))
    school.ok(*sheet, "--as", "ks1-lead", env=with_new_words(school))
    school.ok("pupil", "list", "--as", "ks1-lead", env=with_new_words(school))


def test_a_headteacher_is_appointed_also_where_the_office_holds_the_root_key(
    school: SchoolHome,
) -> None:
    key, passphrase = str(school.folder / "root.json"), str(school.folder / "pp")
    root = ("--root-key", key, "--root-passphrase-file", passphrase)
    words = ("staff", "add", "Nia Hope", "--role", "head", "--handle", "head-2")
    done = school.run(*words, *root, *new_words(school), "--as", "office")
    assert done.exit_code == 0, done.output
    assert "send-ledger staff recover" in done.stdout
    sheet = ("staff", "recover", "--sheet", str(school.folder / "sheet.txt"))
    school.ok(*sheet, "--as", "head-2", env=with_new_words(school))
    school.ok("register", "--as", "head-2", env=with_new_words(school))
    assert school.ok("verify", "--as", "senco")["result"] == "intact"


def test_a_renewal_cut_short_says_which_passphrase_counts_and_leaves_no_key_behind(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    renew = ("staff", "rotate-key", *new_words(school), "--as", "office")
    with monkeypatch.context() as full:
        full.setattr(staffing, "write_private", stop)
        said = stopped(school, *renew)
    assert said["what"] == "Error: Not renewed: your old key and passphrase count as before."
    assert keys_in_use(school, "office") == 2
    with monkeypatch.context() as full:
        full.setattr(ContentKeyStore, "rotate", stop)
        said = stopped(school, *renew)
    assert said["what"] == "Error: Your new passphrase counts now, but the old key does too."
    school.ok(*renew, env=with_new_words(school))
    school.ok("pupil", "list", "--as", "office", env=with_new_words(school))
    assert keys_in_use(school, "office") == 1
    assert school.ok("verify", "--as", "senco")["result"] == "intact"


def test_a_replacement_cut_short_is_repeated(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    school.ok("staff", "revoke-key", "office", *LOST)
    replace = ("staff", "replace-key", "office", *new_words(school), *HEAD)
    with monkeypatch.context() as full:
        full.setattr(staffing, "write_private", stop)
        school.refused(8, "disk-full", *replace)
    with monkeypatch.context() as full:
        full.setattr(staff, "register_successor", stop)
        school.refused(8, "disk-full", *replace)
    school.ok(*replace)
    school.ok("pupil", "list", "--as", "office", env=with_new_words(school))


@pytest.mark.parametrize(
    "words",
    [
        ("staff", "revoke-key", "office", *LOST),
        ("staff", "revoke", "office", "--role", "administrator", "--reason", "moved", *HEAD),
    ],
    ids=["key", "role"],
)
def test_what_a_revoked_key_could_read_is_closed_when_it_is_repeated(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    with monkeypatch.context() as full:
        full.setattr(ContentKeyStore, "rotate", stop)
        said = stopped(school, *words)
    assert "not closed to their key" in said["what"]
    with school.home.reading() as reader:
        revoked = reader.size
    school.ok(*words)
    with school.home.reading() as reader:
        types = [read_statement(one.statement).kind for one in reader.entries(revoked)]
    assert not {"key-revoked", "role-withdrawn"}.intersection(types)
    with school.session("head") as session:
        people = session.keys.readers("general")
        assert len(people) == 3, "head, SENCO and the recovery sheet"
    assert school.run(*words).exit_code == 7


def test_a_sealing_that_fails_does_not_hide_that_somebody_was_appointed(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as full:
        full.setattr(Session, "seal", stop)
        said = stopped(school, *newcomer(school))
    assert said["what"] == "Error: It is recorded, but the ledger could not be sealed."
    assert "send-ledger log checkpoint" in said["try"]
    school.ok("log", "checkpoint")
    school.ok("pupil", "list", "--as", "ks1-lead", env=with_new_words(school))


def test_a_machine_key_that_is_not_in_place_yet_is_renewed_by_repeating_it(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, passphrase = str(school.folder / "root.json"), str(school.folder / "pp")
    root = ("--root-key", key, "--root-passphrase-file", passphrase)
    renew = ("log", "renew-key", "system", *root, "--reason", "yearly", *HEAD)
    with monkeypatch.context() as full:
        full.setattr(machine_keys, "write_private", stop)
        said = stopped(school, *renew)
    assert said["what"] == "Error: A new key is registered, but the old one counts still."
    school.ok(*renew)
    listed = school.ok("staff", "list", *HEAD)
    assert [one["state"] for one in listed if one["name"] == "system"].count("in use") == 1
