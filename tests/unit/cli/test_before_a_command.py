"""What fails before a command runs is refused like what fails in one: no traceback."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

import cli
from ledger.entrypoints.cli import parameters
from ledger.errors import LedgerError
from ledger.values.data_table import DataBroken

if TYPE_CHECKING:
    from click.testing import Result

ADD = ("pupil", "add", "--family", "Li", "--given", "Ann", "--born", "2016-02-03", "--sex", "F")


def run(*words: str, **env: str) -> Result:
    return CliRunner().invoke(cli.main, words, env=env)


@pytest.mark.parametrize(
    ("error", "code", "kind"),
    [
        (DataBroken("A table is broken.", "It lacks a row.", "Install it again."), None, None),
        (LedgerError("x"), 1, "failed"),
        (PermissionError(13, "Permission denied"), 8, "file-error"),
        (ZeroDivisionError("secret"), 1, "unexpected"),
    ],
)
def test_a_type_that_fails_is_refused_with_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, error: Exception, code: int | None, kind: str | None
) -> None:
    def broken(_name: str) -> None:
        raise error

    monkeypatch.setattr(parameters, "code_set", broken)
    plain, said = run(*ADD), run(*ADD, "--json")
    wanted = code or DataBroken("x").exit_code
    assert (plain.exit_code, said.exit_code) == (wanted, wanted)
    assert isinstance(plain.exception, SystemExit)
    assert plain.stderr.startswith("Error: ")
    assert json.loads(said.stderr)["error"] == (kind or DataBroken("x").kind)
    assert "secret" not in plain.output + said.output
    assert "Traceback" not in plain.output + said.output
    assert ("Traceback" in run(*ADD, "--debug").output) == (not isinstance(error, OSError))


def test_a_command_that_cannot_be_loaded_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cli.COMMANDS, "register", ("no_such_module", "x"))
    result = run("register")
    assert (result.exit_code, "Traceback" in result.output) == (1, False)
    assert "ModuleNotFoundError" in result.stderr


@pytest.mark.parametrize("words", [("register", "--as", "x"), ("doctor",), ("verify",)])
@pytest.mark.parametrize("place", ["", "unreadable", "file", "file/below", "x" * 5000, "\udcff"])
def test_a_home_that_cannot_be_had_is_refused(
    tmp_path: Path, words: tuple[str, ...], place: str
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "unreadable").mkdir()
    (tmp_path / "unreadable" / "home.json").mkdir()  # as good as one that is closed to us
    home = str(tmp_path / place) if place else ""
    for result in (run(*words, "--home", home), run(*words, SEND_LEDGER_HOME=home)):
        assert result.exit_code in {0, 2, 5, 6, 8}, result.output[-300:]
        assert "Traceback" not in result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)


@pytest.mark.parametrize("name", ["PASSPHRASE_FILE", "STATE", "ROLE", "AS", "ACCESS_REASON"])
@pytest.mark.parametrize("value", ["/dev/null/x", "x" * 5000, "\udcff", "-1", " "])
def test_settings_from_outside_that_are_off_are_refused(
    tmp_path: Path, name: str, value: str
) -> None:
    env = {"SEND_LEDGER_HOME": str(tmp_path), "SEND_LEDGER_AS": "x", f"SEND_LEDGER_{name}": value}
    result = run("register", **env)
    assert result.exit_code in {2, 4, 5, 8}
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)


def test_where_there_is_no_input_at_all_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(LedgerError) as refused:
        parameters.parse_words("@-")
    assert refused.value.kind == "bad-text"
