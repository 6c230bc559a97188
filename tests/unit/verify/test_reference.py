"""The reference page names every code that decides a result."""

from __future__ import annotations

import re
from pathlib import Path

from ledger.verify.findings import FORMAT, INCOMPLETE, MAX_LISTED, NOTES

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/reference/verify-json.md").read_text(encoding="utf-8")
OWN = (
    *("corrections", "disputes", "earlier_log", "event_contents", "grown_tree", "held", "home"),
    *("inspection", "ledger_check", "log_walk", "stored_seals"),
)


def test_the_page_lists_every_incomplete_code_and_every_note() -> None:
    assert FORMAT in PAGE
    assert f"at most {MAX_LISTED}" in PAGE
    for code in INCOMPLETE | NOTES:
        assert f"`{code}`" in PAGE, code


def test_the_page_lists_every_code_that_verifying_a_ledger_can_find() -> None:
    code = re.compile(r'(?:kind=|kind = |\.add\(\s*|_GONE.*?\(|Fault\()"([a-z]+(?:-[a-z]+)+)"')
    found = set()
    for name in OWN:
        found |= set(code.findall((ROOT / f"ledger/verify/{name}.py").read_text(encoding="utf-8")))
    assert len(found) > 30
    assert {one for one in found if f"`{one}`" not in PAGE} == set()
