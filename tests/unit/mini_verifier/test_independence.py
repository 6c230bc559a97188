"""The mini-verifier shares no line with the product: it imports nothing of it."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

FILES = sorted((Path(__file__).parents[2] / "mini_verifier").glob("*.py"))
OWN = "tests.mini_verifier."


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_it_imports_the_standard_library_and_cryptography_alone(file: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {name.name for name in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(node.module or "")
    foreign = {
        name
        for name in imported
        if name.partition(".")[0] not in {*sys.stdlib_module_names, "cryptography"}
        and not name.startswith(OWN)
    }
    assert not foreign


def test_it_has_files() -> None:
    assert len(FILES) > 5
