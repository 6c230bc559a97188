"""The school's own record as somebody reads it: who it is, and whom it trusts."""

from __future__ import annotations

from ledger.aggregates.school import School
from ledger.bootstrap.view import View
from ledger.errors import AlterationFound, LedgerError
from ledger.formats.ledger_file import StoredEntry
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
    stream = view.home.file.streams["school"]
    for entry in view.reader.stream(stream):
        try:
            _check_signed(view.authority, entry)
        except LedgerError as error:
            raise AlterationFound(
                "The school's own record is not as it was signed; nothing of it is told.",
                error.what,
                "See what send-ledger verify says, and restore the newest backup.",
                kind=error.kind,
            ) from None
    return read_record(view.reader, view.keys.data_key, School, stream)


def _check_signed(authority: Authority, entry: StoredEntry) -> None:
    statement = read_statement(entry.statement)
    authority.judge(entry.index, statement)
    demand_signed(statement, authority.keys[statement.kid].public, entry.stream, entry.seq)
