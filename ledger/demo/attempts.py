"""The three attempts to cheat, each on its own copy, and how each is caught."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.bootstrap.verifying import Wanted, verify_home
from ledger.demo import tampering

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from ledger.demo.places import Places
    from ledger.demo.stage import Stage
    from ledger.verify.findings import Report

BIT, CUT, REWRITTEN = "one-bit", "cut-short", "rewritten"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt, and what verifying said of it.

    Attributes:
        name: `one-bit`, `cut-short` or `rewritten`; also its folder's name.
        what: what was done, in words.
        home: the altered copy.
        state: a folder with the mark that the cheat left.
        against: the other school's receipt, where it is needed, or None.
        alone: the result without that receipt.
        report: what verifying found.
    """

    name: str
    what: str
    home: Path
    state: Path
    against: Path | None
    alone: str
    report: Report

    def members(self) -> dict[str, object]:
        """Give the members for the summary."""
        return {
            "name": self.name,
            "what": self.what,
            "home": str(self.home),
            "state": str(self.state),
            "against": None if self.against is None else str(self.against),
            "result_alone": self.alone,
            "result": self.report.result,
            "exit_code": self.report.exit_code,
            "codes": list(self.codes),
        }

    @property
    def codes(self) -> tuple[str, ...]:
        """What kinds of findings there were; notes are left out."""
        return tuple(sorted({one.code for one in self.report.findings}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """Somebody with the school's computer, cheating on copies.

    Attributes:
        stage: the school whose home is copied.
        places: where copies go, and where the receipt is.
        policy: the trust policy of somebody outside.
        now: gives the instant.
    """

    stage: Stage
    places: Places
    policy: Mapping[str, bytes]
    now: Callable[[], datetime]

    def all(self) -> tuple[Attempt, ...]:
        """Try all three."""
        return (self._bit(), self._cut(), self._rewritten())

    def _bit(self) -> Attempt:
        index = self.stage.remembered("jose-consent").index
        return self._try(
            BIT,
            f"One bit of entry {index}, a consent, was changed.",
            lambda home, state: tampering.flip_one_bit(home, index, state),
        )

    def _cut(self) -> Attempt:
        size = _sealed_before_sending(self.stage)
        with self.stage.home.reading() as reader:
            gone = reader.size - size
        return self._try(
            CUT,
            f"The newest {gone} entries, the handover among them, were removed with all their "
            "traces, and this computer's own mark was set back.",
            lambda home, state: tampering.cut_short(home, size, state),
            against=self.places.receipt,
        )

    def _rewritten(self) -> Attempt:
        stage = self.stage
        index = stage.remembered("irem-consent").index
        backdated = f"{stage.played.on('09-12').isoformat()}T09:00:00Z"
        return self._try(
            REWRITTEN,
            f"Entry {index}, entered late, was made to look as if recorded on time; the whole log "
            "was rebuilt over it and signed again with the ledger's real key.",
            lambda home, state: tampering.rewrite_and_sign_again(home, index, backdated, state),
        )

    def _try(
        self,
        name: str,
        what: str,
        alter: Callable[[Path, Path], None],
        against: Path | None = None,
    ) -> Attempt:
        folder = self.places.tampered / name
        home, state = folder / "home", folder / "state"
        tampering.copy_home(self.stage.home.path, home)
        alter(home, state)
        alone = self._verify(home, state, None)
        return Attempt(
            name=name,
            what=what,
            home=home,
            state=state,
            against=against,
            alone=alone.result,
            report=alone if against is None else self._verify(home, state, against),
        )

    def _verify(self, home: Path, state: Path, against: Path | None) -> Report:
        keys = self.stage.seats.take("head").view.keys
        wanted = Wanted(
            state_folder=state,
            now=self.now(),
            data_key=keys.data_key,
            policy=self.policy,
            against=() if against is None else (against,),
        )
        return verify_home(home, wanted)


def _sealed_before_sending(stage: Stage) -> int:
    """Give the size at which the ledger was sealed before the record was sent."""
    size = stage.size_before_sending
    with stage.home.reading() as reader:
        return max(sealed for sealed, _note in reader.checkpoints() if sealed <= size)
