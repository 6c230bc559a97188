"""The register of a school, written as its management information system exports it.

The same kind of file that `docs/how-to/import-a-register.md` tells a school to use; each
school's system has headings and dates of its own.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ledger.demo.pupils import MadeUpPupil

STATUS_WORDS = {"E": "EHC Plan", "K": "SEN Support", "N": "No Special Educational Need"}
_RESPONSIBLE = {"yes": "Yes", "no": "No", "": ""}


def primary_register(pupils: Sequence[MadeUpPupil]) -> bytes:
    """Write one row for each need, codes in words, dates as dd/mm/yyyy."""
    return _written(row for one in pupils for row in _rows_by_need(one))


def secondary_register(pupils: Sequence[MadeUpPupil]) -> bytes:
    """Write one row for each pupil, codes as letters, dates as yyyy-mm-dd."""
    return _written(_row_with_needs(one) for one in pupils)


REGISTERS: Mapping[str, Callable[[Sequence[MadeUpPupil]], bytes]] = {
    "Primary": primary_register,
    "Secondary": secondary_register,
}
"""Phase → how its register is written."""


def _rows_by_need(pupil: MadeUpPupil) -> Iterator[dict[str, str]]:
    for rank, need in enumerate(pupil.needs or ("",), 1):
        yield {
            "UPN": pupil.upn_in_file,
            "Legal Surname": pupil.family,
            "Legal Forename": pupil.given,
            "Preferred Forename": pupil.preferred,
            "Sex": pupil.sex,
            "Date of Birth": f"{pupil.born:%d/%m/%Y}",
            "Year": f"Year {pupil.year_group}" if pupil.year_group else "Reception",
            "Reg Group": f"{pupil.year_group}T",
            "Date of Admission": f"{pupil.joined:%d/%m/%Y}",
            "SEN Status": STATUS_WORDS[pupil.status],
            "SEN Start Date": f"{pupil.since:%d/%m/%Y}" if pupil.since else "",
            "SEN Need": need,
            "SEN Need Ranking": str(rank) if need else "",
            **_parents(pupil),
        }


def _row_with_needs(pupil: MadeUpPupil) -> dict[str, str]:
    primary, secondary = (*pupil.needs, "", "")[:2]
    return {
        "Unique Pupil Number": pupil.upn_in_file,
        "Surname": pupil.family,
        "Forename": pupil.given,
        "Known As": pupil.preferred,
        "Gender": pupil.sex,
        "DOB": pupil.born.isoformat(),
        "NC Year": str(pupil.year_group),
        "Tutor Group": f"{pupil.year_group}PGS",
        "Admission Date": pupil.joined.isoformat(),
        "SEN Status Code": pupil.status,
        "SEN Start": pupil.since.isoformat() if pupil.since else "",
        "Primary SEN Need": primary,
        "Secondary SEN Need": secondary,
        **_parents(pupil),
    }


def _parents(pupil: MadeUpPupil) -> dict[str, str]:
    cells = dict[str, str]()
    for number in (1, 2):
        known = pupil.parents[number - 1] if len(pupil.parents) >= number else None
        cells[f"Parent {number} Name"] = known.name if known else ""
        cells[f"Parent {number} Relationship"] = known.relationship if known else ""
        cells[f"Parent {number} Parental Responsibility"] = (
            _RESPONSIBLE[known.responsible] if known else ""
        )
    return cells


def _written(rows: Iterator[dict[str, str]]) -> bytes:
    listed = list(rows)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(listed[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(listed)
    return out.getvalue().encode("utf-8-sig")  # with the mark by which Excel knows UTF-8
