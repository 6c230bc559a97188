"""Two schools at the command line that trust each other, and files between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support.school_home import OTHER_FACTS, SchoolHome, make_school, school_template

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


@dataclass(frozen=True)
class Pair:
    """Two schools that trust each other, and what went between them.

    Attributes:
        folder: holds both schools and the files `zoe.age`, `received`, `accepted`,
            `confirmation`.
    """

    folder: Path

    @property
    def sender(self) -> SchoolHome:
        """The school that Zoë left."""
        return SchoolHome(self.folder / "sender")

    @property
    def receiver(self) -> SchoolHome:
        """The school that she joined."""
        return SchoolHome(self.folder / "receiver")

    def file(self, name: str) -> str:
        """Name a file between them."""
        return str(self.folder / name)

    def read(self, name: str) -> bytes:
        """Read a file between them."""
        return (self.folder / name).read_bytes()


def introduced(folder: Path, factory: pytest.TempPathFactory) -> Pair:
    """Make two schools that have checked each other's cards."""
    school_template(factory).copy(folder / "sender")
    make_school(folder / "receiver", OTHER_FACTS, people=("senco", "office"))
    pair = Pair(folder)
    trust(pair.sender, pair.receiver)
    trust(pair.receiver, pair.sender)
    return pair


def trust(one: SchoolHome, other: SchoolHome) -> None:
    """Let one school check the other's card."""
    card = str(other.folder / "card")
    other.ok("school", "card", "--out", card, "--as", "senco")
    words = one.ok("school", "trust", card, "--as", "senco")["fingerprint"]
    told = ("--fingerprint", words, "--checked-how", "telephone")
    one.ok("school", "trust", card, *told, "--as", "senco")
