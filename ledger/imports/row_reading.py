"""One row of a register, read field by field.

Every problem of a row is found, not just the first, so that a school can
correct its file in one go.  A problem refuses the row; a warning does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from ledger.errors import InputRefused
from ledger.imports.columns import field_label
from ledger.imports.field_texts import (
    is_misread,
    parse_flag,
    parse_full_name,
    parse_name,
    parse_register_date,
    parse_register_day,
    parse_sex,
    parse_text,
    parse_year_group,
)
from ledger.imports.register_row import PupilFacts, RegisterParent, Remark, SenSpell
from ledger.imports.spellings import find_code, find_codes
from ledger.values.ages import OLDEST_PUPIL_AGE, age_on
from ledger.values.need_type import NeedType
from ledger.values.person_name import PersonName, search_key
from ledger.values.sen_status import SenStatus
from ledger.values.upn import Upn

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from ledger.imports.cells import RowCells
    from ledger.imports.columns import ColumnMapping
    from ledger.values.code_set import CodeEntry
    from ledger.values.dates import OccurredOn

T = TypeVar("T")

_NAME_FIELDS = ("full_name", "family_name", "given_names", "preferred_name", "middle_names")
_YOUNGEST = 2  # years; the youngest in a nursery class
# CTF and census rank needs from 1 to 99; a spreadsheet may write 1 as 1.0.
_RANK = re.compile(r"([0-9]{1,2})(?:\.0)?\Z")
_NOT_YET = "in the future; an entry says what has happened, so import the row from that day on."
_RANK_WORDS = {"primary": 1, "main": 1, "secondary": 2, "tertiary": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadNeed:
    """A need as one row has it; the rank is None where the row tells none."""

    type: NeedType
    rank: int | None
    since: OccurredOn | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRow:
    """What one row says, before it is set beside the others.

    Attributes:
        number: the row's number in the spreadsheet.
        pupil: what it says of the pupil apart from SEN.
        spell: the SEN status, if it says one.
        needs: in column order.
        parents: by their number.
        problems: reasons to refuse the row.
        warnings: what to look at all the same.
    """

    number: int
    pupil: PupilFacts
    spell: SenSpell | None
    needs: tuple[ReadNeed, ...]
    parents: tuple[RegisterParent, ...]
    problems: tuple[Remark, ...]
    warnings: tuple[Remark, ...]


@dataclass(slots=True)
class _Reader:
    """Reads fields of one row and gathers what is wrong with them."""

    cells: RowCells
    today: date
    problems: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)

    def texts(self, name: str) -> tuple[str, ...]:
        return self.cells.texts.get(name, ())

    def one(self, name: str, parse: Callable[[str], T]) -> T | None:
        """The one value of a field; columns that disagree are a problem."""
        found: list[T] = []
        for text in self.texts(name):
            try:
                value = parse(text)
            except InputRefused as error:
                self.refuse(error.kind, name, f"{error.what} {error.why}")
                return None
            if value not in found:
                found.append(value)
        if len(found) > 1:
            self.refuse("columns-differ", name, "Two columns hold different values.")
            return None
        return found[0] if found else None

    def leniently(self, name: str, parse: Callable[[str], T]) -> T | None:
        """As `one`, but what cannot be read is left out with a warning."""
        before = len(self.problems)
        value = self.one(name, parse)
        for problem in self.problems[before:]:
            words = f"{problem.words} It was left out."
            self.warnings.append(Remark(kind=problem.kind, field=name, words=words))
        del self.problems[before:]
        return value

    def joined(self, name: str, *parts: PersonName | None) -> PersonName | None:
        """One name from its parts, None where there are none."""
        text = " ".join(part.text for part in parts if part)
        try:
            return PersonName.parse(text) if text else None
        except InputRefused as error:
            self.refuse(error.kind, name, f"{error.what} {error.why}")
            return None

    def refuse(self, kind: str, name: str, words: str) -> None:
        self.problems.append(_finding(kind, name, words))

    def warn(self, kind: str, name: str, words: str) -> None:
        self.warnings.append(_finding(kind, name, words))


def read_row(cells: RowCells, mapping: ColumnMapping, today: date) -> ReadRow:
    """Read a row.

    Args:
        cells: the row's cleaned cells.
        mapping: what each column means.
        today: the day of the import, against which future dates are judged.
    """
    reader = _Reader(cells, today, warnings=list(cells.warnings))
    pupil = _pupil(reader)
    spell = _spell(reader)
    needs = _needs(reader, mapping)
    parents = tuple(_parents(reader, mapping))
    starts = [("sen_start", spell.since)] if spell else []
    starts += [("need_start", need.since) for need in needs]
    for name, since in starts:
        _check_start(reader, name, since, pupil)
    return ReadRow(
        number=cells.number,
        pupil=pupil,
        spell=spell,
        needs=needs,
        parents=parents,
        problems=tuple(dict.fromkeys(reader.problems)),
        warnings=tuple(dict.fromkeys(reader.warnings)),
    )


def _finding(kind: str, name: str, words: str) -> Remark:
    label = field_label(name)
    return Remark(kind=kind, field=name, words=f"{label[0].upper()}{label[1:]}: {words}")


def _pupil(reader: _Reader) -> PupilFacts:
    family, given = _names(reader)
    pupil = PupilFacts(
        upn=reader.one("upn", Upn.parse),
        former_upn=reader.one("former_upn", Upn.parse),
        local_id=reader.leniently("local_id", parse_text),
        family_name=family,
        given_names=given,
        preferred_name=reader.one("preferred_name", parse_name),
        born=reader.one("born", parse_register_day),
        sex=reader.leniently("sex", parse_sex),
        year_group=reader.leniently("year_group", parse_year_group),
        class_name=reader.leniently("class_name", parse_text),
        enrolled_on=reader.one("enrolled_on", parse_register_day),
        left_on=_left_on(reader),
    )
    for name, upn in (("upn", pupil.upn), ("former_upn", pupil.former_upn)):
        if upn and not upn.check_letter_ok:
            words = "The check letter is wrong, so the UPN is set aside until someone confirms it."
            reader.warn("upn-check-letter", name, words)
    _check_born(reader, pupil.born)
    _check_enrolment(reader, pupil)
    return pupil


def _names(reader: _Reader) -> tuple[PersonName | None, PersonName | None]:
    for name in _NAME_FIELDS:
        if any(is_misread(text) for text in reader.texts(name)):
            words = "It seems to have been saved in a wrong encoding; check its accents."
            reader.warn("name-misread", name, words)
    middle = reader.one("middle_names", parse_name)
    if reader.texts("full_name"):
        family, given = reader.one("full_name", parse_full_name) or (None, None)
    else:
        family = reader.one("family_name", parse_name)
        given = reader.one("given_names", parse_name)
    if given and middle and not _ends_with(given, middle):
        given = reader.joined("given_names", given, middle)
    return family, given


def _ends_with(given: PersonName, middle: PersonName) -> bool:
    return f" {given.search_key}".endswith(f" {search_key(middle.text)}")


def _left_on(reader: _Reader) -> date | None:
    left = reader.one("left_on", parse_register_day)
    if left and left > reader.today:
        reader.warn("left-future", "left_on", "It is in the future, so it was left out.")
        return None
    return left


def _check_born(reader: _Reader, born: date | None) -> None:
    if born is None:
        return
    if born > reader.today:
        reader.refuse("born-future", "born", "It is in the future.")
    elif age_on(born, reader.today) > OLDEST_PUPIL_AGE:
        words = f"By it this is no pupil: nobody is one past the age of {OLDEST_PUPIL_AGE}."
        reader.refuse("born-too-early", "born", words)
    elif age_on(born, reader.today) < _YOUNGEST:
        reader.warn("born-unusual", "born", f"The pupil is not {_YOUNGEST} years old yet.")


def _check_enrolment(reader: _Reader, pupil: PupilFacts) -> None:
    enrolled, left = pupil.enrolled_on, pupil.left_on
    if enrolled and enrolled > reader.today:
        reader.refuse("enrolled-future", "enrolled_on", f"It is {_NOT_YET}")
    if enrolled and pupil.born and enrolled < pupil.born:
        reader.refuse("before-birth", "enrolled_on", "It is before the date of birth.")
    if left and (enrolled or pupil.born or left) > left:
        reader.refuse("left-before", "left_on", "It is before the pupil joined or was born.")


def _check_start(reader: _Reader, name: str, since: OccurredOn | None, pupil: PupilFacts) -> None:
    if since is None:
        return
    if since.first > reader.today:
        reader.refuse("start-future", name, f"It is {_NOT_YET}")
    if pupil.born and since.last < pupil.born:
        reader.refuse("before-birth", name, "It is before the date of birth.")
    if pupil.left_on and since.first >= pupil.left_on:
        reader.refuse("after-leaving", name, "It is not before the day of leaving.")


def _spell(reader: _Reader) -> SenSpell | None:
    since = reader.one("sen_start", parse_register_date)
    until = reader.one("sen_end", parse_register_date)
    entry = reader.one("sen_status", _status_entry)
    if entry is None:
        return None
    if since and until and until.last < since.first:
        reader.refuse("end-before-start", "sen_end", "It is before the start.")
        return None
    if since is None and entry.valid_until is not None:
        words = (
            f"{entry.code} is no longer in use; it is taken only as history, "
            "with the date from which it was held."
        )
        reader.refuse("sen-status-not-in-use", "sen_status", words)
        return None
    try:
        status = SenStatus.parse(entry.code.code, on=_day_within(entry, since))
    except InputRefused as error:
        reader.refuse(error.kind, "sen_status", f"{error.what} {error.why}")
        return None
    return SenSpell(status=status, since=since, until=until)


def _day_within(entry: CodeEntry, since: OccurredOn | None) -> date | None:
    """A day of the stated span on which the code was in use, if there is one."""
    if since is None:
        return None
    if since.first <= (entry.valid_from or since.first) <= since.last:
        return entry.valid_from or since.first
    return since.first


def _status_entry(text: str) -> CodeEntry:
    entry = find_code("sen_status", text)
    if entry is None:
        raise InputRefused(
            "The SEN status is not known.",
            "A status is E (EHC plan), K (SEN support) or N (no SEN).",
            "Write one of the three in the file, or put the status right in your MIS.",
            kind="unknown-sen-status",
        )
    return entry


def _needs(reader: _Reader, mapping: ColumnMapping) -> tuple[ReadNeed, ...]:
    needs: list[ReadNeed] = []
    for number in mapping.numbers("need"):
        name = f"need_{number}"
        rank = reader.one(f"{name}_rank", _rank) or number
        since = reader.one(f"{name}_start", parse_register_date)
        needs += [
            ReadNeed(type=found, rank=rank if place == 0 else None, since=since)
            for place, found in enumerate(_need_types(reader, name))
        ]
    rank_of_row = reader.one("need_rank", _rank)
    since = reader.one("need_start", parse_register_date)
    listed = _need_types(reader, "need")
    needs += [
        ReadNeed(type=found, rank=rank_of_row if len(listed) == 1 else None, since=since)
        for found in listed
    ]
    return tuple(needs)


def _need_types(reader: _Reader, name: str) -> list[NeedType]:
    """The needs of a field; repeated columns add needs, but numbered ones must agree."""
    cells = [_need_types_of(reader, name, text) for text in reader.texts(name)]
    if name != "need" and any(cell != cells[0] for cell in cells):
        reader.refuse("columns-differ", name, "Two columns hold different values.")
    return list({one.code.code: one for cell in cells for one in cell}.values())


def _need_types_of(reader: _Reader, name: str, text: str) -> list[NeedType]:
    entries = find_codes("need_type", text)
    if entries is None:
        words = "The type of need is not one of the census codes, such as SPLD, SLCN or SEMH."
        reader.refuse("unknown-need-type", name, words)
        return []
    try:
        return [NeedType.parse(entry.code.code) for entry in entries]
    except InputRefused as error:
        reader.refuse(error.kind, name, f"{error.what} {error.why}")
        return []


def _rank(text: str) -> int:
    match = _RANK.match(text)
    rank = int(match[1]) if match else _RANK_WORDS.get(text.casefold(), 0)
    if not rank:
        raise InputRefused(
            "The rank is not known.",
            "Needs are ranked from 1 to 99.",
            "Write a number, or leave it empty.",
            kind="rank",
        )
    return rank


def _parents(reader: _Reader, mapping: ColumnMapping) -> list[RegisterParent]:
    parents: list[RegisterParent] = []
    for number in mapping.numbers("parent"):
        start = f"parent_{number}"
        family = reader.one(f"{start}_family_name", parse_name)
        given = reader.one(f"{start}_given_names", parse_name)
        apart = reader.joined(f"{start}_name", given, family)
        name = reader.one(f"{start}_name", parse_name) or apart
        relationship = reader.leniently(f"{start}_relationship", parse_text)
        responsibility = reader.leniently(f"{start}_responsibility", parse_flag)
        if name:
            parents.append(
                RegisterParent(
                    name=name, relationship=relationship or "", responsibility=responsibility
                )
            )
    return parents
