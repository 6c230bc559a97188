"""What bad input gets: its own clear error, the right exit code, and a ledger left as it was."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import Any

import msgpack
import pytest

from ledger.formats.row import unpack_contents
from ledger.formats.statement import read_statement
from ledger.seal.content_keys import encryption_context, open_content, seal_content
from tests.support.school_home import (
    REGISTER,
    SchoolHome,
    now,
)

ZOE = "A203102209083"
HEADINGS = REGISTER.splitlines()[0]
IMPORT = ("import", "--as", "senco")


# --- CSV ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "kind", "word"),
    [
        (REGISTER.encode("utf-16"), "csv-utf16", "UTF-8"),
        (REGISTER.encode("utf-16-be"), "csv-utf16", "UTF-8"),
        (REGISTER.replace("O'Neill", "O\0Neill").encode(), "csv-nul", ""),
        (b"", "csv-empty", ""),
        (b"\n\n", "csv-empty", ""),
        (b"PK\x03\x04 a workbook", "csv-not-text", "Save As"),
        (b"\xd0\xcf\x11\xe0 an old workbook", "csv-not-text", "Save As"),
        (b"%PDF-1.7", "csv-not-text", "Save As"),
        (b"one column\nof text\n", "csv-one-column", ""),
        (HEADINGS.encode() + b"\n\xff\xfe\x81", "csv-encoding", "UTF-8"),
    ],
    ids=[
        *("UTF-16", "UTF-16 without a mark", "NUL", "empty", "lines", "XLSX", "XLS", "PDF"),
        *("one column", "no encoding"),
    ],
)
def test_a_file_that_is_no_register_is_refused_as_what_it_is(
    school: SchoolHome, content: bytes, kind: str, word: str
) -> None:
    said = school.refused(6, kind, *IMPORT, school.write("bad.csv", content))
    assert word in said["try"]


def test_formulas_stay_text_and_are_warned_about(school: SchoolHome) -> None:
    rows = (
        "T801200001000,=cmd|' /C calc'!A0,@SUM(A1),01/02/2015,5,K,SLCN,01/09/2024\n"
        "W801200001001,+O'Hara,-Ann,01/02/2015,5,K,SLCN,01/09/2024\n"
    )
    file = school.write("formulas.csv", f"{HEADINGS}\n{rows}")
    result = school.run(*IMPORT, file)
    assert result.exit_code in (0, 3, 6), result.output
    assert "Warning" in result.stdout
    printed = school.run("register", "--everyone", "--csv", "--as", "senco").stdout
    for line in printed.splitlines():
        for cell in line.split(","):
            assert not cell.lstrip('"').startswith(("=", "+", "-", "@", "\t"))


def test_a_29_february_birthday_is_kept_and_counted_right(school: SchoolHome) -> None:
    listed = school.ok("register", "--as", "senco")["pupils"]
    (zoe,) = [row for row in listed if row["upn"] == ZOE]
    assert zoe["born"] == "2016-02-29"
    for born in ("29/02/2015", "2015-02-29", "30/02/2016"):
        add = ("pupil", "add", "--family", "Li", "--given", "Wei", "--born", born)
        assert school.run(*add, "--as", "senco").exit_code in (2, 6)
        row = f"T801200001000,Li,Wei,{born},5,K,SLCN,01/09/2024"
        school.refused(6, "rows-refused", *IMPORT, school.write("bad.csv", f"{HEADINGS}\n{row}\n"))


def test_a_date_in_the_future_is_refused(school: SchoolHome) -> None:
    tomorrow = (now() + timedelta(days=2)).date().isoformat()
    status = ("pupil", "status", ZOE, "E", "--reason", "x", "--as", "senco")
    school.refused(7, "future-date", *status, "--on", tomorrow)
    add = ("pupil", "add", "--family", "Li", "--given", "Wei", "--as", "senco")
    school.refused(7, "future-date", *add, "--born", tomorrow)
    row = f"T801200001000,Li,Wei,{tomorrow},5,K,SLCN,01/09/2024"
    school.refused(6, "rows-refused", *IMPORT, school.write("bad.csv", f"{HEADINGS}\n{row}\n"))


def test_a_duplicate_upn_is_refused_in_the_file_and_in_the_ledger(school: SchoolHome) -> None:
    row = f"{ZOE},Li,Wei,01/02/2015,5,K,SLCN,01/09/2024"
    twice = f"{HEADINGS}\n{row}\n{ZOE},Ash,Ann,02/02/2015,5,K,SLCN,01/09/2024\n"
    school.refused(6, "rows-refused", *IMPORT, school.write("twice.csv", twice))
    add = ("pupil", "add", "--family", "Li", "--given", "Wei", "--born", "01/02/2015")
    school.refused(7, "duplicate-upn", *add, "--upn", ZOE, "--as", "senco")


def test_a_wrong_check_letter_is_set_aside_with_a_warning(school: SchoolHome) -> None:
    row = "B203102209083,Li,Wei,01/02/2015,5,K,SLCN,01/09/2024"
    file = school.write("letter.csv", f"{HEADINGS}\n{row}\n")
    result = school.run(*IMPORT, file)
    assert result.exit_code == 0, result.output
    assert "check letter" in result.stdout
    add = ("pupil", "add", "--family", "Li", "--given", "Xi", "--born", "01/02/2015")
    result = school.run(*add, "--upn", "B203102209083", "--as", "senco")
    assert result.exit_code in (2, 6, 7)


# --- missing and foreign files -----------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ("import", "nowhere.csv"),
        ("transfer", "receive", "nowhere.age"),
        ("transfer", "acknowledge", "nowhere"),
        ("transfer", "complete", "nowhere"),
        ("school", "trust", "nowhere.card"),
        ("log", "witness", "nowhere.checkpoint"),
        ("restore", "nowhere"),
        ("staff", "recover", "--sheet", "nowhere"),
    ],
    ids=" ".join,
)
def test_a_missing_file_is_named(school: SchoolHome, words: tuple[str, ...]) -> None:
    before = school.fingerprint()
    result = school.run(*words, "--as", "senco")
    assert result.exit_code == 5, result.output
    assert "nowhere" in result.stderr
    assert "There is no " in result.stderr
    assert "Traceback" not in result.output
    assert school.fingerprint() == before


JUNK = (b"", b"junk", b"\x00" * 64, b"\xff\xfe" * 40, b"PK\x03\x04" + b"junk" * 9, b"{}")


@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
def test_junk_in_place_of_any_file_is_refused_as_input(school: SchoolHome, junk: bytes) -> None:
    file = school.write("junk", junk)
    before = school.fingerprint()
    for words in (
        ("transfer", "receive", file, "--as", "senco"),
        ("transfer", "acknowledge", file, "--as", "senco"),
        ("transfer", "complete", file, "--as", "senco"),
        ("school", "trust", file, "--as", "senco"),
        ("log", "witness", file, "--as", "senco"),
        ("log", "cosigned", file, "--by", "nobody+00000000+AAAA"),
        ("restore", str(school.folder / "backup"), "--against", file),
        ("verify", file),
    ):
        (school.folder / "backup").mkdir(exist_ok=True)
        result = school.run(*words, "--json")
        assert result.exit_code in (6, 10, 11), (words, result.output)
        assert "Traceback" not in result.output, words
        assert '"unexpected"' not in result.output, (words, result.output)
        assert school.fingerprint() == before, words


def test_there_being_nothing_to_verify_is_named(school: SchoolHome) -> None:
    said = school.refused(5, "no-target", "verify", str(school.folder / "nowhere"))
    assert "path" in said["try"]
    (school.folder / "empty").mkdir()
    school.refused(6, "unknown-target", "verify", str(school.folder / "empty"))
    school.refused(5, "no-home", "doctor", "--home", str(school.folder / "empty"))


# --- msgpack -----------------------------------------------------------------


def resealed(school: SchoolHome, index: int, spell: Any) -> None:
    """Seal the same disclosures of an entry again, in another spelling of msgpack."""
    with school.session("senco") as session, session.home.reading() as reader:
        entry = reader.entry(index)
        statement = read_statement(entry.statement)
        key = session.keys.data_key(entry.stream)
        lid = session.home.lid
    context = encryption_context(lid, statement.stream, statement.seq)
    texts = unpack_contents(open_content(key, context, entry.ciphertext or b""))
    sealed = seal_content(key, context, spell(texts))
    with closing(sqlite3.connect(school.path / "ledger.db", isolation_level=None)) as connection:
        connection.execute(
            "UPDATE contents SET ciphertext = ? WHERE rowid = ?", (sealed, index + 1)
        )


def long_strings(texts: list[str]) -> bytes:
    """Spell each text with more bytes of length than it needs."""
    spelled = [b"\xdb" + len(one).to_bytes(4, "big") + one.encode() for one in texts]
    return b"\xdd" + len(texts).to_bytes(4, "big") + b"".join(spelled)


def twice_a_key(texts: list[str]) -> bytes:
    """Spell them as a map with a key given twice."""
    entry: bytes = msgpack.packb("texts") + msgpack.packb(texts)
    return b"\x82" + entry + entry


@pytest.mark.parametrize(
    "spell",
    [
        long_strings,
        twice_a_key,
        lambda texts: msgpack.packb(texts) + b"\x00",
        lambda texts: msgpack.packb([*texts, msgpack.ExtType(1, b"x")]),
        lambda texts: msgpack.packb([*texts, float("nan")]),
        lambda texts: msgpack.packb([texts] * 2),
    ],
    ids=["longer lengths", "a key twice", "trailing bytes", "an extension", "NaN", "nested"],
)
def test_msgpack_in_another_spelling_is_found_though_its_fields_are_the_signed_ones(
    school: SchoolHome, spell: Any
) -> None:
    size = school.ok("verify", "--as", "senco")["size"]
    resealed(school, size - 1, msgpack.packb)
    assert school.ok("verify", "--as", "senco")["result"] == "intact"  # the sound spelling
    resealed(school, size - 1, spell)
    result = school.run("verify", "--as", "senco", "--json")
    assert result.exit_code == 10, result.output
    assert "bad-msgpack" in result.stdout
    for words in (("history", ZOE), ("register",), ("history", "B801200005001")):
        shown = school.run(*words, "--as", "senco", "--json")
        assert '"unexpected"' not in shown.stderr, shown.stderr
        assert "Traceback" not in shown.output


def test_a_damaged_file_of_read_models_is_named_and_made_anew(school: SchoolHome) -> None:
    path = school.path / "read-models.db"
    school.ok("register", "--as", "senco")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE documents SET ciphertext = zeroblob(1200)")
    said = school.refused(8, "read-models-failed", "register", "--as", "senco")
    assert "projections rebuild" in said["try"]
    school.ok("projections", "rebuild", "--as", "senco")
    assert len(school.ok("register", "--as", "senco")["pupils"]) == 2
    path.write_bytes(b"no database at all")
    school.refused(8, "read-models-failed", "register", "--as", "senco")
    path.unlink()
    assert len(school.ok("register", "--as", "senco")["pupils"]) == 2
