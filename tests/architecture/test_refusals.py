"""Whoever is refused hears what happened, why, and what to try."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

from ledger import errors

ROOT = Path(__file__).parents[2]
CLASSES = {
    name
    for name, cls in vars(errors).items()
    if inspect.isclass(cls) and issubclass(cls, errors.LedgerError)
}
OWN_WORDS = {"AlreadyRecorded"}
"""Classes that write their own sentences."""
MEMBERS = ("what", "why", "remedy")
SPEAKING = (
    *("entrypoints", "bootstrap", "application", "evidence", "bundles", "imports"),
    *("projections", "recorder", "aggregates"),
)
"""The layers whose refusals reach whoever sits at the command line as they are."""
FILES = [path for folder in SPEAKING for path in sorted((ROOT / "ledger" / folder).rglob("*.py"))]


def refusals(source: str) -> list[ast.Call]:
    """Give every call that makes an error, and is told its sentences one by one."""
    return [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in CLASSES - OWN_WORDS
        and not any(isinstance(one, ast.Starred) for one in node.args)
    ]


def missing(call: ast.Call) -> list[str]:
    """Name which of the three sentences a call leaves out, or leaves empty."""
    given = dict(zip(MEMBERS, call.args, strict=False))
    given |= {one.arg: one.value for one in call.keywords if one.arg in MEMBERS}
    empty = {name for name, one in given.items() if isinstance(one, ast.Constant) and not one.value}
    return [name for name in MEMBERS if name not in given or name in empty]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_refusal_says_what_why_and_what_to_try(path: Path) -> None:
    lacking = {call.lineno: missing(call) for call in refusals(path.read_text("utf-8"))}
    assert {line: names for line, names in lacking.items() if names} == {}


def test_a_refusal_without_its_sentences_is_found() -> None:
    source = 'raise NotFound("gone", "", kind="no-entry")'
    (call,) = refusals(source)
    assert missing(call) == ["why", "remedy"]
    assert missing(refusals('raise NotFound("a", "b", remedy="c")')[0]) == []
