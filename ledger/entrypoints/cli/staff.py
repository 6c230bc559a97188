"""`send-ledger staff`: who works here, in which role, with which key."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from ledger.application.staff import Grant, designate_senco, record_leaving
from ledger.bootstrap.staffing import (
    OPEN_SELF,
    Newcomer,
    add_head,
    add_person,
    closed_to,
    grant_and_open,
    recover_reading,
    replace_key,
    revoke_and_close,
    rotate_key,
    withdraw_and_close,
)
from ledger.entrypoints.cli.acting import acting, seal_recorded
from ledger.entrypoints.cli.command import (
    Setting,
    ledger_command,
    ledger_group,
    read_text_file,
    say,
    say_table,
)
from ledger.entrypoints.cli.common_options import LIST
from ledger.entrypoints.cli.parameters import GivenPath
from ledger.entrypoints.cli.passphrases import ask_passphrase, read_passphrase_file, read_root_key
from ledger.entrypoints.cli.staff_finding import find_key, find_person, key_rows
from ledger.entrypoints.cli.viewing import viewing
from ledger.errors import UsageError
from ledger.formats.encoding import unb64url
from ledger.values.code import Code
from ledger.values.dates import parse_day
from ledger.values.person_name import PersonName

STAFF_ROLES = ("head", "senco", "teacher", "administrator", "dpo", "governor", "inspector")
AWARDS = {
    "nasenco": "National Award for SEN Co-ordination",
    "npq-senco": "National Professional Qualification for SENCOs (from 1 September 2024)",
    "none": "none yet; due within three years of appointment (Code 6.85)",
}
_NEW_PASSPHRASE = click.option(
    "--new-passphrase-file",
    type=click.Path(path_type=Path),
    help="The new passphrase; typed by its holder where not given.",
)


@ledger_group(name="staff")
def command() -> None:
    """Appoint staff, grant and withdraw roles, renew and revoke keys.

    \b
    Examples:
      send-ledger staff list --as head
      send-ledger staff add "Paul Crook" --role senco --handle senco --as head
    """


@ledger_command(command, "add")
@click.argument("name")
@click.option("--role", "granted", type=click.Choice(STAFF_ROLES), required=True)
@click.option("--handle", required=True, help="What they type after --as, e.g. senco, office-2.")
@click.option("--job-title", default="", help="Their post, in words.")
@click.option("--from", "from_day", help="First day in the role; today where not given.")
@click.option("--until", "until_day", help="Last day in the role.")
@click.option("--root-key", type=click.Path(path_type=Path), help="The root key; for a head only.")
@click.option("--root-passphrase-file", type=click.Path(path_type=Path))
@_NEW_PASSPHRASE
def add(
    setting: Setting,
    name: str,
    *,
    granted: str,
    handle: str,
    job_title: str,
    from_day: str | None,
    until_day: str | None,
    root_key: Path | None,
    root_passphrase_file: Path | None,
    new_passphrase_file: Path | None,
) -> None:
    """Appoint somebody: make their key, grant their role.

    They type a passphrase of their own; nobody else needs to know it. The root
    key appoints headteachers, a headteacher everybody else, nobody themselves.

    \b
    Examples:
      send-ledger staff add "Paul Crook" --role senco --handle senco --as head
      send-ledger staff add "Ada Okafor" --role administrator --handle office --as head
    """
    with acting(setting) as at_work:
        today = at_work.desk.today()
        newcomer = Newcomer(
            name=str(PersonName.parse(name)),
            handle=handle,
            job_title=job_title or granted,
            passphrase=_new_passphrase(name, new_passphrase_file),
            grant=_grant(granted, from_day, until_day, today),
        )
        if granted == "head":
            add_head(at_work.session, *_root(root_key, root_passphrase_file), newcomer)
        else:
            add_person(at_work.session, newcomer)
        seal_recorded(at_work.session)
        words = f"Appointed as {granted}. They act with --as {handle}."
        if closed_to(at_work.session, granted):
            words += f"\nNot all that they may read is open to you. {OPEN_SELF}"
    say(setting, words, {"handle": handle, "role": granted})


def _root(root_key: Path | None, passphrase_file: Path | None) -> tuple[bytes, str]:
    if root_key is None:
        raise UsageError(
            "A headteacher is appointed with the root key.",
            "No headteacher makes another, nor themselves.",
            remedy="Add --root-key FILE, from the stick in the safe.",
        )
    return read_root_key(root_key, passphrase_file)


def _grant(role: str, from_day: str | None, until_day: str | None, today: date) -> Grant:
    return Grant(
        role=role,
        from_=parse_day(from_day) if from_day else today,
        until=parse_day(until_day) if until_day else None,
    )


def _new_passphrase(name: str, file: Path | None) -> str:
    if file is not None:
        return read_passphrase_file(file)
    return ask_passphrase(f"New passphrase, typed by {name}", confirm=True)


@ledger_command(command, "list", takes=LIST)
def list_staff(setting: Setting) -> None:
    """Show who holds which role and key.

    \b
    Examples:
      send-ledger staff list --as head
      send-ledger staff list --as head --json
    """
    with viewing(setting) as view:
        rows = [row for person in view.people().values() for row in key_rows(view, person)]
    columns = {
        "name": "Name",
        "roles": "Roles in force",
        "handle": "--as",
        "key": "Key",
        "state": "State",
    }
    say_table(setting, rows, columns, empty="Nobody is appointed yet.")


@ledger_command(command, "grant")
@click.argument("person")
@click.option("--role", "granted", type=click.Choice(STAFF_ROLES[1:]), required=True)
@click.option("--from", "from_day")
@click.option("--until", "until_day")
def grant(
    setting: Setting, person: str, *, granted: str, from_day: str | None, until_day: str | None
) -> None:
    """Grant one more role to somebody who has a key.

    \b
    Examples:
      send-ledger staff grant senco --role teacher --as head
      send-ledger staff grant office --role dpo --until 2027-07-31 --as head
    """
    with acting(setting) as at_work:
        given = _grant(granted, from_day, until_day, at_work.desk.today())
        grant_and_open(at_work.session, find_person(at_work.view, person), given)
        words = f"Granted: {granted}."
        if closed_to(at_work.session, granted):
            words += f"\nNot all that they may read is open to you. {OPEN_SELF}"
    say(setting, words, {"granted": granted})


@ledger_command(command, "revoke")
@click.argument("person")
@click.option("--role", "withdrawn", type=click.Choice(STAFF_ROLES), required=True)
@click.option("--from-entry", type=int, help="From which entry on; the next where not given.")
@click.option("--reason", required=True)
def revoke(
    setting: Setting, person: str, *, withdrawn: str, from_entry: int | None, reason: str
) -> None:
    """Withdraw a role from somebody.

    What they could read only in that role is closed to them by a new class key.

    \b
    Examples:
      send-ledger staff revoke senco --role senco --reason "left" --as head
      send-ledger staff revoke office --role administrator --reason "moved" --as head
    """
    with acting(setting) as at_work:
        view = at_work.view
        index = withdraw_and_close(
            view,
            at_work.session,
            find_person(view, person),
            role=withdrawn,
            from_index=from_entry,
            why=reason,
        )
    say(setting, f"Withdrawn: {withdrawn}.", {"withdrawn": withdrawn, "from_entry": index})


@ledger_command(command, "revoke-key")
@click.argument("person_or_key")
@click.option("--from-entry", type=int, help="From which entry on it counts no more.")
@click.option(
    "--because",
    type=click.Choice(["compromised", "lost", "superseded", "left"]),
    required=True,
)
@click.option("--reason", required=True, help="What happened, in words.")
def revoke_key_command(
    setting: Setting, person_or_key: str, *, from_entry: int | None, because: str, reason: str
) -> None:
    """Revoke a key from an entry on.

    Entries signed with it between that entry and now are shown as disputed. If a
    theft turns out to have begun earlier, revoke the key again from an earlier
    entry, by its thumbprint where the person has a new key.

    \b
    Examples:
      send-ledger staff revoke-key office --because lost --reason "stick lost" --as head
      send-ledger staff revoke-key senco --because compromised --from-entry 310
        --reason "laptop stolen" --as head
      send-ledger staff revoke-key senco --because compromised --from-entry 280
        --reason "the theft was a week earlier" --as head
    """
    with acting(setting) as at_work:
        view = at_work.view
        kid = find_key(view, person_or_key)
        index = revoke_and_close(
            view, at_work.session, kid, from_index=from_entry, reason=because, why=reason
        )
        seal_recorded(at_work.session)
    say(setting, f"Revoked from entry {index} on.", {"key": kid, "from_entry": index})


@ledger_command(command, "rotate-key")
@_NEW_PASSPHRASE
def rotate(setting: Setting, *, new_passphrase_file: Path | None) -> None:
    """Renew your own key under a new passphrase: so a passphrase is changed, too.

    \b
    Examples:
      send-ledger staff rotate-key --as senco
      send-ledger staff rotate-key --as senco --new-passphrase-file new.txt
    """
    with acting(setting) as at_work:
        passphrase = _new_passphrase("you", new_passphrase_file)
        kid = rotate_key(at_work.view, at_work.session, setting.person(), passphrase)
        seal_recorded(at_work.session)
    say(setting, "Your key is renewed; the old one is revoked.", {"key": kid})


@ledger_command(command, "replace-key")
@click.argument("person")
@_NEW_PASSPHRASE
def replace(setting: Setting, person: str, *, new_passphrase_file: Path | None) -> None:
    """Give somebody a new key after theirs was revoked or its passphrase forgotten.

    \b
    Examples:
      send-ledger staff replace-key office --as head
      send-ledger staff replace-key senco --as head --new-passphrase-file new.txt
    """
    with acting(setting) as at_work:
        whose = find_person(at_work.view, person)
        kid = replace_key(at_work.session, whose, _new_passphrase(person, new_passphrase_file))
        seal_recorded(at_work.session)
    say(setting, "A new key is registered.", {"key": kid})


@ledger_command(command, "designate-senco")
@click.argument("person")
@click.option("--from", "from_day", required=True)
@click.option("--until", "until_day")
@click.option("--qualified-teacher/--not-qualified", default=True, show_default=True)
@click.option("--award", type=click.Choice(list(AWARDS)), required=True)
@click.option("--award-started")
@click.option("--award-completed")
def designate(setting: Setting, person: str, **facts: Any) -> None:
    """Record on what footing somebody is the SENCO (Code 6.84-6.86).

    \b
    Examples:
      send-ledger staff designate-senco senco --from 2025-09-01 --award npq-senco --as head
      send-ledger staff designate-senco senco --from 2019-09-01 --award nasenco
        --award-completed 2021-06-30 --as head
    """
    award = facts["award"]
    fields = {
        "from_day": parse_day(facts["from_day"]),
        "until_day": parse_day(facts["until_day"]) if facts["until_day"] else None,
        "qualified_teacher": facts["qualified_teacher"],
        "award": Code(scheme="senco-award", code=award, label=AWARDS[award]),
        "award_started": _day(facts["award_started"]),
        "award_completed": _day(facts["award_completed"]),
    }
    with acting(setting) as at_work:
        designate_senco(at_work.desk, unb64url(find_person(at_work.view, person).person), fields)
    say(setting, "Recorded.", {"award": award})


def _day(text: str | None) -> date | None:
    return parse_day(text) if text else None


@ledger_command(command, "left")
@click.argument("person")
@click.option("--on", "on_day", required=True)
@click.option("--reason")
@click.option("--late-reason", help="Why it is entered more than a week later.")
def left(
    setting: Setting, person: str, *, on_day: str, reason: str | None, late_reason: str | None
) -> None:
    """Record that somebody has left; revoke their key with revoke-key.

    \b
    Examples:
      send-ledger staff left office --on 2026-07-20 --as head
      send-ledger staff left senco --on 20/07/2026 --reason "retired" --as head
    """
    with acting(setting) as at_work:
        found = find_person(at_work.view, person)
        left_on = parse_day(on_day)
        record_leaving(at_work.desk, unb64url(found.person), left_on, reason, late_reason)
    say(setting, "Recorded.", {"left": on_day})


@ledger_command(command, "recover")
@click.option(
    "--sheet",
    type=GivenPath(folders=False),
    required=True,
    help="The recovery sheet's file, or one into which its lines were typed.",
)
def recover(setting: Setting, *, sheet: Path) -> None:
    """Open the contents again with the recovery sheet, for yourself.

    \b
    Examples:
      send-ledger staff recover --sheet typed.txt --as head
      send-ledger staff recover --sheet typed.txt --as senco --home /schools/ours
    """
    home, who = setting.home(), setting.person()
    opened = home.open_person(who, setting.passphrase(who))
    lines = [line for line in read_text_file(sheet).splitlines() if line.strip()]
    recover_reading(home, lines, opened, home.authority())
    say(setting, "The contents are open to you again.", {"recovered": True})
