"""What a verification found, and what it comes to: `docs/reference/verify-json.md`.

Every code is stable.  One that stands in neither table below is an alteration,
so that a code forgotten there is never taken lightly.
"""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from ledger.errors import LedgerError
from ledger.formats.encoding import b64url
from ledger.values.counting import counted, the_newest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ledger.seal.authority_records import SuccessionRecord
    from ledger.verify.claim import Claim

FORMAT: Final = "send-ledger/v1/verify-report"
MAX_LISTED: Final = 100
"""So many findings, and so many notes, are listed; the rest is counted."""

Result = Literal["intact", "altered", "unanchored"]
Grade = Literal["altered", "incomplete", "note"]
EXIT_CODES: Mapping[Result, int] = MappingProxyType({"intact": 0, "altered": 10, "unanchored": 11})

INCOMPLETE: Final = frozenset(
    {
        "unanchored",
        "self-asserted",
        "contents-unopened",
        "no-known-signature",
        "other-schema-version",
        "proof-missing",
        "quorum-unmet",
        "reserved-kind",
        "rewritten-before",
        "sealing-incomplete",
        "token-certificate-missing",
        "token-imprint-algorithm",
        "token-root-unknown",
        "token-weak-digest",
        "tokens-unchecked",
        "unknown-log-key",
        "unverifiable",
    }
)
"""Nothing is known to be altered, but not everything could be verified."""
REWRITTEN: Final = (
    "The other school's log was found rewritten once, so this may be of one of two versions; "
    "the proof is kept here, see send-ledger school partners --forks."
)
"""Said of whatever comes from such a log, with the code rewritten-before."""
NOTES: Final = frozenset(
    {
        "clock-off",
        "contents-left-closed",
        "continues",
        "countersigned",
        "disputed",
        "not-understood",
        "older-anchor",
        "predecessor-fits",
        "reading-elsewhere",
        "sealing-skipped",
        "self-rooted",
        "unsealed",
    }
)
"""Said in the report; they change nothing about the result."""


class Fault(NamedTuple):
    """Something wrong with an entry by itself: a finding's code and words."""

    code: str
    words: str

    @classmethod
    def of(cls, error: LedgerError) -> Fault:
        """Take kind and words from an error."""
        return cls(error.kind, f"{error.what} {error.why}".strip())


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found.

    Attributes:
        code: stable, machine-readable.
        index: log index of the entry concerned, from 0; None where it is no entry.
        words: plain English, without personal data.
    """

    code: str
    index: int | None
    words: str

    @property
    def grade(self) -> Grade:
        """Tell how it weighs: altered, incomplete, or a note that changes nothing."""
        if self.code in NOTES:
            return "note"
        return "incomplete" if self.code in INCOMPLETE else "altered"

    def members(self) -> dict[str, object]:
        """Give the JSON members."""
        return {"code": self.code, "index": self.index, "grade": self.grade, "words": self.words}

    def line(self) -> str:
        """Give one line for people, the code at its end for whoever helps them."""
        place = "" if self.index is None else f"Entry {self.index}: "
        return f"  - {place}{self.words} [{self.code}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A head outside a ledger that the ledger was found to contain.

    Attributes:
        what: `mark` (this computer's own note) or `held` (given with `--against`).
        words: what it is, for people.
        size: how many entries it covers.
    """

    what: Literal["mark", "held"]
    words: str
    size: int

    def members(self) -> dict[str, object]:
        """Give the JSON members."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedTime:
    """When the entry of a proof was recorded: stated, written down, and proved.

    Attributes:
        stated: the date that a person stated, `2026-03-03`, `2026-03` or `2026`;
            None where it is withheld.
        recorded_at: what the school's own clock said.
        after: the earliest instant at which it can have been recorded, or None.
        before: the latest, or None.
        words: all of it for people.
    """

    stated: str | None
    recorded_at: str
    after: str | None
    before: str | None
    words: str

    def members(self) -> dict[str, object]:
        """Give the JSON members."""
        return {name: getattr(self, name) for name in self.__slots__}

    def lines(self) -> list[str]:
        """Give the words in lines."""
        return textwrap.wrap(self.words, 88, initial_indent="  ", subsequent_indent="  ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The outcome of one verification.

    Attributes:
        result: `intact` (everything verified, and held against something outside),
            `altered`, or `unanchored` (nothing altered was found, but not
            everything could be verified).
        subject: what was verified: ledger, proof folder, bundle, receipt.
        size: leaves of the log concerned; None where there is none.
        root: root hash at that size, 32 bytes, or None.
        counts: what was checked, how often.
        findings: what keeps the result from being `intact`; at most `MAX_LISTED`.
        notes: what is said all the same (self-rooted, disputed entries …); as many.
        codes: code → how often, of all findings and notes, listed or not.
        not_checked: what was not checked, in words.
        saved: what to keep for an incremental run, of an intact ledger; or None.
        time: of a proof folder that was not found altered; or None.
        compared: the heads outside a ledger that it contains, in the order given.
        claim: which claim a proof folder shows; None of another subject, and of an altered one.
    """

    result: Result
    subject: str
    size: int | None
    root: bytes | None
    counts: Mapping[str, int]
    findings: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    codes: Mapping[str, int]
    not_checked: tuple[str, ...]
    saved: bytes | None = None
    time: ProvedTime | None = None
    compared: tuple[Compared, ...] = ()
    claim: Claim | None = None

    @property
    def exit_code(self) -> int:
        """Give 0 (intact), 10 (altered) or 11 (not fully verified)."""
        return EXIT_CODES[self.result]

    @property
    def unlisted(self) -> int:
        """How many findings and notes are counted in `codes` but not listed."""
        return sum(self.codes.values()) - len(self.findings) - len(self.notes)

    def to_json(self) -> str:
        """Write the report as the JSON of `docs/reference/verify-json.md`."""
        members = {
            "format": FORMAT,
            "result": self.result,
            "exit_code": self.exit_code,
            "subject": self.subject,
            "size": self.size,
            "root": None if self.root is None else b64url(self.root),
            "counts": dict(self.counts),
            "findings": [one.members() for one in self.findings],
            "notes": [one.members() for one in self.notes],
            "codes": dict(sorted(self.codes.items())),
            "unlisted": self.unlisted,
            "not_checked": list(self.not_checked),
            "time": None if self.time is None else self.time.members(),
            "compared": [one.members() for one in self.compared],
            "claim": None if self.claim is None else self.claim.members(),
        }
        return json.dumps(members, ensure_ascii=False, indent=2) + "\n"

    def words(self) -> str:
        """Write the report for people."""
        lines = [self._verdict(), *self._compared_with()]
        if self.claim is not None:
            lines += ["", "What this proof claims:", *self.claim.lines()]
        if self.time is not None:
            lines += ["", "When:", *self.time.lines()]
        for title, found in (("What was found:", self.findings), ("Please note:", self.notes)):
            if found:
                lines += ["", title, *(one.line() for one in found)]
        if self.unlisted:
            lines.append(f"  … and {self.unlisted:,} more of the same kinds.")
        if self.not_checked:
            lines += ["", "Not checked:", *(f"  - {one}." for one in self.not_checked)]
        return "\n".join(lines) + "\n"

    def _compared_with(self) -> list[str]:
        if not self.compared:
            return []
        lines = [f"  - {one.words}, at {one.size:,} entries" for one in self.compared]
        if all(one.what == "mark" for one in self.compared):
            lines.append(
                "  Nothing that anybody else holds was compared: add a receipt or checkpoint with "
                "--against."
            )
        above = (self.size or 0) - max(one.size for one in self.compared)
        if above > 0:
            lines.append(f"  {the_newest(above)} above all of that.")
        return ["", "Compared with:", *lines]

    def _verdict(self) -> str:
        grown = "" if self.size is None else f" ({counted(self.size, 'entry')})"
        match self.result:
            case "intact":
                with_what = (
                    "what it was compared with" if self.compared else "the trust policy given"
                )
                return (
                    f"INTACT. This {self.subject}{grown} is as it was signed: every signature "
                    f"fits, no entry is missing between others, and it agrees with {with_what}."
                )
            case "altered":
                return (
                    f"ALTERED. This {self.subject}{grown} is not as it was signed. Keep this copy "
                    "as it is, do not work on in it, and compare it with a backup."
                )
            case "unanchored":
                return (
                    f"NOT FULLY VERIFIED. Nothing in this {self.subject}{grown} was found altered, "
                    "but that is not the whole answer: see below what is missing."
                )


@dataclass(slots=True)
class Findings:
    """Findings as they are made: bounded, then put in order.

    Attributes:
        counts: what was checked, how often.
        compared: the heads outside a ledger that it was found to contain.
    """

    counts: Counter[str] = field(default_factory=Counter)
    compared: list[Compared] = field(default_factory=list)
    _found: list[Finding] = field(default_factory=list)
    _notes: list[Finding] = field(default_factory=list)
    _codes: Counter[str] = field(default_factory=Counter)
    _grades: set[Grade] = field(default_factory=set)
    _not_checked: dict[str, None] = field(default_factory=dict)

    def add(self, code: str, index: int | None = None, words: str = "") -> None:
        """Take in one finding or note; the code decides which."""
        finding = Finding(code, index, words)
        self._codes[code] += 1
        self._grades.add(finding.grade)
        kept = self._notes if finding.grade == "note" else self._found
        kept.append(finding)
        if len(kept) > 2 * MAX_LISTED:  # millions of bad entries must not fill the memory
            kept.sort(key=_order)
            del kept[MAX_LISTED:]

    def add_error(self, error: LedgerError, index: int | None = None, prefix: str = "") -> None:
        """Take in a refusal: its kind is the code, what and why are the words."""
        self.add(error.kind, index, " ".join(filter(None, (prefix, error.what, error.why))))

    def note_successions(self, successions: Iterable[SuccessionRecord]) -> None:
        """Say which logs this one says that it continues, and from where."""
        for one in successions:
            words = f"This log says that it continues {one.origin} from size {one.size:,}."
            self.add("continues", one.index, words)

    def not_checked(self, words: str) -> None:
        """Say what was not checked: a phrase that ends "Not checked: …", said once."""
        self._not_checked[words] = None

    @contextmanager
    def catching(self, index: int | None = None, prefix: str = "") -> Iterator[None]:
        """Turn a refusal within the block into a finding, and go on after it."""
        try:
            yield
        except LedgerError as error:
            self.add_error(error, index, prefix)

    @property
    def result(self) -> Result:
        """What it comes to so far."""
        if "altered" in self._grades:
            return "altered"
        return "unanchored" if "incomplete" in self._grades else "intact"

    def has(self, code: str) -> bool:
        """Tell whether a code was found."""
        return code in self._codes

    def report(self, subject: str, size: int | None = None, root: bytes | None = None) -> Report:
        """Close the list."""
        return Report(
            result=self.result,
            subject=subject,
            size=size,
            root=root,
            counts=dict(self.counts),
            findings=tuple(sorted(self._found, key=_order)[:MAX_LISTED]),
            notes=tuple(sorted(self._notes, key=_order)[:MAX_LISTED]),
            codes=dict(self._codes),
            not_checked=tuple(self._not_checked),
            compared=tuple(self.compared),
        )


def _order(finding: Finding) -> tuple[bool, int, str]:
    # What is altered before what is missing; what concerns the whole before entries.
    index = -1 if finding.index is None else finding.index
    return finding.grade != "altered", index, finding.code
