"""What people are told, and what is kept of it."""

from __future__ import annotations

from ledger.demo.next_steps import commands, next_steps
from ledger.demo.telling import WIDTH, Telling

SUMMARY = {
    "people": [
        {"as": "head", "home": "/a home", "passphrase_file": "/head"},
        {"as": "senco", "home": "/a home", "passphrase_file": "/it's"},
        {"as": "senco", "home": "/the new school", "passphrase_file": "/theirs"},
    ],
    "proved": {"items": ["my_story"], "recipient": "Penistone Grammar School", "on": "2026-11-21"},
    "moved": {"upn": "V865339619901"},
    "proof": "/proof",
    "policy": "/policy",
    "receipt": "/receipt",
    "tampering": [{"home": "/copy"}],
}


def test_a_step_is_told_at_once_in_lines_that_fit_and_with_its_seconds() -> None:
    lines: list[str] = []
    telling = Telling(lines.append)
    with telling.step("one", "1. A step.") as tell:
        assert lines == ["\n1. A step."]
        tell("   " + "word-word " * 30)
    assert all(len(line) <= WIDTH for line in lines)
    assert lines[1].startswith("     word-word")
    assert lines[2].startswith("       word-word")
    assert lines[-1] == f"  ({telling.seconds['one']:.1f} s)"


def test_what_is_suggested_can_be_pasted() -> None:
    words = next_steps(SUMMARY)
    assert "'/a home'" in words
    assert """'/it'"'"'s'""" in words
    assert "'Penistone Grammar School'" in words
    assert "bash /proof/verify.sh --policy /policy /proof" in words


def test_what_is_suggested_is_done_as_the_senco() -> None:
    asked = [arguments for _, arguments in commands(SUMMARY) if "--as" in arguments]
    assert asked
    assert all(one[one.index("--as") + 1] == "senco" for one in asked)
