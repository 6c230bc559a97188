"""Nothing in the project names a machine or a registry; the lock is whole."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.architecture.tracked import ROOT, project_files, relative

# With classes of one letter, so that this file does not find itself.
MACHINE_PATHS = re.compile(r"/[w]ork/|/[r]oot/|/[t]mp/\w+/")
REGISTRIES = re.compile(r"[p]ypi\.org|[p]ythonhosted\.org|[n]pmjs\.(org|com)")
LOCK = ROOT / "requirements.lock"
PIN = re.compile(r"^([a-z0-9][a-z0-9-]*)==([^ ;\\]+)", re.MULTILINE)


def texts() -> list[tuple[Path, str]]:
    found = []
    for path in project_files():
        try:
            found.append((path, path.read_text("utf-8")))
        except UnicodeDecodeError:
            continue
    return found


@pytest.mark.parametrize("pattern", [MACHINE_PATHS, REGISTRIES], ids=["machine", "registry"])
def test_no_file_names_a_path_of_one_machine_or_a_registry(pattern: re.Pattern[str]) -> None:
    found = [
        f"{relative(path)}: {hit[0]}" for path, text in texts() if (hit := pattern.search(text))
    ]
    assert not found


def test_every_package_of_the_lock_has_hashes_and_no_address() -> None:
    text = LOCK.read_text("utf-8")
    blocks = re.split(r"\n(?=[a-z0-9])", text)[1:]
    assert len(blocks) == len(PIN.findall(text)) > 0
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    for group in project["dependency-groups"].values():
        wanted += [one for one in group if isinstance(one, str)]
    return {re.split(r"[^A-Za-z0-9-]", one)[0].lower() for one in wanted}


def test_the_lock_holds_every_package_that_pyproject_asks_for() -> None:
    assert declared() <= {name for name, _ in PIN.findall(LOCK.read_text("utf-8"))}


def test_every_locked_package_has_its_licence_in_the_documents() -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    listed = set(re.findall(r"^\| ([a-z0-9-]+) \| [A-Z]", text, re.MULTILINE))
    assert listed == {name for name, _ in PIN.findall(LOCK.read_text("utf-8"))}
