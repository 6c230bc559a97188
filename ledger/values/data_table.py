"""Reading the project's own data: law, codes and dates kept as TOML.

Every key of a table must be asked for, so that a misspelt one is an error and
not a rule that silently never applies.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from importlib import resources
from typing import NoReturn

from ledger.errors import LedgerError


class DataBroken(LedgerError):
    """A data file of the project itself does not have its documented form."""

    kind = "broken-data"


@dataclass(frozen=True, slots=True)
class DataTable:
    """One TOML table, read key by key and then closed.

    Attributes:
        where: what to call the table in an error.
        members: the keys and values not yet taken.
    """

    where: str
    members: dict[str, object]

    @classmethod
    def load(cls, package: str, *path: str) -> DataTable:
        """Read a TOML file that is installed with the package.

        Args:
            package: the import name of the package that holds it.
            path: the folders and the file name below the package.

        Raises:
            DataBroken: it is missing or is not TOML.
        """
        where = "/".join(path)
        try:
            text = resources.files(package).joinpath(*path).read_text("utf-8")
            return cls(where, tomllib.loads(text))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
            raise DataBroken(
                f"The data file {where} cannot be read.",
                "It is missing or is not well-formed TOML.",
                "Install the program again.",
            ) from fault

    def text(self, key: str, default: str | None = None) -> str:
        """Take a text; without a default it must be there and not be empty."""
        value = self.members.pop(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            self._broken(key, "a text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Take a list of texts, empty when it is absent."""
        values = self.members.pop(key, [])
        if not isinstance(values, list):
            self._broken(key, "a list of texts")
        texts = tuple(value for value in values if isinstance(value, str) and value)
        if len(texts) != len(values):
            self._broken(key, "a list of texts")
        return texts

    def day(self, key: str) -> date | None:
        """Take a day, None when it is absent."""
        value = self.members.pop(key, None)
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            self._broken(key, "a day")
        return value

    def required_day(self, key: str) -> date:
        """Take a day that must be there."""
        day = self.day(key)
        if day is None:
            self._broken(key, "a day")
        return day

    def number(self, key: str, default: int | None = None) -> int:
        """Take a whole number; without a default it must be there."""
        value = self.members.pop(key, default)
        if not isinstance(value, int) or isinstance(value, bool):
            self._broken(key, "a whole number")
        return value

    def flag(self, key: str) -> bool:
        """Take true or false, false when it is absent."""
        value = self.members.pop(key, False)
        if not isinstance(value, bool):
            self._broken(key, "true or false")
        return value

    def tables(self, key: str) -> list[DataTable]:
        """Take a list of tables, empty when it is absent."""
        values = self.members.pop(key, [])
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            self._broken(key, "a list of tables")
        return [
            DataTable(f"{self.where} {key}[{place}]", value) for place, value in enumerate(values)
        ]

    def close(self) -> None:
        """Say that every key was taken.

        Raises:
            DataBroken: a key is left that nobody asked for.
        """
        for key in self.members:
            self._broken(key, "a known key")

    def _broken(self, key: str, expected: str) -> NoReturn:
        raise DataBroken(
            f"The data table {self.where} is broken.",
            f"Its member {key} is not {expected}.",
            "Install the program again, or correct the file.",
        )
