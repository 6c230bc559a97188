"""What becomes of each pupil of a file: taken, refused, or a question."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ledger.imports.known_pupils import person_of
from ledger.imports.pupils_in_file import rows_in_words
from ledger.imports.register_row import (
    ImportRow,
    Outcome,
    Remark,
    RowReport,
    facts_of,
    row_fingerprint,
)
from ledger.values.counting import are

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ledger.imports.known_pupils import KnownPupils, NameAndBirth
    from ledger.imports.pupils_in_file import FilePupil
    from ledger.imports.register_row import Known

_TAKEN: frozenset[Outcome] = frozenset({"add", "change", "quarantine"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of one pupil of the file.

    Attributes:
        pupil: what the file says.
        proposal: what would be taken; its outcome is the decision's.
        reason: why it is refused or asked, None where it is neither.
        candidates: ids of the pupils that it may be, for a question.
    """

    pupil: FilePupil
    proposal: ImportRow
    reason: Remark | None = None
    candidates: tuple[bytes, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """What becomes of all the pupil's rows."""
        return self.proposal.outcome

    @property
    def is_taken(self) -> bool:
        """Whether something would be written."""
        return self.outcome in _TAKEN

    def turned(self, outcome: Outcome, reason: Remark) -> Decision:
        """The same pupil, refused or asked after all."""
        return replace(
            self,
            proposal=replace(self.proposal, outcome=outcome),
            reason=reason,
            candidates=self.candidates if outcome == "ask" else (),
        )

    def reports(self) -> Iterator[RowReport]:
        """One report for each of the pupil's rows."""
        for row in self.pupil.rows:
            reasons = [one for number, one in self.pupil.problems if number == row]
            if self.reason:
                reasons.append(self.reason)
            elif self.pupil.problems and not reasons:
                reasons.append(self._refused_elsewhere())
            yield RowReport(
                row=row,
                outcome=self.outcome,
                reason=" ".join(one.words for one in reasons),
                field=reasons[0].field if reasons else "",
                kind=reasons[0].kind if reasons else "",
                changes=self.proposal.changes if self.is_taken else (),
                # What is not taken needs no looking at beside its reason.
                warnings=()
                if self.outcome == "refused"
                else tuple(one for number, one in self.pupil.warnings if number == row),
                candidates=self.candidates,
            )

    def _refused_elsewhere(self) -> Remark:
        others = sorted({number for number, _ in self.pupil.problems})
        verb = are(len(others))
        words = f"{rows_in_words(others).capitalize()}, about the same pupil, {verb} refused."
        return Remark(kind="other-row", field="", words=words)


def decide(
    pupils: Iterable[FilePupil], known: KnownPupils, seen: Callable[[bytes], bool]
) -> tuple[Decision, ...]:
    """Decide on every pupil of a file, first alone and then beside the others.

    Args:
        pupils: the file's pupils, in the file's order.
        known: the ledger's pupils and a person's answers.
        seen: whether a proposal with this fingerprint was imported before.
    """
    decisions = [_decide_alone(pupil, known, seen) for pupil in pupils]
    decisions = _refuse_shared_upns(decisions)
    decisions = _refuse_shared_pupils(decisions)
    return tuple(_ask_shared_persons(decisions, known))


def _decide_alone(pupil: FilePupil, known: KnownPupils, seen: Callable[[bytes], bool]) -> Decision:
    facts = facts_of(pupil.pupil, pupil.spells, pupil.needs, pupil.parents)
    proposal = ImportRow(
        rows=pupil.rows,
        outcome="add",
        pupil_id=None,
        pupil=pupil.pupil,
        spells=pupil.spells,
        needs=pupil.needs,
        parents=pupil.parents,
        changes=tuple(facts),
    )
    if pupil.problems:
        return Decision(pupil=pupil, proposal=replace(proposal, outcome="refused"))
    if seen(row_fingerprint(proposal)):
        return Decision(pupil=pupil, proposal=replace(proposal, outcome="same"))
    match = known.match(pupil)
    if match.refusal:
        return Decision(pupil=pupil, proposal=proposal).turned("refused", match.refusal)
    if match.question:
        asking = Decision(pupil=pupil, proposal=proposal, candidates=match.candidates)
        return asking.turned("ask", match.question)
    if match.known:
        proposal = _for_known(proposal, match.known, facts)
    elif proposal.quarantined_upns:
        proposal = replace(proposal, outcome="quarantine")
    return Decision(pupil=pupil, proposal=proposal)


def _for_known(proposal: ImportRow, known: Known, facts: dict[str, str]) -> ImportRow:
    held = {
        "family_name": known.family_name,
        "given_names": known.given_names,
        "born": known.born.isoformat(),
        **known.facts,
    }
    changes = tuple(
        name
        for name, text in facts.items()
        if (text not in known.upns if name in {"upn", "former_upn"} else text != held.get(name))
    )
    outcome: Outcome = "change" if changes else "same"
    if any(upn.text not in known.upns for upn in proposal.quarantined_upns):
        outcome = "quarantine"
    return replace(proposal, outcome=outcome, pupil_id=known.pupil_id, changes=changes)


def _refuse_shared_upns(decisions: list[Decision]) -> list[Decision]:
    """One pupil's former UPN that is another's UPN in the file refuses both."""
    holders: dict[object, list[Decision]] = defaultdict(list)
    for one in decisions:
        for upn in {one.pupil.pupil.upn, one.pupil.pupil.former_upn} - {None}:
            holders[upn].append(one)
    return _refuse_clashes(
        decisions, holders.values(), "upn-twice", "upn", "name the same UPN for different pupils"
    )


def _refuse_shared_pupils(decisions: list[Decision]) -> list[Decision]:
    """Two pupils of the file that are one pupil of the ledger are both refused."""
    holders: dict[object, list[Decision]] = defaultdict(list)
    for one in decisions:
        if one.is_taken and one.proposal.pupil_id is not None:
            holders[one.proposal.pupil_id].append(one)
    return _refuse_clashes(
        decisions, holders.values(), "one-pupil-twice", "", "are one pupil of the ledger"
    )


def _refuse_clashes(
    decisions: list[Decision],
    groups: Iterable[list[Decision]],
    kind: str,
    field: str,
    what: str,
) -> list[Decision]:
    refused: dict[tuple[int, ...], Remark] = {}
    for group in groups:
        if len(group) > 1:
            rows = sorted(row for one in group for row in one.pupil.rows)
            words = f"{rows_in_words(rows).capitalize()} {what}."
            finding = Remark(kind=kind, field=field, words=words)
            refused |= {one.pupil.rows: finding for one in group if one.outcome != "same"}
    return [
        one.turned("refused", refused[one.pupil.rows]) if one.pupil.rows in refused else one
        for one in decisions
    ]


def _ask_shared_persons(decisions: list[Decision], known: KnownPupils) -> Iterator[Decision]:
    """A second new pupil with the name and birth of a first is a question."""
    first: dict[NameAndBirth, int] = {}
    for one in decisions:
        person = person_of(one.pupil.pupil)
        is_new = one.proposal.pupil_id is None and one.outcome not in {"refused", "ask"}
        if not is_new or person is None:
            yield one
            continue
        row = first.setdefault(person, one.pupil.rows[0])
        is_first = row == one.pupil.rows[0]
        if is_first or not one.is_taken or known.is_new_by_answer(one.pupil):
            yield one
            continue
        words = (
            f"Row {row} has the same name and date of birth. If it is one pupil, give both rows "
            "one UPN; if it is another, say so with --new."
        )
        yield one.turned("ask", Remark(kind="same-person-in-file", field="", words=words))
