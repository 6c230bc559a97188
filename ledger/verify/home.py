"""A ledger verified: a home, or a copy of its database.

Only reads.  Needs no signing key, no network and no library but those that read
and verify; what it did not check stands in the report.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from ledger.errors import LedgerBusy, MalformedInput, StorageFailed
from ledger.formats.ledger_file import FILE_NAME, open_for_reading
from ledger.verify.findings import Findings, Report
from ledger.verify.ledger_check import LedgerCheck, VerifyRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from cryptography import x509

    from ledger.formats.high_water_mark import HighWaterMark
    from ledger.formats.signed_note import VerifierKey
    from ledger.verify.held import Held
    from ledger.verify.saved_state import SavedState

SUBJECT: Final = "ledger"


def verify_ledger(
    path: Path,
    *,
    mark: HighWaterMark | None,
    now: datetime,
    data_key: Callable[[bytes], bytes] | None = None,
    envelope_only: bool = False,
    against: Sequence[Held] = (),
    roots: Sequence[x509.Certificate] = (),
    cosigners: Sequence[VerifierKey] = (),
    genesis: bytes | None = None,
    since: SavedState | None = None,
    workers: int | None = None,
) -> Report:
    """Verify a ledger.

    Whatever is wrong with its bytes becomes a finding; see `docs/reference/verify-json.md`.

    Args:
        path: a home, or a ledger's database file.
        mark: this computer's high-water mark, read before; None where there is none.
        now: the reader's clock, aware UTC.
        data_key: stream id → data key, refuses with
            `KeyUnavailable` (kind `contents-unopened` or `key-row-missing`) or
            `KeyRowAltered`.  None where no reader's key is open.
        envelope_only: leave the contents alone, on purpose.
        against: heads of this log that are held elsewhere.
        roots: root certificates of time-stamp authorities that are trusted.
        cosigners: keys of cosigners that are trusted.
        genesis: SHA-256 of the first statement that is trusted, 32 bytes.
        since: go on from where an earlier run found the ledger intact.
        workers: how many inspect entries; one for each processor where not given,
            and one for a small ledger.

    Returns:
        The report; its `saved` is what to keep for `since`.

    Raises:
        NotFound: there is no such ledger.
        LedgerBusy: its key file is held by another program.
        StorageFailed: its file cannot be read.
    """
    file = path / FILE_NAME if path.is_dir() else path
    findings = Findings()
    asked = VerifyRequest(
        mark=mark,
        now=now,
        data_key=data_key,
        envelope_only=envelope_only,
        against=tuple(against),
        roots=tuple(roots),
        cosigners=tuple(cosigners),
        genesis=genesis,
        since=since,
        workers=workers,
    )
    return _checked(file, findings, asked)


def _checked(file: Path, findings: Findings, asked: VerifyRequest) -> Report:
    saved, size, root = None, None, None
    try:
        with open_for_reading(file) as connection:
            connection.execute("BEGIN")  # one state of the file, whoever writes meanwhile
            check = LedgerCheck.of(connection, findings, asked)
            check.run()
            size, root = check.tree.size, check.tree.root_at(check.tree.size)[0]
            saved = check.saved_state() if findings.result == "intact" else None
    except (MalformedInput, StorageFailed) as error:
        _demand_readable(file, error)
        findings.add("database-damaged", None, f"{error.what} {error.why}".strip())
    except UnicodeDecodeError:  # of SQLite's own message, which quotes what is damaged
        findings.add("database-damaged", None, "The ledger file is not a sound database.")
    if any(file.parent.glob("attachments/*")):
        findings.not_checked("documents attached to entries")
    report = findings.report(SUBJECT, size, root)
    return dataclasses.replace(report, saved=saved.to_bytes() if saved else None)


def _demand_readable(file: Path, error: MalformedInput | StorageFailed) -> None:
    """Tell damage in the bytes, which is a finding, from a file that cannot be had at all."""
    if isinstance(error, LedgerBusy) or "locked" in error.why:
        raise error
    try:
        with file.open("rb") as stream:
            while stream.read(1 << 20):
                pass
    except OSError:
        raise error from None
