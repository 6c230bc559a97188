"""Opening a home to read in it, for commands that write nothing."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import UUID

import click

from ledger.aggregates.pupil import Pupil
from ledger.bootstrap.view import View, open_view
from ledger.errors import KeyUnavailable
from ledger.formats.encoding import unb64url
from ledger.values.upn import Upn, UpnRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.entrypoints.cli.command import Setting
    from ledger.projections.register import RegisterRow


@contextmanager
def viewing(setting: Setting) -> Iterator[View]:
    """Open the home as the person named, for reading."""
    home, who = setting.home(), setting.person()
    passphrase = setting.passphrase(who)
    with open_view(home, who, passphrase, setting.role, show_progress) as view:
        yield view


@contextmanager
def viewing_pupils(setting: Setting) -> Iterator[View]:
    """Open the home for reading pupils' records.

    Raises:
        KeyUnavailable: kind `contents-unopened`: the role reads none of them.
    """
    with viewing(setting) as view:
        demand_pupils_open(view)
        yield view


def demand_pupils_open(view: View) -> None:
    """Refuse a reader to whom pupils' records are closed, rather than show an empty list.

    Raises:
        KeyUnavailable: kind `contents-unopened`.
    """
    if Pupil.CONTENT_CLASS not in view.keys.classes:
        raise KeyUnavailable(
            "Pupils' records are not open to you.",
            f"A {view.role} does not read them.",
            "Ask the SENCO for what you need, such as counts without names.",
            kind="contents-unopened",
        )


def find_pupil(view: View, text: str) -> RegisterRow:
    """Find the pupil that was typed: a UPN in either case, an id, or a part of a name.

    Raises:
        NotFound: nobody fits.
        UsageError: several fit.
    """
    try:
        return view.find_pupil(str(Upn.parse(text)))
    except UpnRefused:
        return view.find_pupil(text.strip())


def pupil_stream(row: RegisterRow) -> UUID:
    """Give a pupil's stream as records are loaded by."""
    return UUID(bytes=unb64url(row.pupil))


def show_progress(folded: int) -> None:
    """Say on a terminal how far new entries are taken in; silent where it is none."""
    if sys.stderr.isatty():
        click.echo(f"{folded} new entries read", err=True)
