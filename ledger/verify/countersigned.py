"""Whether a body outside the school stands behind a log's beginning, and in whose name.

A countersignature of the genesis counts where the authority stream gave its signer
the role of the responsible body, and nothing took that back from before it.  That the
key is really the trust's or council's is more than any of these bytes can show.
`docs/formats/authority.md`, “Countersignature of the genesis”.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger.aggregates.countersignature import GenesisCountersigned
from ledger.errors import AlterationFound, LedgerError
from ledger.formats.encoding import b64url
from ledger.seal.countersignature import is_of_genesis, is_standing
from ledger.seal.roles import RESPONSIBLE_BODY
from ledger.values.person_name import PersonName
from ledger.verify.event_contents import NoKey, check_contents
from ledger.verify.inspection import stored_statement

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from ledger.formats.sd_jwt import SdJwt
    from ledger.formats.statement import Statement
    from ledger.seal.authority import Authority
    from ledger.verify.event_contents import ContentKeys
    from ledger.verify.findings import Findings
    from ledger.verify.log_walk import Countersigned, LogWalk

SELF_ROOTED: Final = "No trust or council has countersigned the log's first statement."


def note_countersigned(
    connection: sqlite3.Connection,
    walk: LogWalk,
    keys: ContentKeys | None,
    findings: Findings,
) -> None:
    """Say of a whole log who countersigned its beginning, or that nobody did.

    Args:
        connection: the open ledger file.
        walk: the finished walk over it.
        keys: open contents, or None where they are not to be opened.
        findings: where notes go.
    """
    standing = [
        one
        for one in walk.countersigned
        if not walk.authority.disputed(one.at, one.kid, RESPONSIBLE_BODY)
    ]
    for one in standing:
        _note(findings, one.at, one.kid, _stored_name(connection, one, keys))
    if not standing:
        findings.add("self-rooted", 0, SELF_ROOTED)


def note_shown(
    findings: Findings, authority: Authority, genesis: SdJwt, shown: tuple[int, SdJwt] | None
) -> None:
    """Say the same of a log of which some statements are shown.

    Args:
        findings: where findings and notes go.
        authority: keys and roles, folded over all that is shown.
        genesis: the log's first statement.
        shown: log index and statement of the countersignature, judged before; None where
            there is none.
    """
    if shown is not None and _stands(findings, authority, genesis.statement, *shown):
        index, one = shown
        _note(findings, index, one.statement.kid, _name(one.fields))
    else:
        findings.add("self-rooted", 0, SELF_ROOTED)


def _stands(
    findings: Findings, authority: Authority, genesis: Statement, index: int, one: SdJwt
) -> bool:
    """Tell whether it counted at its place and still does; what is wrong with it is found."""
    try:
        _demand_of_genesis(one, genesis)
    except AlterationFound as error:
        findings.add_error(error, index)
        return False
    return is_standing(authority, index, one.statement)


def _demand_of_genesis(one: SdJwt, genesis: Statement) -> None:
    said = one.fields.get("event", GenesisCountersigned.TYPE)
    if not is_of_genesis(one.statement, genesis) or said != GenesisCountersigned.TYPE:
        raise AlterationFound(
            "authority/countersignature is no countersignature of the log's first statement.",
            kind="countersignature-wrong",
        )


def _note(findings: Findings, index: int, kid: str, name: str | None) -> None:
    who = "a body whose name is not shown" if name is None else f"“{name}”"
    findings.add(
        "countersigned",
        index,
        f"The log's first statement is countersigned by {who} with key {kid}; whether that "
        "body's key is theirs you must learn from the body itself.",
    )


def _stored_name(
    connection: sqlite3.Connection, one: Countersigned, keys: ContentKeys | None
) -> str | None:
    row = connection.execute(
        "SELECT e.statement, c.ciphertext FROM entries e JOIN contents c ON c.rowid = e.rowid"
        " WHERE e.rowid = ?",
        (one.at + 1,),
    ).fetchone()
    if row is None or keys is None or not isinstance(row[1], bytes):
        return None
    try:
        statement = stored_statement(row[0])
        key = keys.of(statement.stream)
        # An earlier run may have judged it: these bytes must be the ones it saw.
        if isinstance(key, NoKey) or b64url(statement.hash) != one.hash:
            return None
        return _name(check_contents(statement, row[1], key))
    except (LedgerError, ValueError):
        return None  # the walk says what is wrong with it


def _name(fields: Mapping[str, object]) -> str | None:
    """Give the body's name as it signed it, where it is shown and can be shown truly."""
    name = fields.get("body_name")
    try:
        return None if not isinstance(name, str) else str(PersonName(name))
    except LedgerError:
        return None
