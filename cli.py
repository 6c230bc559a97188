"""The table of commands: name → module and help line.

Nothing of the product is imported until its command runs, so that help is
instant; a test holds the help lines to the commands' own.

Ctrl-C at any moment ends with one line and exit code 130.  While modules are
imported nothing is at stake, so the process ends at once; once a command runs,
Ctrl-C is the exception that lets it tidy up.
"""

from __future__ import annotations

import os
import sys

INTERRUPTED = 130
ID_LENGTHS = (22, 43)
"""Characters of an id and of a key's thumbprint."""


def end_at_once(*_: object) -> None:
    """Leave without a word of Python's; nothing was begun."""
    os.write(2, b"\nInterrupted; nothing was recorded.\n")
    os._exit(INTERRUPTED)


def _last_word(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Say what an exception that nobody caught means: Ctrl-C before any command ran."""
    if issubclass(kind, KeyboardInterrupt):
        end_at_once()
    sys.__excepthook__(kind, error, trace)


sys.excepthook = _last_word

import signal  # noqa: E402  only what is imported from here on is watched


class NothingAtStake:
    """While it lasts, Ctrl-C ends the process at once, where it is ours to say."""

    def __enter__(self) -> None:
        """Take Ctrl-C over, unless somebody did or this is not the main thread."""
        self.before = signal.getsignal(signal.SIGINT)
        if self.before is signal.default_int_handler:
            on_interrupt(end_at_once)

    def __exit__(self, *_: object) -> None:
        """Give it back."""
        if self.before is signal.default_int_handler:
            on_interrupt(signal.default_int_handler)


def on_interrupt(handler: Callable[[int, FrameType | None], object]) -> None:
    """Set what Ctrl-C does; only the main thread can."""
    try:
        signal.signal(signal.SIGINT, handler)
    except ValueError:
        return


with NothingAtStake():
    import importlib
    from collections.abc import Callable, Sequence
    from types import FrameType, TracebackType
    from typing import Any

    import click

COMMANDS = {
    "init": ("init", "Make a school's home: its keys, its ledger, its first headteacher."),
    "demo": ("demo", "Play a school year with made-up pupils in two schools, and try to cheat."),
    "register": ("register", "Show the SEN register, today or as at any past date."),
    "history": ("history", "Show everything recorded about one pupil."),
    "access": ("access", "Show who has read what."),
    "due": ("due", "Show what the law and the school's own rules ask for, and what is overdue."),
    "pupil": ("pupil", "Record who a pupil is, joins, leaves, and their SEN status and needs."),
    "parent": ("parental_responsibility", "Record who holds parental responsibility."),
    "notice": ("notification", "Record what parents were told, when and how."),
    "consent": ("consent", "Record consents; ask whether one was in force; prove it."),
    "cycle": ("support_cycle", "Record assess, plan, do, review."),
    "plan": ("support_plan", "Record support plans and who was given them."),
    "review": ("review", "Record reviews and meetings with parents."),
    "ehc-plan": ("ehc_plan", "Record EHC plans issued, amended or ceased."),
    "annual-review": ("annual_review", "Record the steps of an annual review."),
    "my-story": ("my_story", "Keep a family's My Story."),
    "address": ("protected_address", "Keep an address that must not be found."),
    "correct": ("correct", "Put an entry right; the wrong one stays visible."),
    "proposal": ("proposal", "Sign or decline what the office has entered."),
    "import": ("import_register", "Bring in a register from a CSV file."),
    "transfer": ("transfer", "Hand a pupil's record over to another school, and receive one."),
    "school": ("school", "Write the school's card, trust another's, keep term dates."),
    "countersignature": (
        "countersignature",
        "Let a trust or council countersign the beginning of this ledger.",
    ),
    "staff": ("staff", "Appoint staff, grant and withdraw roles, renew and revoke keys."),
    "log": ("log", "Seal the ledger, have it time-stamped and cosigned, prove an entry."),
    "verify": ("verify", "Check a home, a copied ledger, a bundle, a receipt or a proof folder."),
    "projections": ("projections", "Check or rebuild what is shown from what is recorded."),
    "backup": ("backup", "Copy the home into a new folder on another disk, and verify the copy."),
    "restore": ("restore", "Bring a backup back into a new home, verified."),
    "doctor": ("doctor", "Look for what is wrong with this computer or this home."),
    "completion": ("completion", "Let the shell complete commands."),
}
"""Command → module in ledger/entrypoints/cli/ and help line; the module's `command` is run."""

EXAMPLES = """\b
Examples:
  send-ledger demo
  send-ledger init --help
  send-ledger register --home /schools/ours --as senco
  send-ledger verify --home /schools/ours --envelope

\b
Exit codes: 0 done · 1 failed · 2 usage · 3 done with warnings · 4 key or
passphrase · 5 not found · 6 input refused · 7 refused by rule · 8 busy or
storage · 10 alteration found · 11 cannot be fully verified · 130 interrupted
"""


class CommandTable(click.Group):
    """A group whose commands are imported when they run."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run as a process: once the work is done, Ctrl-C cannot change how it ended."""
        try:
            return self.main(*args, **kwargs)
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002  click's own parameter
        **extra: Any,
    ) -> Any:
        """Run; what fails before a command runs is refused as what fails in one."""
        words = sys.argv[1:] if args is None else list(args)
        if not standalone_mode:
            return super().main(words, prog_name, complete_var, standalone_mode=False, **extra)
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.Abort:
            click.echo("Interrupted; nothing was recorded.", err=True)
            sys.exit(INTERRUPTED)
        except click.ClickException as error:
            if isinstance(error, click.exceptions.NoSuchOption):
                error = _about_a_dash(error, words)
            if "--json" not in words:
                error.show(sys.stderr)
                sys.exit(error.exit_code)
            command = importlib.import_module("ledger.entrypoints.cli.command")
            command.refuse_usage(error)
        except Exception as error:  # noqa: BLE001  no traceback reaches a user
            command = importlib.import_module("ledger.entrypoints.cli.command")
            command.refuse_failure(error, as_json="--json" in words, debug="--debug" in words)
        else:
            sys.exit(code if isinstance(code, int) else 0)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command's module."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        with NothingAtStake():
            module = importlib.import_module(f"ledger.entrypoints.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Keep “Did you mean”, which a lazy group would lose."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            raise click.exceptions.NoSuchCommand(
                error.command_name, possibilities=self.list_commands(ctx), ctx=ctx
            ) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Print the table without importing anything."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


def _about_a_dash(
    error: click.exceptions.NoSuchOption, words: Sequence[str]
) -> click.exceptions.NoSuchOption:
    """Say how an id or thumbprint that begins with “-” is typed, where that may be one."""
    option = error.option_name
    if not any(len(word) in ID_LENGTHS and word.startswith(option) for word in words):
        return error
    hint = (
        "If it is an id or a thumbprint that begins with “-”: a pupil's is typed with “id:” "
        "before it; any other goes behind all options, after “--”."
    )
    return click.exceptions.NoSuchOption(option, f"{error.message} {hint}", ctx=error.ctx)


def _show_version(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:  # noqa: FBT001  click's own
    del param
    if not wanted or ctx.resilient_parsing:
        return
    metadata = importlib.import_module("importlib.metadata")
    try:
        number = f"version {metadata.version('send-ledger')}"
    except metadata.PackageNotFoundError:
        number = "run from its source, not installed"
    click.echo(f"send-ledger, {number}")
    ctx.exit()


@click.command(
    cls=CommandTable,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EXAMPLES,
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_version,
    help="Show the version and exit.",
)
def main() -> None:
    """Keep pupils' SEND history so that anything in it can be proved.

    Commands take --home PATH (or SEND_LEDGER_HOME), and --as PERSON (or
    SEND_LEDGER_AS) where somebody signs or reads.
    """


if __name__ == "__main__":
    main()
