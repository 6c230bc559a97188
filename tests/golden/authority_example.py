"""The worked example of `docs/formats/authority.md`: a short log, and whose signature counts in it.

Run `python -m tests.golden.authority_example` to write it into the document.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.errors import LedgerError
from ledger.formats import kinds
from ledger.formats.encoding import compact_json
from ledger.formats.statement import Statement, read_statement
from ledger.seal.authority import Authority
from tests.golden.small_log import SmallLog
from tests.support.documents import write_section

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "formats" / "authority.md"
INTRODUCTION: Final = (
    "Ten statements, as the tests make them from fixed keys: of each the key that signed, the\n"
    "role, the further members and `prev`, and how it is judged once all ten are read. Entries\n"
    "7 and 9 are what no sound writer logs; `verify` calls them alterations.\n"
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A statement of the example, and what becomes of it.

    Attributes:
        index: its place in the log.
        told: what it does, in words.
        jwt: as stored.
        verdict: `counts`, `disputed` or `does not count`.
    """

    index: int
    told: str
    jwt: bytes
    verdict: str


def example() -> list[Judged]:
    """Make the log, and judge it."""
    log, told = SmallLog(), [
        "the root key registers itself: the genesis",
        "the root key registers the head's key",
        "the root key makes that person the head",
        "the head registers a SENCO's key",
        "the head grants that person the role of SENCO, from 1 March 2026",
        "the SENCO signs an entry",
        "the SENCO signs another",
        "the SENCO makes a teacher of themselves",
        "the head revokes the SENCO's key, from entry 6 on",
        "somebody signs with the key that was stolen",
    ]  # fmt: skip
    log.register("root", "root", "root")
    log.register("head", "root", "root")
    log.grant("head", "head", "root", "root")
    log.register("senco", "head", "head")
    log.grant("senco", "senco", "head", "head")
    log.event("review")
    log.event("review")
    log.grant("senco", "teacher", "senco", "senco")
    log.revoke("senco", 6, "head", "head")
    log.event("review")
    verdicts = judged([read_statement(jwt) for jwt in log.leaves])
    rows = zip(told, log.leaves, verdicts, strict=True)
    return [Judged(index, words, jwt, verdict) for index, (words, jwt, verdict) in enumerate(rows)]


def judged(statements: list[Statement]) -> list[str]:
    """Judge statements in the order of the log, and say of each what became of it."""
    authority, accepted = Authority(), list[bool]()
    for index, statement in enumerate(statements):
        try:
            if statement.kind in kinds.AUTHORITY_KINDS:
                authority.apply(index, statement)
            else:
                authority.judge(index, statement)
            accepted.append(True)
        except LedgerError:
            accepted.append(False)
    return [
        "does not count"
        if not counts
        else "disputed"
        if authority.disputed(index, one.kid, one.role)
        else "counts"
        for index, (one, counts) in enumerate(zip(statements, accepted, strict=True))
    ]


def worked_example() -> str:
    """Write the section between the two comments."""
    parts = [INTRODUCTION]
    for one in example():
        statement = read_statement(one.jwt)
        further = {name: statement.payload[name] for name in kinds.CLEAR_MEMBERS[statement.kind]}
        shown = {
            "role": statement.role,
            **further,
            "prev": statement.payload["prev"],
        }
        parts += [
            f"**{one.index}** ({statement.kind}): {one.told}. *{one.verdict.capitalize()}.*",
            f"Signed by `{statement.kid}`:\n",
            f"```json\n{compact_json(shown)}\n```\n",
        ]
    return "\n".join(parts)


def main() -> None:
    """Write the example into the document."""
    write_section(DOCUMENT, f"\n{worked_example()}\n")


if __name__ == "__main__":
    main()
