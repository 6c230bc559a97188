"""`send-ledger completion`: let the shell complete commands."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from ledger.entrypoints.cli.command import Setting, ledger_command
from ledger.entrypoints.cli.common_options import NOTHING
from ledger.errors import UsageError

SHELLS = ("bash", "zsh", "fish", "powershell")
PROGRAM = "send-ledger"
VARIABLE = "_SEND_LEDGER_COMPLETE"


@ledger_command(
    name="completion",
    takes=NOTHING,
    examples=(
        "completion bash >> ~/.bashrc",
        "completion powershell >> $PROFILE",
    ),
)
@click.argument("shell", type=click.Choice(SHELLS), help="Your shell.")
def command(setting: Setting, shell: str) -> None:
    """Let the shell complete commands.

    Prints what the shell reads at its start; completing names commands and
    options only, and never opens a ledger.
    """
    del setting
    made = get_completion_class(shell)
    if made is None:
        raise UsageError(
            f"Completion for {shell} is not available here.",
            "The library that completes commands does not know that shell.",
            "Choose among those of send-ledger completion --help.",
            kind="no-such-shell",
        )
    root = click.get_current_context().find_root().command
    click.echo(made(root, {}, PROGRAM, VARIABLE).source())
