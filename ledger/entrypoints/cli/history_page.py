"""Entries of a history in words: this school's own, and those that another school signed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.entrypoints.cli.entry_words import (
    details,
    headline,
    read_fields,
    type_words,
)
from ledger.entrypoints.cli.table import printable
from ledger.projections.people import names_by_kid
from ledger.values.counting import counted
from ledger.values.dates import OccurredOn, day_words, stated_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ledger.bootstrap.view import View
    from ledger.bundles.kept import KeptRecord
    from ledger.projections.history import HistoryEntry

CORRECTED = "entry.corrected.v1"
ADDRESS = "protected_address."
TRANSFER = "record_transfer."


def own_records(view: View, entries: Sequence[HistoryEntry]) -> list[dict[str, Any]]:
    """Give each entry of this school with stable keys, and in words."""
    names = names_by_kid(view.people())
    schools = {one.stream: name for one in entries if (name := _school_of(one))}
    return [
        {
            **_record(one, schools),
            **corrections,
            "signed_by": names.get(one.kid, ""),
            "disputed": view.authority.disputed(one.index, one.kid, one.role),
            "received": None,
            "understood": True,
            "withheld": False,
        }
        for one, corrections in zip(entries, _corrections(entries), strict=True)
    ]


def received_records(kept: KeptRecord, entries: Sequence[HistoryEntry]) -> list[dict[str, Any]]:
    """Give each entry of another school, numbered as in that school's own log.

    Args:
        kept: the record that they came in.
        entries: those of its entries that are to be shown.
    """
    came = {
        "school": kept.received.from_name,
        "on": kept.received_on.isoformat(),
        "signed_by": kept.bundle.signed_by,
        "handover": kept.transfer.number,
    }
    return [
        {
            **_received(one, kept),
            **corrections,
            "signed_by": kept.bundle.signers.get(one.kid, ""),
            "disputed": one.index in kept.bundle.disputed,
            "received": came,
            "understood": one.index not in kept.bundle.not_understood,
            "withheld": one.index in kept.bundle.withheld,
        }
        for one, corrections in zip(entries, _corrections(entries), strict=True)
    ]


def in_time(records: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Order entries of several schools as things happened."""
    return sorted(
        records,
        key=lambda one: (
            OccurredOn.parse(one["occurred_on"]).first,
            one["recorded_at"],
            one["entry"],
        ),
    )


def without_address(one: dict[str, Any]) -> dict[str, Any]:
    """Name a protected address, and do not show it."""
    if not one["type"].startswith(ADDRESS):
        return one
    return {**one, "details": ["kept apart; add --show-address"], "fields": {}}


def _corrections(entries: Sequence[HistoryEntry]) -> Iterable[dict[str, Any]]:
    """Give for each entry, in order, what it corrects and why it was corrected."""
    places = {(one.stream, one.seq): one.index for one in entries}
    grounds = {one.index: one.fields.get("grounds") for one in entries if one.type == CORRECTED}
    for one in entries:
        yield {
            "corrects": places.get((one.stream, one.fields.get("corrects_seq", 0))),
            "corrected_because": grounds.get(-1 if one.corrected_by is None else one.corrected_by),
        }


def _school_of(one: HistoryEntry) -> str | None:
    """Give the other school, where this is the first entry of a handover, which alone names it."""
    if not one.type.startswith(TRANSFER):
        return None
    return one.fields.get("to_name") or one.fields.get("from_name")


def _record(one: HistoryEntry, schools: Mapping[str, str]) -> dict[str, Any]:
    fields = read_fields(one.type, one.fields)
    said = [f"{label}: {text}" for label, text in details(one.type, fields)]
    if one.stream in schools and not _school_of(one):
        said.insert(0, f"school: {printable(schools[one.stream])}")
    return {
        **_about(one),
        "what": headline(one.type, fields),
        "details": said,
        "fields": one.fields,
    }


def _about(one: HistoryEntry) -> dict[str, Any]:
    """Give what is known of every entry, whatever it says."""
    return {
        "entry": one.index,
        "stream": one.stream,
        "seq": one.seq,
        "type": one.type,
        "occurred_on": one.occurred_on,
        "recorded_at": one.recorded_at,
        "days_late": one.days_late,
        "late_reason": one.fields.get("late_reason"),
        "role": one.role,
        "kid": one.kid,
        "keyed_by": one.fields.get("keyed_by"),
        "corrected_by": one.corrected_by,
    }


def _received(one: HistoryEntry, kept: KeptRecord) -> dict[str, Any]:
    """Give another school's entry; of one that cannot be read, that it is there and no more."""
    if one.index in kept.bundle.not_understood:
        words = f"not understood by this version: an entry of the kind {printable(one.type)}"
    elif one.index in kept.bundle.withheld:
        words = f"{type_words(one.type)}: its texts were kept back by the sending school"
    else:
        return _record(one, {})
    return {**_about(one), "what": words, "details": [], "fields": {}}


def entry_lines(one: Mapping[str, Any]) -> Iterable[str]:
    """Write one entry as a paragraph."""
    stated = stated_words(OccurredOn.parse(one["occurred_on"]))
    what = one["what"]
    if one["corrected_by"] is not None:
        what = f"[corrected by entry {one['corrected_by']}: no longer counts] {what}"
    if one["corrects"] is not None:
        grounds = one["fields"].get("grounds") or "why was kept back"
        what = f"entry {one['corrects']} was wrong: {printable(grounds)}"
    came = one["received"]
    place = f"{printable(came['school'])}, their entry" if came else "entry"
    yield f"{stated} · {place} {one['entry']} · {what}"
    for line in one["details"]:
        yield f"    {line}"
    yield f"    {_signature(one)}"
    if came:
        yield f"    {received_words(came)}"
    if one["days_late"]:
        missing = "why was kept back" if one["withheld"] else "no reason given"
        reason = printable(one["late_reason"] or missing)
        yield f"    entered {counted(one['days_late'], 'day')} later: {reason}"
    if one["disputed"]:
        yield "    DISPUTED: signed with a key or role that was revoked from before this entry on"


def _signature(one: Mapping[str, Any]) -> str:
    recorded = _day(one["recorded_at"])
    there = " there" if one["received"] else ""
    name = printable(one["signed_by"] or one["kid"])
    signed = f"signed{there} by {name} ({one['role']}) on {recorded}"
    return f"keyed by {printable(one['keyed_by'])}, {signed}" if one["keyed_by"] else signed


def received_words(came: Mapping[str, Any]) -> str:
    """Say plainly that an entry is another school's, since when it is here, and who sent it."""
    on = day_words(OccurredOn.parse(came["on"]).first)
    sent_by = printable(came["signed_by"] or "a name not shown")
    return (
        f"received from {printable(came['school'])} on {on}, "
        f"signed by their SENCO {sent_by}, verified"
    )


def _day(instant: str) -> str:
    return day_words(OccurredOn.parse(instant[:10]).first)
