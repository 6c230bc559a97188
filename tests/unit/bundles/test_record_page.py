"""The readable page: escaped, isolated, in order of time, honest about late and corrected."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from ledger.aggregates.pupil import Pupil, SenStatusChanged
from ledger.formats.record_page import Page, PageEntry, draw_page
from ledger.formats.statement import statement_hash
from ledger.values.code import Code
from ledger.verify.bundle import verify_bundle
from tests.support.two_schools import SUBJECT, School, send

if TYPE_CHECKING:
    from tests.unit.bundles.conftest import Transfer

HOSTILE = [
    "<script>alert(1)</script>",
    "'\"><img src=x onerror=alert(1)>",
    "\u202eevil\u202c",
    "</bdi></dd><h1>x",
    "<!--",
    "]]>",
    "a\x00b\x1b[31m",
    "\ud800",
]


def page_with(text: str) -> bytes:
    entry = PageEntry(
        index=7,
        fields={"event": text, "words": [text, {text: text}], "occurred_on": {"date": text}},
        recorded_at=text,
        signer=text,
        role=text,
        days_late=9,
        corrected_by=8,
        disputed=True,
        understood=False,
    )
    manifest = {
        "subject_name": text,
        "subject_born": text,
        "subject_id": {"scheme": text, "value": text},
        "from_name": text,
        "to_name": text,
        "prepared_by": text,
        "standing_sentence": text,
        "omissions": [{"category": text, "reason": text}],
    }
    return draw_page(Page(manifest, text, [entry], text))


class Tags(HTMLParser):
    """Collects every tag, and refuses attributes that act."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not [name for name, _ in attrs if name.startswith("on") or name in {"src", "href"}]
        self.tags.append(tag)


def tags_of(page: bytes) -> list[str]:
    reader = Tags()
    reader.feed(page.decode("utf-8"))
    return reader.tags


@pytest.mark.parametrize("text", HOSTILE)
def test_t23_hostile_text_gives_the_same_page_structure(text: str) -> None:
    assert tags_of(page_with(text)) == tags_of(page_with("plain"))


def test_the_page_carries_no_script_and_loads_nothing(transfer: Transfer) -> None:
    tags = set(tags_of(transfer.members["record.html"]))
    assert not tags & {"script", "link", "img", "iframe", "object", "a", "form", "svg"}


def test_the_pupil_stands_in_the_header_that_print_repeats(transfer: Transfer) -> None:
    page = transfer.members["record.html"].decode()
    header = page.partition("<thead>")[2].partition("</thead>")[0]
    assert "Zoë O’Example" in header
    assert "A000000000000" in header
    assert "table-header-group" in page


def test_the_page_says_what_it_is_and_is_not(transfer: Transfer) -> None:
    page = transfer.members["record.html"].decode()
    assert "What this page is." in page
    assert "What it is not." in page
    assert transfer.bundle.manifest.standing_sentence in page
    assert "signed by <bdi" in page
    assert "Senco Example" in page


def test_late_and_corrected_entries_are_shown_as_such_in_order_of_time(
    schools: tuple[School, School],
) -> None:
    sender, receiver = schools
    ledger, pupil = sender.ledger, Pupil(sender.pupil)
    with ledger.reading_file() as log:
        pupil.version = log.stream_length(sender.pupil.bytes)
    pupil.name = SUBJECT.name
    status = Code(scheme="sen-status", code="K", label="SEN support")
    pupil.record(
        SenStatusChanged,
        ledger.entry(days_ago=40, subject=SUBJECT, late_reason="Form found in a drawer"),
        status=status,
        grounds="Reading group",
        decided_by="The SENCO",
        evidence=(),
    )
    sender.add(pupil)
    with ledger.reading_file() as log:
        wrong = log.place(sender.pupil.bytes, 5)
    entry, hashed = ledger.entry(subject=SUBJECT), statement_hash(wrong.statement)
    pupil.correct(entry, seq=5, statement=hashed, reason="Wrong pupil", then=False)
    sender.add(pupil)
    sent = send(sender, receiver)
    report, _ = verify_bundle(sent.members, sender.policy, receiver.origin)
    assert report.result == "intact"
    page = sent.members["record.html"].decode()
    articles = page.split("<article")[1:]
    assert "Entered late, 40 days after the fact" in articles[0]
    assert "Form found in a drawer" in articles[0]
    assert "Corrected later, by entry 23." in articles[0]
    assert 'class="corrected"' in articles[0]
    assert page.count('class="corrected"') == 1


def test_without_evidence_of_the_familys_act_it_is_the_school_that_says_so() -> None:
    for kind in ("none", "message"):
        entry = PageEntry(
            index=7,
            fields={"event": "consent.given.v1", "act": {"kind": kind, "words": None}},
            recorded_at="2026-03-03T17:00:00Z",
            signer="Paul Crook",
            role="senco",
            days_late=0,
            corrected_by=None,
            disputed=False,
            understood=True,
        )
        page = draw_page(Page({}, "Paul Crook", [entry], "a head")).decode()
        assert ("The school recorded that" in page) == (kind == "none")
