"""Entries in a SENCO's words: a headline for each kind, and what else it says."""

from __future__ import annotations

import dataclasses
import re
import string
from datetime import date
from types import NoneType
from typing import TYPE_CHECKING, Any

import ledger.aggregates.catalogue  # noqa: F401  makes the registry of event types complete
from ledger.aggregates.consent import FamilyAct
from ledger.aggregates.event import event_class, own_codecs
from ledger.entrypoints.cli.table import printable
from ledger.errors import MalformedInput
from ledger.formats.sd_jwt import read_sd_jwt
from ledger.formats.statement import statement_hash
from ledger.statute.event_names import base_name, in_words
from ledger.values.code import Code
from ledger.values.dates import day_words, parse_instant
from ledger.values.money import Money

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


HEADLINES = {
    "pupil.registered": "registered: {given_names} {family_name}, born {born}",
    "pupil.renamed": "name is now {given_names} {family_name}",
    "pupil.identifier_recorded": "{scheme:upper} {value}, {standing}",
    "pupil.enrolled": "on roll",
    "pupil.found_on_roll": "found on roll",
    "pupil.left": "left the school",
    "pupil.sen_status_changed": "SEN status {status}",
    "pupil.needs_recorded": "needs recorded",
    "parental_responsibility.recorded": "{holder_name} recorded as {relationship}",
    "parental_responsibility.ended": "parental responsibility ended",
    "notification.given": "{to_name} ({to_capacity}) told {means}",
    "support_cycle.opened": "support cycle {number} opened",
    "support_cycle.assessed": "assessed",
    "support_cycle.planned": "planned, to be reviewed on {review_on}",
    "support_cycle.started": "support began",
    "support_cycle.reviewed": "reviewed; next: {next_step}",
    "support_cycle.closed": "support cycle closed",
    "support_plan.finalised": "{plan_kind}, version {plan_version}, in force",
    "support_plan.circulated": "plan version {plan_version} given {means} to {to_names}",
    "review.held": "{meeting_kind} held",
    "ehc_plan.issued": "EHC plan issued by {local_authority}",
    "ehc_plan.amended": "EHC plan amended",
    "ehc_plan.ceased": "EHC plan ceased",
    "annual_review.invited": "invited to the annual review on {meeting_on}",
    "annual_review.held": "annual review held; it recommends to {recommendation}",
    "annual_review.report_sent": "report of the annual review sent to {to_names}",
    "annual_review.decided": "the local authority decided to {decision}",
    "my_story.recorded": "{story_version}, as told by {owner}",
    "protected_address.recorded": "protected address recorded",
    "consent.given": "consent given by {giver_name} to share with {recipient}",
    "consent.refused": "consent refused by {giver_name} to share with {recipient}",
    "consent.withdrawn": "consent withdrawn by {by_name}",
    "consent.relied_on": "shared under this consent",
    "record_transfer.dispatched": "record sent to {to_name}",
    "record_transfer.acknowledged": "answer of the receiving school: {outcome}",
    "record_transfer.confirmed": "handover confirmed to the receiving school",
    "record_transfer.received": "record received from {from_name}",
    "record_transfer.accepted": "record accepted by {by_name}",
    "record_transfer.rejected": "record rejected by {by_name}: {grounds}",
    "record_transfer.receipt_written": "receipt written: {outcome}",
    "record_transfer.completed": "handover complete",
    "entry.corrected": "an entry was wrong: {grounds}",
    "entry.proposed": "proposal by {proposed_by}",
    "entry.declined": "proposal declined: {grounds}",
}
"""Event type without version → its headline; what stands in braces are its fields."""

_LABELS = {"grounds": "reason", "to_names": "to", "statement": "signed statement"}
_UNSAID = frozenset(
    {
        *("replaced_by_seq", "corrects_seq", "corrects_hash", "regarding_seq"),
        *("from_origin", "to_origin", "sender_size", "sender_root", "cosignature"),
        "attachment_hash",
    }
)
"""For programs; `--json` gives them."""
_TYPES = frozenset({"regarding", "by_type"})
"""Fields that name a type of entry."""
_CODE_WORD = re.compile("[a-z]+(_[a-z]+)+")
_ID_BYTES = 16
_FINGERPRINT_BYTES = 8
_KINDS_OF_ANSWER = {
    "handover.receipt.v1": "receipt",
    "handover.confirmation.v1": "confirmation",
}


class _Words(string.Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        text = text_of(value)
        return text.upper() if format_spec == "upper" else text


def read_fields(type_name: str, shown: Mapping[str, Any]) -> dict[str, Any]:
    """Give the type's own fields as values; none for a type not understood here."""
    cls = event_class(type_name)
    if cls is None:
        return {}
    return {
        codec.name: codec.decode(shown[codec.name])
        for codec, _clear in own_codecs(cls)
        if codec.name in shown
    }


def headline(type_name: str, fields: Mapping[str, Any]) -> str:
    """Say what an entry says, in one line.

    Args:
        type_name: published type name.
        fields: its own fields, as values.
    """
    template = HEADLINES.get(base_name(type_name))
    if template is None:
        return f"an entry of the kind {printable(type_name)}"
    act = fields.get("act")
    if isinstance(act, FamilyAct) and act.kind == "none":
        template = template.replace("consent ", "the school recorded that consent was ", 1)
    return _Words().vformat(template, (), fields)


def details(type_name: str, fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Say what the headline leaves out, as label and text, one line each."""
    said = _fields_of_headline(type_name)
    lines: list[tuple[str, str]] = []
    for name, value in fields.items():
        if name in said or name in _UNSAID or _is_empty(value):
            continue
        label = _LABELS.get(name, in_words(name))
        if name in _TYPES:
            lines.append((label, type_words(value)))
        elif name == "statement":
            lines.append((label, _statement_words(value)))
        else:
            lines += [(label, line) for line in _lines(value)]
    return lines


def type_words(type_name: str) -> str:
    """Say a type's name without dots: "pupil.sen_status_changed" → "pupil SEN status changed"."""
    return printable(in_words(type_name))


def text_of(value: Any) -> str:
    """Write a value of an entry for reading."""
    for kind, words in _WORDS_BY_KIND:
        if isinstance(value, kind):
            return words(value)
    members = ((one.name, getattr(value, one.name)) for one in dataclasses.fields(value))
    return "; ".join(_member(name, one) for name, one in members if not _is_empty(one))


def short_hash(digest: bytes) -> str:
    """Write a hash so short that two people can compare it: "fingerprint 1a2b 3c4d 5e6f 7081"."""
    return f"fingerprint {digest[:_FINGERPRINT_BYTES].hex(' ', 2)}"


def _statement_words(text: str) -> str:
    """Say what another school signed: what kind of answer, which, and on what day."""
    try:
        signed = read_sd_jwt(text.encode("utf-8"))
    except MalformedInput:
        return "cannot be read by this version"
    outcome = signed.fields.get("outcome")
    said = [
        _KINDS_OF_ANSWER.get(str(signed.fields.get("event")), "a kind not known here"),
        *([f"“{printable(str(outcome['label']))}”"] if isinstance(outcome, dict) else []),
        f"signed on {day_words(parse_instant(signed.statement.recorded_at).date())}",
        short_hash(statement_hash(signed.statement.jwt)),
    ]
    return ", ".join(said)


def _member(name: str, value: Any) -> str:
    bare = isinstance(value, bool | int)
    return f"{in_words(name)}: {text_of(value)}" if bare else text_of(value)


def _text_words(text: str) -> str:
    """Show a text; what is a code word rather than a text, in words."""
    return printable(text.replace("_", " ") if _CODE_WORD.fullmatch(text) else text)


def _code_words(code: Code) -> str:
    label = printable(code.label)
    says_more = code.code.isupper() and code.label != code.code
    return f"{printable(code.code)} ({label})" if says_more else label


_WORDS_BY_KIND: Sequence[tuple[type, Callable[[Any], str]]] = (
    (NoneType, lambda _: "not stated"),
    (bool, lambda value: "yes" if value else "no"),
    (date, day_words),
    (Code, _code_words),
    (tuple, lambda value: ", ".join(map(text_of, value))),
    (bytes, short_hash),
    (str, _text_words),
    (int, str),
    (Money, str),
)
"""The first that fits is used; other values are dataclasses, said member by member."""


def _fields_of_headline(type_name: str) -> set[str]:
    template = HEADLINES.get(base_name(type_name), "")
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def _is_empty(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_empty, value))
    is_id = isinstance(value, bytes) and len(value) == _ID_BYTES
    return value is None or value == "" or is_id


def _lines(value: Any) -> Sequence[str]:
    if isinstance(value, tuple) and not all(isinstance(one, str | Code) for one in value):
        return [text_of(one) for one in value]
    if isinstance(value, str):
        return [printable(line) for line in value.splitlines()]
    return [text_of(value)]
