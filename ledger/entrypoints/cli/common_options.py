"""The options that commands have in common: each command lists those that it has a use for.

One without a use, such as --as where nobody signs or reads, is accepted all the same, so
that whoever adds it out of habit is not refused; but the help leaves it out.  --csv is
there only where there is a list.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import click

Use: TypeAlias = Literal["home", "person", "passphrase", "json", "csv"]
Takes: TypeAlias = frozenset[Use]

NOTHING: Final[Takes] = frozenset()
WITHOUT_HOME: Final[Takes] = frozenset({"json"})
HOME: Final[Takes] = frozenset({"home", "json"})
"""Nobody signs or reads as themselves."""
PERSON: Final[Takes] = HOME | {"person", "passphrase"}
LIST: Final[Takes] = PERSON | {"csv"}

COMMON: Final[dict[str, tuple[Use, dict[str, Any]]]] = {
    "--home": (
        "home",
        {
            "type": click.Path(path_type=Path),
            "envvar": "SEND_LEDGER_HOME",
            "help": "The school's home folder.",
        },
    ),
    "--as": ("person", {"envvar": "SEND_LEDGER_AS", "help": "Who you are: name or handle."}),
    "--in-role": (
        "person",
        {"envvar": "SEND_LEDGER_ROLE", "help": "Act in this role, if you hold several."},
    ),
    "--passphrase-file": (
        "passphrase",
        {
            "type": click.Path(path_type=Path),
            "envvar": "SEND_LEDGER_PASSPHRASE_FILE",
            "help": "Read your passphrase from this file.",
        },
    ),
    "--passphrase-command": (
        "passphrase",
        {"help": "Take your passphrase from this command's output."},
    ),
    "--passphrase-fd": (
        "passphrase",
        {"type": int, "help": "Read your passphrase from this descriptor."},
    ),
    "--access-reason": (
        "person",
        {
            "envvar": "SEND_LEDGER_ACCESS_REASON",
            "help": "Why you look; kept in the access log.",
        },
    ),
    "--json": ("json", {"is_flag": True, "help": "Print JSON."}),
    "--csv": ("csv", {"is_flag": True, "help": "Print the list as CSV."}),
}
"""Option → what it is for, and how it is read."""
_NAMES: Final = {
    "--home": "home_path",
    "--as": "who",
    "--in-role": "role",
    "--json": "as_json",
    "--csv": "as_csv",
}
_DEBUG = click.option("--debug", is_flag=True, hidden=True, help="Show where a failure happened.")


def with_common_options(function: Any, takes: Takes) -> Any:
    """Give a command the common options, those without a use hidden."""
    function = _DEBUG(function)
    for flag, (use, how) in reversed(COMMON.items()):
        if use == "csv" and use not in takes:
            continue
        names = [flag, *([_NAMES[flag]] if flag in _NAMES else [])]
        function = click.option(*names, hidden=use not in takes, **how)(function)
    return function
