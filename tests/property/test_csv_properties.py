"""Whatever a file holds, reading it is total, silent about names and repeatable."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import LedgerError
from ledger.imports.columns import knows_heading
from ledger.imports.csv_text import CsvText, read_csv
from ledger.imports.register_csv import plan_import
from ledger.imports.register_row import ImportPlan, row_fingerprint
from ledger.imports.report import mapping_lines, report_lines, report_records, summary_lines
from ledger.values.upn import make_upn

if TYPE_CHECKING:
    from random import Random

TODAY = date(2026, 11, 21)
HEADER = (
    "UPN",
    "Surname",
    "Forename",
    "DOB",
    "Year",
    "SEN Status",
    "SEN Start Date",
    "SEN Need",
    "SEN Need Rank",
    "Leaving Date",
)
NAME = "Qzxvk"  # part of every name, so that any leak of one is seen

# Carriage returns and NULs are left to the tests of raw bytes.
cell_texts = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), max_size=20)
near_misses = st.sampled_from(
    [
        "",
        "-",
        "=1+1",
        "K",
        "A",
        "S - Statement",
        "SpLD",
        "ASD; SLCN",
        "29/02/2016",
        "29/02/2015",
        "1",
        "2",
        "99",
        "2012",
        "42429",
        "31/12/2199",
        "B12",
        "A203102209083",
        "C203102209083",
    ]
)
tables = st.lists(
    st.lists(st.one_of(cell_texts, near_misses), min_size=0, max_size=len(HEADER) + 2), max_size=8
)


def written(rows: list[list[str]], separator: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def read_or_refusal(data: bytes) -> CsvText | LedgerError:
    try:
        return read_csv(data)
    except LedgerError as error:
        return error


def planned(text: str, *, seen: frozenset[bytes] = frozenset()) -> ImportPlan:
    return plan_import(text.encode(), known=(), today=TODAY, seen=seen.__contains__)


def spoken(plan: ImportPlan) -> str:
    """Everything that a plan says without being asked for names."""
    return "\n".join(
        (
            *mapping_lines(plan.mapping),
            *summary_lines(plan),
            *report_lines(plan),
            json.dumps(report_records(plan), ensure_ascii=False),
        )
    )


@st.composite
def registers(draw: st.DrawFn) -> list[list[str]]:
    """Registers of pupils who can all be taken, some with a row for each need."""
    rows: list[list[str]] = []
    count = draw(st.integers(min_value=1, max_value=6))
    for serial in range(count):
        upn = make_upn("801", "2005", 20, serial).text
        name = [f"{NAME}{serial}", draw(st.sampled_from(["Zoë", "李", "O'Neill", "A"]))]
        born = draw(st.dates(date(2010, 1, 1), date(2022, 1, 1))).strftime("%d/%m/%Y")
        status = draw(st.sampled_from(["K", "SEN Support", "E", "EHC Plan"]))
        start = draw(st.sampled_from(["", "01/09/2023", "09/2023"]))
        needs = draw(
            st.lists(st.sampled_from(["SpLD", "SLCN", "ASD", "SEMH"]), unique=True, max_size=3)
        )
        rows += [
            [upn, *name, born, "Year 4", status, start, need, str(rank), ""]
            for rank, need in enumerate(needs or [""], start=1)
        ]
    return rows


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_whole_sentences(data: bytes) -> None:
    outcome = read_or_refusal(data)
    if isinstance(outcome, LedgerError):
        assert outcome.exit_code == 6
        assert outcome.what
        assert outcome.why
        assert outcome.remedy
    else:
        assert all(len(row.cells) == len(outcome.header) for row in outcome.rows)


@settings(deadline=None)
@given(
    st.lists(st.lists(cell_texts, min_size=2, max_size=2), min_size=0, max_size=8),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig"]),
)
def test_cells_come_back_as_they_were_written(
    rows: list[list[str]], separator: str, codec: str
) -> None:
    text = written([["UPN", "Surname"], *rows], separator)
    read = read_csv(text.encode(codec), knows_heading)
    assert read.separator == separator
    kept = [row for row in rows if any(cell.strip() for cell in row)]
    assert [list(row.cells) for row in read.rows] == kept
    assert [row.number for row in read.rows] == [
        number for number, row in enumerate(rows, start=2) if any(cell.strip() for cell in row)
    ]


@settings(deadline=None)
@given(tables)
def test_any_cells_get_one_report_for_each_filled_row(rows: list[list[str]]) -> None:
    plan = planned(written([list(HEADER), *rows]))
    filled = [
        number for number, row in enumerate(rows, start=2) if any(cell.strip() for cell in row)
    ]
    assert [report.row for report in plan.reports] == filled
    taken = {row for proposal in plan.rows for row in proposal.rows}
    assert taken.isdisjoint(plan.bad_rows)
    for report in plan.reports:
        assert bool(report.reason) == (report.outcome in {"refused", "ask"})
        assert (report.row in taken) == (report.outcome in {"add", "change", "quarantine"})


@settings(deadline=None)
@given(tables, st.integers(0, 9))
def test_no_name_is_ever_spoken(rows: list[list[str]], place: int) -> None:
    named = [[*row[:1], NAME, f"{NAME}?", *row[3:]] for row in rows]
    for row in named:
        if place < len(row):
            row[place] = f"={NAME}"
    assert NAME not in spoken(planned(written([list(HEADER), *named])))


@settings(deadline=None)
@given(registers())
def test_importing_the_same_file_twice_adds_nothing(rows: list[list[str]]) -> None:
    first = planned(written([list(HEADER), *rows]))
    assert first.is_clean
    assert first.rows
    seen = frozenset(row_fingerprint(row) for row in first.rows)
    second = planned(written([list(HEADER), *rows]), seen=seen)
    assert second.rows == ()
    assert {report.outcome for report in second.reports} == {"same"}


@settings(deadline=None)
@given(registers(), st.randoms(use_true_random=False), st.sampled_from([",", ";", "\t"]))
def test_order_and_dress_of_a_file_do_not_change_its_fingerprints(
    rows: list[list[str]], random: Random, separator: str
) -> None:
    plain = planned(written([list(HEADER), *rows]))
    columns = list(range(len(HEADER)))
    random.shuffle(columns)
    others = list(rows)
    random.shuffle(others)
    table = [list(HEADER), *others]
    dressed = written([[row[column] for column in columns] for row in table], separator)
    again = plan_import(dressed.encode("utf-8-sig"), known=(), today=TODAY)
    assert {row_fingerprint(row) for row in again.rows} == {
        row_fingerprint(row) for row in plain.rows
    }


@settings(deadline=None)
@given(registers(), st.integers(0, 5), st.sampled_from("ABCDEFGHJKLMNPQRTUVWXYZ"))
def test_a_wrong_check_letter_is_always_set_aside(
    rows: list[list[str]], which: int, letter: str
) -> None:
    right = sorted({row[0] for row in rows})
    upn = right[which % len(right)]
    changed = [[letter + upn[1:] if row[0] == upn else row[0], *row[1:]] for row in rows]
    plan = planned(written([list(HEADER), *changed]))
    assert plan.is_clean
    set_aside = {str(one) for row in plan.rows for one in row.quarantined_upns}
    assert set_aside == ({letter + upn[1:]} if letter != upn[0] else set())
    assert {row.outcome for row in plan.rows if row.quarantined_upns} <= {"quarantine"}
