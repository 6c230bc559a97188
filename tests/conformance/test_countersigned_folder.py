"""A proof folder with a countersigned genesis: script, product and mini-verifier agree on it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from ledger.verify.proof_folder import verify_proof_folder
from tests.mini_verifier.proof_folder import check_proof_folder
from tests.support.countersigning import BODY, admit, countersign
from tests.support.ledger_builder import BuiltLedger, new_ledger
from tests.support.programs import needs
from tests.unit.evidence.proof_ledgers import (
    consent,
    index_of,
    outside_policy,
    prove,
    resum,
    seal,
    write_folder,
)
from tests.unit.evidence.stamped_proofs import Folder, Shell, link_programs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = needs("bash", "openssl")
PART = "authority/countersignature"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(link_programs(tmp_path), tmp_path / "at the reader's")


def sealed(built: BuiltLedger) -> tuple[Folder, Folder]:
    index = index_of(built, consent(built, built.pupil(1)))
    seal(built)
    policy = outside_policy(built, built.add_cosignature(), "council")
    return prove(built, index, policy_txt=policy["policy.txt"]), policy


def agreed(shell: Shell, files: Folder, policy: Folder, folder: Path) -> tuple[int, str]:
    """Let all three check it; give the exit code, and what is said of the log's beginning."""
    done = shell.check(files, policy)
    assert done.stderr == ""
    report = verify_proof_folder(files, policy)
    trusted = write_folder(policy, folder / "trusted")
    mini = check_proof_folder(write_folder(files, folder / "given"), trusted)
    assert done.returncode == report.exit_code, (done.stdout, report.words())
    assert mini.result == report.result, (mini.found, report.findings)
    if report.exit_code == 0:
        said = {"self-rooted" if "self-rooted" in done.stdout else "countersigned"}
        for codes in (set(report.codes), mini.codes):
            assert codes & {"self-rooted", "countersigned"} == said
    return done.returncode, done.stdout


@pytest.fixture
def built(tmp_path: Path) -> BuiltLedger:
    made = new_ledger(tmp_path / "home")
    admit(made)
    return made


def test_the_script_names_body_and_key(built: BuiltLedger, shell: Shell, tmp_path: Path) -> None:
    countersign(built)
    code, said = agreed(shell, *sealed(built), tmp_path)
    assert code == 0
    assert f'countersigned by "{BODY}" with key {built.signing["trust"].kid};' in said
    assert "you must learn from the body itself" in said


def _without(files: Folder) -> Folder:
    return {name: data for name, data in files.items() if not name.startswith(PART)}


def _half(files: Folder) -> Folder:
    return {name: data for name, data in files.items() if name != f"{PART}.tlog-proof"}


def _bare(files: Folder) -> Folder:
    return {**files, f"{PART}.sd-jwt": files[f"{PART}.sd-jwt"].partition(b"~")[0] + b"~"}


def _another(files: Folder) -> Folder:
    ends = (".sd-jwt", ".tlog-proof")
    return {**files, **{PART + end: files[f"authority/0002{end}"] for end in ends}}


def _flipped(files: Folder) -> Folder:
    data = files[f"{PART}.sd-jwt"]
    return {**files, f"{PART}.sd-jwt": data[:300] + bytes([data[300] ^ 1]) + data[301:]}


def _keyless(files: Folder, built: BuiltLedger) -> Folder:
    return {k: v for k, v in files.items() if k != f"keys/{built.signing['trust'].kid}.pem"}


CHANGES: dict[str, tuple[Callable[[Folder], Folder], int, str]] = {
    "left out": (_without, 0, "self-rooted"),
    "its fields withheld": (_bare, 0, "a body whose name is not shown"),
    "half of it": (_half, 10, ""),
    "another statement in its place": (_another, 10, ""),
    "a byte flipped": (_flipped, 10, ""),
}


@pytest.mark.parametrize("what", CHANGES)
def test_all_three_agree_on_a_changed_folder(
    built: BuiltLedger, shell: Shell, tmp_path: Path, what: str
) -> None:
    countersign(built)
    files, policy = sealed(built)
    change, code, words = CHANGES[what]
    found, said = agreed(shell, resum(change(files)), policy, tmp_path)
    assert found == code
    assert words in said


def test_all_three_miss_the_bodys_key(built: BuiltLedger, shell: Shell, tmp_path: Path) -> None:
    countersign(built)
    files, policy = sealed(built)
    assert agreed(shell, resum(_keyless(files, built)), policy, tmp_path)[0] == 10


def test_no_head_s_word_is_taken_in_its_place(
    built: BuiltLedger, shell: Shell, tmp_path: Path
) -> None:
    built.open_stream(UUID(bytes=built.persons["head"]), "school")
    index = countersign(built, "head", role="head")
    countersign(built)
    files, policy = sealed(built)
    heads = prove(built, index, policy_txt=policy["policy.txt"])
    for end in (".sd-jwt", ".tlog-proof"):
        files[PART + end] = heads[f"statement{end}"]
    assert agreed(shell, resum(files), policy, tmp_path)[0] == 10
