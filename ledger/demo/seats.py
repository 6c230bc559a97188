"""The people of a home at work: each opened once, and again when keys have changed."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ledger.bootstrap.access import Reading
from ledger.bootstrap.session import Session, session_of
from ledger.bootstrap.view import View, open_view
from ledger.projections.catch_up import catch_up

if TYPE_CHECKING:
    from ledger.application.desk import Desk
    from ledger.bootstrap.home import Home


@dataclass(frozen=True, slots=True)
class Seat:
    """A person at work: what they see, and where they sign."""

    view: View
    session: Session

    @property
    def desk(self) -> Desk:
        """Where they sign."""
        return self.session.desk


@dataclass(slots=True)
class Seats:
    """Whoever was asked to act in a home so far.

    Opening a person's keys takes a third of a second on purpose, so it is done once.
    When somebody's reading is closed, all seats are left: what they hold of the
    class keys is no longer the home's.

    Attributes:
        home: where.
        passphrases: handle → passphrase; people who come later are added.
    """

    home: Home
    passphrases: dict[str, str]
    _open: ExitStack = field(default_factory=ExitStack)
    _taken: dict[str, Seat] = field(default_factory=dict)

    def take(self, handle: str) -> Seat:
        """Give a person's seat."""
        seat = self._taken.get(handle)
        if seat is None:
            view = self._open.enter_context(open_view(
                    self.home, handle, self.passphrases[handle], reading=Reading(command="demo")
                ))
            seat = Seat(view, session_of(view))
            self._open.callback(seat.session.close)
            self._taken[handle] = seat
        return seat

    def take_caught_up(self, handle: str) -> Seat:
        """Give a person's seat with what they see brought up to date."""
        seat = self.take(handle)
        seat.view.authority = self.home.authority()
        catch_up(seat.view.models, seat.view.reader, lambda _: None)
        return seat

    def leave(self) -> None:
        """Close everybody's work; whoever is asked next opens their keys again."""
        self._taken.clear()
        self._open.close()
