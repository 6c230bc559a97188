"""Lists as text, safe for a terminal and for a spreadsheet."""

from __future__ import annotations

import csv
import io

import pytest

from ledger.entrypoints.cli.table import (
    _columns,
    _shown,
    _width,
    aligned,
    csv_text,
    folded,
    printable,
)

COLUMNS = {"name": "Name", "number": "Number"}


@pytest.mark.parametrize("text", ["=1+1", "+44 1", "-1", "@here", "\tx", "\rx"])
def test_no_csv_cell_begins_as_a_formula(text: str) -> None:
    (_, row) = csv.reader(io.StringIO(csv_text([{"name": text, "number": 1}], COLUMNS), newline=""))
    assert row[0] == f"'{text}"


def test_nought_is_shown_and_nothing_is_not() -> None:
    (_, row) = csv.reader(io.StringIO(csv_text([{"name": None, "number": 0}], COLUMNS), newline=""))
    assert row == ["", "0"]


def test_columns_stand_under_one_another_whatever_the_script() -> None:
    rows = [
        {"name": name, "number": "x"} for name in ("Zoë", "李小明", "Zoe\N{COMBINING DIAERESIS}")
    ]
    lines = aligned(rows, COLUMNS).splitlines()
    assert lines[1] == "Zoë     x"
    assert lines[2] == "李小明  x"
    assert lines[3].endswith("     x")
    assert not any(line.endswith(" ") for line in lines)


def test_what_is_plain_shows_letter_by_letter_as_it_is() -> None:
    for character in map(chr, range(0x400)):
        shown = printable(f"a{character}b")
        clean = shown.strip("\N{FIRST STRONG ISOLATE}\N{POP DIRECTIONAL ISOLATE}")
        assert clean == "".join(map(_shown, f"a{character}b"))
        assert _width(clean) == sum(map(_columns, clean))


@pytest.mark.parametrize("hidden", ["\x1b[2J", "\x07", "\u202e", "\ud800", "\x9b"])
def test_what_would_steer_a_terminal_is_not_printed(hidden: str) -> None:
    shown = printable(f"Zoë{hidden}")
    assert hidden[0] not in shown
    assert shown.startswith("Zoë\N{REPLACEMENT CHARACTER}")


def test_names_keep_the_joiners_that_they_need() -> None:
    persian = "علی\N{ZERO WIDTH NON-JOINER}رضا"
    assert persian in printable(persian)
    assert printable("Li\N{NO-BREAK SPACE}X") == "Li X"


def test_text_that_runs_to_the_left_does_not_turn_its_neighbours_round() -> None:
    shown = printable("عائشہ")
    assert (shown[0], shown[-1]) == ("\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}")


WIDE = {"name": "Name", "number": "Number", "area": "Area", "note": "Note"}
LONG: dict[str, str | None] = {
    "name": "Maximiliane Konstantinopolitanskaya-Featherstonehaugh",
    "number": "A203102209083",
    "area": "Communication and interaction",
    "note": "recorded later, on 3 March 2026, and not certain",
}


@pytest.mark.parametrize("room", [40, 80, 100])
def test_a_table_fits_the_terminal_and_loses_but_the_ends_of_long_names(room: int) -> None:
    rows: list[dict[str, str | None]] = [
        LONG,
        {"name": "李小明", "number": "B801200005001", "area": "", "note": None},
    ]
    lines = aligned(rows, WIDE, room).splitlines()
    assert max(map(_width, lines)) <= room
    text = " ".join("\n".join(lines).split())
    assert "A203102209083" in text
    assert str(LONG["note"]) in text
    assert lines[0].startswith("Name")
    assert "Maximili" in text
    assert "…" in text
    (short,) = [line for line in lines if "李小明" in line]
    assert short.split() == ["李小明", "B801200005001"]  # nothing below: nothing is in it


def test_a_table_that_fits_is_as_it_is_in_a_pipe() -> None:
    rows = [{"name": "Zoë", "number": 1}]
    assert aligned(rows, COLUMNS, 12) == aligned(rows, COLUMNS)
    assert "…" not in aligned([LONG], WIDE)
    assert len(aligned([LONG], WIDE).splitlines()) == 2


def test_what_is_to_be_typed_is_never_cut() -> None:
    key = "hWUYSlS-iPUkeR_vc2QzmDdMaAErHK7xQbZk1vGd0aA"
    rows = [{"name": "Paul Crook", "number": key, "area": "in use"}]
    assert all(key in aligned(rows, WIDE, room) for room in (20, 50, 60))


def test_a_name_that_is_cut_stays_isolated_and_keeps_its_accents() -> None:
    rows = [{"name": "عائشہ " * 20, "number": "Zoe\N{COMBINING DIAERESIS} " * 20}]
    (_, line, *below) = aligned(rows, COLUMNS, 40).splitlines()
    assert line.startswith("\N{FIRST STRONG ISOLATE}")
    assert "…\N{POP DIRECTIONAL ISOLATE}" in line
    assert not below
    assert line.endswith("Zoe\N{COMBINING DIAERESIS}…")


def test_lines_are_folded_at_spaces_and_stay_indented() -> None:
    assert folded("one two\n    three four five", 14) == "one two\n    three four\n      five"
    assert folded("one two", None) == "one two"
    assert folded("a-word-that-is-longer-than-that b", 10).splitlines() == [
        "a-word-that-is-longer-than-that",
        "  b",
    ]
    assert folded("", 10) == ""
