"""Who is who: names, roles and keys of staff, from the authority stream."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ledger.errors import KeyUnavailable
from ledger.formats.kinds import KEY_REGISTERED
from ledger.formats.statement import read_statement
from ledger.seal.contents import open_entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.formats.ledger_reader import LedgerReader
    from ledger.seal.authority import Authority


@dataclass(slots=True)
class Person:
    """A person or machine of this ledger.

    Attributes:
        person: random id, text.
        name: as recorded with their newest key.
        kids: thumbprints of all their keys, oldest first.
        readings: their public reading keys, base64url, oldest first.
    """

    person: str
    name: str
    kids: list[str] = field(default_factory=list)
    readings: list[str] = field(default_factory=list)

    @property
    def reading(self) -> str | None:
        """Their newest public reading key, base64url, or None."""
        return self.readings[-1] if self.readings else None


def people_of(
    reader: LedgerReader, data_key: Callable[[bytes], bytes], authority: Authority
) -> dict[str, Person]:
    """Give person id → person, as far as the names are open to this reader."""
    found: dict[str, Person] = {}
    kid_at = {record.registered: kid for kid, record in authority.keys.items()}
    for entry in reader.stream(reader.entry(0).stream):
        statement = read_statement(entry.statement)
        if statement.kind != KEY_REGISTERED:
            continue
        try:
            fields = open_entry(entry, data_key).fields
        except KeyUnavailable:
            fields = {"person_name": "(name not open to you)", "reading_key": None}
        person = found.setdefault(
            statement.payload["person"], Person(statement.payload["person"], "")
        )
        person.name = str(fields["person_name"])
        person.readings += [fields["reading_key"]] if fields["reading_key"] else []
        person.kids.append(kid_at.get(entry.index, statement.kid))
    return found


def names_by_kid(people: dict[str, Person]) -> dict[str, str]:
    """Give thumbprint → name."""
    return {kid: person.name for person in people.values() for kid in person.kids}
