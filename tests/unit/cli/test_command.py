"""What all commands share: refusals, exit codes, passphrases, output."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ledger.entrypoints.cli.command import Setting, ledger_command, say, say_table
from ledger.errors import AlterationFound, KeyUnavailable, LedgerError, NotFound, RuleRefused

REFUSAL = RuleRefused("It was not recorded.", "A rule forbids it.", "Ask the SENCO.", kind="rule")


def failing(error: BaseException) -> click.Command:
    @ledger_command(name="fail")
    def fail(setting: Setting) -> None:
        del setting
        raise error

    return fail


def run(error: BaseException, *words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(failing(error), words)
    return result.exit_code, result.stdout, result.stderr


def test_a_refusal_says_what_why_and_what_to_try() -> None:
    code, out, err = run(REFUSAL)
    assert (code, out) == (7, "")
    assert err == "Error: It was not recorded.\nWhy: A rule forbids it.\nTry: Ask the SENCO.\n"


def test_a_refusal_as_json_has_a_stable_kind() -> None:
    code, out, err = run(REFUSAL, "--json")
    assert (code, out) == (7, "")
    assert json.loads(err) == {
        "error": "rule",
        "what": "It was not recorded.",
        "why": "A rule forbids it.",
        "try": "Ask the SENCO.",
        "exit_code": 7,
    }


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (LedgerError("x"), 1),
        (KeyUnavailable("x"), 4),
        (NotFound("x"), 5),
        (AlterationFound("x"), 10),
        (OSError(28, "No space left on device"), 8),
        (KeyboardInterrupt(), 130),
        (ZeroDivisionError("secret"), 1),
    ],
)
def test_every_failure_has_its_exit_code_and_shows_no_traceback(
    error: BaseException, code: int
) -> None:
    found, _, err = run(error)
    assert found == code
    assert "Traceback" not in err
    assert "secret" not in err


def test_only_debug_shows_where_it_failed() -> None:
    assert "Traceback" in run(ZeroDivisionError("x"), "--debug")[2]


@ledger_command(name="whisper")
def whisper(setting: Setting) -> None:
    """Print the passphrase."""
    say(setting, setting.passphrase("senco"))


def test_a_passphrase_comes_from_a_file_a_command_or_a_descriptor(tmp_path: Path) -> None:
    file = tmp_path / "pass"
    file.write_bytes("\ufeffpfüt\r\nsecond line\n".encode())
    file.chmod(0o600)
    with file.open("rb") as stream:
        for words in (
            ("--passphrase-file", str(file)),
            ("--passphrase-command", f'"{sys.executable}" -c "print(chr(112)*4)"'),
            ("--passphrase-fd", str(stream.fileno())),
        ):
            result = CliRunner().invoke(whisper, words)
            assert result.stdout in {"pfüt\n", "pppp\n"}, result.stderr


@pytest.mark.parametrize("number", ["9999", "-1", "99999999999"])
def test_a_descriptor_that_is_not_open_is_named(number: str) -> None:
    result = CliRunner().invoke(whisper, ["--passphrase-fd", number, "--json"])
    assert (result.exit_code, json.loads(result.stderr)["error"]) == (4, "passphrase-fd")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows tells nothing by a mode")
def test_a_passphrase_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "pass"
    file.write_text("pfüt\n", "utf-8")
    for mode in (0o644, 0o640, 0o604):
        file.chmod(mode)
        result = CliRunner().invoke(whisper, ["--passphrase-file", str(file), "--json"])
        said = json.loads(result.stderr)
        assert (result.exit_code, said["error"]) == (4, "passphrase-file-mode")
        assert "chmod 600" in said["try"]


def test_nobody_is_asked_where_there_is_no_terminal() -> None:
    result = CliRunner().invoke(whisper, [])
    assert result.exit_code == 2
    assert "--passphrase-file" in result.stderr


def test_an_empty_or_missing_passphrase_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    for file in (empty, tmp_path / "missing"):
        assert CliRunner().invoke(whisper, ["--passphrase-file", str(file)]).exit_code == 4
    assert CliRunner().invoke(whisper, ["--passphrase-command", "exit 3"]).exit_code == 4


@pytest.mark.parametrize(
    ("words", "kind"),
    [((), "no-home-named"), (("--home", os.devnull), "no-home"), (("--home", "."), "no-home")],
)
def test_a_home_must_be_named_and_be_there(words: tuple[str, ...], kind: str) -> None:
    @ledger_command(name="open")
    def open_home(setting: Setting) -> None:
        setting.home()

    result = CliRunner().invoke(open_home, [*words, "--json"])
    assert json.loads(result.stderr)["error"] == kind


@ledger_command(name="name")
def name(setting: Setting) -> None:
    """Print a name."""
    say_table(setting, [{"name": "李"}], {"name": "Name"}, empty="", data={"name": "李"})


def test_json_loses_no_letter_on_an_output_that_lacks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for words, shown in ((["--json"], '"\\u674e"'), ([], "?")):
        raw = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="cp1252"))
        name.main(words, standalone_mode=False)
        sys.stdout.flush()
        assert shown in raw.getvalue().decode("cp1252")
