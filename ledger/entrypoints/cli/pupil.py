"""`send-ledger pupil`: who a pupil is, joins, leaves; SEN status and needs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

import click

from ledger.aggregates.pupil import Pupil, RankedNeed
from ledger.application.desk import Command
from ledger.application.entries import Batch, Draft, Recorded, add_entries, may_sign
from ledger.bootstrap.known_pupils import demand_unknown
from ledger.bootstrap.upns import demand_unused
from ledger.entrypoints.cli.acting import acting
from ledger.entrypoints.cli.command import Setting, ledger_command, ledger_group
from ledger.entrypoints.cli.common_options import LIST
from ledger.entrypoints.cli.days import DAY, STATED
from ledger.entrypoints.cli.entry_options import (
    About,
    demand_writer,
    entry_command,
    record,
    say_if_done,
    take_circumstances,
    with_circumstances,
)
from ledger.entrypoints.cli.parameters import NAME, NEED, PAIR, URN, WORDS, CodeChoice
from ledger.entrypoints.cli.register_table import FIELDS, say_everyone
from ledger.entrypoints.cli.viewing import viewing_pupils
from ledger.errors import RuleRefused, UsageError
from ledger.values.dates import OccurredOn
from ledger.values.need_type import parse_broad_area
from ledger.values.sen_status import SenStatus
from ledger.values.upn import Upn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from ledger.application.desk import Desk
    from ledger.values.code import Code
    from ledger.values.need_type import NeedType

REGISTERED = "pupil.registered.v1"
IDENTIFIER = "pupil.identifier_recorded.v1"
ENROLLED = "pupil.enrolled.v1"


@ledger_group(
    name="pupil",
    examples=(
        'pupil add --family "O\'Neill" --given "Zoë" --born 29/02/2016 --upn A203102209083',
        'pupil status "Zoë O\'Neill" K --reason "needs a speech programme"',
    ),
)
def command() -> None:
    """Record who a pupil is, joins, leaves, and their SEN status and needs."""


@ledger_command(
    command,
    "add",
    examples=(
        'pupil add --family "O\'Neill" --given "Zoë" --born 29/02/2016 --upn A203102209083',
        'pupil add --family Li --given "小明" --born 2017-05-03 --joined 01/09/2025 --year-group 3',
    ),
)
@click.option("--family", "family_name", type=NAME, required=True, help="Legal family name.")
@click.option("--given", "given_names", type=NAME, required=True, help="Legal given names.")
@click.option("--preferred", "preferred_name", type=NAME, help="What the pupil is called.")
@click.option("--born", type=DAY, required=True, help="Date of birth.")
@click.option("--sex", type=CodeChoice("sex"), help="As the pupil record has it.")
@click.option("--upn", help="Unique Pupil Number; its check letter must be right.")
@click.option("--joined", type=STATED, help="Day of joining; the day of --on where not given.")
@click.option("--year-group", type=WORDS, help="Year group, e.g. 4.")
@click.option("--class", "class_name", type=WORDS, help="Class, e.g. 4B.")
@click.option("--another", is_flag=True, help="Another child of the same name and date of birth.")
@with_circumstances
def add(
    setting: Setting, *, upn: str | None, joined: OccurredOn | None, another: bool, **given: Any
) -> None:
    """Add a pupil to the ledger: name, birth, UPN, on roll."""
    circumstances = take_circumstances(given)
    circumstances = replace(circumstances, on=circumstances.on or joined)
    number = None if upn is None else Upn.parse(upn).require_issuable()
    enrolled = {name: given.pop(name) for name in ("year_group", "class_name")}
    with acting(setting) as at_work:
        demand_writer(at_work)
        if say_if_done(setting, at_work, circumstances):
            return
        person = (given["given_names"], given["family_name"], given["born"])
        look = None if another else partial(demand_unknown, at_work.view, *person)
        if look is not None:
            look()
        known = circumstances.on or OccurredOn.on(at_work.desk.today())
        facts = [(REGISTERED, given, known)]
        if number is not None:
            demand_unused(at_work.view, {str(number): None})
            facts.append((IDENTIFIER, _identifier(number, _standing(number)), known))
        facts.append((ENROLLED, enrolled, joined or known))
        drafts = [
            Draft(
                type=type_name,
                fields=fields,
                occurred_on=on,
                late_reason=circumstances.late_reason,
            )
            for type_name, fields, on in facts
        ]
        name = f"{given['given_names']} {given['family_name']}"
        record(setting, at_work, name, drafts, circumstances, store=partial(_store_new, look))


def _store_new(
    look: Callable[[], int] | None, desk: Desk, drafts: Sequence[Draft], key: Command | None
) -> Sequence[Recorded]:
    """Sign all entries of a new pupil in one save, or propose them under one id."""
    if look is not None:
        desk = desk.looking(look)
    if not all(may_sign(desk, draft.type) for draft in drafts):
        pupil = UUID(bytes=desk.entropy(16))
        return add_entries(desk, [replace(draft, stream=pupil) for draft in drafts], key)
    return desk.decide(lambda: _sign_new(desk, drafts, key))


def _sign_new(desk: Desk, drafts: Sequence[Draft], key: Command | None) -> list[Recorded]:
    batch = Batch(desk)
    pupil = batch.start_pupil()
    decided = [batch.add(replace(draft, stream=pupil)) for draft in drafts]
    return [replace(one, index=at) for one, at in zip(decided, batch.save(key), strict=True)]


def _identifier(upn: Upn, standing: str) -> dict[str, Any]:
    return {"scheme": "upn", "value": str(upn), "standing": standing}


def _standing(upn: Upn) -> str:
    return "temporary" if upn.temporary else "current"


@entry_command(
    command,
    "upn",
    examples=('pupil upn "Zoë O\'Neill" A203102209083', "pupil upn Zoë A203102209083 --former"),
)
@click.argument("upn", help="The Unique Pupil Number.")
@click.option("--former", is_flag=True, help="The pupil had it before; another is current.")
@click.option("--set-aside", is_flag=True, help="Keep it although its check letter is wrong.")
def record_upn(about: About, upn: str, *, former: bool, set_aside: bool) -> list[Draft]:
    """Record a pupil's UPN; the one before it becomes a former one."""
    number = Upn.parse(upn)
    if not set_aside:
        number.require_issuable()
    demand_unused(about.at_work.view, {str(number): about.pupil})
    standing = "former" if former else "quarantined" if set_aside else _standing(number)
    drafts = [about.draft(IDENTIFIER, **_identifier(number, standing))]
    if standing in {"current", "temporary"}:
        drafts = [*_replaced(about, number), *drafts]
    return drafts


def _replaced(about: About, number: Upn) -> Iterator[Draft]:
    pupil = about.desk.load(Pupil, about.pupil)
    for (scheme, value), standing in pupil.identifiers.items():
        if scheme == "upn" and standing in {"current", "temporary"} and value != str(number):
            yield about.draft(IDENTIFIER, scheme="upn", value=value, standing="former")


@entry_command(
    command,
    "rename",
    examples=(
        'pupil rename A203102209083 --family Okafor --reason "deed poll seen"',
        'pupil rename "Zoë O\'Neill" --given "Zoé" --reason "as on the birth certificate"',
    ),
)
@click.option("--family", "family_name", type=NAME, help="New legal family name.")
@click.option("--given", "given_names", type=NAME, help="New legal given names.")
@click.option("--preferred", "preferred_name", type=NAME, help="What the pupil is called now.")
@click.option("--reason", "grounds", type=WORDS, required=True, help="Why, and what was seen.")
def rename(about: About, *, grounds: str, **names: str | None) -> Draft:
    """Record a pupil's new name; the old one stays in the history."""
    if not any(names.values()):
        raise UsageError(
            "No new name is given.",
            "At least one part of the name has to change.",
            remedy="Add --family, --given or --preferred.",
        )
    row = about.row
    kept = {
        "family_name": row.family_name,
        "given_names": row.given_names,
        "preferred_name": row.preferred_name or None,
    }
    chosen: dict[str, Any] = {name: names[name] or kept[name] for name in kept}
    return about.draft("pupil.renamed.v1", **chosen, grounds=grounds)


@entry_command(
    command,
    "joined",
    examples=(
        "pupil joined A203102209083 --on 01/09/2026 --year-group 5 --class 5B",
        'pupil joined "Zoë O\'Neill" --year-group 6',
    ),
)
@click.option("--year-group", type=WORDS, help="Year group, e.g. 5.")
@click.option("--class", "class_name", type=WORDS, help="Class, e.g. 5B.")
def joined(about: About, *, year_group: str | None, class_name: str | None) -> Draft:
    """Record that a pupil is on roll, or in another year group or class."""
    return about.draft(ENROLLED, year_group=year_group, class_name=class_name)


@entry_command(
    command,
    "left",
    examples=(
        'pupil left A203102209083 --on 17/07/2026 --to "Hillside Academy" --to-urn 145678',
        'pupil left "Zoë O\'Neill" --on 17/07/2026 --reason "moved abroad"',
    ),
)
@click.option("--to", "destination", type=WORDS, help="The school that the pupil goes to.")
@click.option("--to-urn", "destination_urn", type=URN, help="Its URN, if it has one.")
@click.option("--reason", "grounds", type=WORDS, help="Why, in words.")
def left(
    about: About, *, destination: str | None, destination_urn: str | None, grounds: str | None
) -> Draft:
    """Record that a pupil has left, and for which school."""
    return about.draft(
        "pupil.left.v1", destination=destination, destination_urn=destination_urn, grounds=grounds
    )


@entry_command(
    command,
    "status",
    examples=(
        'pupil status A203102209083 K --reason "speech programme" --on 03/03/2026',
        'pupil status "Zoë O\'Neill" N --reason "caught up; agreed at the review"',
    ),
)
@click.argument("status", help="E (EHC plan), K (SEN support) or N (no SEN).")
@click.option(
    "--reason", "grounds", type=WORDS, required=True, help="The provision called for, or its end."
)
@click.option("--decided-by", type=WORDS, help="Who decided; you, where not given.")
@click.option("--evidence", type=WORDS, multiple=True, help="What it rests on; repeatable.")
def status(
    about: About, status: str, *, grounds: str, decided_by: str | None, evidence: tuple[str, ...]
) -> Draft:
    """Change a pupil's SEN status; only the SENCO signs it."""
    SenStatus.parse(status)  # a code whose use has ended is no status to set
    type_name = "pupil.sen_status_changed.v1"
    return about.draft(
        type_name,
        status=SenStatus.parse(status, on=about.on.first).code,
        grounds=grounds,
        decided_by=decided_by or _decider(about, type_name),
        evidence=evidence,
    )


def _decider(about: About, type_name: str) -> str:
    if not may_sign(about.desk, type_name):
        raise UsageError(
            "It is not said who decided.",
            "You propose it; somebody else decided it.",
            "Add --decided-by with name and post.",
            kind="decider-missing",
        )
    return f"{about.desk.name} ({about.desk.actor.role})"


@entry_command(
    command,
    "needs",
    examples=(
        'pupil needs A203102209083 --need SLCN --need MLD --barrier "SLCN=loses long instructions"',
        'pupil needs "Zoë O\'Neill" --need OTH --area OTH=CI --reason "assessed in March"',
    ),
)
@click.option(
    "--need", "needs", type=NEED, multiple=True, required=True, help="The primary one first."
)
@click.option(
    "--barrier", "barriers", type=PAIR, multiple=True, help="NEED=what stands in the way."
)
@click.option("--area", "areas", type=PAIR, multiple=True, help="NEED=CL, CI, SEMH or SP.")
@click.option("--since", "since", type=PAIR, multiple=True, help="NEED=the day it was found.")
@click.option("--reason", "grounds", type=WORDS, help="Why; needed when the primary need changes.")
def record_needs(
    about: About, *, needs: tuple[NeedType, ...], grounds: str | None, **pairs: Any
) -> Draft:
    """Record a pupil's needs, ranked: the first is the primary need."""
    codes = [one.code.code for one in needs]
    barriers = _by_need(pairs["barriers"], codes, "--barrier", WORDS.read)
    areas = _by_need(pairs["areas"], codes, "--area", parse_broad_area)
    since = _by_need(pairs["since"], codes, "--since", DAY.read)
    for need in needs:
        _demand_allowed(about, need)
    ranked = tuple(
        _ranked(rank, need, barriers, areas, since) for rank, need in enumerate(needs, 1)
    )
    said = grounds or _reason_of_first(about, codes[0])
    return about.draft("pupil.needs_recorded.v1", needs=ranked, grounds=said)


def _by_need(
    pairs: Sequence[tuple[str, str]],
    codes: Sequence[str],
    option: str,
    read: Callable[[str], Any],
) -> dict[str, Any]:
    found = {}
    for name, text in pairs:
        if name.upper() not in codes:
            raise UsageError(
                f"{option} names a need that is not among those of --need.",
                "It says more about a need that is recorded with it.",
                remedy=f"Write {option} NEED=…, for example {option} {codes[0]}=….",
                kind="unknown-need",
            )
        found[name.upper()] = read(text)
    return found


def _ranked(
    rank: int,
    need: NeedType,
    barriers: dict[str, str],
    areas: dict[str, Code],
    since: dict[str, date],
) -> RankedNeed:
    code = need.code.code
    return RankedNeed(
        rank, need.code, areas.get(code, need.area), barriers.get(code), since.get(code)
    )


def _demand_allowed(about: About, need: NeedType) -> None:
    if need.only_with and about.row.status not in need.only_with:
        raise RuleRefused(
            f"{need.code.code} is only for pupils with status {' or '.join(need.only_with)}.",
            "It says that no specialist has assessed the need yet (census rule 2175).",
            "Record the type of need that was found, or the status first.",
            kind="need-not-with-status",
        )


def _reason_of_first(about: About, primary: str) -> str:
    if about.row.primary_need not in {"", primary}:
        raise UsageError(
            "The primary need changes, and it is not said why.",
            "The need before it is kept with its dates and the reason (D-REG-15).",
            "Add --reason.",
            kind="reason-missing",
        )
    return "first recorded" if not about.row.primary_need else "needs brought up to date"


@ledger_command(
    command,
    "list",
    takes=LIST,
    examples=("pupil list --as senco", "pupil list --csv --as senco"),
)
def list_pupils(setting: Setting) -> None:
    """Show every pupil whom the ledger knows, leavers too."""
    with viewing_pupils(setting, FIELDS) as view:
        say_everyone(setting, view, as_of=view.home.clock().date(), known_at=None)
