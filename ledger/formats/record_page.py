"""`record.html`: the readable page of a transfer bundle, as `docs/formats/bundle.md` has it.

One file without scripts, links or pictures.  Every text that a person wrote is
escaped and isolated, so that it can neither become markup nor turn the line
around it (T23).  The same values give the same bytes, because the receiver
draws the page again and compares.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from ledger.errors import LedgerError
from ledger.formats.disclosure_names import BASE_FIELDS
from ledger.formats.encoding import compact_json
from ledger.values.dates import OccurredOn, day_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PAGE_MARK: Final = "<!-- send-ledger record page 1 -->"
"""Second line of the page: a reader that draws another version cannot compare."""
PAGE_MARK_OF_ANY_VERSION: Final = re.compile(rb"<!-- send-ledger record page [1-9][0-9]{0,3} -->")

_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NO_SCRIPTS: Final = (
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
)
_NO_NEWS: Final = BASE_FIELDS | {"pupil", "corrects_hash"}
"""Fields told elsewhere on the page, or mere references."""
_STYLE: Final = """
body { font: 11pt/1.45 "Segoe UI", Arial, sans-serif; color: #1a1a1a; margin: 2rem auto;
  max-width: 52rem; padding: 0 1rem; }
table.sheet { width: 100%; border-collapse: collapse; }
table.sheet > thead > tr > td { border-bottom: 1px solid #555; padding: 0 0 .4rem; }
table.sheet > tbody > tr > td { padding: 0; }
h1 { font-size: 1.5rem; margin: 1rem 0 .5rem; }
h2 { font-size: 1.15rem; margin: 1.6rem 0 .4rem; }
article { border-top: 1px solid #bbb; padding: .8rem 0; break-inside: avoid; }
article h3 { font-size: 1rem; margin: 0 0 .3rem; }
dl { display: grid; grid-template-columns: 13rem 1fr; gap: .15rem .8rem; margin: .3rem 0; }
dt { color: #444; }
dd { margin: 0; }
bdi { unicode-bidi: isolate; white-space: pre-wrap; overflow-wrap: anywhere; }
ul { margin: 0; padding-left: 1.2rem; }
.signed { color: #444; font-size: .92rem; margin: .3rem 0 0; }
.mark { border: 1px solid #8a4b00; background: #fff4e0; padding: .2rem .5rem; margin: .3rem 0; }
.corrected dl { text-decoration: line-through; }
@media print { body { margin: 0; max-width: none; } thead { display: table-header-group; } }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageEntry:
    """One statement as the page tells it.

    Attributes:
        index: log index in the sender's ledger.
        fields: name → JSON value of every field.
        recorded_at: the sender's clock, `2026-03-03T17:00:00Z`.
        signer: the signer's name, or "".
        role: the role under which it was signed.
        days_late: how many days after the fact it was recorded; 0 when on time.
        corrected_by: log index of the entry that corrects it, or None.
        disputed: whether the signer's key or role was taken back from before it.
        understood: whether its type is known to this program.
        withheld: whether the sender kept its texts back.
    """

    index: int
    fields: Mapping[str, Any]
    recorded_at: str
    signer: str
    role: str
    days_late: int
    corrected_by: int | None
    disputed: bool
    understood: bool
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """All that the page says.

    Attributes:
        manifest: the manifest's fields, name → JSON value.
        signer: who signed the manifest.
        entries: in the order in which they are told.
        checkpoint: origin and size of the log's signed head, in words.
    """

    manifest: Mapping[str, Any]
    signer: str
    entries: Sequence[PageEntry]
    checkpoint: str


def draw_page(page: Page) -> bytes:
    """Draw the page as UTF-8 HTML."""
    header = _pupil(page.manifest)
    title = f"SEND record: {header}"
    body = [
        f"<h1>{title}</h1>",
        _about(page),
        "<h2>The record, in order of time</h2>",
        *map(_article, page.entries),
        _left_out(page.manifest),
    ]
    lines = [
        "<!DOCTYPE html>",
        PAGE_MARK,
        '<html lang="en-GB">',
        "<head>",
        '<meta charset="utf-8">',
        _NO_SCRIPTS,
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<title>SEND record</title>",
        f"<style>{_STYLE}</style>",
        "</head>",
        "<body>",
        '<table class="sheet" role="presentation">',
        f"<thead><tr><td>{header}</td></tr></thead>",
        "<tbody><tr><td>",
        *body,
        "</td></tr></tbody>",
        "</table>",
        "</body>",
        "</html>",
        "",
    ]
    return "\n".join(lines).encode("utf-8")


def isolated(text: str) -> str:
    """Write a person's text so that it stays text, and keeps its direction to itself."""
    shown = _UNPRINTABLE.sub("\ufffd", text)
    return f'<bdi dir="auto">{html.escape(shown)}</bdi>'


def _pupil(fields: Mapping[str, Any]) -> str:
    parts = [isolated(str(fields.get("subject_name") or "name not given"))]
    if born := fields.get("subject_born"):
        parts.append(f"born {_text(born)}")
    match fields.get("subject_id"):
        case {"scheme": scheme, "value": value}:
            parts.append(f"{isolated(str(scheme).upper())} {isolated(str(value))}")
        case _:
            parts.append("UPN not recorded")
    return " · ".join(parts)


def _about(page: Page) -> str:
    told = page.manifest
    lines = (
        (
            f"<p>From {_text(told.get('from_name'))} to {_text(told.get('to_name'))}. Prepared by "
            f"{_text(told.get('prepared_by'))}, signed by {isolated(page.signer)}.</p>"
        ),
        (
            "<p><strong>What this page is.</strong> A readable copy of "
            f"{len(page.entries)} signed entries of the sending school's ledger, drawn from them "
            "by program. The evidence is the signed entries in this bundle "
            "(<code>statements/</code>), each proved to stand in that school's log "
            f"({isolated(page.checkpoint)}).</p>"
        ),
        (
            "<p><strong>What it is not.</strong> It is not itself signed, and not proof of "
            "anything without those entries. It says what the school recorded, on the dates "
            "shown; it cannot show that nothing else ever happened.</p>"
        ),
    )
    return "\n".join(lines)


def _left_out(fields: Mapping[str, Any]) -> str:
    lines = ["<h2>What is not in it</h2>", f"<p>{_text(fields.get('standing_sentence'))}</p>"]
    omissions = fields.get("omissions")
    if isinstance(omissions, list) and omissions:
        told = (_omission(one) for one in omissions)
        lines.append(f"<ul>{''.join(f'<li>{one}</li>' for one in told)}</ul>")
    else:
        lines.append("<p>No category of entries was left out.</p>")
    return "\n".join(lines)


def _omission(value: object) -> str:
    match value:
        case {"category": category, "reason": reason}:
            return f"{isolated(_words(str(category)))}: {_text(reason)}"
        case _:
            return _text(value)


def _article(entry: PageEntry) -> str:
    name = str(entry.fields.get("event") or "entry")
    corrected = "" if entry.corrected_by is None else ' class="corrected"'
    lines = [
        f"<article{corrected}>",
        f"<h3>{_happened(entry.fields.get('occurred_on'))}: {isolated(_title(name))}</h3>",
    ]
    marks = list(_marks(entry))
    lines += [f'<p class="mark">{mark}</p>' for mark in marks]
    told = {key: value for key, value in entry.fields.items() if key not in _NO_NEWS}
    rows = [
        f"<dt>{isolated(_words(key))}</dt><dd>{_text(value)}</dd>"
        for key, value in told.items()
        if value not in (None, "", [])
    ]
    if rows:
        lines.append(f"<dl>{''.join(rows)}</dl>")
    lines += [_signed(entry), "</article>"]
    return "\n".join(lines)


def _marks(entry: PageEntry) -> list[str]:
    marks = []
    act = entry.fields.get("act")
    if isinstance(act, dict) and act.get("kind") == "none":
        marks.append("The school recorded that; there is no evidence of the family’s own act.")
    if entry.corrected_by is not None:
        marks.append(f"Corrected later, by entry {entry.corrected_by}. It counts no more.")
    if entry.days_late:
        reason = entry.fields.get("late_reason")
        marks.append(f"Entered late, {entry.days_late} days after the fact: {_text(reason)}")
    if entry.disputed:
        marks.append("Disputed: the signer's key or role was taken back from before this entry.")
    if entry.withheld:
        marks.append("Its texts were kept back by the sending school; see “What is not in it”.")
    if not entry.understood:
        marks.append("Not understood: this program does not know entries of this kind.")
    return marks


def _signed(entry: PageEntry) -> str:
    keyed = entry.fields.get("keyed_by")
    by = f"; keyed by {_text(keyed)}" if keyed else ""
    return (
        f'<p class="signed">Entry {entry.index}, recorded {isolated(entry.recorded_at)}, signed by '
        f"{isolated(entry.signer or 'a person whose name is not shown')} "
        f"({isolated(entry.role)}){by}.</p>"
    )


def _happened(value: object) -> str:
    try:
        match value:
            case {"date": str(text)}:
                occurred = OccurredOn.parse(text)
                exact = occurred.precision == "day"
                return day_words(occurred.first) if exact else isolated(text)
            case _:
                pass
    except LedgerError:
        pass
    return "Date not given"


def _title(name: str) -> str:
    noun, _, rest = name.partition(".")
    return _words(f"{noun} {rest.rpartition('.v')[0] or rest}")


def _words(name: str) -> str:
    plain = name.replace("_", " ").strip()
    return plain[:1].upper() + plain[1:]


def _text(value: object) -> str:
    match value:
        case None:
            return "not recorded"
        case bool():
            return "yes" if value else "no"
        case str():
            return isolated(_day(value))
        case list():
            return f"<ul>{''.join(f'<li>{_text(one)}</li>' for one in value)}</ul>"
        case dict():
            return _object(value)
        case _:
            return isolated(compact_json(value))


def _object(value: Mapping[str, Any]) -> str:
    match value:
        case {"scheme": _, "code": code, "label": label}:
            return f"{isolated(str(label))} ({isolated(str(code))})"
        case {"currency": "GBP", "pence": int(pence)} if pence >= 0:
            return f"£{pence // 100:,}.{pence % 100:02d}"
        case {"date": str(), "precision": _}:
            return _happened(value)
        case _:
            rows = (
                f"<dt>{isolated(_words(key))}</dt><dd>{_text(inner)}</dd>"
                for key, inner in value.items()
            )
            return f"<dl>{''.join(rows)}</dl>"


def _day(text: str) -> str:
    if not _DAY.fullmatch(text):
        return text
    try:
        return day_words(date.fromisoformat(text))
    except ValueError:
        return text
