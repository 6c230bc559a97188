"""Whose record a received one is: a person says, nothing is taken for granted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NoReturn
from uuid import UUID

import click

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.event import own_codecs
from ledger.aggregates.pupil import PupilRegistered
from ledger.aggregates.record_transfer import RecordTransfer
from ledger.application.entries import Batch, Draft
from ledger.bootstrap.received import open_received
from ledger.bootstrap.session import Acting
from ledger.bundles.kept import SentPupil, pupil_of
from ledger.entrypoints.cli.command import Setting
from ledger.entrypoints.cli.table import printable
from ledger.errors import UsageError
from ledger.projections.register import RegisterRow, read_pupils
from ledger.values.dates import day_words
from ledger.values.person_name import search_key
from ledger.values.upn import Upn, UpnRefused


def ask_whose(setting: Setting, at_work: Acting, waiting: RecordTransfer) -> NoReturn:
    """Show whom a record names and who here could be meant, and refuse to guess.

    Raises:
        UsageError: always, kind "pupil-not-named".
    """
    sent = pupil_of(open_received(at_work.view, waiting))
    rows = read_pupils(at_work.view.models, as_of=at_work.desk.today())
    meant = [row for row in rows if _could_be(row, sent)]
    if not setting.as_json:
        click.echo("\n".join(_question(sent, meant)))
    ids = [row.upn or row.pupil for row in meant]
    raise UsageError(
        "Whose record it is was not said; nothing was accepted.",
        "Pupils are never taken for one another by name or number; a person says who it is.",
        "Repeat with "
        + " or ".join([*(f"--pupil {one}" for one in ids[:1]), "--new"] if ids else ["--new"])
        + (", after you have compared them." if ids else ", or with --pupil UPN."),
        kind="pupil-not-named",
    )


def _could_be(row: RegisterRow, sent: SentPupil) -> bool:
    names = sent.names
    same_name = (search_key(row.family_name), search_key(row.given_names)) == (
        search_key(names["family_name"]),
        search_key(names["given_names"]),
    )
    return row.upn in sent.upns or (same_name and row.born == names["born"])


def _question(sent: SentPupil, meant: Sequence[RegisterRow]) -> Iterator[str]:
    name = f"{sent.names['given_names']} {sent.names['family_name']}"
    yield "The record names: " + _person(name, sent.names["born"], sent.upns[-1:])
    for row in meant:
        yield "Known here: " + _person(row.name, row.born, (row.upn,) if row.upn else ())
        yield f"  to say that it is this pupil: --pupil {row.upn or row.pupil}"
    if not meant:
        yield "Nobody here has that UPN, or that name and date of birth."
    yield "To say that it is a pupil who is not known here yet: --new"


def _person(name: str, born: str, upns: Sequence[str]) -> str:
    words = f"{printable(name)}, born {day_words(date.fromisoformat(born))}"
    return words + "".join(f", UPN {printable(one)}" for one in upns)


def new_pupil(at_work: Acting, waiting: RecordTransfer) -> tuple[UUID, Sequence[Aggregate]]:
    """Begin the record of a pupil whom a received record names, to be saved with its acceptance.

    The SENCO signs it anew, as this school's own word: name, birth and UPN.

    Raises:
        RuleRefused: kind "duplicate-upn", on saving: somebody here has the UPN.
    """
    sent = pupil_of(open_received(at_work.view, waiting))
    batch = Batch(at_work.desk)
    pupil = batch.start_pupil()
    fields = {
        codec.name: codec.decode(sent.names[codec.name])
        for codec, _clear in own_codecs(PupilRegistered)
    }
    batch.add(Draft(type="pupil.registered.v1", fields=fields, stream=pupil))
    for upn in sent.upns[-1:]:
        identifier = {"scheme": "upn", "value": upn, "standing": _standing(upn)}
        draft = Draft(type="pupil.identifier_recorded.v1", fields=identifier, stream=pupil)
        batch.add(draft)
    return pupil, tuple(batch.records.values())


def _standing(upn: str) -> str:
    try:
        read = Upn.parse(upn)
    except UpnRefused:
        return "quarantined"
    if not read.check_letter_ok:
        return "quarantined"
    return "temporary" if read.temporary else "current"
