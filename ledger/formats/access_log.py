"""The access log: what a record of a reading says, and the file that holds the records.

Specification: `docs/formats/access-log.md`.  It stands beside the ledger, in a
file of its own, so that reading never needs the right to write in the ledger.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.errors import AlterationFound, MalformedInput
from ledger.formats.fields import decode_fields, encode_fields
from ledger.formats.ledger_file import open_for_reading
from ledger.values.dates import OccurredOn

FILE_NAME: Final = "access.db"
EVENT: Final = "access.read.v1"
ROLE: Final = "access"
"""Under which the machine key signs, and nothing but these records."""

APPLICATION_ID: Final = 0x5345_4E41
"""ASCII “SENA”."""
SCHEMA_VERSION: Final = 1
SCHEMA: Final = (
    (
        "CREATE TABLE records (rowid INTEGER PRIMARY KEY, statement BLOB NOT NULL,"
        " ciphertext BLOB) STRICT"
    ),
    # Guards against accidents; tampering is found by verifying.
    (
        "CREATE TRIGGER records_stay BEFORE DELETE ON records"
        " BEGIN SELECT RAISE(ABORT, 'access records are never deleted'); END"
    ),
    (
        "CREATE TRIGGER records_stand BEFORE UPDATE OF rowid, statement ON records"
        " BEGIN SELECT RAISE(ABORT, 'access records are never changed'); END"
    ),
)

_NOBODY: Final = {"subject_name": None, "subject_born": None, "subject_id": None}
"""The pupil is named by their stream alone, so that the record of a reading is no second file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRecord:
    """One reading.

    Attributes:
        occurred_on: the day.
        reader: random id of the person who read, 16 bytes.
        acted_as: the role in which they read; empty where none is asked for, as in verifying.
        command: what they used, e.g. `consent check`.
        about: the pupil's stream, 16 bytes; None where it was a whole list, or no pupil.
        purpose: why, in the reader's words, or None.
        fields_seen: names of the fields shown, never their values; empty where the
            command shows whatever is recorded.
    """

    occurred_on: OccurredOn
    reader: bytes
    acted_as: str
    command: str
    about: bytes | None
    purpose: str | None
    fields_seen: tuple[str, ...]

    def disclosed(self) -> dict[str, object]:
        """Give all fields to be salted and disclosed, in the order of the specification."""
        own = encode_fields(self)
        return {"event": EVENT, "occurred_on": own.pop("occurred_on"), **_NOBODY, **own}


def read_access_record(shown: Mapping[str, object]) -> AccessRecord:
    """Read the fields of a record.

    Args:
        shown: name → JSON value of every disclosure.

    Raises:
        MalformedInput: another type, or fields of another shape.
    """
    if shown.get("event") != EVENT or any(shown.get(name, "") is not None for name in _NOBODY):
        raise MalformedInput("An access record is of a type not known here.", kind="bad-fields")
    own = {name: value for name, value in shown.items() if name not in {"event", *_NOBODY}}
    return AccessRecord(**decode_fields(AccessRecord, own))


@dataclass(frozen=True, slots=True)
class StoredAccess:
    """One record as stored.

    Attributes:
        seq: its place in the access log, from 1.
        statement: the issuer-signed JWT, verbatim.
        ciphertext: encrypted disclosures, or None where they are gone.
    """

    seq: int
    statement: bytes
    ciphertext: bytes | None


def read_access_log(
    path: Path, *, newest_first: bool = False
) -> Generator[StoredAccess, None, None]:
    """Stream the records of an access log, in their order or the other way round.

    Raises:
        NotFound: there is no such file.
        MalformedInput: it is not an access log.
        AlterationFound: its schema is not the pinned one.
        StorageFailed: it cannot be read.
    """
    with open_for_reading(path) as connection:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if (application, version) != (APPLICATION_ID, SCHEMA_VERSION):
            raise MalformedInput(
                "The file is not an access log of this version.", kind="not-an-access-log"
            )
        rows = connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()
        if sorted(row[0] for row in rows) != sorted(SCHEMA):
            raise AlterationFound(
                "The access log's schema is not the one this program wrote.",
                "Somebody added or changed a table, view, trigger or index.",
                kind="access-log-schema",
            )
        order = "rowid DESC" if newest_first else "rowid"
        query = f"SELECT rowid, statement, ciphertext FROM records ORDER BY {order}"  # noqa: S608  one of our two
        for row in connection.execute(query):
            yield StoredAccess(*row)
