"""Who imports whom: the contracts of pyproject.toml, and what they cannot see."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from tests.architecture.tracked import ROOT, product_modules, relative

READING_COMMANDS = ("due", "history", "register", "verify")
WRITING_PATH = frozenset({"eventsourcing", "ledger.recorder.event_store"})


def test_every_import_contract_is_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    status = lint_imports(config_filename="pyproject.toml", no_cache=True)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_the_table_of_commands_imports_nothing_of_the_product() -> None:
    tree = ast.parse((ROOT / "cli.py").read_text("utf-8"))
    at_hand = {"collections.abc", "importlib", "os", "signal", "sys", "types", "typing"}
    assert set(imported(tree)) == {"__future__", "click", *at_hand}


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."


def loaded_by(code: str) -> set[str]:
    program = f"import sys\n{code}\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return set(done.stdout.splitlines()[-1].split())


def test_help_loads_nothing_of_the_product() -> None:
    loaded = loaded_by("import cli\ncli.main(['--help'], standalone_mode=False)")
    assert not {name for name in loaded if name == "ledger" or name.startswith("ledger.")}


@pytest.mark.parametrize("command", READING_COMMANDS)
def test_a_reading_command_loads_no_writing_path(command: str) -> None:
    loaded = loaded_by(f"import cli\ncli.main.get_command(None, {command!r})")
    assert f"ledger.entrypoints.cli.{command}" in loaded
    assert not loaded.intersection(WRITING_PATH)


@pytest.mark.parametrize("command", ["access", "register"])
def test_showing_what_is_recorded_loads_no_record_kind_and_no_keys_but_ours(command: str) -> None:
    loaded = loaded_by(f"import cli\ncli.main.get_command(None, {command!r})")
    assert not {name for name in loaded if name.startswith("ledger.aggregates")}
    assert not loaded & {"cryptography.hazmat.primitives.serialization", "concurrent.futures"}


def test_no_module_imports_relatively_or_inside_a_function() -> None:
    found = []
    for path in product_modules():
        tree = ast.parse(path.read_text("utf-8"))
        top = {id(node) for node in tree.body}
        for branch in (node for node in tree.body if isinstance(node, ast.If | ast.With)):
            top.update(id(node) for node in [*branch.body, *getattr(branch, "orelse", [])])
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.level:
                found.append(f"{relative(path)}:{node.lineno} imports relatively")
            if isinstance(node, ast.Import | ast.ImportFrom) and id(node) not in top:
                found.append(f"{relative(path)}:{node.lineno} imports late")
    assert not found


def test_commands_use_cases_and_outputs_ask_readers_and_write_no_sql() -> None:
    barred = ("application", "bootstrap", "bundles", "entrypoints", "evidence", "imports")
    found = [
        f"{relative(path)}:{node.lineno}"
        for layer in (*barred, "projections")
        for path in (ROOT / "ledger" / layer).rglob("*.py")
        if path.name != "read_models.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"execute", "executemany"}
    ]
    assert not found


def test_commands_open_no_private_key_of_the_ledgers_own() -> None:
    found = [
        f"{relative(path)}:{node.lineno}"
        for path in (ROOT / "ledger" / "entrypoints").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "machine_key"
    ]
    assert not found
