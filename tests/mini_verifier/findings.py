"""What a check found, and what it comes to."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from tests.mini_verifier.encoding import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

TOLD = frozenset({"self-rooted", "countersigned", "older-anchor", "disputed", "continues"})
"""Said in every report, but neither an alteration nor a missing proof."""
INCOMPLETE = frozenset(
    [
        "self-asserted",
        "unanchored",
        "unknown-log-key",
        "unverifiable",
        "quorum-unmet",
        "tokens-unchecked",
        "reserved-kind",
    ]
)


class Finding(NamedTuple):
    """One thing found: stable code, log index where it has one, words."""

    code: str
    leaf: int | None
    words: str


@dataclass
class Findings:
    """A list of findings that grows."""

    found: list[Finding] = field(default_factory=list)

    def add(self, code: str, index: int | None = None, words: str = "") -> None:
        """Note a finding."""
        self.found.append(Finding(code, index, words))

    @contextmanager
    def catching(self, index: int | None = None, prefix: str = "") -> Iterator[None]:
        """Turn a refusal within the block into a finding, and go on after it."""
        try:
            yield
        except Refused as refused:
            self.add(refused.word, index, f"{prefix}{refused.why}")

    @property
    def codes(self) -> set[str]:
        """Every code found."""
        return {one.code for one in self.found}

    @property
    def result(self) -> str:
        """`altered`, `unanchored` (not fully verified) or `intact`."""
        if self.codes - TOLD - INCOMPLETE:
            return "altered"
        return "unanchored" if self.codes & INCOMPLETE else "intact"
