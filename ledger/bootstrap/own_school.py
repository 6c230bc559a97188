"""The school's own record as somebody reads it: who it is, and whom it trusts."""

from __future__ import annotations

from collections.abc import Callable

from ledger.aggregates.school import School
from ledger.bootstrap.view import View
from ledger.errors import AlterationFound, LedgerError
from ledger.formats.ledger_file import StoredEntry
from ledger.formats.ledger_reader import LedgerReader
from ledger.formats.statement import read_statement
from ledger.projections.records import read_record
from ledger.seal.authority import Authority
from ledger.seal.contents import demand_signed


def own_school(view: View) -> School:
    """Rebuild the school's own record.

    Others act on what it says, so every signature is checked here.

    Raises:
        AlterationFound: an entry's signature does not fit, its signer may not sign it, or it
            stands in a wrong place; of the kind of what was found.
    """
    return read_own_school(
        view.reader, view.authority, view.keys.data_key, view.home.file.streams["school"]
    )


def read_own_school(
    reader: LedgerReader, authority: Authority, data_key: Callable[[bytes], bytes], stream: bytes
) -> School:
    """Rebuild the school's own record, as `own_school`.

    Args:
        reader: the open ledger file.
        authority: its keys and roles.
        data_key: stream id → data key.
        stream: that of the school's own record.
    """
    for entry in reader.stream(stream):
        try:
            _check_signed(authority, entry)
        except LedgerError as error:
            raise AlterationFound(
                "The school's own record is not as it was signed; nothing of it is told.",
                error.what,
                "See what send-ledger verify says, and restore the newest backup.",
                kind=error.kind,
            ) from None
    return read_record(reader, data_key, School, stream)


def _check_signed(authority: Authority, entry: StoredEntry) -> None:
    statement = read_statement(entry.statement)
    authority.judge(entry.index, statement)
    demand_signed(statement, authority.keys[statement.kid].public, entry.stream, entry.seq)
