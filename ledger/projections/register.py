"""The SEN register: who has which status and needs, now or on any past date.

Two times run through it: what was true on a day (`as_of`), and what the ledger
knew on a day (`known_at`).  So the model keeps facts with both, and answers by
choosing among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ledger.formats.encoding import b64url
from ledger.statute.census import register_shows_removed
from ledger.values.dates import OccurredOn
from ledger.values.person_name import search_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ledger.projections.folded import Folded
    from ledger.projections.read_models import ReadModelFile

MODEL = "register"
ON_REGISTER = frozenset({"E", "K"})
_KINDS = {
    "pupil.registered.v1": "name",
    "pupil.renamed.v1": "name",
    "pupil.identifier_recorded.v1": "identifier",
    "pupil.enrolled.v1": "roll",
    "pupil.found_on_roll.v1": "roll",
    "pupil.left.v1": "roll",
    "pupil.sen_status_changed.v1": "status",
    "pupil.needs_recorded.v1": "needs",
}
# A fact is [kind, first day it is true, recorded_at, order, seq, fields, voided_at, replaced_by];
# its order is its log index, or that of the wrong entry which it replaces.
_KIND, _ON, _AT, _ORDER, _SEQ, _FIELDS, _VOIDED, _REPLACED_BY = range(8)
NOT_KEPT = ("subject_name", "subject_born", "subject_id", "keyed_by", "late_reason")
"""Fields of every entry that this model does not ask for."""
_ABOUT_THE_ENTRY = frozenset({"event", "occurred_on", "proposal", *NOT_KEPT})


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRow:
    """One pupil as the register shows them.

    Attributes:
        pupil: the pupil's stream, text.
        name: given and family name.
        family_name: for sorting.
        born: ISO date.
        upn: current UPN, or "".
        upn_standing: current, temporary, quarantined or "".
        on_roll: whether on roll; None where only a later day is known.
        year_group: or "".
        class_name: or "".
        status: E, K, N or "" where none was recorded.
        status_since: ISO date, or "".
        was_on_register: whether E or K came before the status.
        needs: ranked, each {rank, code, label, area, since}.
        needs_recorded_on: where they were recorded for a later day only, that ISO date, or "".
        preferred_name: or "".
        sex: code, or "".
        roll_since: since when on roll, or left; ISO date, or "" where not known.
    """

    pupil: str
    name: str
    family_name: str
    given_names: str
    born: str
    upn: str
    upn_standing: str
    on_roll: bool | None
    year_group: str
    class_name: str
    status: str
    status_since: str
    was_on_register: bool
    needs: tuple[dict[str, Any], ...]
    needs_recorded_on: str
    preferred_name: str
    sex: str
    roll_since: str

    @property
    def primary_need(self) -> str:
        """The primary need's code, or ""."""
        return str(self.needs[0]["code"]) if self.needs else ""

    @property
    def area(self) -> str:
        """The primary need's broad area, or ""."""
        return str(self.needs[0]["area"]) if self.needs else ""


def fold(models: ReadModelFile, entry: Folded) -> None:
    """Keep what an entry of a pupil's own stream says, or that it was wrong."""
    if entry.pupil is None or entry.pupil != entry.stream:
        return
    facts = models.get(MODEL, entry.pupil) or []
    if entry.type == "entry.corrected.v1":
        facts = [_voided(fact, entry) for fact in facts]
    elif entry.type in _KINDS:
        facts = [*facts, _fact(facts, entry)]
    else:
        return
    models.put(MODEL, entry.pupil, facts)


def _voided(fact: Any, correction: Folded) -> Any:
    if fact[_SEQ] != correction.fields["corrects_seq"]:
        return fact
    return [*fact[:_VOIDED], correction.recorded_at, correction.fields["replaced_by_seq"]]


def _fact(facts: Sequence[Any], entry: Folded) -> list[Any]:
    fields = {name: value for name, value in entry.fields.items() if name not in _ABOUT_THE_ENTRY}
    fields["left"] = entry.type == "pupil.left.v1"
    fields["found"] = entry.type == "pupil.found_on_roll.v1"
    stated = OccurredOn.parse(entry.fields["occurred_on"]["date"]).first.isoformat()
    replaced = (fact[_ORDER] for fact in facts if fact[_REPLACED_BY] == entry.seq)
    order = next(replaced, entry.index)
    kind = _KINDS[entry.type]
    return [kind, stated, entry.recorded_at, order, entry.seq, fields, None, None]


def read_pupils(
    models: ReadModelFile, *, as_of: date, known_at: date | None = None
) -> Iterator[RegisterRow]:
    """Give every pupil as at a date, on the register or not.

    Args:
        models: the read models, caught up.
        as_of: the day whose truth is asked for.
        known_at: count only what was recorded by the end of this day (UTC).
    """
    for pupil, facts in models.documents(MODEL):
        row = pupil_row(pupil, facts, as_of, known_at)
        if row is not None:
            yield row


def read_pupil(
    models: ReadModelFile, pupil: bytes, *, as_of: date, known_at: date | None = None
) -> RegisterRow | None:
    """Give one pupil as at a date; None where the pupil was not known then."""
    return pupil_row(pupil, models.get(MODEL, pupil) or [], as_of, known_at)


def read_register(
    models: ReadModelFile, *, as_of: date, known_at: date | None = None
) -> list[RegisterRow]:
    """Give the register as at a date, by name.

    It shows E and K of pupils on roll, and N of those removed until the first
    census after removal has gone by (D-REG-9, X1).  Of whom it is not known since
    when they are on roll, they are shown from the day of their status, with that doubt.
    """
    rows = [
        row
        for row in read_pupils(models, as_of=as_of, known_at=known_at)
        if row.on_roll is not False and _shown(row, as_of)
    ]
    return by_name(rows)


def by_name(rows: Iterable[RegisterRow]) -> list[RegisterRow]:
    """Sort by family name, then given names, as people do: Ó with O, whatever the case."""
    return sorted(
        rows,
        key=lambda row: (
            *map(search_key, (row.family_name, row.given_names)),
            *(row.family_name, row.given_names, row.pupil),
        ),
    )


def _shown(row: RegisterRow, as_of: date) -> bool:
    if row.status in ON_REGISTER:
        return True
    removed = row.status == "N" and row.was_on_register
    return removed and register_shows_removed(date.fromisoformat(row.status_since), as_of)


def pupil_row(
    pupil: bytes, facts: Sequence[Any], as_of: date, known_at: date | None
) -> RegisterRow | None:
    """Choose among a pupil's facts; None where the pupil was not known then."""
    known = [fact for fact in facts if _known(fact, known_at)]
    day = as_of.isoformat()
    true = [fact for fact in known if fact[_ON] <= day]
    # A name known later than true stands in for the one that was borne then.
    names, roll = _newest(true, "name") or _oldest(known, "name"), _newest(_roll(true), "roll")
    if names is None:
        return None
    status, needs = _newest(true, "status"), _newest(true, "needs")
    upn, standing = _upn(true, known)
    on_roll = _on_roll(roll, known)
    code = status[_FIELDS]["status"] if status else None
    later = _oldest(known, "needs") if needs is None and code else None
    return RegisterRow(
        pupil=b64url(pupil),
        name=f"{names[_FIELDS]['given_names']} {names[_FIELDS]['family_name']}".strip(),
        family_name=names[_FIELDS]["family_name"],
        given_names=names[_FIELDS]["given_names"],
        born=_born(known),
        upn=upn,
        upn_standing=standing,
        on_roll=on_roll,
        year_group=(roll[_FIELDS].get("year_group") or "") if roll and on_roll else "",
        class_name=(roll[_FIELDS].get("class_name") or "") if roll and on_roll else "",
        status=code["code"] if code else "",
        status_since=status[_ON] if status else "",
        was_on_register=_was_on_register(true, status),
        needs=_needs(needs) if later is None else _needs_by(later, as_of),
        needs_recorded_on="" if later is None else later[_ON],
        preferred_name=names[_FIELDS].get("preferred_name") or "",
        sex=_sex(known),
        roll_since=_roll_since(true),
    )


def _known(fact: Any, known_at: date | None) -> bool:
    """Tell whether a fact was recorded, and not yet found wrong, by the end of a day."""
    if known_at is None:
        return fact[_VOIDED] is None
    limit = known_at.isoformat()
    voided = fact[_VOIDED] is not None and fact[_VOIDED][:10] <= limit
    return fact[_AT][:10] <= limit and not voided


def _newest(facts: Sequence[Any], kind: str) -> Any:
    """Give the fact of a kind that came into force last."""
    chosen = [fact for fact in facts if fact[_KIND] == kind]
    return max(chosen, key=_place_in_time, default=None)


def _oldest(facts: Sequence[Any], kind: str) -> Any:
    chosen = [fact for fact in facts if fact[_KIND] == kind]
    return min(chosen, key=_place_in_time, default=None)


def _place_in_time(fact: Any) -> tuple[str, int]:
    return fact[_ON], fact[_ORDER]


def _was_on_register(facts: Sequence[Any], status: Any) -> bool:
    return status is not None and any(
        fact[_KIND] == "status"
        and fact[_FIELDS]["status"]["code"] in ON_REGISTER
        and _place_in_time(fact) < _place_in_time(status)
        for fact in facts
    )


def _in_order(facts: Sequence[Any]) -> list[Any]:
    # A replacement stands where the wrong entry stood.
    return sorted(facts, key=lambda fact: fact[_ORDER])


def _born(facts: Sequence[Any]) -> str:
    for fact in _in_order(facts):
        if fact[_KIND] == "name" and "born" in fact[_FIELDS]:
            return str(fact[_FIELDS]["born"])
    return ""


def _sex(facts: Sequence[Any]) -> str:
    for fact in _in_order(facts):
        if fact[_KIND] == "name" and fact[_FIELDS].get("sex"):
            return str(fact[_FIELDS]["sex"]["code"])
    return ""


def _on_roll(roll: Any, known: Sequence[Any]) -> bool | None:
    """Tell whether on roll by the newest fact; None where only a later day is known of."""
    if roll is not None:
        return not roll[_FIELDS]["left"]
    later = _oldest(known, "roll")
    begins = later is None or not (later[_FIELDS]["left"] or later[_FIELDS].get("found"))
    return False if begins else None


def _roll(facts: Sequence[Any]) -> list[Any]:
    """Give what counts of who was on roll: a leaving overrules a stale file of a later day."""
    roll = [fact for fact in facts if fact[_KIND] == "roll"]
    leavings = [fact for fact in roll if fact[_FIELDS]["left"]]
    return [
        fact
        for fact in roll
        if not fact[_FIELDS].get("found")
        or not any(one[_ORDER] > fact[_ORDER] and one[_ON] <= fact[_ON] for one in leavings)
    ]


def _roll_since(facts: Sequence[Any]) -> str:
    """Give the day of leaving, or of the entry by which the pupil came on roll."""
    since, on_roll = "", False
    for fact in sorted(_roll(facts), key=_place_in_time):
        left = bool(fact[_FIELDS]["left"])
        if left or not on_roll:
            since = "" if fact[_FIELDS].get("found") else str(fact[_ON])
        on_roll = not left
    return since


def _upn(true: Sequence[Any], known: Sequence[Any]) -> tuple[str, str]:
    """Give the UPN of the day; where none is recorded by then, the first that is known."""
    given = _upns(true)
    if not given:
        given = _upns(known)
        first = min((fact[_ON] for fact in given), default="")
        given = [fact for fact in given if fact[_ON] == first]
    upns = {fact[_FIELDS]["value"]: fact[_FIELDS]["standing"] for fact in given}
    for wanted in ("current", "temporary", "quarantined"):
        for value, standing in reversed(upns.items()):
            if standing == wanted:
                return value, standing
    return "", ""


def _upns(facts: Sequence[Any]) -> list[Any]:
    found = (
        fact for fact in facts if fact[_KIND] == "identifier" and fact[_FIELDS]["scheme"] == "upn"
    )
    return sorted(found, key=_place_in_time)


def all_upns(facts: Sequence[Any]) -> frozenset[str]:
    """Give every UPN that a pupil holds or held, quarantined ones too."""
    return frozenset(
        fact[_FIELDS]["value"]
        for fact in facts
        if fact[_KIND] == "identifier"
        and fact[_FIELDS]["scheme"] == "upn"
        and fact[_VOIDED] is None
    )


def _needs(fact: Any) -> tuple[dict[str, Any], ...]:
    if fact is None:
        return ()
    ranked = sorted(fact[_FIELDS]["needs"], key=lambda one: one["rank"])
    return tuple(
        {
            "rank": one["rank"],
            "code": one["need"]["code"],
            "label": one["need"]["label"],
            "area": one["area"]["label"] if one["area"] else "",
            "since": one["from_"] or "",
        }
        for one in ranked
    )


def _needs_by(fact: Any, as_of: date) -> tuple[dict[str, Any], ...]:
    """Give needs that were recorded for a later day, without those that began after this one."""
    return tuple(one for one in _needs(fact) if one["since"] <= as_of.isoformat())
