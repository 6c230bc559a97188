"""The high-water mark held against the ledger, before anything is written."""

from __future__ import annotations

from ledger.bootstrap.home import Home
from ledger.errors import RuleRefused
from ledger.seal.proofs import LogProver


def behind_mark(home: Home) -> str:
    """Say why the ledger contradicts this computer's mark; empty where it does not."""
    mark = home.mark.read()
    if mark is None:
        return ""
    with home.reading() as reader:
        prover = LogProver(reader)
        if prover.size < mark.size:
            return f"the ledger was seen with {mark.size} entries, and has {prover.size} here."
        if prover.root_at(mark.size) != mark.root:
            return f"its first {mark.size} entries are not those that were seen."
    return ""


def founding_words(old: str = "THIS-HOME") -> str:
    """Give the command that founds a new home that continues this one."""
    return f'send-ledger init --home NEW-HOME --continues {old} --reason "…"'


def demand_continuation(home: Home) -> None:
    """Refuse to write to a ledger that was rolled back or forked.

    Raises:
        RuleRefused: it was.
    """
    if why := behind_mark(home):
        raise RuleRefused(
            "This home can be read, but not written.",
            f"It was rolled back, or restored from an older copy: {why}",
            "Restore the newest backup. If there is none, found a new home that continues this "
            f"one: {founding_words()}",
            kind="behind-mark",
        )
