"""The recovery sheet, and what never stands in the clear, through the command line."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import astuple
from typing import TYPE_CHECKING

from ledger.seal.class_key_rows import signed_row
from ledger.seal.content_keys import wrap_class_key
from tests.support.school_home import (
    OTHER_FACTS,
    PERSONAL,
    SchoolHome,
    make_school,
)

if TYPE_CHECKING:
    from pathlib import Path


def readers(school: SchoolHome) -> int:
    with closing(sqlite3.connect(school.path / "keys.db")) as connection:
        return int(connection.execute("SELECT count(*) FROM class_keys").fetchone()[0])


def intact(school: SchoolHome) -> set[str]:
    """Verify everything; give the codes of the notes."""
    report = school.ok("verify", "--as", "senco")
    assert report["result"] == "intact"
    return {note["code"] for note in report["notes"]}


# --- the recovery sheet ------------------------------------------------------


def closed_to(school: SchoolHome, handle: str) -> None:
    """Let a reader's wrapped class keys be lost."""
    with closing(sqlite3.connect(school.path / "keys.db", isolation_level=None)) as connection:
        opened = school.home.open_person(handle, "correct horse battery staple")
        connection.execute("DELETE FROM class_keys WHERE reader = ?", (opened.reading.public,))


def test_the_recovery_sheet_opens_the_contents_again_and_signs_nothing(
    school: SchoolHome,
) -> None:
    closed_to(school, "senco")
    school.refused(4, "contents-unopened", "register", "--as", "senco")
    size = school.ok("verify", "--envelope")["size"]
    sheet = school.folder / "sheet.txt"
    school.ok("staff", "recover", "--sheet", str(sheet), "--as", "senco")
    assert school.run("register", "--as", "senco").exit_code == 0
    assert school.ok("verify", "--envelope")["size"] == size
    intact(school)


def test_a_recovery_sheet_gives_nobody_more_than_their_role(school: SchoolHome) -> None:
    closed_to(school, "office")
    before = readers(school)
    school.ok("staff", "recover", "--sheet", str(school.folder / "sheet.txt"), "--as", "office")
    assert readers(school) == before + 3


def test_a_mistyped_sheet_names_its_line(school: SchoolHome) -> None:
    lines = (school.folder / "sheet.txt").read_text("ascii").splitlines()
    sloppy = "\n\n".join(line.lower().replace("0", "o") for line in lines)
    recover = ("staff", "recover", "--as", "senco", "--sheet")
    school.ok(*recover, school.write("sloppy", sloppy))
    third = lines[2]
    wrong = third[:-1] + ("2" if third[-1] != "2" else "3")
    said = school.refused(
        4, "sheet-line", *recover, school.write("typed", "\n".join([*lines[:2], wrong, *lines[3:]]))
    )
    assert "3" in said["what"] + said["why"]
    school.refused(4, "sheet-line", *recover, school.write("typed", "\n".join(lines[:4])))
    school.refused(4, "sheet-line", *recover, school.write("typed", ""))


def test_the_sheet_of_another_home_opens_nothing(school: SchoolHome, tmp_path: Path) -> None:
    other = make_school(tmp_path / "other", OTHER_FACTS, people=())
    recover = ("staff", "recover", "--as", "senco", "--sheet", str(other.folder / "sheet.txt"))
    school.refused(4, "wrong-sheet", *recover)


# --- names -------------------------------------------------------------------

ADDRESS = ("address", "add", "A203102209083", "--lines", "7 Rose Lane", "--postcode", "DH1 1AA")


def test_no_name_number_or_address_stands_in_the_clear_anywhere_in_a_home(
    school: SchoolHome,
) -> None:
    school.ok(*ADDRESS, "--word", "Rosehouse", "--as", "senco")
    school.ok("consent", "list", "Zoë", "--as", "senco")
    with school.session("senco"):  # so that -wal and -shm are there
        school.ok("pupil", "status", "Zoë", "E", "--reason", "Moonbeam plan", "--as", "senco")
        files = [path for path in school.folder.rglob("*") if path.is_file()]
        kept = {path: path.read_bytes() for path in files if path.name != "register.csv"}
    names = {path.name for path in kept}
    assert {"ledger.db", "ledger.db-wal", "keys.db", "read-models.db", "home.json"} <= names
    # Words long enough that no ciphertext or base64 holds them by chance.
    words = [word for word in PERSONAL if len(word.encode("utf-8")) > 5]
    words += ["Rose Lane", "DH1 1AA", "DH11AA", "Rosehouse", "Moonbeam", "Becket", "Wiltshire"]
    assert {"Meredith", "Okafor", "O'Neill", "小明", "A203102209083"} <= set(words)
    for path, content in kept.items():
        for word in words:
            for spelling in {word, word.upper(), word.lower()}:
                assert spelling.encode("utf-8") not in content, (path.name, word)
                if len(spelling) > 2:
                    assert spelling.encode("utf-16-le") not in content, (path.name, word)
                assert spelling not in path.relative_to(school.folder).as_posix()


def test_a_refusal_names_nobody(school: SchoolHome) -> None:
    for words in (
        ("register", "--as", "Paul Croook"),
        ("history", "Zoe O'Neil-Smith", "--as", "senco"),
        ("pupil", "status", "Zoë", "K", "--reason", "x", "--as", "senco"),
        ("staff", "grant", "Lisa Meredith", "--role", "dpo", "--as", "Lisa Meredith"),
    ):
        result = school.run(*words)
        assert result.exit_code not in (0, 1)
        assert not [word for word in PERSONAL if word in result.stderr], result.stderr


def test_a_class_key_put_there_by_a_technician_is_never_used(school: SchoolHome) -> None:
    kek_id, mine, keys = b"\xff" * 16, bytes(32), school.path / "keys.db"
    with closing(sqlite3.connect(keys, isolation_level=None)) as connection:
        for (reader,) in connection.execute("SELECT DISTINCT reader FROM class_keys").fetchall():
            row = signed_row(
                kek_id=kek_id,
                reader=reader,
                wrapped=wrap_class_key(mine, "general", kek_id, school.home.lid, reader),
                number=2,
                lid=school.home.lid,
                by=school.home.machine_key("system"),  # a technician holds the unattended keys
            )
            connection.execute("INSERT INTO class_keys VALUES (?,?,?,?,?,?)", astuple(row))
    status = ("pupil", "status", "Zoë", "N", "--reason", "x", "--as", "senco")
    school.refused(10, "key-row-altered", *status)
    with closing(sqlite3.connect(keys)) as connection:
        under = connection.execute("SELECT count(*) FROM key_rows WHERE kek_id = ?", (kek_id,))
        assert under.fetchone() == (0,)
    result = school.run("verify", "--as", "senco")
    assert (result.exit_code, "key-row-altered" in result.output) == (10, True)
    doctor = school.run("doctor")
    assert (doctor.exit_code, "A class key does not come from anybody" in doctor.output) == (
        1,
        True,
    )
