"""What people type after an option, and the values that it becomes."""

from __future__ import annotations

import hashlib
import os
import sys
import unicodedata
from pathlib import Path
from typing import Any, Final

import click

from ledger.entrypoints.cli.days import Read
from ledger.errors import InputRefused, NotFound, UsageError
from ledger.seal.private_files import try_place
from ledger.values.code import Code
from ledger.values.code_set import code_set
from ledger.values.money import Money
from ledger.values.need_type import NeedType
from ledger.values.person_name import PersonName
from ledger.values.school_identity import Urn

LARGEST_TEXT_FILE: Final = 16 * 1024
"""Bytes: what one field of an entry may hold (docs/formats/statement.md)."""


class GivenPath(click.Path):
    """A file or folder that must be there."""

    def __init__(self, *, files: bool = True, folders: bool = True) -> None:
        """Say what it may be."""
        super().__init__(exists=True, file_okay=files, dir_okay=folders, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Find it.

        Raises:
            NotFound: there is none.
        """
        if not Path(value).exists():
            raise NotFound(
                f"There is no {self.name} {click.format_filename(value)}.",
                "Nothing of that name is there.",
                "Check the path.",
                kind="no-such-file",
            )
        return super().convert(value, param, ctx)


class NewFile(click.Path):
    """A file to be written: its folder is there, and takes it.

    Looked at before the command begins: what it records cannot be taken back
    where its file then finds no place.
    """

    def __init__(self, *, replace: bool = False) -> None:
        """Say whether a file that is there already may be replaced."""
        super().__init__(path_type=Path)
        self._replace = replace

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Find its place.

        Raises:
            UsageError: something is there already.
            NotFound: there is no such folder.
            StorageFailed: nothing can be written there.
        """
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if path.is_dir() or (os.path.lexists(path) and not self._replace):
            raise UsageError(
                f"{click.format_filename(path)} exists already; nothing was done.",
                "Nothing is overwritten that somebody may need.",
                remedy="Name a new file.",
                kind="file-exists",
            )
        if not path.parent.is_dir():
            raise NotFound(
                f"There is no folder {click.format_filename(path.parent)}; nothing was done.",
                "The file would lie in it.",
                "Check the path, plug the stick in, or make that folder first.",
                kind="no-such-file",
            )
        try_place(path)
        return path


class NewFolder(click.Path):
    """A folder that is not there yet."""

    def __init__(self) -> None:
        """Say what it may be."""
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Take the path.

        Raises:
            UsageError: something is there already.
        """
        if Path(value).exists():
            raise UsageError(
                "The folder exists already; nothing was written.",
                "What is given away is not mixed with what was there before.",
                "Name a new one with --out.",
                kind="file-exists",
            )
        return super().convert(value, param, ctx)


class CodeChoice(click.ParamType[Code]):
    """A code of one of the lists in `ledger/values/codes/`, by its code or its words."""

    def __init__(self, list_name: str) -> None:
        """Take the name of the list; it is loaded when first needed."""
        self.name = list_name
        self._list = list_name

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Show the codes in the help."""
        del param, ctx
        return f"[{'|'.join(self._codes())}]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Code:
        """Find the code."""
        entry = code_set(self._list).find(str(value))
        if entry is None or not entry.in_use(None):
            self.fail(f"It is one of: {', '.join(self._codes())}.", param, ctx)
        return entry.code

    def _codes(self) -> list[str]:
        return [one.code.code for one in code_set(self._list).entries if one.in_use(None)]


def parse_words(text: str) -> str:
    """Read a text: as typed, or from a file with @FILE, or from the input with @-.

    Raises:
        InputRefused: nothing in it, not text, or characters that no page shows.
    """
    if text.startswith("@@"):
        text = text[1:]
    elif text.startswith("@"):
        text = _text_of_file(text[1:])
    composed = unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()
    if not composed:
        raise _refused("It is empty.")
    if any(unicodedata.category(one) in {"Cc", "Cs"} and one not in "\n\t" for one in composed):
        raise _refused("It holds a control character, or letters of another encoding than UTF-8.")
    return composed


def _text_of_file(name: str) -> str:
    if name == "-" and sys.stdin is None:
        raise _refused("There is no input to read it from.")
    try:
        if name == "-":
            data = sys.stdin.buffer.read(LARGEST_TEXT_FILE + 1)
        else:
            with Path(name).open("rb") as stream:
                data = stream.read(LARGEST_TEXT_FILE + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise _refused(f"The file cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise _refused("The file is not UTF-8 text.") from None
    if len(data) > LARGEST_TEXT_FILE:
        raise _refused(f"The file holds more than {LARGEST_TEXT_FILE} bytes.")
    return text


def _refused(why: str) -> InputRefused:
    return InputRefused("The text cannot be kept.", why, "Type it, or give @FILE.", kind="bad-text")


def hash_file(name: str) -> bytes:
    """Give the SHA-256 of a file, 32 bytes.

    Raises:
        InputRefused: it cannot be read.
    """
    try:
        with Path(name).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").digest()
    except OSError as error:
        raise InputRefused(
            "The file cannot be read.", error.strerror or "", "Check the path.", kind="no-file"
        ) from error


def parse_pair(text: str) -> tuple[str, str]:
    """Read NAME=VALUE.

    Raises:
        InputRefused: there is no equals sign.
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise InputRefused(
            f"“{text}” is not of the form NAME=VALUE.",
            "What stands before the “=” is the name, what stands after it the value.",
            "Write it again with “=” between the two.",
            kind="bad-pair",
        )
    return name.strip(), value.strip()


NAME = Read("name", lambda text: str(PersonName.parse(text)))
WORDS = Read("text", parse_words)
"""A text, or @FILE."""
MONEY = Read("pounds", Money.parse)
HASHED_FILE = Read("file", hash_file)
NEED = Read("code", NeedType.parse)
URN = Read("urn", lambda text: str(Urn.parse(text)))
PAIR = Read("name=value", parse_pair)
