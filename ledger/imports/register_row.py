"""What a row of a register comes to: a proposal, and a report on the row.

Pure data.  A proposal is what the application may turn into events; a report
says what becomes of one row of the spreadsheet, in words that hold no name.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Literal, TypeAlias

from ledger.formats.encoding import compact_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from ledger.imports.columns import ColumnMapping
    from ledger.values.dates import OccurredOn
    from ledger.values.need_type import NeedType
    from ledger.values.person_name import PersonName
    from ledger.values.sen_status import SenStatus
    from ledger.values.upn import Upn

Outcome: TypeAlias = Literal["add", "change", "same", "quarantine", "refused", "ask"]
"""What becomes of a row.

add: a new pupil.  change: a known pupil, with something new.  same: nothing
new.  quarantine: as add or change, with a UPN set aside for its wrong check
letter.  refused: not taken.  ask: a person has to say who the pupil is.
"""

_FINGERPRINT = "send-ledger/register-row/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing to say about a row.

    Attributes:
        kind: a stable word for machines.
        field: the field's name, empty where it is the row as a whole.
        words: whole sentences; no personal data.
    """

    kind: str
    field: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SenSpell:
    """A SEN status and the time it was held.

    Attributes:
        status: E, K or N; A, P or S in history.
        since: the stated first day; None where the file tells none.
        until: the stated last day; None while it lasts or where none is told.
    """

    status: SenStatus
    since: OccurredOn | None
    until: OccurredOn | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterNeed:
    """A type of need and its rank, 1 for the primary need."""

    type: NeedType
    rank: int
    since: OccurredOn | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterParent:
    """A parent or other contact as the file has one.

    Attributes:
        name: as written in the file.
        relationship: as written, empty where there is none.
        responsibility: whether the file says that the person has parental
            responsibility; None where it does not say.
    """

    name: PersonName
    relationship: str
    responsibility: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PupilFacts:
    """What a file says of a pupil apart from SEN; None where it says nothing."""

    upn: Upn | None = None
    former_upn: Upn | None = None
    local_id: str | None = None
    family_name: PersonName | None = None
    given_names: PersonName | None = None
    preferred_name: PersonName | None = None
    born: date | None = None
    sex: str | None = None
    year_group: str | None = None
    class_name: str | None = None
    enrolled_on: date | None = None
    left_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """A proposal for one pupil, from one row or from several.

    Attributes:
        rows: the spreadsheet rows that it is from, ascending.
        outcome: "add", "change" or "quarantine".
        pupil_id: the known pupil, or None for a new one.
        pupil: who it is, and where in the school.
        spells: SEN statuses, oldest first; the last is the current one.
        needs: by rank, 1 first, without gaps.
        parents: in the file's order.
        changes: the names of the facts that are new (see `facts_of`); all of
            them for a new pupil.
    """

    rows: tuple[int, ...]
    outcome: Outcome
    pupil_id: bytes | None
    pupil: PupilFacts
    spells: tuple[SenSpell, ...]
    needs: tuple[RegisterNeed, ...]
    parents: tuple[RegisterParent, ...]
    changes: tuple[str, ...]

    @property
    def quarantined_upns(self) -> tuple[Upn, ...]:
        """The UPNs whose check letter is wrong: kept, flagged, never sent on."""
        both = (self.pupil.upn, self.pupil.former_upn)
        return tuple(upn for upn in both if upn and not upn.check_letter_ok)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReport:
    """What becomes of one row of the spreadsheet.

    Attributes:
        row: the row's number in the spreadsheet.
        outcome: see `Outcome`.
        reason: why, in whole sentences; empty where there is nothing to say.
        field: the name of the field that the reason is about, or empty.
        kind: a stable word for the reason, or empty.
        changes: names of the facts that are new.
        warnings: what to look at although the row is taken.
        candidates: for "ask", the ids of the pupils that it may be.
    """

    row: int
    outcome: Outcome
    reason: str = ""
    field: str = ""
    kind: str = ""
    changes: tuple[str, ...] = ()
    warnings: tuple[Remark, ...] = ()
    candidates: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A pupil whom the ledger has.

    Attributes:
        pupil_id: the ledger's own id.
        upns: every UPN held or formerly held, quarantined ones too.
        family_name: the current legal family name.
        given_names: the current given names.
        born: the date of birth.
        facts: further current facts in the texts of `facts_of`, so that a
            report can say what changes; what is missing counts as new.
    """

    pupil_id: bytes
    upns: frozenset[str]
    family_name: str
    given_names: str
    born: date
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a person answered to the rows that ask.

    Attributes:
        same_as: the pupil's id by row (`--same-as ROW=PUPIL`).
        new: rows that are new pupils (`--new ROW`).
    """

    same_as: Mapping[int, bytes] = field(default_factory=dict)
    new: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """What importing a file would do; nothing is done yet.

    Attributes:
        rows: the proposals, in the file's order; rows that change nothing, are
            refused or ask are not among them.
        reports: one for every filled row, in the file's order.
        mapping: what was made of each column.
        warnings: about the file as a whole.
    """

    rows: tuple[ImportRow, ...]
    reports: tuple[RowReport, ...]
    mapping: ColumnMapping
    warnings: tuple[str, ...]

    @property
    def bad_rows(self) -> tuple[int, ...]:
        """The rows that are refused or still ask."""
        return tuple(one.row for one in self.reports if one.outcome in {"refused", "ask"})

    @property
    def is_clean(self) -> bool:
        """Whether every row can be taken; warnings and quarantine do not hinder."""
        return not self.bad_rows


def facts_of(
    pupil: PupilFacts,
    spells: tuple[SenSpell, ...] = (),
    needs: tuple[RegisterNeed, ...] = (),
    parents: tuple[RegisterParent, ...] = (),
) -> dict[str, str]:
    """Write what is said of a pupil as texts to compare, by the fact's name.

    The names are those of `PupilFacts`, then "sen" ("A 2012-09-01 until
    2014-08-31; K 2014-09-01"), "needs" ("SLCN 2016-01-05; SEMH", by rank) and "parents".
    What is not said is not there.  Rows of a spreadsheet play no part, so the
    same facts in another order have the same texts.
    """
    facts = {
        one.name: str(value)
        for one in fields(PupilFacts)
        if (value := getattr(pupil, one.name)) is not None
    }
    if spells:
        facts["sen"] = "; ".join(
            _joined(one.status.code.code, one.since, one.until and f"until {one.until}")
            for one in spells
        )
    if needs:
        facts["needs"] = "; ".join(_joined(one.type.code.code, one.since) for one in needs)
    if parents:
        facts["parents"] = compact_json(
            [[str(one.name), one.relationship, one.responsibility] for one in parents]
        )
    return facts


def row_fingerprint(row: ImportRow) -> bytes:
    """Write a proposal as canonical bytes, to know it again.

    The same facts give the same bytes whatever the order of rows and columns,
    the encoding or the day of import.  They hold personal data: the caller
    stores a keyed MAC of them, never the bytes or a bare hash.

    Returns:
        UTF-8 of a version line and one JSON object, members by name.
    """
    facts = facts_of(row.pupil, row.spells, row.needs, row.parents)
    return f"{_FINGERPRINT}\n{compact_json(dict(sorted(facts.items())))}".encode()


def _joined(*parts: object) -> str:
    return " ".join(str(part) for part in parts if part)
