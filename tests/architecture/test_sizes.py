"""Files and functions stay short enough to be read whole."""

from __future__ import annotations

import ast

from tests.architecture.tracked import product_modules, relative

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60


def test_no_file_of_the_product_is_longer_than_400_lines() -> None:
    lengths = {
        relative(path): len(path.read_text("utf-8").splitlines()) for path in product_modules()
    }
    assert not {name: lines for name, lines in lengths.items() if lines > MAX_FILE_LINES}


def test_no_function_of_the_product_is_longer_than_60_lines() -> None:
    too_long = {}
    for path in product_modules():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > MAX_FUNCTION_LINES:
                    too_long[f"{relative(path)}:{node.name}"] = lines
    assert not too_long
