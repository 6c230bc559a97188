"""Help in a SENCO's words: one sentence of purpose, two examples that can be typed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import cli

NOUNS = (
    "pupil",
    "parent",
    "notice",
    "cycle",
    "plan",
    "review",
    "ehc-plan",
    "annual-review",
    "my-story",
    "address",
    "correct",
    "proposal",
    "register",
    "history",
    "due",
    "completion",
    "projections",
)


def commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(cli.main)
    for noun in NOUNS:
        command = cli.main.get_command(context, noun)
        assert command is not None
        yield noun, command
        if isinstance(command, click.Group):
            yield from ((f"{noun} {name}", one) for name, one in command.commands.items())


ALL = dict(commands())


def examples(command: click.Command) -> list[str]:
    lines = (command.epilog or "").splitlines()
    return [line.strip().removeprefix("send-ledger ") for line in lines if "send-ledger" in line]


@pytest.mark.parametrize("name", ALL)
def test_a_command_says_its_purpose_in_one_sentence_and_gives_two_examples(name: str) -> None:
    command = ALL[name]
    purpose = (command.help or "").split("\n\n")[0]
    assert re.fullmatch(r"[A-Z][^.]*\.", purpose.replace("\n", " ").strip()), purpose
    assert len(examples(command)) == 2
    assert all(one.split()[: len(name.split())] == name.split() for one in examples(command)) or (
        isinstance(command, click.Group)
    )


@pytest.mark.parametrize("name", ALL)
def test_every_example_can_be_typed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for example in examples(ALL[name]):
        words = shlex.split(example.partition(" >> ")[0])
        for file in re.findall(r"@(\w+\.txt)|(\w+\.pdf)", example):
            (tmp_path / "".join(file)).write_text("words", "utf-8")
        with CliRunner().isolation(input="words"):
            parse(cli.main, words)


def parse(command: click.Command, words: list[str]) -> None:
    """Read words as the command would, down to the values, without running it."""
    context = click.Context(command)
    while isinstance(command, click.Group):
        found = command.get_command(context, words.pop(0))
        assert found is not None
        command = found
    command.make_context("send-ledger", words)


@pytest.mark.parametrize("name", [name for name, one in ALL.items() if "pupil" in str(one.params)])
def test_every_entry_takes_its_circumstances_the_same_way(name: str) -> None:
    options = {option for one in ALL[name].params for option in one.opts}
    if "--late-reason" in options:
        assert {"--on", "--request-id", "--json"} <= options


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_each_shell_gets_its_completion(shell: str) -> None:
    result = CliRunner().invoke(cli.main, ["completion", shell])
    assert result.exit_code == 0, result.stderr
    assert "_SEND_LEDGER_COMPLETE" in result.stdout
    assert "send-ledger" in result.stdout


def test_commands_complete_without_a_home() -> None:
    environment = {
        "_SEND_LEDGER_COMPLETE": "zsh_complete",
        "COMP_WORDS": "send-ledger reg",
        "COMP_CWORD": "1",
    }
    result = CliRunner().invoke(
        cli.main, prog_name="send-ledger", env=environment, complete_var="_SEND_LEDGER_COMPLETE"
    )
    assert "register" in result.stdout


LISTS = {
    *("access list", "consent list", "cycle list", "due", "history", "proposal list"),
    *("pupil list", "register", "school partners", "staff list", "transfer list"),
}
NOBODYS = {
    *("backup", "completion", "demo", "doctor", "init", "restore"),
    *("countersignature request", "countersignature sign"),
    *("log checkpoint", "log cosigned", "log prove", "log timestamp", "school policy"),
}
"""Commands in which nobody signs or reads as themselves."""
HOMELESS = {
    *("completion", "demo", "school policy"),
    *("countersignature request", "countersignature sign"),
}


def leaves() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(cli.main)
    for noun in cli.COMMANDS:
        command = cli.main.get_command(context, noun)
        assert command is not None
        if isinstance(command, click.Group):
            yield from ((f"{noun} {name}", one) for name, one in command.commands.items())
        else:
            yield noun, command


def shown(command: click.Command) -> set[str]:
    """Give the options that a command's help lists."""
    return set(re.findall(r"^  (?:-h, )?(--[a-z-]+)", help_of(command), re.MULTILINE))


def help_of(command: click.Command) -> str:
    return command.get_help(click.Context(command, help_option_names=["-h", "--help"]))


@pytest.mark.parametrize(
    ("name", "command"), [*leaves()], ids=lambda one: getattr(one, "name", one)
)
def test_help_lists_the_common_options_that_a_command_has_a_use_for(
    name: str, command: click.Command
) -> None:
    options = shown(command)
    assert ("--csv" in options) == (name in LISTS)
    assert ("--as" in options) == (name not in NOBODYS)
    assert ("--access-reason" in options) == (name not in NOBODYS)
    assert ("--home" in options) == (name not in HOMELESS)
    assert ("--json" in options) == (name != "completion")


def test_a_person_named_out_of_habit_is_no_mistake_and_a_list_of_nothing_is() -> None:
    for name, command in leaves():
        known = {option for one in command.params for option in one.opts}
        assert "--as" in known, name
        assert ("--csv" in known) == (name in LISTS)
