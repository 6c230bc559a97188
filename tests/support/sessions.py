"""A person at work in a home, from one call."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from ledger.bootstrap.access import LIBRARY, Reading
from ledger.bootstrap.session import Session, act
from ledger.bootstrap.view import open_view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.bootstrap.home import Home


@contextmanager
def person_session(
    home: Home, who: str, passphrase: str, role: str | None = None, *, reading: Reading = LIBRARY
) -> Iterator[Session]:
    """Open a session for a person by handle, name or id."""
    with open_view(home, who, passphrase, role, reading=reading) as view, act(view) as at_work:
        yield at_work.session
