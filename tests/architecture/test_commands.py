"""The table of commands says what the commands themselves say."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import click
import pytest

import cli
from docs.tooling.reference import examples_of

PROGRAM = "send-ledger"


def commands(group: click.Group, words: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group, info_name=words)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield f"{words} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{words} {name}")


def first_words(command: click.Command) -> str:
    return command.get_short_help_str(limit=1000)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_each_line_of_the_table_is_the_commands_own_short_help(name: str) -> None:
    command = cli.main.get_command(click.Context(cli.main), name)
    assert command is not None
    assert first_words(command).rstrip(".") == cli.COMMANDS[name][1].rstrip(".")


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_says_what_it_does_and_shows_an_example_that_it_takes(name: str) -> None:
    command = cli.main.get_command(click.Context(cli.main), name)
    assert command is not None
    for words, each in [
        (f"{PROGRAM} {name}", command),
        *(commands(command, f"{PROGRAM} {name}") if isinstance(command, click.Group) else ()),
    ]:
        assert each.help, f"{words} has no help"
        examples = examples_of(each)
        assert examples.startswith(f"{PROGRAM} {name}"), f"{words} shows no example"


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_no_two_parameters_of_a_command_share_a_name(name: str) -> None:
    command = cli.main.get_command(click.Context(cli.main), name)
    assert command is not None
    group = [("", command)]
    if isinstance(command, click.Group):
        group += list(commands(command, name))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _, each in group:
            each.get_help(click.Context(each))


def test_a_mistyped_command_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(click.exceptions.NoSuchCommand) as refused:
        cli.main.main(["verfy"], standalone_mode=False)
    assert "verify" in refused.value.format_message()
