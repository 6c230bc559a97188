"""Opening a home to read in it, for commands that write nothing."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import UUID

import click

from ledger.bootstrap.access import Reading
from ledger.bootstrap.view import View, open_view
from ledger.errors import KeyUnavailable
from ledger.formats.encoding import unb64url
from ledger.values.counting import counted
from ledger.values.nouns import PUPILS
from ledger.values.upn import Upn, UpnRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ledger.entrypoints.cli.command import Setting
    from ledger.projections.register import RegisterRow

_UNRECORDED = "The home is on read-only media: that you read here is recorded nowhere."


@contextmanager
def viewing(setting: Setting, fields: Iterable[str] = ()) -> Iterator[View]:
    """Open the home as the person named, for reading.

    Args:
        setting: how the command was called.
        fields: names of what it shows, for the access log; none for whatever is recorded.
    """
    home, who = setting.home(), setting.person()
    passphrase = setting.passphrase(who)
    reading = reading_of(setting, fields)
    with open_view(home, who, passphrase, setting.role, show_progress, reading=reading) as view:
        yield view
        if view.unrecorded:
            click.echo(_UNRECORDED, err=True)


def reading_of(setting: Setting, fields: Iterable[str] = ()) -> Reading:
    """Say for the access log how the command at hand reads."""
    return Reading(
        command=_words_typed(click.get_current_context()),
        purpose=setting.access_reason,
        fields_seen=tuple(fields),
    )


def _words_typed(context: click.Context) -> str:
    """Give the command's words without the program's own name, e.g. `consent check`."""
    words = []
    while context.parent is not None:
        words.append(context.info_name or "")
        context = context.parent
    return " ".join(reversed(words))


@contextmanager
def viewing_pupils(setting: Setting, fields: Iterable[str] = ()) -> Iterator[View]:
    """Open the home for reading pupils' records; see `viewing`.

    Raises:
        KeyUnavailable: kind `contents-unopened`: the role reads none of them.
    """
    with viewing(setting, fields) as view:
        demand_pupils_open(view)
        yield view


def demand_pupils_open(view: View) -> None:
    """Refuse a reader to whom pupils' records are closed, rather than show an empty list.

    Raises:
        KeyUnavailable: kind `contents-unopened`.
    """
    if PUPILS not in view.keys.classes:
        raise KeyUnavailable(
            "Pupils' records are not open to you.",
            f"The role {view.role} does not read them.",
            "Ask the SENCO for what you need, such as counts without names.",
            kind="contents-unopened",
        )


def find_pupil(view: View, text: str) -> RegisterRow:
    """Find the pupil that was typed: a UPN in either case, an id, or a part of a name.

    An id may be written `id:…`, since one may begin with a hyphen.

    Raises:
        NotFound: nobody fits.
        UsageError: several fit.
    """
    try:
        return view.find_pupil(str(Upn.parse(text)))
    except UpnRefused:
        return view.find_pupil(text.strip().removeprefix("id:"))


def pupil_stream(row: RegisterRow) -> UUID:
    """Give a pupil's stream as records are loaded by."""
    return UUID(bytes=unb64url(row.pupil))


def show_progress(folded: int) -> None:
    """Say on a terminal how far new entries are taken in; silent where it is none."""
    if sys.stderr.isatty():
        click.echo(f"{counted(folded, 'new entry')} read", err=True)
