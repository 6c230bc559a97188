"""Bringing an older ledger file up to the schema of today.

An upgrade changes side tables only: statements are signed and never touched.
Each step is a tuple of SQL from one version to the next, run in one
transaction after a copy of the file was put beside it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from ledger.errors import StorageFailed
from ledger.formats.ledger_file import APPLICATION_ID, SCHEMA_VERSION
from ledger.recorder.sqlite_errors import BUSY_SECONDS, translated

STEPS: Mapping[int, Sequence[str]] = {}
"""Version → the SQL that makes it the next; version 1 is the first there was."""


def upgrade_ledger(
    path: Path, steps: Mapping[int, Sequence[str]] = STEPS, target: int = SCHEMA_VERSION
) -> int:
    """Upgrade a ledger file in place, keeping a copy named `<file>.v<version>`.

    Args:
        path: the ledger file.
        steps: see `STEPS`.
        target: the version to reach.

    Returns:
        The version that the file had.

    Raises:
        StorageFailed: it is of a newer version, not a ledger, or no step leads on.
    """
    with translated():
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            found = _version(connection)
            if found == target:
                return found
            if found > target or any(version not in steps for version in range(found, target)):
                raise StorageFailed(
                    f"The ledger file is of version {found}; this program writes {target}.",
                    "No upgrade leads from the one to the other.",
                    "Use the newest send-ledger.",
                    kind="other-schema-version",
                )
            _copy_beside(connection, path.with_name(f"{path.name}.v{found}"))
            _run(connection, steps, found, target)
            return found
        finally:
            connection.close()


def _version(connection: sqlite3.Connection) -> int:
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise StorageFailed(
            "The file is not a ledger.",
            "It is another program's, or was damaged at its beginning.",
            remedy="Name a school's home; if this is one, restore its newest backup.",
            kind="not-a-ledger",
        )
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _copy_beside(connection: sqlite3.Connection, copy: Path) -> None:
    copy.touch(mode=0o600)
    with closing(sqlite3.connect(copy)) as target:
        connection.backup(target)


def _run(
    connection: sqlite3.Connection, steps: Mapping[int, Sequence[str]], found: int, target: int
) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Looked up anew: another program may have upgraded it meanwhile.
        for version in range(max(found, _version(connection)), target):
            for statement in steps[version]:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version={target:d}")
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise
