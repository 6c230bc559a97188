"""Every layer below bootstrap, and every command, is handed the instant and randomness."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tracked import ROOT, relative

PURE_LAYERS = (
    *("aggregates", "application", "bundles", "entrypoints", "evidence", "formats", "imports"),
    *("projections", "recorder", "seal", "statute", "values", "verify"),
)
ITS_OWN = ("bootstrap", "demo")
"""Bootstrap reads the clock and draws randomness; the demo times its own steps."""
CLOCK = frozenset({"now", "utcnow", "today", "time", "time_ns", "monotonic", "perf_counter"})
CLOCK_OWNERS = frozenset({"datetime", "date", "time"})
RANDOM_MODULES = frozenset({"random", "secrets"})
RANDOM_CALLS = frozenset({"urandom", "getrandom", "uuid1", "uuid4"})


def impure(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name):
                if owner in CLOCK_OWNERS and name in CLOCK:
                    yield node.lineno, f"{owner}.{name}"
                if name in RANDOM_CALLS:
                    yield node.lineno, name
            case ast.Import(names=names):
                yield from ((node.lineno, one.name) for one in names if one.name in RANDOM_MODULES)
            case ast.ImportFrom(module=module, names=names):
                wrong = CLOCK if module == "time" else RANDOM_CALLS
                yield from ((node.lineno, one.name) for one in names if one.name in wrong)
                if module in RANDOM_MODULES:
                    yield node.lineno, str(module)
            case _:
                pass


def modules_of(layer: str) -> list[Path]:
    return sorted((ROOT / "ledger" / layer).rglob("*.py"))


def test_the_search_finds_a_clock_and_randomness() -> None:
    planted = "import datetime\nfrom uuid import uuid4\ndatetime.datetime.now()\nos.urandom(3)"
    assert [line for line, _ in sorted(impure(ast.parse(planted)))] == [2, 3, 4]


def test_pure_layers_read_no_clock_and_draw_no_randomness() -> None:
    found = [
        f"{relative(path)}:{line} {what}"
        for layer in PURE_LAYERS
        for path in modules_of(layer)
        for line, what in impure(ast.parse(path.read_text("utf-8")))
    ]
    assert not found


def test_every_layer_is_pure_or_named_as_not() -> None:
    layers = {path.parent.name for path in (ROOT / "ledger").glob("*/__init__.py")}
    assert layers == {*PURE_LAYERS, *ITS_OWN}
