"""Opening a home to act in it: to read and to sign."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from ledger.bootstrap.session import Acting, Session, act
from ledger.entrypoints.cli.viewing import viewing
from ledger.errors import after_recording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.entrypoints.cli.command import Setting


@contextmanager
def acting(setting: Setting) -> Iterator[Acting]:
    """Open the home as the person named; one passphrase opens both."""
    with viewing(setting) as view, act(view) as at_work:
        yield at_work


def seal_recorded(session: Session) -> None:
    """Seal at once what was recorded, or say that it is, unsealed."""
    with after_recording(
        "It is recorded, but the ledger could not be sealed.",
        "Mend that; then seal it with send-ledger log checkpoint, and do not repeat this command.",
    ):
        session.seal()
