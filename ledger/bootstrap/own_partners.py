"""The cosigners that a ledger itself says are trusted: those of the schools it knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.aggregates.school import School
from ledger.errors import LedgerError
from ledger.formats.home_file import read_home_file
from ledger.formats.ledger_file import FILE_NAME, open_for_reading
from ledger.formats.ledger_reader import LedgerReader
from ledger.formats.signed_note import VerifierKey
from ledger.projections.records import read_record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def own_cosigners(home: Path, data_key: Callable[[bytes], bytes] | None) -> list[VerifierKey]:
    """Give the cosigner keys of the schools that a home trusts.

    The cards were compared when they were trusted, and the entries that say so are
    signed; those entries are verified with all the others.

    Args:
        home: the home's folder.
        data_key: stream id → data key; None where no reader's key is open.

    Returns:
        The keys; none where the home cannot say, for then nothing is gained by them.
    """
    if data_key is None or not (home / "home.json").is_file():
        return []
    try:
        stream = read_home_file((home / "home.json").read_bytes()).streams["school"]
        with open_for_reading(home / FILE_NAME) as connection:
            school = read_record(LedgerReader(connection), data_key, School, stream)
        return [VerifierKey.parse(one.cosigner_key) for one in school.partners.values()]
    except (LedgerError, OSError):
        return []
