"""What findings come to."""

from __future__ import annotations

import json

import pytest

from ledger.errors import AlterationFound
from ledger.verify.findings import EXIT_CODES, INCOMPLETE, MAX_LISTED, NOTES, Finding, Findings


@pytest.mark.parametrize(
    ("codes", "result"),
    [
        ([], "intact"),
        (["self-rooted", "disputed"], "intact"),
        (["unanchored", "self-rooted"], "unanchored"),
        (["contents-unopened"], "unanchored"),
        (["unanchored", "bad-signature"], "altered"),
        (["a-code-that-no-table-knows"], "altered"),
    ],
)
def test_the_gravest_finding_decides(codes: list[str], result: str) -> None:
    findings = Findings()
    for code in codes:
        findings.add(code)
    report = findings.report("ledger")
    assert report.result == findings.result == result
    assert report.exit_code == {"intact": 0, "altered": 10, "unanchored": 11}[result]


def test_no_code_is_both_a_note_and_incomplete() -> None:
    assert not NOTES & INCOMPLETE
    assert set(EXIT_CODES.values()) == {0, 10, 11}


def test_findings_are_bounded_and_the_first_ones_kept() -> None:
    findings = Findings()
    for index in reversed(range(5000)):
        findings.add("bad-signature", index, "x")
    findings.add("fork", None, "x")
    for index in range(3000):
        findings.add("disputed", index, "x")
    report = findings.report("ledger")
    assert [one.code for one in report.findings[:2]] == ["fork", "bad-signature"]
    assert [one.index for one in report.findings[1:]] == list(range(MAX_LISTED - 1))
    assert [one.index for one in report.notes] == list(range(MAX_LISTED))
    assert report.codes == {"bad-signature": 5000, "fork": 1, "disputed": 3000}
    assert report.unlisted == 8001 - 2 * MAX_LISTED
    assert "7,801 more" in report.words()


def test_what_is_altered_stands_before_what_is_incomplete() -> None:
    findings = Findings()
    findings.add("unanchored")
    findings.add("bad-signature", 7)
    assert [one.code for one in findings.report("ledger").findings] == [
        "bad-signature",
        "unanchored",
    ]


def test_a_refusal_becomes_a_finding_with_its_kind() -> None:
    def refuse() -> None:
        raise AlterationFound("It is another.", "Somebody wrote.", kind="fork")

    findings = Findings()
    with findings.catching(4, "Checkpoint:"):
        refuse()
    assert findings.report("ledger").findings == (
        Finding("fork", 4, "Checkpoint: It is another. Somebody wrote."),
    )
    assert findings.has("fork")


def test_an_error_of_the_program_itself_is_not_swallowed() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), Findings().catching():
        fail()


def test_words_name_entry_code_and_what_was_not_checked() -> None:
    findings = Findings()
    findings.add("bad-signature", 12, "Its signature does not fit it.")
    findings.add("self-rooted", 0, "Nobody countersigned.")
    findings.not_checked("the time stamps")
    findings.not_checked("the time stamps")
    words = findings.report("ledger", 40, bytes(32)).words()
    assert words.startswith("ALTERED. This ledger (40 entries)")
    assert "  - Entry 12: Its signature does not fit it. [bad-signature]" in words
    assert words.count("the time stamps.") == 1


def test_every_member_of_the_json_is_there_for_every_result() -> None:
    members = {
        *("format", "result", "exit_code", "subject", "size", "root", "counts"),
        *("findings", "notes", "codes", "unlisted", "not_checked", "compared", "claim", "time"),
    }
    for code in ("fork", "unanchored", "self-rooted"):
        findings = Findings()
        findings.add(code)
        assert json.loads(findings.report("receipt").to_json()).keys() == members
