"""What to try next: commands that work on the homes as they are left."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def next_steps(summary: Mapping[str, Any]) -> str:
    """Give the commands, each with what it is for.

    Args:
        summary: the members of `summary.json`.
    """
    lines = ["What to try next:"]
    for words, arguments in commands(summary):
        lines += ["", f"  {words}", f"    send-ledger {shlex.join(arguments)}"]
    proof = summary["proof"]
    by_hand = ["bash", f"{proof}/verify.sh", "--policy", summary["policy"], proof]
    lines += ["", "  Without this program, by openssl and the shell:", f"    {shlex.join(by_hand)}"]
    return "\n".join(lines)


def commands(summary: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Give pairs of words and of a command's arguments, without the program's own name."""
    senco, their_senco = (_as(one) for one in summary["people"] if one["as"] == "senco")
    proved, upn = summary["proved"], summary["moved"]["upn"]
    asked = ["--item", proved["items"][0], "--recipient", proved["recipient"], "--on", proved["on"]]
    yield "The SEN register of the first school, as its SENCO sees it:", ["register", *senco]
    yield "Everything recorded about the pupil who moved:", ["history", upn, *senco]
    yield (
        "The same pupil at the new school, with what the first school sent:",
        ["history", upn, *their_senco],
    )
    yield "What the law asks for, and what is overdue:", ["due", *senco]
    yield (
        "Was there consent for My Story to go to the new school?",
        ["consent", "check", upn, *asked, *senco],
    )
    yield (
        "Check the proof as a stranger would, with what the stranger knows already:",
        ["verify", summary["proof"], "--policy", summary["policy"]],
    )
    yield (
        "Check the whole ledger, and against the other school's receipt:",
        ["verify", "--against", summary["receipt"], *senco],
    )
    yield (
        "Check one of the altered copies:",
        ["verify", "--envelope", "--home", summary["tampering"][0]["home"]],
    )


def _as(person: Mapping[str, str]) -> list[str]:
    return [
        *("--home", person["home"], "--as", person["as"]),
        *("--passphrase-file", person["passphrase_file"]),
    ]
