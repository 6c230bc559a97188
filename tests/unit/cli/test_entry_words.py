"""Every kind of entry about a pupil can be said in words."""

from __future__ import annotations

import string
from datetime import date

import pytest

import ledger.aggregates.catalogue  # noqa: F401  the registry of event types, made complete
from ledger.aggregates.consent import FamilyAct
from ledger.aggregates.event import event_class, event_types, own_codecs
from ledger.aggregates.pupil import RankedNeed
from ledger.aggregates.support_cycle import Provision
from ledger.entrypoints.cli.entry_words import (
    HEADLINES,
    details,
    headline,
    read_fields,
    text_of,
)
from ledger.formats.kinds import EVENT
from ledger.statute.event_names import base_name
from ledger.values.code import Code
from ledger.values.dates import OccurredOn, stated_words
from ledger.values.money import Money

NOT_ABOUT_A_PUPIL = ("school.", "staff.", "data_protection.")
SLCN = Code(scheme="dfe-sen-type", code="SLCN", label="Speech, language and communication needs")


def test_every_event_type_about_a_pupil_has_a_headline() -> None:
    told = {
        base_name(name)
        for name, cls in event_types().items()
        if cls.KIND == EVENT and not name.startswith(NOT_ABOUT_A_PUPIL)
    }
    assert told == set(HEADLINES)


@pytest.mark.parametrize("name", HEADLINES)
def test_a_headline_names_only_fields_of_its_type(name: str) -> None:
    cls = event_class(f"{name}.v1")
    assert cls is not None
    fields = {codec.name for codec, _clear in own_codecs(cls)}
    named = {field for _, field, _, _ in string.Formatter().parse(HEADLINES[name]) if field}
    assert named <= fields


@pytest.mark.parametrize("said", ["given", "refused", "withdrawn"])
def test_without_evidence_of_the_familys_act_it_is_the_school_that_says_so(said: str) -> None:
    fields = {"giver_name": "Pat", "by_name": "Pat", "recipient": "the club"}
    for kind in ("none", "message"):
        act = FamilyAct(kind, None, None, None)
        words = headline(f"consent.{said}.v1", {**fields, "act": act})
        wanted = "the school recorded that consent was" if kind == "none" else "consent"
        assert words.startswith(f"{wanted} {said} by Pat")


def test_what_the_headline_says_is_not_said_again() -> None:
    shown = {
        "status": {"scheme": "dfe-sen-provision", "code": "K", "label": "SEN support"},
        "grounds": "speech programme",
        "decided_by": "Paul Crook",
        "evidence": [],
    }
    fields = read_fields("pupil.sen_status_changed.v1", shown)
    assert headline("pupil.sen_status_changed.v1", fields) == "SEN status K (SEN support)"
    assert details("pupil.sen_status_changed.v1", fields) == [
        ("reason", "speech programme"),
        ("decided by", "Paul Crook"),
    ]


def test_an_entry_of_a_type_unknown_here_is_named_and_not_guessed() -> None:
    assert read_fields("dance.held.v9", {"steps": 3}) == {}
    assert headline("dance.held.v9", {}) == "an entry of the kind dance.held.v9"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "not stated"),
        (True, "yes"),
        (3, "3"),
        (date(2026, 3, 3), "3 March 2026"),
        (Money(12050), "£120.50"),
        (("a", "b"), "a, b"),
        (bytes(32), "fingerprint 0000 0000 0000 0000"),
        (SLCN, "SLCN (Speech, language and communication needs)"),
        (Code(scheme="s", code="letter", label="by letter"), "by letter"),
        (
            RankedNeed(1, SLCN, None, "loses words", None),
            "rank: 1; SLCN (Speech, language and communication needs); loses words",
        ),
        (
            Provision(
                description="pictures",
                led_by="Jo Hart",
                frequency="daily",
                additional=False,
                starts_on=date(2026, 1, 5),
                cost=None,
            ),
            "pictures; Jo Hart; daily; additional: no; 5 January 2026",
        ),
    ],
)
def test_each_kind_of_value_has_its_words(value: object, words: str) -> None:
    assert text_of(value) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [("2026-03-03", "3 March 2026"), ("2026-03", "March 2026"), ("2026", "2026")],
)
def test_a_stated_date_is_said_as_exactly_as_it_is_known(text: str, words: str) -> None:
    assert stated_words(OccurredOn.parse(text)) == words


def test_a_text_of_several_lines_stays_in_lines_and_steers_no_terminal() -> None:
    fields = {"grounds": "one\ntwo\x1b[2J"}
    assert [text for _, text in details("support_cycle.closed.v1", fields)] == [
        "one",
        "two\N{REPLACEMENT CHARACTER}[2J",
    ]


def test_ids_and_what_only_programs_need_are_left_unsaid() -> None:
    fields = {"consents": (bytes(16), bytes(16)), "sender_root": bytes(32), "bundle": bytes(32)}
    said = details("record_transfer.dispatched.v1", fields)
    assert said == [("bundle", "fingerprint 0000 0000 0000 0000")]


def test_a_signed_statement_that_is_none_is_said_to_be_unreadable() -> None:
    said = details("record_transfer.completed.v1", {"statement": "a~b"})
    assert said == [("signed statement", "cannot be read by this version")]


def test_code_words_are_written_as_words_and_a_text_as_it_is() -> None:
    assert text_of("parental_responsibility") == "parental responsibility"
    assert text_of("snake_case is a text") == "snake_case is a text"
    assert text_of(Code(scheme="s", code="F", label="F")) == "F"


def test_what_an_entry_is_about_is_said_in_words() -> None:
    fields = {"regarding": "pupil.sen_status_changed", "destination_urn": "106653"}
    assert details("notification.given.v1", fields) == [
        ("regarding", "pupil SEN status changed"),
        ("destination URN", "106653"),
    ]
