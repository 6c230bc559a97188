"""Which claim a proof folder shows, by signed bytes alone: “given”, or “in force as of head N”.

The two are different claims.  One entry alone shows that it was made; how its record
stood needs the whole record up to a head that the log itself holds (`stream/`), with
everything that decides disclosed.  Whatever is withheld or not known here counts
against “in force”.  `verify.sh` says the same, word for word.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Standing = Literal[
    "not-shown",
    "in-force",
    "ended",
    "withdrawn",
    "refused",
    "taken-back",
    "unclear",
    "record",
]
GIVEN: Final = "consent.given.v1"
REFUSED: Final = "consent.refused.v1"
WITHDRAWN: Final = "consent.withdrawn.v1"
CORRECTED: Final = "entry.corrected.v1"
_KNOWN: Final = frozenset({GIVEN, REFUSED, WITHDRAWN, CORRECTED, "consent.relied_on.v1"})
_EVENT: Final = re.compile(r"[a-z0-9_.]{1,100}")
_DATE: Final = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")
_ALONE: Final = {GIVEN: "Given", REFUSED: "Refused", WITHDRAWN: "Withdrawn"}
_BY_SCHOOL: Final = "the school recorded that"


@dataclass(frozen=True, slots=True)
class Step:
    """One entry, as far as it is shown.

    Attributes:
        seq: its place in the record, from 1.
        index: its place in the log, from 0.
        recorded_at: the school's own clock.
        fields: name → value of what it shows.
    """

    seq: int
    index: int
    recorded_at: str
    fields: Mapping[str, Any]

    @property
    def event(self) -> str | None:
        """Its published type; None where it is withheld or spelt as none is."""
        value = self.fields.get("event")
        return value if isinstance(value, str) and _EVENT.fullmatch(value) else None

    @property
    def stated(self) -> str:
        """The date that was stated, or “withheld”."""
        stated = self.fields.get("occurred_on")
        value = stated.get("date") if isinstance(stated, dict) else None
        return value if isinstance(value, str) and _DATE.fullmatch(value) else "withheld"

    @property
    def unevidenced(self) -> bool:
        """Whether it shows that there is no evidence of the family's own act."""
        act = self.fields.get("act")
        return isinstance(act, dict) and act.get("kind") == "none"

    @property
    def line(self) -> str:
        """One line for people."""
        return (
            f"{self.seq:>3}  {self.event or 'withheld'}, stated {self.stated}, recorded "
            f"{self.recorded_at}, number {self.index} of the log"
        )

    def members(self) -> dict[str, object]:
        """Give the JSON members."""
        return {
            "seq": self.seq,
            "index": self.index,
            "event": self.event,
            "occurred_on": None if self.stated == "withheld" else self.stated,
            "recorded_at": self.recorded_at,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a folder shows.

    Attributes:
        standing: a stable word, see `docs/reference/verify-json.md`.
        words: the same in plain English.
        head: log index of the head up to which the record is whole; None without a record.
        until: the last day in force that is shown, ISO; None where none is.
        steps: the whole record, first to last; empty without.
    """

    standing: Standing
    words: str
    head: int | None = None
    until: str | None = None
    steps: tuple[Step, ...] = ()

    def members(self) -> dict[str, object]:
        """Give the JSON members."""
        return {
            "standing": self.standing,
            "words": self.words,
            "head": self.head,
            "until": self.until,
            "stream": [one.members() for one in self.steps],
        }

    def lines(self) -> list[str]:
        """Write it for people, the record above the claim."""
        words = textwrap.wrap(self.words, 88, initial_indent="  ", subsequent_indent="  ")
        return [*(f"  {one.line}" for one in self.steps), *words]


def read_claim(
    entry: Step, record: tuple[Step, ...], head: Step | None, today: date | None
) -> Claim:
    """Tell which claim is shown.

    Args:
        entry: the entry that is proved.
        record: its whole record, first to last; empty where only the entry is shown.
        head: the logged head that closes the record, or None.
        today: the reader's day, to say of a last day that it has passed; None to leave it out.
    """
    if head is None:
        return _alone(entry, today)
    steps = tuple(_merged(one, entry) for one in record)
    day = head.recorded_at[:10]
    standing, words, until = _standing(steps, f"head {head.index} of the log, of {day}", day)
    if standing == "in-force" and until is not None:
        words += _passed(until, today)
    return Claim(standing=standing, words=words, head=head.index, until=until, steps=steps)


def _merged(one: Step, entry: Step) -> Step:
    """Take what the entry proved shows by itself to what the record shows of it."""
    same = one.index == entry.index
    return replace(one, fields={**one.fields, **entry.fields}) if same else one


def _alone(step: Step, today: date | None) -> Claim:
    after = "whether it was corrected since is not shown: the rest of its record is not here."
    if step.event == GIVEN:
        after = after.replace("corrected", "withdrawn or corrected")
        until = _last_day(step)
        after += _of_last_day(step, today)
    else:
        until = None
    what = _ALONE.get(step.event or "", f"An entry of the type {step.event}")
    if step.event is None:
        what = "An entry that does not show what it is"
    elif step.unevidenced and step.event in _ALONE:
        what = f"{_BY_SCHOOL.capitalize()} consent was {what.lower()}"
    words = f"{what}, stated {step.stated}; {after}"
    return Claim(standing="not-shown", words=words, until=until)


def _of_last_day(step: Step, today: date | None) -> str:
    until = _last_day(step)
    if until is not None:
        return f" It was given up to and including {until}.{_passed(until, today)}"
    if "expires_on" in step.fields and step.fields["expires_on"] is None:
        return " It was given without a last day."
    return " Whether it has a last day is withheld."


def _passed(until: str, today: date | None) -> str:
    if today is None or until >= today.isoformat():
        return ""
    return f" That day HAS PASSED: by this computer's clock it is {today.isoformat()}."


def _last_day(step: Step) -> str | None:
    value = step.fields.get("expires_on")
    try:
        sound = isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return None
    return str(value) if sound else None


def _standing(steps: tuple[Step, ...], as_of: str, day: str) -> tuple[Standing, str, str | None]:
    """Tell how a record stood at its head, in words; and the last day in force, if it shows one."""
    if not any((one.event or "consent.").startswith("consent.") for one in steps):
        return "record", f"The whole record of the entry up to {as_of}.", None
    if unclear := _unclear(steps):
        return "unclear", f"How it stood at {as_of}, is not shown: {unclear}.", None
    wrong = {one.fields["corrects_seq"] for one in steps if one.event == CORRECTED}
    standing = {one.event: one for one in steps if one.seq not in wrong}
    if end := standing.get(WITHDRAWN):
        return "withdrawn", f"WITHDRAWN at {as_of}: {_end(end)}.", None
    if end := standing.get(REFUSED):
        return "refused", f"REFUSED at {as_of}: {_end(end)}.", None
    given = standing.get(GIVEN)
    if given is None:
        words = f"TAKEN BACK at {as_of}: the answer was corrected, and no other stands."
        return "taken-back", words, None
    return _given(given, as_of, day)


def _end(end: Step) -> str:
    said = f"{_BY_SCHOOL}, " if end.unevidenced else ""
    return f"{said}by entry {end.seq}, stated {end.stated}"


def _given(given: Step, as_of: str, day: str) -> tuple[Standing, str, str | None]:
    until = _last_day(given)
    what = f"{_BY_SCHOOL} consent was given" if given.unevidenced else "given"
    stated = f"{what}, stated {given.stated}"
    if until is None:
        if given.fields.get("expires_on", "") is not None:
            words = f"How it stood at {as_of}, is not shown: whether it has a last day is withheld."
            return "unclear", words, None
        words = f"In force as of {as_of}: {stated}, without a last day, and not withdrawn by then."
        return "in-force", words, None
    if until < day:
        return "ended", f"ENDED at {as_of}: {stated}, up to and including {until}.", until
    words = (
        f"In force as of {as_of}: {stated}, up to and including {until}, and not withdrawn by then."
    )
    return "in-force", words, until


def _unclear(steps: tuple[Step, ...]) -> str:
    """Say what keeps anybody from telling how a consent stood."""
    return next(_unclear_steps(steps), "")


def _unclear_steps(steps: tuple[Step, ...]) -> Iterator[str]:
    for one in steps:
        if one.event not in _KNOWN:
            yield f"entry {one.seq} is of a kind not known here"
        if one.event == CORRECTED and not _names_earlier(one):
            yield f"entry {one.seq} does not show what it corrects"


def _names_earlier(one: Step) -> bool:
    named = one.fields.get("corrects_seq")
    return isinstance(named, int) and not isinstance(named, bool) and 0 < named < one.seq
