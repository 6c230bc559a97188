"""`send-ledger verify`: check a home, a copy, a bundle, a receipt or a proof."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from ledger.bootstrap.home import Home, system_clock
from ledger.bootstrap.reading_verified import VerifyingReader, open_contents
from ledger.bootstrap.verifying import Wanted, verify_target, with_note
from ledger.entrypoints.cli.command import Setting, ledger_command, state_folder
from ledger.entrypoints.cli.parameters import GivenPath
from ledger.entrypoints.cli.viewing import reading_of
from ledger.errors import UsageError
from ledger.verify.findings import Report
from ledger.verify.trust_policy import load_trust_policy

_PATH = click.Path(path_type=Path)
_FOLDER = GivenPath(files=False)


@ledger_command(name="verify")
@click.argument("target", type=_PATH, required=False)
@click.option("--envelope", is_flag=True, help="Leave the contents closed; needs nobody's key.")
@click.option("--policy", type=_FOLDER, help="A trust policy from outside: whose keys count.")
@click.option(
    "--against",
    multiple=True,
    type=GivenPath(),
    help="A receipt, proof or checkpoint that somebody else holds.",
)
@click.option("--since", is_flag=True, help="Check only what came since the last intact run here.")
def command(
    setting: Setting,
    target: Path | None,
    *,
    envelope: bool,
    policy: Path | None,
    against: tuple[Path, ...],
    since: bool,
) -> None:
    """Check a home, a copied ledger, a bundle, a receipt or a proof folder.

    Without TARGET it checks the home. With --as, contents are opened too. It
    uses no network and no signing key, changes nothing in TARGET, and says what
    it did not check.

    Exit code 0: intact, and held against something outside. 10: an alteration
    was found. 11: not fully verified.

    \b
    Examples:
      send-ledger verify --home /schools/ours --as senco
      send-ledger verify --home /schools/ours --envelope --against leaver.receipt
      send-ledger verify proof --policy policy --json
    """
    place = target or setting.home_path
    if place is None:
        raise UsageError(
            "It is not said what to verify.",
            "No home is named either.",
            remedy="Name a file or folder, or add --home PATH.",
        )
    wanted = Wanted(
        state_folder=state_folder(),
        now=system_clock(),
        envelope_only=envelope,
        against=against,
        policy=load_trust_policy(policy) if policy else None,
        since=since,
    )
    note = None
    if setting.who is not None and not envelope:
        who = setting.person()
        reader = VerifyingReader(
            who=who,
            passphrase=setting.passphrase(who),
            role=setting.role,
            reading=reading_of(setting),
            noting=partial(_noting, setting),
        )
        wanted, note = open_contents(wanted, _home_of(setting, place), reader)
    report = verify_target(place, wanted)
    _say(setting, with_note(report, *note) if note else report)
    click.get_current_context().exit(report.exit_code)


def _noting(setting: Setting, home: Home) -> tuple[Home | None, str]:
    """Give the home whose access log takes a reading down, and what to say where it is another.

    What was pointed at, be it a backup or another copy, is evidence: verifying it
    changes nothing in it.
    """
    used = setting.home_path
    if used is None or not (used / "home.json").exists():
        return None, "The contents were read; no access log took that down, for no home is named."
    if used.resolve() == home.path.resolve():
        return home, ""
    living = setting.home()
    if living.lid != home.lid:
        return None, "The contents were read; no access log of that ledger is at hand."
    return living, f"That the contents were read stands in the access log of {used}."


def _home_of(setting: Setting, place: Path) -> Home:
    if (place / "home.json").exists():
        return Home.open(place, state_folder())
    return setting.home()


def _say(setting: Setting, report: Report) -> None:
    click.echo(report.to_json() if setting.as_json else report.words(), nl=False)
