"""The rows of a register, put together by pupil.

A pupil may have several rows, one for each need or each SEN status held.  Rows
belong together by UPN, else by the school's own number; never by name.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from ledger.imports.columns import field_label
from ledger.imports.register_row import PupilFacts, Remark
from ledger.imports.sen_history import look_at_sen, order_spells, rank_needs
from ledger.values.person_name import PersonName

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ledger.imports.columns import ColumnMapping
    from ledger.imports.register_row import RegisterNeed, RegisterParent, SenSpell
    from ledger.imports.row_reading import ReadRow


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePupil:
    """What a file says of one pupil.

    Attributes:
        rows: the rows, ascending.
        pupil: who it is, and where in the school.
        spells: SEN statuses, oldest first.
        needs: by rank, from 1 without gaps.
        parents: in the file's order.
        problems: reasons to refuse the pupil's rows, each with its row.
        warnings: what to look at all the same, each with its row.
    """

    rows: tuple[int, ...]
    pupil: PupilFacts
    spells: tuple[SenSpell, ...]
    needs: tuple[RegisterNeed, ...]
    parents: tuple[RegisterParent, ...]
    problems: tuple[tuple[int, Remark], ...]
    warnings: tuple[tuple[int, Remark], ...]


def pupils_in_file(rows: Iterable[ReadRow], mapping: ColumnMapping) -> tuple[FilePupil, ...]:
    """Put a file's rows together by pupil, in the order of their first rows."""
    groups: dict[tuple[str, str], list[ReadRow]] = {}
    for row in rows:
        groups.setdefault(_key(row), []).append(row)
    return tuple(_Merge(group, mapping).merged() for group in groups.values())


def rows_in_words(rows: Sequence[int]) -> str:
    """Write "row 4", "rows 4 and 9" or "rows 4, 9 and 12"."""
    if len(rows) == 1:
        return f"row {rows[0]}"
    return f"rows {', '.join(map(str, rows[:-1]))} and {rows[-1]}"


def _key(row: ReadRow) -> tuple[str, str]:
    if row.pupil.upn:
        return "UPN", row.pupil.upn.text
    if row.pupil.local_id:
        return field_label("local_id"), row.pupil.local_id
    return "", str(row.number)


class _Merge:
    """Puts the rows of one pupil together and gathers where they disagree."""

    def __init__(self, rows: list[ReadRow], mapping: ColumnMapping) -> None:
        self._rows = rows
        self._mapping = mapping
        self._numbers = tuple(row.number for row in rows)
        self._problems = [(row.number, one) for row in rows for one in row.problems]
        self._warnings = [(row.number, one) for row in rows for one in row.warnings]

    def merged(self) -> FilePupil:
        pupil = self._pupil()
        spells, problems = order_spells([row.spell for row in self._rows if row.spell])
        needs, more, warnings = rank_needs([need for row in self._rows for need in row.needs])
        self._refuse(*problems, *more)
        self._warn(*warnings, *self._sen_warnings(spells, needs), *self._roll_warnings(pupil))
        return FilePupil(
            rows=self._numbers,
            pupil=pupil,
            spells=spells,
            needs=needs,
            parents=tuple(dict.fromkeys(one for row in self._rows for one in row.parents)),
            problems=tuple(self._problems),
            warnings=tuple(self._warnings),
        )

    def _refuse(self, *findings: Remark) -> None:
        self._problems += [(number, one) for one in findings for number in self._numbers]

    def _warn(self, *findings: Remark) -> None:
        self._warnings += [(self._numbers[0], one) for one in findings]

    def _sen_warnings(
        self, spells: tuple[SenSpell, ...], needs: tuple[RegisterNeed, ...]
    ) -> list[Remark]:
        """What is missing is said of a row only where the file has the column at all."""
        found = look_at_sen(spells, needs)
        if not (self._mapping.has("need") or self._mapping.numbers("need")):
            found = [one for one in found if one.kind != "no-need"]
        undated = any(one.status.on_register and not one.since for one in spells)
        if undated and self._mapping.has("sen_start"):
            words = (
                "The row does not say since when the SEN status is held; a new one is recorded as "
                "of the day of the import."
            )
            found.append(Remark(kind="no-start", field="sen_start", words=words))
        return found

    def _roll_warnings(self, pupil: PupilFacts) -> list[Remark]:
        if pupil.enrolled_on or not self._mapping.has("enrolled_on"):
            return []
        words = "The row does not say since when the pupil is on roll; that stays not known."
        return [Remark(kind="no-joining", field="enrolled_on", words=words)]

    def _pupil(self) -> PupilFacts:
        merged: dict[str, Any] = {}
        differing: list[str] = []
        for one in fields(PupilFacts):
            values = [
                value for row in self._rows if (value := getattr(row.pupil, one.name)) is not None
            ]
            if len({_comparable(value) for value in values}) > 1:
                differing.append(one.name)
            elif values:
                merged[one.name] = values[0]
        self._refuse(*self._differences(differing))
        return PupilFacts(**merged)

    def _differences(self, differing: list[str]) -> list[Remark]:
        rows = rows_in_words(self._numbers).capitalize()
        if set(differing) & {"family_name", "given_names", "born"}:
            words = (
                f"{rows} have the same {_key(self._rows[0])[0]}, "
                "but not the same name and date of birth."
            )
            return [Remark(kind="two-people", field="upn", words=words)]
        return [
            Remark(
                kind="rows-differ",
                field=name,
                words=f"{rows} are about one pupil, but hold different values of the "
                f"{field_label(name)}.",
            )
            for name in differing
        ]


def _comparable(value: object) -> object:
    # Spellings that a search takes for one name are no contradiction.
    return value.search_key if isinstance(value, PersonName) else value
