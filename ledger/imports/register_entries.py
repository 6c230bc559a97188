"""From an import's proposals to entries, and from the register to what is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from ledger.aggregates.pupil import RankedNeed
from ledger.application.desk import Desk
from ledger.application.entries import Batch, Draft, may_sign
from ledger.errors import NotAuthorised
from ledger.formats.encoding import b64url
from ledger.imports.register_row import (
    ImportPlan,
    ImportRow,
    Known,
    PupilFacts,
    RegisterNeed,
    facts_of,
    row_fingerprint,
)
from ledger.projections.read_models import ReadModelFile
from ledger.projections.register import MODEL, all_upns, pupil_row
from ledger.values.code import Code
from ledger.values.dates import OccurredOn
from ledger.values.person_name import PersonName
from ledger.values.upn import Upn

LATE_REASON = "brought in from the school's register file"
_GROUNDS = "as the school's register had it"
_ROW_KEY = "import-row "
_EVIDENCE = {
    True: "the school's register file says so",
    False: "the school's register file says not",
    None: "the school's register file does not say; to be asked",
}


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import stored: how many pupils, how many entries."""

    pupils: int
    entries: int


def known_pupils(models: ReadModelFile, today: date) -> Iterator[Known]:
    """Give every pupil whom the ledger has, leavers too."""
    for pupil, facts in models.documents(MODEL):
        row = pupil_row(pupil, facts, today, None)
        if row is None:
            continue
        current = PupilFacts(
            upn=Upn.parse(row.upn) if row.upn else None,
            family_name=PersonName.parse(row.family_name),
            given_names=PersonName.parse(row.given_names),
            born=date.fromisoformat(row.born),
            preferred_name=PersonName.parse(row.preferred_name) if row.preferred_name else None,
            sex=row.sex or None,
            year_group=row.year_group or None,
            class_name=row.class_name or None,
            enrolled_on=_day(row.roll_since) if row.on_roll else None,
            left_on=None if row.on_roll else _day(row.roll_since),
        )
        yield Known(
            pupil_id=pupil,
            upns=all_upns(facts),
            family_name=row.family_name,
            given_names=row.given_names,
            born=date.fromisoformat(row.born),
            facts=facts_of(current),
        )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def row_key(row_bytes: bytes) -> str:
    """Give the idempotency key of one proposal."""
    return _ROW_KEY + b64url(row_bytes)


def store_plan(desk: Desk, plan: ImportPlan) -> Imported:
    """Record everything that a plan takes, in one save: all or nothing.

    Raises:
        NotAuthorised: the actor may not sign status and needs; nothing is
            proposed row by row for a whole register.
    """
    if not may_sign(desk, "pupil.sen_status_changed.v1"):
        raise NotAuthorised(
            f"The role {desk.actor.role} may not import a register; nothing was recorded.",
            "A register sets SEN statuses, which only the SENCO changes (D-REG-7).",
            "Prepare it with --dry-run, then let the SENCO run the import.",
        )
    batch = Batch(desk)
    count = 0
    for row in plan.rows:
        for draft in _drafts(row, batch):
            batch.add(draft)
            count += 1
    batch.save(also=[row_key(row_fingerprint(row)) for row in plan.rows])
    return Imported(len(plan.rows), count)


def _drafts(row: ImportRow, batch: Batch) -> Iterator[Draft]:
    if row.pupil_id is None:
        pupil = batch.start_pupil()
        yield _registered(row.pupil, pupil)
    else:
        pupil = UUID(bytes=row.pupil_id)
    changes = set(row.changes)
    yield from _identity(row, pupil, changes)
    yield from _roll(row, pupil, batch)
    yield from _sen(row, pupil, batch)
    if row.pupil_id is None:
        # A file tells neither that somebody ceased to be a parent nor that two
        # spellings are one person; for pupils already known it changes nothing.
        yield from _parents(row, pupil)


def _registered(facts: PupilFacts, pupil: UUID) -> Draft:
    sex = facts.sex
    return Draft(
        type="pupil.registered.v1",
        stream=pupil,
        fields={
            "family_name": str(facts.family_name),
            "given_names": str(facts.given_names),
            "preferred_name": str(facts.preferred_name) if facts.preferred_name else None,
            "born": facts.born,
            "sex": Code(scheme="cbds-sex", code=sex, label=sex) if sex else None,
        },
    )


def _identity(row: ImportRow, pupil: UUID, changes: set[str]) -> Iterator[Draft]:
    facts = row.pupil
    new = row.pupil_id is None
    named = facts.family_name and facts.given_names
    if not new and named and changes & {"family_name", "given_names", "preferred_name"}:
        yield _renamed(facts, pupil)
    if facts.upn and (new or "upn" in changes):
        yield _identifier(pupil, facts.upn, "temporary" if facts.upn.temporary else "current")
    if facts.former_upn and (new or "former_upn" in changes):
        yield _identifier(pupil, facts.former_upn, "former")


def _last_day(facts: PupilFacts, batch: Batch) -> date:
    """Give the last day that the file speaks of: today, or the last day on roll."""
    return facts.left_on - timedelta(days=1) if facts.left_on else batch.desk.today()


def _roll(row: ImportRow, pupil: UUID, batch: Batch) -> Iterator[Draft]:
    """Give since when the pupil is on roll, where the file says so, and what is so today.

    Year group and class are those of the day of the file, not of the day of joining.
    """
    facts, new, changes = row.pupil, row.pupil_id is None, set(row.changes)
    place = {"year_group": facts.year_group, "class_name": facts.class_name}
    seen = _last_day(facts, batch)
    joined = facts.enrolled_on if new or "enrolled_on" in changes else None
    at_once = joined is not None and joined >= seen
    if joined:
        then = place if at_once else dict.fromkeys(place)
        yield _late(pupil, "pupil.enrolled.v1", then, OccurredOn.on(joined))
    elsewhere = bool(changes & place.keys()) and (new or not facts.left_on)
    is_back = not (new or facts.left_on or batch.pupil(pupil).on_roll)
    if not at_once and (elsewhere or is_back or (new and not joined)):
        yield _late(pupil, "pupil.found_on_roll.v1", place, OccurredOn.on(seen))
    if facts.left_on and (new or "left_on" in changes):
        fields = {"destination": None, "destination_urn": None, "grounds": LATE_REASON}
        yield _late(pupil, "pupil.left.v1", fields, OccurredOn.on(facts.left_on))


def _renamed(facts: PupilFacts, pupil: UUID) -> Draft:
    return Draft(
        type="pupil.renamed.v1",
        stream=pupil,
        fields={
            "family_name": str(facts.family_name),
            "given_names": str(facts.given_names),
            "preferred_name": str(facts.preferred_name) if facts.preferred_name else None,
            "grounds": LATE_REASON,
        },
    )


def _identifier(pupil: UUID, upn: Upn, standing: str) -> Draft:
    return Draft(
        type="pupil.identifier_recorded.v1",
        stream=pupil,
        fields={
            "scheme": "upn",
            "value": str(upn),
            # A wrong check letter is kept and flagged, never sent on.
            "standing": standing if upn.check_letter_ok else "quarantined",
        },
    )


def _sen(row: ImportRow, pupil: UUID, batch: Batch) -> Iterator[Draft]:
    """Give what the ledger does not say already; a file repeats itself every term."""
    record = batch.pupil(pupil)
    spells = row.spells if row.pupil_id is None else row.spells[-1:]
    for spell in spells:
        if row.pupil_id is not None and spell.status.code.code == record.status:
            continue
        fields = {
            "status": spell.status.code,
            "grounds": _GROUNDS if spell.since else f"{_GROUNDS}; it does not say since when",
            "decided_by": "the school's register",
            "evidence": (),
        }
        since = spell.since or OccurredOn.on(_last_day(row.pupil, batch))
        yield _late(pupil, "pupil.sen_status_changed.v1", fields, since)
    known = [one.need.code for one in record.needs]
    if row.needs and [one.type.code.code for one in row.needs] != known:
        fields = {
            "needs": tuple(_ranked(need) for need in row.needs),
            "grounds": _GROUNDS,
        }
        yield Draft(type="pupil.needs_recorded.v1", stream=pupil, fields=fields)


def _ranked(need: RegisterNeed) -> RankedNeed:
    since = need.since.first if need.since else None
    return RankedNeed(need.rank, need.type.code, need.type.area, None, since)


def _parents(row: ImportRow, pupil: UUID) -> Iterator[Draft]:
    for parent in row.parents:
        yield Draft(
            type="parental_responsibility.recorded.v1",
            pupil=pupil,
            fields={
                "holder_name": str(parent.name),
                "relationship": parent.relationship or "not stated",
                # Not said is not “no”: it is recorded only where the file says yes.
                "holds_responsibility": parent.responsibility is True,
                "evidence": _EVIDENCE[parent.responsibility],
                "informed_about_sen": parent.responsibility is True,
            },
        )


def _late(
    pupil: UUID, type_name: str, fields: dict[str, Any], occurred_on: OccurredOn | None
) -> Draft:
    return Draft(
        type=type_name,
        stream=pupil,
        fields=fields,
        occurred_on=occurred_on,
        late_reason=LATE_REASON if occurred_on else None,
    )
