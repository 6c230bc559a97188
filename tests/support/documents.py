"""Sections of documents that tests make anew: what stands between their two marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

WORKED_EXAMPLE: Final = "worked example"


def section(document: Path, name: str = WORKED_EXAMPLE) -> str:
    """Give what a document has between `<!-- name: begin -->` and `<!-- name: end -->`."""
    return _parted(document, name)[1]


def write_section(document: Path, text: str, name: str = WORKED_EXAMPLE) -> None:
    """Put a text between those two marks."""
    before, _, after = _parted(document, name)
    document.write_text(before + text + after, encoding="utf-8")


def _parted(document: Path, name: str) -> tuple[str, str, str]:
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    before, begun, rest = document.read_text("utf-8").partition(begin)
    inside, ended, after = rest.partition(end)
    if not (begun and ended):
        raise ValueError(f"{document.name} has no section “{name}”")
    return before + begin, inside, end + after
