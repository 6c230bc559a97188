"""The readable page of a bundle, drawn from its statements by sender and receiver alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from ledger.aggregates.catalogue import aggregate_of
from ledger.aggregates.event import event_class
from ledger.errors import LedgerError
from ledger.formats.encoding import b64url
from ledger.formats.kinds import AUTHORITY_KINDS
from ledger.formats.record_page import Page, PageEntry, draw_page
from ledger.formats.withheld import withheld_entries
from ledger.seal.authority import Authority
from ledger.values.dates import OccurredOn, days_late, parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ledger.formats.statement import Statement
    from ledger.verify.logged import Logged

CORRECTED = "entry.corrected.v1"
_LAST_DAY = date.max


def record_page(
    manifest: Logged,
    entries: Sequence[Logged],
    authority: Sequence[Logged],
    checkpoint: str,
) -> bytes:
    """Draw `record.html`.

    Args:
        manifest: the manifest, every field shown.
        entries: the included statements, every field shown, in log order.
        authority: the authority stream, with the names that the bundle shows.
        checkpoint: origin and size of the head that proves them, in words.

    Raises:
        NotAuthorised: the authority stream breaks its own rules.
    """
    folded = Authority()
    for one in authority:
        if one.statement.kind in AUTHORITY_KINDS:
            folded.apply(one.index, one.statement)
    names = signer_names(authority, folded)
    corrections = dict(_corrections(entries))
    told = [_entry(one, names, folded, corrections) for one in entries]
    withheld = _withheld(manifest)
    told = [(place, replace(one, withheld=one.index in withheld)) for place, one in told]
    return draw_page(
        Page(
            manifest=manifest.fields,
            signer=names.get(manifest.statement.kid, ""),
            entries=[entry for _, entry in sorted(told, key=lambda pair: pair[0])],
            checkpoint=checkpoint,
        )
    )


def _withheld(manifest: Logged) -> frozenset[int]:
    omissions = manifest.fields.get("omissions")
    pairs = omissions if isinstance(omissions, list) else []
    return withheld_entries(
        (category, reason)
        for one in pairs
        if isinstance(one, dict)
        and isinstance(category := one.get("category"), str)
        and isinstance(reason := one.get("reason"), str)
    )


def signer_names(authority: Iterable[Logged], folded: Authority) -> Mapping[str, str]:
    """Give thumbprint → name, "" where the authority stream shows none."""
    by_person = {
        one.statement.payload.get("person"): str(one.fields["person_name"])
        for one in authority
        if one.fields.get("person_name") is not None
    }
    return {kid: by_person.get(record.person, "") for kid, record in folded.keys.items()}


def _corrections(entries: Iterable[Logged]) -> Iterable[tuple[tuple[bytes, Any], int]]:
    for one in entries:
        seq = one.fields.get("corrects_seq")
        if one.fields.get("event") == CORRECTED and isinstance(seq, int):
            yield (one.statement.stream, seq), one.index


def _entry(
    one: Logged,
    names: Mapping[str, str],
    folded: Authority,
    corrections: Mapping[tuple[bytes, Any], int],
) -> tuple[tuple[date, int], PageEntry]:
    statement = one.statement
    occurred = _occurred(one.fields.get("occurred_on"))
    entry = PageEntry(
        index=one.index,
        fields=one.fields,
        recorded_at=statement.recorded_at,
        signer=names.get(statement.kid, ""),
        role=statement.role,
        days_late=_days_late(occurred, statement),
        corrected_by=corrections.get((statement.stream, statement.seq)),
        disputed=folded.disputed(one.index, statement.kid, statement.role),
        understood=is_understood(one.fields),
    )
    return ((occurred.first if occurred else _LAST_DAY), one.index), entry


def is_understood(fields: Mapping[str, Any]) -> bool:
    """Tell whether an entry is of a type that this program knows."""
    name = fields.get("event")
    return (
        isinstance(name, str) and event_class(name) is not None and aggregate_of(name) is not None
    )


def _occurred(value: object) -> OccurredOn | None:
    try:
        match value:
            case {"date": str(text)}:
                return OccurredOn.parse(text)
            case _:
                pass
    except LedgerError:
        pass
    return None


def _days_late(occurred: OccurredOn | None, statement: Statement) -> int:
    try:
        recorded = parse_instant(statement.recorded_at).date()
    except LedgerError:
        return 0
    return days_late(occurred, recorded) if occurred else 0


def head_in_words(origin: str, size: int, root: bytes) -> str:
    """Name a log's head on the page."""
    return f"{origin}, {size} entries, root {b64url(root)}"
