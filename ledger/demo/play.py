"""The demonstration from beginning to end."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from ledger.bootstrap.verifying import Wanted, verify_target
from ledger.demo.attempts import Attempt, Attempts
from ledger.demo.consent_form import ask_for_consent
from ledger.demo.founding import found
from ledger.demo.handover import MOVER, change_roll, hand_over
from ledger.demo.introductions import exchange_cards, witness
from ledger.demo.next_steps import next_steps
from ledger.demo.places import Places
from ledger.demo.played_year import DemoClock, PlayedYear
from ledger.demo.proof_and_policy import prove_consent, write_outside_policy
from ledger.demo.school_year import play_year, seal
from ledger.demo.schools import RECEIVER, SENDER, demo_schools
from ledger.demo.stamping import Stamper, begin_stamping
from ledger.demo.summary import MADE_UP, Played, entry_types, summarise, write_summary
from ledger.demo.telling import Telling
from ledger.demo.words import (
    attempt_lines,
    founding_lines,
    handover_lines,
    readme,
    verdict_lines,
    year_lines,
)
from ledger.errors import LedgerError
from ledger.seal.private_files import write_private

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from ledger.bootstrap.home import Clock, Entropy
    from ledger.demo.stage import Stage
    from ledger.verify.findings import Report

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the demonstration is given.

    Attributes:
        folder: where; must not exist, or be empty.
        state_folder: where this computer keeps high-water marks.
        clock: this computer's clock.
        entropy: gives random bytes.
        say: prints a line.
    """

    folder: Path
    state_folder: Path
    clock: Clock
    entropy: Entropy
    say: Callable[[str], None]


def play(wish: Wish) -> dict[str, Any]:
    """Play everything, tell it, and write the summary; give its members.

    Raises:
        StorageFailed: the folder is not empty, or cannot be written.
        LedgerError: kind "demo-…": a step did not come out as it should.
    """
    story = _Story(wish, Places(wish.folder.absolute()), Telling(wish.say))
    story.places.make()
    wish.say(MADE_UP)
    try:
        story.begin()
        story.play_years()
        story.come_to_the_present()
        story.hand_over()
        story.verify()
        story.cheat()
        summary = story.summary()
    finally:
        for stage in story.stages.values():
            stage.seats.leave()
    write_private(story.places.summary, write_summary(summary))
    write_private(story.places.readme, readme(summary).encode("utf-8"))
    wish.say(f"\n{next_steps(summary)}")
    return summary


def _play_year(stage: Stage) -> None:
    play_year(stage)
    stage.clock.follow()
    stage.seats.leave()


@dataclass(slots=True)
class _Story:
    # The steps in their order; each leaves behind what the next ones need.
    wish: Wish
    places: Places
    telling: Telling
    stages: dict[str, Stage] = field(default_factory=dict)
    stamper: Stamper = field(default_factory=lambda: Stamper(None))
    policies: dict[str, dict[str, bytes]] = field(default_factory=dict)
    reports: dict[str, Report] = field(default_factory=dict)
    attempts: Sequence[Attempt] = ()

    @property
    def sender(self) -> Stage:
        """The school that sends."""
        return self.stages[SENDER]

    @property
    def receiver(self) -> Stage:
        """The school that receives."""
        return self.stages[RECEIVER]

    def begin(self) -> None:
        """Make both homes."""
        played = PlayedYear.before(self.wish.clock().date())
        with self.telling.step("homes", "1. Two schools begin their ledgers.") as tell:
            for stage in self._at_once(lambda one: self._found(one, played), demo_schools()):
                self.stages[stage.school.key] = stage
            founding_lines(tell, self.stages.values())

    def play_years(self) -> None:
        """Play the school year in both schools."""
        year = self.sender.played.year
        title = f"2. The school year {year} goes by, day by day."
        with self.telling.step("school_year", title) as tell:
            self._at_once(lambda one: _play_year(self.stages[one]), self.stages)
            types = sum((Counter(entry_types(one)) for one in self.stages.values()), Counter())
            year_lines(tell, self.stages.values(), types)

    def _found(self, key: str, played: PlayedYear) -> Stage:
        school = demo_schools()[key]
        stage = found(
            school,
            self.places.school(school),
            self.wish.state_folder,
            (DemoClock(self.wish.clock), played),
            self.wish.entropy,
        )
        stage.seats.leave()
        return stage

    @staticmethod
    def _at_once(play_one: Callable[[str], T], keys: Iterable[str]) -> list[T]:
        """Let each school get on by itself: much of the time goes into passphrases and disks."""
        with ThreadPoolExecutor() as threads:
            return list(threads.map(play_one, keys))

    def come_to_the_present(self) -> None:
        """Seal and stamp both ledgers, and let the schools trust each other."""
        pair = (self.sender, self.receiver)
        title = "3. Today: both ledgers are sealed, and the schools exchange their cards."
        with self.telling.step("sealing", title) as tell:
            self.stamper = begin_stamping(self.places.authority, pair)
            for stage in pair:
                self.stamper.seal_and_stamp(stage)
            exchange_cards(*pair)
            if self.stamper.authority is None:
                tell("There is no openssl on this machine, so the time stamps are left out.")
            else:
                tell(
                    "A time-stamp authority on this machine stamped both; a real one is asked over "
                    "the internet. Its stamps say: all this existed by now."
                )
            tell(
                "Each school read out twelve words over the telephone; the other compared them "
                "with its card, and trusts its keys."
            )

    def hand_over(self) -> None:
        """Move one pupil, and let each school sign the other's head."""
        pair = (self.sender, self.receiver)
        name = self.sender.made_up[MOVER].name
        title = f"4. {name} moves to {self.receiver.school.short}."
        with self.telling.step("handover", title) as tell:
            ask_for_consent(*pair, MOVER, self.places.consent_form)
            change_roll(*pair)
            self._seal_all()
            hand_over(*pair, self.places)
            for stage in pair:
                seal(stage)
            witness(self.sender, self.receiver)
            witness(self.receiver, self.sender)
            self._seal_all()
            for stage in pair:
                seal(stage)
            handover_lines(tell, self.sender, self.receiver)

    def _seal_all(self) -> None:
        for stage in self.stages.values():
            self.stamper.seal_and_stamp(stage)

    def verify(self) -> None:
        """Prove the consent; verify the proof and both ledgers."""
        with self.telling.step("verify", "5. A consent is proved, everything is verified.") as tell:
            roots, places = self.stamper.roots, self.places
            self.policies = {
                SENDER: write_outside_policy(places.policy, self.sender, self.receiver, roots),
                RECEIVER: write_outside_policy(
                    places.receiver_policy, self.receiver, self.sender, roots
                ),
            }
            prove_consent(self.sender, places.proof)
            self._verify(SENDER, self.sender.home.path, (places.receipt, places.proof))
            self._verify(RECEIVER, self.receiver.home.path)
            self._verify("proof", places.proof)
            verdict_lines(tell, self.stages, self.reports)
        if bad := {name: one for name, one in self.reports.items() if one.result != "intact"}:
            raise LedgerError(
                f"Not intact: {', '.join(bad)}.",
                f"Found: {', '.join(sorted(code for one in bad.values() for code in one.codes))}.",
                "The demonstration itself is at fault: report it, with this folder.",
                kind="demo-not-intact",
            )

    def _verify(self, name: str, target: Path, against: Sequence[Path] = ()) -> None:
        key = name if name in self.stages else SENDER
        wanted = Wanted(
            state_folder=self.wish.state_folder,
            now=self.wish.clock(),
            data_key=self.stages[key].seats.take("head").view.keys.data_key,
            policy=self.policies[key],
            against=against,
        )
        self.reports[name] = verify_target(target, wanted)

    def cheat(self) -> None:
        """Alter copies in three ways, and show each caught."""
        title = "6. Somebody with the school's computer tries to cheat, on copies."
        with self.telling.step("tampering", title) as tell:
            self.attempts = Attempts(
                stage=self.sender,
                places=self.places,
                policy=self.policies[SENDER],
                now=self.wish.clock,
            ).all()
            attempt_lines(tell, self.attempts)
        if missed := [one.name for one in self.attempts if one.report.result != "altered"]:
            raise LedgerError(f"Not caught: {', '.join(missed)}.", kind="demo-not-caught")

    def summary(self) -> dict[str, Any]:
        """Give the members of the summary."""
        with self.telling.step("summary", f"7. The summary: {self.places.summary}"):
            return summarise(
                Played(
                    places=self.places,
                    sender=self.sender,
                    receiver=self.receiver,
                    reports=self.reports,
                    attempts=self.attempts,
                    stamped=self.stamper.authority is not None,
                    seconds=self.telling.seconds,
                )
            )
