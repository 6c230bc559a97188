"""`send-ledger school`: who this school is to others, and whom it trusts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from ledger.aggregates.school import (
    ForkFound,
    LocalRulesChosen,
    PartnerDistrusted,
    RewritingProved,
    SchoolIdentityChanged,
    Term,
    TermDatesRecorded,
)
from ledger.application.school import record_of_school, trust_card
from ledger.bootstrap.cards import school_card, transport_identity
from ledger.bootstrap.own_school import own_school
from ledger.bundles.card import fingerprint, read_card
from ledger.bundles.policies import outside_policy
from ledger.entrypoints.cli.acting import acting
from ledger.entrypoints.cli.command import Setting, ledger_command, ledger_group, say, say_table
from ledger.entrypoints.cli.common_options import LIST, WITHOUT_HOME
from ledger.entrypoints.cli.parameters import WORDS, GivenPath, NewFile, NewFolder
from ledger.entrypoints.cli.viewing import viewing
from ledger.errors import InputRefused, UsageError
from ledger.formats.bundle_layout import ConsistencyProof, write_consistency
from ledger.formats.checkpoint import Checkpoint, origin_of
from ledger.formats.encoding import b64
from ledger.formats.signed_note import SignedNote
from ledger.seal.private_files import write_private, write_private_folder
from ledger.statute.rules import local_profiles
from ledger.values.counting import counted
from ledger.values.dates import parse_day
from ledger.values.person_name import PersonName
from ledger.values.school_identity import Laestab, Urn

_NONE = "none"
_NAMED = ("name", "urn", "fingerprint")
_NEW_FILE = NewFile()
_FILE = GivenPath(folders=False)


@ledger_group(name="school")
def command() -> None:
    """Write the school's card, trust another's, keep term dates.

    \b
    Examples:
      send-ledger school card --out our.card --as senco
      send-ledger school trust their.card --as senco
      send-ledger school policy their.card
    """


@ledger_command(command, "card")
@click.option("--out", type=NewFile(replace=True), help="Write the card to this file.")
def card(setting: Setting, *, out: Path | None) -> None:
    """Write the school's signed public card, for other schools to trust.

    \b
    Examples:
      send-ledger school card --out our.card --as senco
      send-ledger school card --as head
    """
    with viewing(setting) as view:
        data = school_card(view)
    words = fingerprint(read_card(data))
    if out is not None:
        write_private(out, data, replace=True)
    shown = f"Written: {out}" if out else data.decode("utf-8")
    say(
        setting,
        f"{shown}\nIts fingerprint, to be read over the telephone:\n  {words}",
        {"card": data.decode("utf-8"), "fingerprint": words},
    )


@ledger_command(command, "trust")
@click.argument("file", type=_FILE)
@click.option("--fingerprint", "spoken", help="The twelve words as the other school read them out.")
@click.option("--checked-how", help="How and with whom the words were compared.")
def trust(setting: Setting, file: Path, *, spoken: str | None, checked_how: str | None) -> None:
    """Trust another school's card, after reading its fingerprint over the telephone.

    Without --fingerprint it only shows the words to compare, and trusts nothing.

    \b
    Examples:
      send-ledger school trust their.card --as senco
      send-ledger school trust their.card --fingerprint "apple …"
        --checked-how "telephone, their office, number from GIAS" --as senco
    """
    read = read_card(file.read_bytes())
    words = fingerprint(read)
    if read.origin == origin_of(setting.home().lid):
        raise InputRefused(
            "The card is this school's own; nothing is trusted.",
            "A school does not vouch for itself.",
            "Send it to the other school, and name the card that came from them.",
            kind="own-card",
        )
    shown = {"name": read.name, "urn": str(read.urn), "origin": read.origin, "fingerprint": words}
    if spoken is None:
        say(
            setting,
            f"{read.name} (URN {read.urn})\n  {words}\nTelephone the school on a number you "
            "know, and let them read the words out. Then repeat with --fingerprint.",
            {**shown, "trusted": False},
        )
        return
    _demand_same(spoken, words)
    if not checked_how:
        raise UsageError(
            "It is not said how the words were compared.",
            "Later nobody could tell why that card was trusted.",
            remedy="Add --checked-how.",
        )
    with acting(setting) as at_work:
        trust_card(at_work.desk, read, words, checked_how)
    say(setting, f"Trusted: {read.name}.", {**shown, "trusted": True})


def _demand_same(spoken: str, words: str) -> None:
    if spoken.lower().split() != words.split():
        raise InputRefused(
            "The words do not fit this card; nothing is trusted.",
            "The card is not the one the other school wrote, or a word was misheard.",
            "Ask them to read the words again from their own screen.",
            kind="fingerprint-mismatch",
        )


@ledger_command(command, "distrust")
@click.argument("origin")
@click.option("--reason", required=True)
def distrust(setting: Setting, origin: str, *, reason: str) -> None:
    """Trust another school's card no more.

    \b
    Examples:
      send-ledger school distrust send-ledger/v1/… --reason "key lost" --as head
      send-ledger school distrust send-ledger/v1/… --reason "closed" --as head
    """
    with acting(setting) as at_work:
        record_of_school(at_work.desk, PartnerDistrusted, log_origin=origin, grounds=reason)
    say(setting, "That school is trusted no more.", {"origin": origin})


@ledger_command(command, "partners", takes=LIST)
@click.option("--forks", is_flag=True, help="Instead: proofs that a ledger was rewritten.")
def partners(setting: Setting, *, forks: bool) -> None:
    """Show the schools whose cards are trusted.

    With --forks, show what proves that another school's ledger was rewritten. As
    --json it is everything that a third party needs: docs/formats/log.md.

    \b
    Examples:
      send-ledger school partners --as senco
      send-ledger school partners --forks --as senco --json
    """
    with viewing(setting) as view:
        if forks:
            _say_forks(setting, own_school(view).forks)
            return
        rows = [
            {
                "name": one.name,
                "urn": one.urn,
                "origin": one.log_origin,
                "words": one.fingerprint,
                "cosigner_key": one.cosigner_key,
            }
            for one in own_school(view).partners.values()
        ]
    columns = {"name": "School", "urn": "URN", "origin": "Ledger", "words": "Fingerprint"}
    say_table(setting, rows, columns, empty="No other school is trusted yet.")


def _say_forks(setting: Setting, forks: Sequence[ForkFound | RewritingProved]) -> None:
    rows = []
    for one in forks:
        seen, shown = (
            Checkpoint.parse(SignedNote.parse(note.encode("utf-8")).text)
            for note in (one.seen, one.shown)
        )
        row = {
            "origin": one.log_origin,
            "found_on": str(one.occurred_on),
            "seen_size": seen.size,
            "shown_size": shown.size,
            "seen": one.seen,
            "shown": one.shown,
            "own_root": None,
            "consistency": None,
        }
        if isinstance(one, RewritingProved):
            proof = ConsistencyProof(seen.size, shown.size, one.consistency)
            row["own_root"] = b64(one.own_root)
            row["consistency"] = write_consistency([proof]).decode("ascii")
        rows.append(row)
    columns = {
        "origin": "Ledger",
        "found_on": "Found on",
        "seen_size": "Seen",
        "shown_size": "Then",
    }
    say_table(setting, rows, columns, empty="No ledger was found rewritten.")


@ledger_command(command, "policy", takes=WITHOUT_HOME)
@click.argument("file", type=_FILE)
@click.option(
    "--witness", "witnesses", type=_FILE, multiple=True, help="Card of a school that cosigns."
)
@click.option("--tsa-roots", type=_FILE, help="Root certificates of time-stamp authorities, PEM.")
@click.option("--fingerprint", "spoken", multiple=True, help="The twelve words of each card.")
@click.option("--out", type=NewFolder(), help="A new folder; needed with --fingerprint.")
def policy(
    setting: Setting,
    file: Path,
    *,
    witnesses: tuple[Path, ...],
    tsa_roots: Path | None,
    spoken: tuple[str, ...],
    out: Path | None,
) -> None:
    """Write down whose keys count, from a school's card: the folder that --policy takes.

    Needs no home. Without the words of every card it only shows them, and writes
    nothing. Whoever checks this school's proofs uses the folder, with verify or
    with a proof's own verify.sh. To undo, delete it.

    \b
    Examples:
      send-ledger school policy their.card
      send-ledger school policy their.card --witness other.card --tsa-roots roots.pem
        --fingerprint "apple …" --fingerprint "pear …" --out known
    """
    cards = [read_card(one.read_bytes()) for one in (file, *witnesses)]
    words = [fingerprint(one) for one in cards]
    shown = {
        "schools": [
            {"name": one.name, "urn": str(one.urn), "fingerprint": said}
            for one, said in zip(cards, words, strict=True)
        ]
    }
    if not spoken:
        listed = [
            f"{one['name']} (URN {one['urn']})\n  {one['fingerprint']}\n"
            for one in shown["schools"]
        ]
        say(
            setting,
            f"{''.join(listed)}Telephone each school on a number you know, and let them read "
            "the words out. Then repeat with a --fingerprint for each, and --out.",
            {**shown, "folder": None},
        )
        return
    if out is None:
        raise UsageError(
            "It is not said where the policy goes; nothing was written.",
            "It is a folder of its own.",
            "Add --out with the name of a new folder.",
            kind="no-folder-named",
        )
    _demand_all_same(spoken, words)
    roots = tsa_roots.read_bytes() if tsa_roots else None
    write_private_folder(out, outside_policy(cards[0], cards[1:], roots))
    say(setting, f"Written: {out}. Use it with --policy {out}.", {**shown, "folder": str(out)})


def _demand_all_same(spoken: Sequence[str], words: Sequence[str]) -> None:
    said = [one.lower().split() for one in spoken]
    for one in words:
        if one.split() not in said:
            raise InputRefused(
                "The words do not fit the cards; nothing was written.",
                "A card is not the one that its school wrote, a word was misheard, or the words "
                "of one school are missing.",
                "Ask them to read the words again from their own screen; repeat --fingerprint "
                "for each card.",
                kind="fingerprint-mismatch",
            )


@ledger_command(command, "term-dates")
@click.option("--year", required=True, help="Academic year, e.g. 2026/27.")
@click.option("--term", "terms", multiple=True, required=True, help="FIRST..LAST day, in order.")
@click.option("--closed", multiple=True, help="An INSET day or closure.")
def term_dates(
    setting: Setting, *, year: str, terms: tuple[str, ...], closed: tuple[str, ...]
) -> None:
    """Record the school's own calendar; clocks of school days need it.

    \b
    Examples:
      send-ledger school term-dates --year 2026/27 --term 2026-09-02..2026-10-23
        --term 2026-11-02..2026-12-18 --closed 2026-09-02 --as head
    """
    with acting(setting) as at_work:
        record_of_school(
            at_work.desk,
            TermDatesRecorded,
            academic_year=year,
            terms=tuple(_term(text) for text in terms),
            closed_on=tuple(parse_day(text) for text in closed),
        )
    say(setting, f"Recorded: {counted(len(terms), 'term')} of {year}.", {"year": year})


def _term(text: str) -> Term:
    first, dots, last = text.partition("..")
    if not dots:
        raise UsageError(
            "A term is not given as FIRST..LAST.",
            "A term has a first and a last day, with two dots between them.",
            "For example --term 2026-09-02..2026-10-23.",
            kind="bad-term",
        )
    return Term(_day(first), _day(last))


def _day(text: str) -> date:
    return parse_day(text.strip())


@ledger_command(command, "change-identity")
@click.option("--name", required=True)
@click.option("--urn", required=True)
@click.option("--laestab", required=True)
@click.option("--authority", required=True)
@click.option("--phase", required=True)
@click.option("--maintained/--academy", default=True, show_default=True)
@click.option("--reason", required=True, help="e.g. converted to an academy.")
def change_identity(setting: Setting, **facts: str) -> None:
    """Record that the school's name or numbers changed; the ledger goes on.

    \b
    Examples:
      send-ledger school change-identity --name "Oulder Hill" --urn 148847
        --laestab 354/4005 --authority Rochdale --phase Secondary --academy
        --reason "converted to an academy" --as head
    """
    checked = {
        **facts,
        "name": str(PersonName.parse(facts["name"])),
        "urn": str(Urn.parse(facts["urn"])),
        "laestab": str(Laestab.parse(facts["laestab"])),
        "grounds": facts["reason"],
    }
    del checked["reason"]
    with acting(setting) as at_work:
        record_of_school(at_work.desk, SchoolIdentityChanged, **checked)
    say(setting, "Recorded.", {"urn": checked["urn"]})


@ledger_command(
    command,
    "local-rules",
    examples=(
        'school local-rules durham --reason "a school of County Durham" --as head',
        'school local-rules none --reason "moved to another council" --as head',
    ),
)
@click.argument("council", type=click.Choice([*local_profiles(), _NONE]))
@click.option("--reason", type=WORDS, required=True, help="Why.")
def local_rules(setting: Setting, council: str, *, reason: str) -> None:
    """Choose the council whose own rules `due` adds to the law's, or none.

    A change of the school's name or numbers leaves them as they are.
    """
    profile = None if council == _NONE else council
    with acting(setting) as at_work:
        record_of_school(at_work.desk, LocalRulesChosen, profile=profile, grounds=reason)
    say(setting, f"Local rules: {council}.", {"profile": profile})


@ledger_command(command, "export-identity")
@click.option("--out", type=_NEW_FILE, required=True, help="Where the age identity goes.")
def export_identity(setting: Setting, *, out: Path) -> None:
    """Export the school's age identity, so that the age program opens bundles too.

    Whoever has this file can open every bundle sent to the school: keep it as
    you keep a key, and delete it after use.

    \b
    Examples:
      send-ledger school export-identity --out identity.txt --as senco
      age --decrypt --identity identity.txt bundle.age > bundle.zip
    """
    with acting(setting) as at_work:
        identity = transport_identity(at_work.session)
    write_private(out, f"{identity}\n".encode("ascii"))
    say(setting, f"Written: {out}. Delete it after use.", {"out": str(out)})
