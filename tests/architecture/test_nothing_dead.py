"""Nothing in the product is there for the tests alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.tracked import ROOT, product_modules, relative

REGISTERED = frozenset({"entry_command", "event_type", "ledger_command", "ledger_group"})
"""Decorators by which something is found again without being named."""
HOOKS = {
    "click calls them": {"format_commands", "format_field", "get_command", "get_metavar"},
    "the eventsourcing library calls them": {
        "_max_notification_id",
        "collect_events",
        "construct_create_table_statements",
        "construct_env",
        "construct_event_store",
        "construct_mapper",
        "construct_recorder",
        "select_events",
        "select_notifications",
        "to_domain_event",
        "to_stored_event",
    },
    "urllib calls it": {"redirect_request"},
}
Definition = ast.FunctionDef | ast.ClassDef


def definitions(tree: ast.Module | ast.ClassDef) -> Iterator[Definition]:
    for node in tree.body:
        if isinstance(node, Definition):
            yield node
        if isinstance(node, ast.ClassDef):
            yield from definitions(node)


def is_registered(node: Definition) -> bool:
    made_by = [one.func for one in node.decorator_list if isinstance(one, ast.Call)]
    return any(isinstance(one, ast.Name) and one.id in REGISTERED for one in made_by)


def used(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def test_every_function_class_and_method_is_used_by_the_product() -> None:
    trees = {path: ast.parse(path.read_text("utf-8")) for path in product_modules()}
    benchmarks = [ast.parse(path.read_text("utf-8")) for path in (ROOT / "benchmarks").glob("*.py")]
    names = {name for tree in [*trees.values(), *benchmarks] for name in used(tree)}
    names.update(*HOOKS.values())
    dead = [
        f"{relative(path)}:{node.lineno} {node.name}"
        for path, tree in trees.items()
        for node in definitions(tree)
        if node.name not in names and not node.name.startswith("__") and not is_registered(node)
    ]
    assert not dead


def test_every_hook_that_is_excepted_is_there() -> None:
    there = {
        node.name
        for path in product_modules()
        for node in definitions(ast.parse(path.read_text("utf-8")))
    }
    assert not set().union(*HOOKS.values()) - there
