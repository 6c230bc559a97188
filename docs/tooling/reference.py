"""Write the generated pages of `docs/reference/` from the code that they describe.

    python docs/tooling/reference.py    (from the project's root)

A test holds the pages to what this writes.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import sys
import types
import typing
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import click  # noqa: E402  the project's own root has to be on the path first

import cli  # noqa: E402  as above
from ledger import errors  # noqa: E402  as above
from ledger.aggregates.catalogue import aggregate_of  # noqa: E402  as above
from ledger.aggregates.event import Event, event_types, own_codecs  # noqa: E402  as above
from ledger.entrypoints.cli.common_options import COMMON  # noqa: E402  as above
from ledger.formats import kinds  # noqa: E402  as above
from ledger.statute.event_names import base_name, matches  # noqa: E402  as above
from ledger.statute.signing import signing_rows  # noqa: E402  as above
from ledger.values.code import Code  # noqa: E402  as above
from ledger.values.dates import OccurredOn  # noqa: E402  as above
from ledger.values.money import Money  # noqa: E402  as above

REFERENCE = ROOT / "docs" / "reference"
GENERATED = "<!-- Written by docs/tooling/reference.py; do not edit by hand. -->\n"
PROGRAM = "send-ledger"

JSON_FORMS: dict[object, str] = {
    str: "text",
    int: "whole number",
    bool: "true or false",
    bytes: "base64url",
    UUID: "base64url of 16 bytes",
    date: "day, `2026-03-03`",
    datetime: "instant, `2026-03-03T17:00:00Z`",
    OccurredOn: "`{date, precision}`",
    Code: "`{scheme, code, label}`",
    Money: '`{currency: "GBP", pence}`',
}


def pages() -> dict[str, str]:
    """Give every generated page: file name → text."""
    return {
        "cli.md": cli_page(),
        "event-types.md": event_types_page(),
        "exit-codes.md": exit_codes_page(),
    }


# --- the command line ---------------------------------------------------------


def cli_page() -> str:
    """Describe every command as its own help does."""
    commands = list(_commands(cli.main, PROGRAM))
    shared = _common_options([command for _, command in commands])
    parts = [
        "# Command line\n",
        GENERATED,
        _description(cli.main),
        "\n## What commands have in common\n",
        "Below each command stand those of these options that it has a use for.\n",
        _option_table(shared, cli.main, PROGRAM),
        "\n`-h` or `--help` after any command shows its help.\n",
        "Exit codes: [exit-codes.md](exit-codes.md).\n",
    ]
    names: set[str | None] = {option.name for option in shared}
    for words, command in commands:
        parts.append(_command_section(words, command, names))
    return "\n".join(parts)


def _commands(group: click.Group, words: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group, info_name=words)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        yield f"{words} {name}", command
        if isinstance(command, click.Group):
            yield from _commands(command, f"{words} {name}")


def _common_options(commands: list[click.Command]) -> list[click.Option]:
    options = {one.opts[0]: one for command in commands for one in _options(command)}
    return [options[flag] for flag in COMMON]


def _options(command: click.Command) -> list[click.Option]:
    return [one for one in command.params if isinstance(one, click.Option) and not one.hidden]


def _command_section(words: str, command: click.Command, shared: set[str | None]) -> str:
    level = "##" if words.count(" ") == 1 else "###"
    context = click.Context(command, info_name=words, terminal_width=100)
    usage = " ".join([words, *command.collect_usage_pieces(context)])
    parts = [f"\n{level} {words.removeprefix(PROGRAM + ' ')}\n", _description(command)]
    parts.append(f"\n```text\n{usage}\n```\n")
    own = [one for one in _options(command) if one.name not in shared]
    if own:
        parts.append(_option_table(own, command, words))
    used = [f"`{one.opts[0]}`" for one in _options(command) if one.name in shared]
    if used and not isinstance(command, click.Group):
        parts.append(f"\nIn common: {', '.join(used)}\n")
    if examples := examples_of(command):
        parts.append(f"\n```sh\n{examples}\n```\n")
    return "\n".join(parts)


def _option_table(options: list[click.Option], command: click.Command, words: str) -> str:
    context = click.Context(command, info_name=words)
    lines = ["| option | meaning |", "| --- | --- |"]
    for option in options:
        record = option.get_help_record(context)
        if record is not None:
            flag, meaning = (_cell(one) for one in record)
            variables = [option.envvar] if isinstance(option.envvar, str) else option.envvar or []
            environment = "".join(f" Or set `{one}`." for one in variables)
            lines.append(f"| `{flag}` | {meaning}{environment} |")
    return "\n".join(lines)


def examples_of(command: click.Command) -> str:
    """Give the commands under “Examples:” in a command's help; empty where there are none."""
    help_text = f"{command.help or ''}\n\n{command.epilog or ''}".replace("\b\n", "")
    _, _, examples = help_text.partition("Examples:\n")
    return "\n".join(line.strip() for line in examples.split("\n\n")[0].splitlines())


def _description(command: click.Command) -> str:
    text = (command.help or "").replace("\b\n", "").split("\f")[0]
    return inspect.cleandoc(text.partition("Examples:\n")[0])


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


# --- event types --------------------------------------------------------------


EVENT_TYPES_PREFACE = """\
Every type that this version writes and understands.  A name with its version is
published for good; what it holds never changes.  How a statement carries it:
[statement.md](../formats/statement.md).

Besides its own fields, every event discloses `event` (the name), `occurred_on`,
`subject_name`, `subject_born`, `subject_id` `{scheme, value}`, `proposal`, `keyed_by`
and `late_reason`.  A field that is absent is an explicit null.  Kinds `stream-head`
and `anchor` say all they say in the clear and disclose nothing.
"""


def event_types_page() -> str:
    """Describe every published event type."""
    parts = [
        "# Event types\n",
        GENERATED,
        EVENT_TYPES_PREFACE,
    ]
    noun = ""
    for name, cls in sorted(event_types().items()):
        if name.split(".")[0] != noun:
            noun = name.split(".")[0]
            parts.append(f"\n## {noun}\n")
        parts.append(_event_section(name, cls))
    return "\n".join(parts)


def _event_section(name: str, cls: type[Event]) -> str:
    summary, meanings = _docstring(cls)
    aggregate = aggregate_of(name)
    facts = [f"Kind: {cls.KIND}."]
    if aggregate is not None and cls.KIND == kinds.EVENT:
        facts.append(f"Class of contents: {aggregate.CONTENT_CLASS}.")
    facts.append(f"May be signed by: {_signers(name, cls)}.")
    lines = [f"### {name}\n", summary, "", " ".join(facts), ""]
    hints = typing.get_type_hints(cls)
    codecs = own_codecs(cls)
    if codecs:
        lines += ["| field | JSON | meaning |", "| --- | --- | --- |"]
    for codec, clear in codecs:
        shown = codec.name.rstrip("_") if clear else codec.name
        where = " (in the clear)" if clear else ""
        meaning = _cell(meanings.get(codec.name, ""))
        lines.append(f"| `{shown}`{where} | {_cell(json_form(hints[codec.name]))} | {meaning} |")
    return "\n".join(lines) + "\n"


def _signers(name: str, cls: type[Event]) -> str:
    if cls.KIND in kinds.AUTHORITY_KINDS:
        return "root, or head within the rules of [authority.md](../formats/authority.md)"
    if cls.KIND in {kinds.STREAM_HEAD, kinds.ANCHOR}:
        return "system"
    rows = [row for row in signing_rows() if matches(row.pattern, base_name(name))]
    longest = max((len(row.pattern) for row in rows), default=0)
    decisive = [row for row in rows if len(row.pattern) == longest]
    return "; ".join(_signing_words(row) for row in decisive) or "nobody"


def _signing_words(row: typing.Any) -> str:
    until = f" until {row.valid_until.isoformat()}" if row.valid_until else ""
    return f"{', '.join(sorted(row.roles))}{until} ({row.source})"


def _docstring(cls: type[Event]) -> tuple[str, dict[str, str]]:
    text = inspect.cleandoc(cls.__doc__ or "")
    summary, _, attributes = text.partition("\nAttributes:\n")
    meanings: dict[str, str] = {}
    name = ""
    for line in attributes.splitlines():
        if match := re.match(r" {4}(\w+): (.*)", line):
            name = match[1]
            meanings[name] = match[2]
        elif name and line.startswith(" " * 8):
            meanings[name] += " " + line.strip()
    return summary.strip(), meanings


def json_form(hint: object) -> str:
    """Say how a field's type is written in JSON."""
    if hint in JSON_FORMS:
        return JSON_FORMS[hint]
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        inner = next(one for one in arguments if one is not type(None))
        return f"{json_form(inner)}, or null"
    if origin is tuple:
        return f"list of {json_form(arguments[0])}"
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        hints = typing.get_type_hints(hint)
        members = [f"{one.name}: {json_form(hints[one.name])}" for one in dataclasses.fields(hint)]
        return "{" + "; ".join(members) + "}"
    raise TypeError(f"no words for {hint!r}")


# --- exit codes ---------------------------------------------------------------


def exit_codes_page() -> str:
    """Describe the exit codes and the classes of errors behind them."""
    lines = [
        "# Exit codes\n",
        GENERATED,
        "| code | meaning | kinds of error |",
        "| --- | --- | --- |",
    ]
    classes = _error_classes()
    for code, meaning in EXIT_CODES.items():
        named = [f"`{cls.kind}`" for cls in classes if cls.exit_code == code]
        lines.append(f"| {code} | {meaning} | {', '.join(named)} |")
    lines.append(
        "\nEvery error says what happened, why, and what to try; with `--json` it is an object\n"
        "`{error, what, why, try, exit_code}` on stderr, and `error` is a stable word.  Many\n"
        "errors have a narrower word than the table shows; the exit code is the same.\n\n"
        "A code that is not in this table is to be read as failure.\n"
    )
    return "\n".join(lines)


EXIT_CODES = {
    0: "done; for `verify`: intact and anchored",
    1: "failed; for a yes-or-no question: no",
    2: "the words of the command are off",
    3: "done with warnings: rows skipped, or something to look at",
    4: "a key or passphrase is missing or wrong",
    5: "the named thing is not here",
    6: "input refused: a bundle, receipt, proof, CSV or other file",
    7: "refused by rule: a role, a statute or a hold",
    8: "the ledger is busy, or storage failed; nothing was half-written",
    10: "verification found an alteration",
    11: "cannot be fully verified: no anchor, no outside trust policy, contents not opened, "
    "an unknown key or a missing proof",
    130: "interrupted",
}


def _error_classes() -> list[type[errors.LedgerError]]:
    found = [one for one in vars(errors).values() if isinstance(one, type)]
    return [one for one in found if issubclass(one, errors.LedgerError)]


def main() -> None:
    """Write the pages."""
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
