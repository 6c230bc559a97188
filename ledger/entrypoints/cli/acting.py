"""Opening a home to act in it: to read and to sign."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.bootstrap.session import Session, session_of
from ledger.entrypoints.cli.viewing import viewing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.application.desk import Desk
    from ledger.bootstrap.view import View
    from ledger.entrypoints.cli.command import Setting


@dataclass(frozen=True, slots=True)
class Acting:
    """A person at work: what they see, and the desk where they sign."""

    view: View
    session: Session

    @property
    def desk(self) -> Desk:
        """Where they sign."""
        return self.session.desk


@contextmanager
def acting(setting: Setting) -> Iterator[Acting]:
    """Open the home as the person named; one passphrase opens both."""
    with viewing(setting) as view:
        session = session_of(view)
        try:
            yield Acting(view, session)
        finally:
            session.close()
