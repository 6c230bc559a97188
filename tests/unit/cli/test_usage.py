"""Where the words of a command are off: exit code, words, and JSON for programs."""

from __future__ import annotations

import json
import sys
from importlib.metadata import PackageNotFoundError
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

import cli
from ledger.entrypoints.cli.command import (
    Setting,
    ledger_command,
)
from ledger.entrypoints.cli.passphrases import ask_passphrase

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

USAGE = [
    (["register", "--as-of", "x"], "--as-of"),
    (["consent", "check"], "PUPIL"),
    (["register", "--no-such"], "--no-such"),
    (["verfy"], "verify"),
]


@pytest.mark.parametrize(("words", "named"), USAGE)
def test_a_usage_error_as_json_is_the_object_of_every_error(words: list[str], named: str) -> None:
    result = CliRunner().invoke(cli.main, [*words, "--json"])
    said = json.loads(result.stderr)
    assert (result.exit_code, said["exit_code"], said["error"]) == (2, 2, "usage")
    assert named in said["what"]
    assert set(said) == {"error", "what", "why", "try", "exit_code"}


@pytest.mark.parametrize(("words", "named"), USAGE)
def test_a_usage_error_without_json_keeps_its_usage_line(words: list[str], named: str) -> None:
    result = CliRunner().invoke(cli.main, words)
    assert result.exit_code == 2
    assert named in result.stderr
    assert result.stderr.startswith("Usage: ")


@pytest.mark.parametrize(
    "words",
    [
        ["import", "none.csv"],
        ["restore", "none"],
        ["restore", ".", "--against", "none.checkpoint"],
        ["transfer", "receive", "none.bundle"],
        ["verify", ".", "--against", "none"],
    ],
)
def test_a_missing_file_is_not_found_wherever_it_is_met(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli.main, words)
    assert result.exit_code == 5, result.stderr
    assert result.stderr.startswith("Error: There is no ")
    assert "\nWhy: " in result.stderr
    said = json.loads(CliRunner().invoke(cli.main, [*words, "--json"]).stderr)
    assert (said["exit_code"], said["error"]) == (5, "no-such-file")


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("-Zl5oIycK_fqXsWfNmC6TA", True),
        ("--l5oIycK_fqXsWfNmC6TA", True),
        ("-HXB_2nW8yABrnZWEOdVj0eKOchcACzfgDPQCSS89o4", True),
        ("-Zoe", False),
        ("--no-such-option", False),
    ],
)
def test_an_id_that_begins_with_a_dash_is_told_how_it_is_typed(*, word: str, told: bool) -> None:
    plain = CliRunner().invoke(cli.main, ["history", word])
    said = json.loads(CliRunner().invoke(cli.main, ["history", word, "--json"]).stderr)
    assert (plain.exit_code, said["exit_code"]) == (2, 2)
    for text in (plain.stderr, said["what"]):
        assert ("“id:”" in text and "after “--”" in text) == told


def test_the_version_is_told_also_where_nothing_is_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda _: "9.8.7")
    assert CliRunner().invoke(cli.main, ["--version"]).output == "send-ledger, version 9.8.7\n"

    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", missing)
    result = CliRunner().invoke(cli.main, ["--version"])
    assert (result.exit_code, result.output) == (
        0,
        "send-ledger, run from its source, not installed\n",
    )


def stopped_with(kind: type[BaseException]) -> Callable[[str], str]:
    def prompt(label: str) -> str:
        del label
        raise kind

    return prompt


@pytest.mark.parametrize(
    ("stop", "code", "line"),
    [
        (KeyboardInterrupt, 130, "Interrupted; nothing more was recorded."),
        (EOFError, 2, "Error: The question was not answered; nothing was recorded."),
    ],
)
def test_ctrl_c_at_a_prompt_interrupts_and_ctrl_d_gives_no_answer(
    monkeypatch: pytest.MonkeyPatch, stop: type[BaseException], code: int, line: str
) -> None:
    @ledger_command(name="ask")
    def ask(setting: Setting) -> None:
        del setting
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
        monkeypatch.setattr(click.termui, "hidden_prompt_func", stopped_with(stop))
        ask_passphrase("Passphrase")

    result = CliRunner().invoke(ask)
    assert result.exit_code == code
    assert line in result.stderr.splitlines()
    assert "Aborted" not in result.output


def test_ctrl_c_before_a_command_began_is_no_answer_no(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_context: click.Context, _name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.main, "get_command", stop)
    result = CliRunner().invoke(cli.main, ["register"])
    assert result.exit_code == 130
    assert "Interrupted; nothing was recorded." in result.stderr.splitlines()
