"""The documents are true: generated pages are current, links lead somewhere, commands exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cli
from docs.tooling.reference import EXIT_CODES, REFERENCE, pages
from ledger import errors
from tests.architecture.tracked import ROOT, project_files, relative

DOCUMENTS = [path for path in project_files() if path.suffix == ".md"]
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
CODE = re.compile(r"```.*?```|`[^`\n]+`|^ {4}.*$", re.DOTALL | re.MULTILINE)
SOURCES = REFERENCE / "sources.md"
CITED = re.compile(r"\b(?:COP|DUR|IAS|SAL|SEF)(?= L?[0-9])|\bD-[A-Z]+(?=-[0-9])|\bX[0-9]+\b")
COMMAND = re.compile(r"send-ledger ([a-z][a-z-]*)")
STANDING = (
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "docs/tutorial.md",
    "docs/glossary.md",
    "docs/threat-model.md",
    "docs/dependencies.md",
)


@pytest.mark.parametrize("name", ["cli.md", "event-types.md", "exit-codes.md"])
def test_a_generated_page_is_what_the_code_says(name: str) -> None:
    written = (REFERENCE / name).read_text("utf-8")
    assert written == pages()[name], "run: python docs/tooling/reference.py"


def test_every_exit_code_of_an_error_is_explained() -> None:
    classes = [one for one in vars(errors).values() if isinstance(one, type)]
    codes = {one.exit_code for one in classes if issubclass(one, errors.LedgerError)}
    assert codes <= set(EXIT_CODES)


def test_the_help_names_every_exit_code() -> None:
    words = " ".join(cli.EXAMPLES.partition("Exit codes:")[2].split())
    assert [int(one) for one in re.findall(r"\b\d+\b", words)] == list(EXIT_CODES)


@pytest.mark.parametrize("name", STANDING)
def test_a_standing_document_is_there(name: str) -> None:
    assert (ROOT / name).stat().st_size > 200


def test_every_source_that_data_cites_by_a_tag_is_explained() -> None:
    explained = {
        row.split("|")[1].strip() for row in SOURCES.read_text("utf-8").splitlines() if "|" in row
    }
    data = [*(ROOT / "ledger").rglob("*.toml")]
    cited = {tag for path in data for tag in CITED.findall(path.read_text("utf-8"))}
    assert len(cited) > 10
    assert not cited - explained


@pytest.mark.parametrize("path", DOCUMENTS, ids=relative)
def test_every_link_inside_the_project_leads_somewhere(path: Path) -> None:
    targets = [one for one in LINK.findall(path.read_text("utf-8")) if "://" not in one]
    missing = [one for one in targets if not (path.parent / one).exists()]
    assert not missing


@pytest.mark.parametrize("path", DOCUMENTS, ids=relative)
def test_every_command_that_a_document_shows_exists(path: Path) -> None:
    shown = {
        name for code in CODE.findall(path.read_text("utf-8")) for name in COMMAND.findall(code)
    }
    assert shown <= set(cli.COMMANDS)


def readme_command(name: str) -> str:
    text = (ROOT / "README.md").read_text("utf-8")
    found = re.search(rf"<!-- command: {name} -->\n```sh\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("name", ["demo", "test"])
def test_each_readme_command_is_one_line_from_the_lock_with_hashes(name: str) -> None:
    command = readme_command(name)
    assert command.count("\n") == 1
    assert "--require-hashes -r requirements.lock" in command


def test_both_readme_commands_set_up_alike() -> None:
    demo, tests = (readme_command(name).rsplit(" && ", 1)[0] for name in ("demo", "test"))
    assert demo == tests
