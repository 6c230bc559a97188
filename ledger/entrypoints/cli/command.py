"""What all commands share: their options, their session, their refusals, their output."""

from __future__ import annotations

import functools
import json
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
from platformdirs import user_state_path

from ledger.bootstrap.home import Home
from ledger.entrypoints.cli.common_options import PERSON, Takes, with_common_options
from ledger.entrypoints.cli.passphrases import (
    ask_passphrase,
    passphrase_of,
    read_passphrase_fd,
    read_passphrase_file,
    run_passphrase_command,
)
from ledger.entrypoints.cli.table import aligned, csv_text, folded
from ledger.errors import InputRefused, LedgerError, StorageFailed, UsageError

F = TypeVar("F", bound=Callable[..., Any])
DONE_WITH_WARNINGS = 3
"""Exit code: rows or entries were skipped, and the rest is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How a command was called.

    Attributes:
        home_path: --home, or None.
        who: --as, or None.
        role: --in-role, or None.
        passphrase_file: --passphrase-file, or None.
        passphrase_command: --passphrase-command, or None.
        passphrase_fd: --passphrase-fd, or None.
        access_reason: --access-reason, or None.
        as_json: --json.
        as_csv: --csv.
        debug: --debug.
    """

    home_path: Path | None
    who: str | None
    role: str | None
    passphrase_file: Path | None
    passphrase_command: str | None
    passphrase_fd: int | None
    access_reason: str | None
    as_json: bool
    as_csv: bool
    debug: bool

    def home(self) -> Home:
        """Open the home that was named.

        Raises:
            UsageError: none was.
            NotFound: there is none there.
        """
        if self.home_path is None:
            raise UsageError(
                "No home is named.",
                "The command must know which school's ledger to use.",
                "Add --home PATH, or set SEND_LEDGER_HOME.",
                kind="no-home-named",
            )
        return Home.open(self.home_path, state_folder())

    def new_home(self) -> Path:
        """Give the folder that is to become a home.

        Raises:
            UsageError: none was named.
        """
        if self.home_path is None:
            raise UsageError(
                "No home is named.",
                "The command must know where to make it.",
                "Add --home PATH: a new folder.",
                kind="no-home-named",
            )
        return self.home_path

    def person(self) -> str:
        """Give who was named with --as.

        Raises:
            UsageError: nobody was.
        """
        if self.who is None:
            raise UsageError(
                "It is not said who you are.",
                "Everything is signed, and read, as somebody.",
                "Add --as PERSON (a name or handle, e.g. --as senco), or set SEND_LEDGER_AS.",
                kind="no-person-named",
            )
        return self.who

    def passphrase(self, who: str) -> str:
        """Take the passphrase from file, command, descriptor or prompt, never from argv."""
        if self.passphrase_file is not None:
            return read_passphrase_file(self.passphrase_file)
        if self.passphrase_command is not None:
            return passphrase_of(run_passphrase_command(self.passphrase_command))
        if self.passphrase_fd is not None:
            return read_passphrase_fd(self.passphrase_fd)
        return ask_passphrase(f"Passphrase of {who}")


def state_folder() -> Path:
    """Give where this computer keeps high-water marks: SEND_LEDGER_STATE or the system's place."""
    named = os.environ.get("SEND_LEDGER_STATE")
    return Path(named) if named else user_state_path("send-ledger", appauthor=False)


def read_text_file(path: Path) -> str:
    """Read a text file that somebody gave us.

    Raises:
        InputRefused: it is not UTF-8 text.
    """
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise InputRefused(
            "The file is not text.",
            "It is not in UTF-8.",
            "Check that it is the file that was meant.",
            kind="not-text",
        ) from None


SETTING_NAMES = frozenset(Setting.__dataclass_fields__)


def ledger_command(
    group: click.Group | None = None,
    name: str | None = None,
    *,
    examples: Sequence[str] = (),
    takes: Takes = PERSON,
) -> Callable[[F], click.Command]:
    """Make a command of a function that takes a `Setting` first.

    Its refusals are printed as what happened, why, what to try, with the error's exit code.

    Args:
        group: the noun that it belongs to, or None.
        name: what is typed.
        examples: what follows “send-ledger ” in each example of its help.
        takes: which of --home, --as and the rest it has a use for.
    """

    def make(function: F) -> click.Command:
        @functools.wraps(function)
        def run(**given: Any) -> None:
            setting = Setting(**{key: given.pop(key, False) for key in SETTING_NAMES})
            _show_what_can_be_shown()
            with refusals(setting):
                function(setting, **given)

        callback: Any = with_common_options(run, takes)
        owner: Any = click if group is None else group
        made: click.Command = owner.command(name, epilog=examples_text(examples))(callback)
        return made

    return make


def examples_text(examples: Sequence[str]) -> str | None:
    """Write the examples of a command's help; None where it has none."""
    if not examples:
        return None
    lines = "\n".join(f"  send-ledger {one}" for one in examples)
    return f"\b\nExamples:\n{lines}"


def ledger_group(*, name: str, examples: Sequence[str] = ()) -> Callable[[F], click.Group]:
    """Make a group of commands, one noun."""

    def make(function: F) -> click.Group:
        made: click.Group = click.group(name, epilog=examples_text(examples))(function)
        return made

    return make


@contextmanager
def refusals(setting: Setting) -> Iterator[None]:
    """Print a refusal as three sentences and leave with its exit code."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo("Interrupted; nothing more was recorded.", err=True)
        sys.exit(130)
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except Exception as error:  # noqa: BLE001  the last net: no traceback reaches a user
        refuse_failure(error, as_json=setting.as_json, debug=setting.debug)


def refuse_failure(error: Exception, *, as_json: bool, debug: bool) -> NoReturn:
    """Print any failure as a refusal, and leave; what none foresaw is said to be unexpected.

    Args:
        error: what failed, in a command or before one ran.
        as_json: print JSON.
        debug: show where it happened.
    """
    if isinstance(error, BrokenPipeError):
        sys.exit(1)
    if debug and not isinstance(error, OSError):
        traceback.print_exception(error)
    if isinstance(error, LedgerError):
        refuse(error, as_json=as_json)
    if isinstance(error, OSError):
        refuse(
            LedgerError(
                "A file could not be read or written.",
                error.strerror or type(error).__name__,
                "Check path, permissions and free space.",
                kind="file-error",
            ),
            as_json=as_json,
            code=8,
        )
    refuse(
        LedgerError(
            "Something failed that should not; nothing more was recorded.",
            f"The program met an unexpected {type(error).__name__}.",
            "Repeat the command with --debug and report what it shows.",
            kind="unexpected",
        ),
        as_json=as_json,
    )


def refuse_usage(error: click.ClickException) -> NoReturn:
    """Print, as JSON, that the words of a command are off, and leave."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = "send-ledger" if context is None else context.command_path
    what = error.format_message()
    why = "The words of the command are off."
    refuse(UsageError(what, why, f"See {path} --help.", kind="usage"), as_json=True)


def refuse(error: LedgerError, *, as_json: bool = False, code: int | None = None) -> NoReturn:
    """Print a refusal on stderr, and leave."""
    exit_code = error.exit_code if code is None else code
    if as_json:
        members = {
            "error": error.kind,
            "what": error.what,
            "why": error.why,
            "try": error.remedy,
            "exit_code": exit_code,
        }
        click.echo(_json_text(members), err=True)
    else:
        lines = [("Error", error.what), ("Why", error.why), ("Try", error.remedy)]
        for label, text in lines:
            if text:
                click.echo(f"{label}: {text}", err=True)
    sys.exit(exit_code)


def say(
    setting: Setting, words: str, data: Mapping[str, Any] | Sequence[Any] | None = None
) -> None:
    """Print the result: JSON where asked for, words otherwise."""
    text = _json_text(data) if setting.as_json and data is not None else words
    if not text:
        return
    try:
        click.echo(text)
    except BrokenPipeError:  # whoever reads it has enough
        raise
    except OSError as error:
        # Else what is left to be written would fail once more, and change the exit code.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise StorageFailed(
            "It is done, but the answer could not be written.",
            error.strerror or type(error).__name__,
            "Give the output another place; before you repeat a command that records, look "
            "whether it is recorded already.",
            kind="output-failed",
        ) from error


def say_table(
    setting: Setting,
    rows: Sequence[Mapping[str, Any]],
    columns: Mapping[str, str],
    *,
    empty: str,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Print a list: JSON, CSV (safe for spreadsheets) or aligned columns.

    Args:
        setting: how the command was called.
        rows: one mapping each.
        columns: key → heading, in order.
        empty: what to say where there is nothing.
        data: the JSON document; the rows themselves where not given.
    """
    if setting.as_json:
        click.echo(_json_text(data if data is not None else list(rows)))
    elif setting.as_csv:
        click.echo(csv_text(rows, columns), nl=False)
    elif not rows:
        click.echo(empty)
    else:
        click.echo(aligned(rows, columns, terminal_room()))


def tell(words: str) -> None:
    """Print lines of text, folded to the terminal's width where there is one."""
    click.echo(folded(words, terminal_room()))


def terminal_room() -> int | None:
    """Give how many columns the terminal has; None in a pipe or a file, which hold any length."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _json_text(data: object) -> str:
    """Write JSON; escaped where the output cannot take every letter, so that none is lost."""
    return json.dumps(data, ensure_ascii=not _takes_every_letter(sys.stdout), indent=2)


def _takes_every_letter(stream: Any) -> bool:
    encoding = getattr(stream, "encoding", None) or "ascii"
    return encoding.casefold().replace("-", "").startswith("utf")


def _show_what_can_be_shown() -> None:
    """Let a terminal that lacks a letter of a name show “?” for it, rather than fail.

    Where it lacks none, a file's name may still hold bytes that are no letters.
    """
    for stream in (sys.stdout, sys.stderr):
        if not hasattr(stream, "reconfigure"):
            continue
        if not _takes_every_letter(stream):
            stream.reconfigure(errors="replace")
        elif stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")
