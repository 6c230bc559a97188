"""Which known pupil a pupil of the file is.

By UPN, or by what a person answered; never by name.  A shared name and date of
birth is a question, because another family's record overwritten by a match on
names is a breach (it happened with another product in 2018).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.errors import NotFound, UsageError
from ledger.imports.register_row import Remark
from ledger.values.person_name import search_key

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from ledger.imports.pupils_in_file import FilePupil
    from ledger.imports.register_row import Answers, Known, PupilFacts

NameAndBirth = tuple[str, str, "date"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What is known of a pupil of the file.

    Attributes:
        known: the known pupil, None for a new one.
        refusal: why the rows cannot be taken.
        question: why a person has to say who it is.
        candidates: ids of the pupils that it may be, for a question.
    """

    known: Known | None = None
    refusal: Remark | None = None
    question: Remark | None = None
    candidates: tuple[bytes, ...] = ()


class KnownPupils:
    """The pupils whom the ledger has, found by UPN and by name and birth."""

    def __init__(self, known: Iterable[Known], answers: Answers) -> None:
        """Index the known pupils.

        Args:
            known: every pupil who could be meant, leavers too.
            answers: what a person answered to an earlier report.

        Raises:
            NotFound: an answer names a pupil who is not among `known`.
            UsageError: an answer says both of one row.
        """
        self._by_id = {one.pupil_id: one for one in known}
        self._by_upn: dict[str, dict[bytes, Known]] = {}
        self._by_person: dict[NameAndBirth, list[Known]] = {}
        for one in self._by_id.values():
            for upn in one.upns:
                self._by_upn.setdefault(upn, {})[one.pupil_id] = one
            self._by_person.setdefault(_person_of(one), []).append(one)
        self._answers = answers
        self._refuse_impossible_answers()

    def match(self, pupil: FilePupil) -> Match:
        """Say which known pupil it is."""
        chosen = self._chosen(pupil)
        by_upn = self._holders(pupil.pupil)
        if len(by_upn) > 1:
            return self._between(by_upn, chosen)
        if by_upn:
            return self._upn_match(pupil, by_upn[0], chosen)
        if chosen:
            return Match(known=chosen)
        return self._without_upn_match(pupil)

    def is_new_by_answer(self, pupil: FilePupil) -> bool:
        """Whether a person said that it is a new pupil."""
        return bool(self._answers.new & set(pupil.rows))

    def _chosen(self, pupil: FilePupil) -> Known | None:
        ids = {self._answers.same_as[row] for row in pupil.rows if row in self._answers.same_as}
        if len(ids) > 1:
            raise UsageError(
                "Two --same-as name different pupils for one pupil of the file.",
                "The rows hold the same UPN.",
                "Give one --same-as for the pupil.",
                kind="answers-differ",
            )
        return self._by_id[ids.pop()] if ids else None

    def _holders(self, pupil: PupilFacts) -> list[Known]:
        found: dict[bytes, Known] = {}
        for upn in (pupil.upn, pupil.former_upn):
            if upn:
                found |= self._by_upn.get(upn.text, {})
        return list(found.values())

    def _between(self, holders: list[Known], chosen: Known | None) -> Match:
        if chosen in holders:
            return Match(known=chosen)
        words = "The UPN and the former UPN belong to different pupils; say which with --same-as."
        return _ask("upn-two-pupils", "upn", words, holders)

    def _upn_match(self, pupil: FilePupil, holder: Known, chosen: Known | None) -> Match:
        if self.is_new_by_answer(pupil) or (chosen and chosen != holder):
            words = "The UPN belongs to another pupil than the answer says."
            return Match(refusal=Remark(kind="upn-taken", field="upn", words=words))
        if chosen or not _is_someone_else(pupil.pupil, holder):
            return Match(known=holder)
        words = (
            "The UPN belongs to a pupil with another name and another date of birth; "
            "confirm with --same-as, or correct the UPN."
        )
        return _ask("upn-other-person", "upn", words, [holder])

    def _without_upn_match(self, pupil: FilePupil) -> Match:
        person = person_of(pupil.pupil)
        if person is None:
            words = (
                "No pupil of the ledger has this UPN, and the row has no name and date of birth."
                if pupil.pupil.upn
                else "The row does not say which pupil it is about: it has no UPN, "
                "and no name and date of birth."
            )
            return Match(refusal=Remark(kind="no-pupil", field="", words=words))
        same = self._by_person.get(person, [])
        if not same or self.is_new_by_answer(pupil):
            return Match()
        words = (
            "A pupil of the ledger has the same name and date of birth; "
            "say which with --same-as, or --new."
        )
        return _ask("same-name-and-birth", "", words, same)

    def _refuse_impossible_answers(self) -> None:
        same_as, new = self._answers.same_as, self._answers.new
        if new & same_as.keys():
            raise UsageError(
                "A row is answered with both --same-as and --new.",
                "It is either a known pupil or a new one.",
                "Leave one of the two out.",
                kind="answers-differ",
            )
        if any(pupil_id not in self._by_id for pupil_id in same_as.values()):
            raise NotFound(
                "A --same-as names a pupil who is not in this ledger.",
                "It has to be a pupil whom the ledger has.",
                "Look the pupil up in the register.",
                kind="pupil-not-found",
            )


def person_of(pupil: PupilFacts) -> NameAndBirth | None:
    """The name and birth by which a pupil is proposed, never taken."""
    if not (pupil.family_name and pupil.given_names and pupil.born):
        return None
    return pupil.family_name.search_key, pupil.given_names.search_key, pupil.born


def _person_of(known: Known) -> NameAndBirth:
    return search_key(known.family_name), search_key(known.given_names), known.born


def _is_someone_else(pupil: PupilFacts, holder: Known) -> bool:
    """Neither name nor birth agrees, so the UPN may be a slip."""
    person = person_of(pupil)
    if person is None:
        return False
    other = _person_of(holder)
    return person[:2] != other[:2] and person[2] != other[2]


def _ask(kind: str, field: str, words: str, candidates: list[Known]) -> Match:
    return Match(
        question=Remark(kind=kind, field=field, words=words),
        candidates=tuple(one.pupil_id for one in candidates),
    )
