"""Lists as text, safe for a terminal and for a spreadsheet."""

from __future__ import annotations

import csv
import io

import pytest

from ledger.entrypoints.cli.table import _columns, _shown, _width, aligned, csv_text, printable

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
