"""Evidence that is held elsewhere: what a ledger must contain, whatever is in its own folder.

A ledger cannot tell by itself that its newest entries were cut off, or that all
of it was written anew: that takes a head of it that lies somewhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ledger.formats.checkpoint import origin_of
from ledger.formats.encoding import unb64url
from ledger.verify.findings import Compared

if TYPE_CHECKING:
    from ledger.formats.high_water_mark import HighWaterMark
    from ledger.verify.findings import Findings
    from ledger.verify.grown_tree import GrownTree


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A head of a log, obtained from a receipt, a proof or a checkpoint file.

    Whoever makes one has verified what it was taken from.

    Attributes:
        description: where it comes from, in words: “the receipt of Hilltop School”.
        origin: name of the log, `send-ledger/v1/<lid>`.
        size: leaves of the tree.
        root: its root hash, 32 bytes.
        leaf: log index and leaf hash (32 bytes) of an entry that it proves, or None.
        what: `mark` where it is this computer's own.
    """

    description: str
    origin: str
    size: int
    root: bytes
    leaf: tuple[int, bytes] | None = None
    what: Literal["mark", "held"] = "held"


def of_mark(mark: HighWaterMark) -> Held:
    """Give the high-water mark as evidence held outside the home."""
    return Held(
        description="this computer's high-water mark",
        origin=origin_of(mark.lid),
        size=mark.size,
        root=mark.root,
        what="mark",
    )


def check_held(findings: Findings, held: Held, tree: GrownTree, lid: str, shorter: str) -> None:
    """Demand that the log contains a head that is held elsewhere.

    Args:
        findings: where findings go.
        held: the head.
        tree: the recomputed log.
        lid: the ledger's id, base64url.
        shorter: the code for a log that is shorter.
    """
    with findings.catching():
        if held.origin != origin_of(unb64url(lid)):
            findings.add(
                "other-ledger", None, f"{_the(held)} is about another ledger than this one."
            )
        elif held.size > tree.size:
            findings.add(
                shorter,
                None,
                f"The log is shorter than it was: {tree.size:,} entries, and {held.description} "
                f"saw {held.size:,}. The newest entries were removed, or an old copy was put back.",
            )
        elif tree.root_at(held.size)[0] != held.root:
            findings.add(
                "fork",
                None,
                f"The first {held.size:,} entries are not those that {held.description} saw: "
                "the log was rewritten.",
            )
        elif held.leaf is not None and tree.leaf(held.leaf[0]) != held.leaf[1]:
            findings.add(
                "fork", held.leaf[0], f"It is not the entry that {held.description} proves."
            )
        else:
            findings.counts["held_heads"] += 1
            if held.size:
                findings.compared.append(
                    Compared(what=held.what, words=held.description, size=held.size)
                )


def _the(held: Held) -> str:
    return held.description[:1].upper() + held.description[1:]
