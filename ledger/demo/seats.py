"""The people of a home at work: each opened once, and again when keys have changed."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ledger.bootstrap.access import Reading
from ledger.bootstrap.home import Home
from ledger.bootstrap.session import Acting, act
from ledger.bootstrap.view import open_view
from ledger.projections.catch_up import catch_up

if TYPE_CHECKING:
    from ledger.seal.key_file import PersonKeys


@dataclass(frozen=True, slots=True)
class DemoHome(Home):
    """A home whose people, once they opened their keys, need not do so again.

    It takes a third of a second on purpose, each time.

    Attributes:
        opened: (handle, passphrase) → keys.
    """

    opened: dict[tuple[str, str], PersonKeys] = field(default_factory=dict)

    def open_person(self, who: str, passphrase: str) -> PersonKeys:
        """Open a person's keys with their passphrase, the second time from memory."""
        if (who, passphrase) not in self.opened:
            self.opened[who, passphrase] = Home.open_person(self, who, passphrase)
        return self.opened[who, passphrase]


@dataclass(slots=True)
class Seats:
    """Whoever was asked to act in a home so far.

    When somebody's reading is closed, all seats are left: what they hold of the
    class keys is no longer the home's.  And a seat belongs to the thread that took it.

    Attributes:
        home: where.
        passphrases: handle → passphrase; people who come later are added.
    """

    home: DemoHome
    passphrases: dict[str, str]
    _open: ExitStack = field(default_factory=ExitStack)
    _taken: dict[str, Acting] = field(default_factory=dict)

    def take(self, handle: str) -> Acting:
        """Give a person's seat."""
        seat = self._taken.get(handle)
        if seat is None:
            view = self._open.enter_context(
                open_view(
                    self.home, handle, self.passphrases[handle], reading=Reading(command="demo")
                )
            )
            seat = self._open.enter_context(act(view))
            self._taken[handle] = seat
        return seat

    def take_caught_up(self, handle: str) -> Acting:
        """Give a person's seat with what they see brought up to date."""
        seat = self.take(handle)
        seat.view.authority = self.home.authority()
        catch_up(seat.view.models, seat.view.reader, lambda _: None)
        return seat

    def leave(self) -> None:
        """Close everybody's work; whoever is asked next opens their keys again."""
        self._taken.clear()
        self._open.close()
