"""Where passphrases come from: a file, a command's output, the terminal; never the command line."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import click

from ledger.errors import KeyUnavailable, UsageError
from ledger.seal.private_files import OTHERS, read_private

MAX_PASSPHRASE_BYTES = 4096


def read_passphrase_file(path: Path) -> str:
    """Read a passphrase from the first line of a file."""
    try:
        with path.open("rb") as stream:
            _demand_own(os.fstat(stream.fileno()).st_mode)
            return passphrase_of(stream.read(MAX_PASSPHRASE_BYTES))
    except OSError as error:
        raise KeyUnavailable(
            "The passphrase file cannot be read.",
            error.strerror or "",
            "Check the path after --passphrase-file or in SEND_LEDGER_PASSPHRASE_FILE.",
            kind="passphrase-file",
        ) from error


def read_passphrase_fd(descriptor: int) -> str:
    """Read a passphrase from the first line of an open descriptor."""
    try:
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            return passphrase_of(stream.read(MAX_PASSPHRASE_BYTES))
    except (OSError, TypeError, ValueError) as error:  # the last two: it is no descriptor's number
        raise KeyUnavailable(
            "The passphrase cannot be read from the descriptor.",
            "None of that number is open for reading.",
            "Open one, e.g. --passphrase-fd 3 3< FILE, or use --passphrase-file.",
            kind="passphrase-fd",
        ) from error


def _demand_own(mode: int) -> None:
    # A pipe has no name that others could open; Windows tells nothing by a mode.
    if sys.platform != "win32" and stat.S_ISREG(mode) and mode & OTHERS:
        raise KeyUnavailable(
            "The passphrase file is refused.",
            f"Other people on this computer can read it (mode {stat.S_IMODE(mode):04o}).",
            "Close it with `chmod 600`.",
            kind="passphrase-file-mode",
        )


def read_root_key(path: Path, passphrase_file: Path | None) -> tuple[bytes, str]:
    """Read a root key's file, and take its passphrase from a file or the terminal."""
    if passphrase_file is not None:
        return read_private(path), read_passphrase_file(passphrase_file)
    return read_private(path), ask_passphrase(f"Passphrase of the root key {path.name}")


def ask_passphrase(label: str, *, confirm: bool = False) -> str:
    """Ask for a passphrase on the terminal.

    Raises:
        UsageError: there is no terminal to ask on.
    """
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(
            "A passphrase is needed, and there is no terminal to ask on.",
            "Your keys are opened with it.",
            remedy="Set SEND_LEDGER_PASSPHRASE_FILE, or add --passphrase-file FILE, "
            "--passphrase-command COMMAND or --passphrase-fd N.",
            kind="no-terminal",
        )
    try:
        answer: str = click.prompt(label, hide_input=True, confirmation_prompt=confirm, err=True)
    except click.Abort as stop:
        # click says Abort for both; what it met tells Ctrl-C from Ctrl-D.
        if not isinstance(stop.__context__, EOFError):
            raise KeyboardInterrupt from None
        raise UsageError(
            "The question was not answered; nothing was recorded.",
            "The input ended there (Ctrl-D).",
            "Repeat the command, and type the answer.",
            kind="no-answer",
        ) from None
    return answer


def passphrase_of(data: bytes) -> str:
    """Take the first line, as UTF-8 text."""
    try:
        line = data.decode("utf-8-sig").splitlines()[0] if data else ""
    except UnicodeDecodeError:
        line = ""
    if not line:
        raise KeyUnavailable(
            "The passphrase is empty or not text.",
            "Its first line is taken, and there is none.",
            remedy="Put it on the first line, as UTF-8 text.",
            kind="passphrase-file",
        )
    return line


def run_passphrase_command(command: str) -> bytes:
    """Give what a command prints."""
    # The user's own words for their own shell, as restic and borg have it.
    done = subprocess.run(command, shell=True, capture_output=True, check=False)  # noqa: S602  the user's own command
    if done.returncode != 0:
        raise KeyUnavailable(
            "The passphrase command failed.",
            f"It ended with exit code {done.returncode}.",
            "Run it by hand, and mend --passphrase-command.",
            kind="passphrase-command",
        )
    return done.stdout
