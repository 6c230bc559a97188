"""`log witness` and `log cosigned`: two schools witness each other by e-mail."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support.handover import Pair, introduced
from tests.support.school_home import SchoolHome

if TYPE_CHECKING:
    from pathlib import Path

AS = ("--as", "senco")
ZOE = "A203102209083"


@pytest.fixture(scope="module")
def friends(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return introduced(tmp_path_factory.mktemp("friends"), tmp_path_factory).folder


@pytest.fixture
def two(friends: Path, tmp_path: Path) -> Pair:
    for name in ("sender", "receiver"):
        SchoolHome(friends / name).copy(tmp_path / name)
    return Pair(tmp_path)


def sealed(two: Pair, name: str, school: SchoolHome | None = None) -> tuple[str, ...]:
    """Seal a school, the first where none is named; give the words that show the other its head."""
    head, proof = two.file(f"{name}.checkpoint"), two.file(f"{name}.consistency")
    (school or two.sender).ok("log", "checkpoint", "--out", head, "--consistency", proof)
    return "log", "witness", head, "--consistency", proof


def test_heads_that_continue_each_other_are_cosigned_and_kept(two: Pair) -> None:
    (partner,) = two.sender.ok("school", "partners", *AS)
    for day in ("monday", "tuesday", "wednesday"):
        two.sender.ok("pupil", "rename", ZOE, "--preferred", day, "--reason", "she likes it", *AS)
        line = two.file(f"{day}.cosignature")
        two.receiver.ok(*sealed(two, day), "--out", line, *AS)
        kept = ("log", "cosigned", line, "--by", partner["cosigner_key"])
        two.sender.ok(*kept)
        before = two.sender.ok("verify", "--envelope")["counts"]["entries"]
        two.sender.ok(*kept)  # once more adds nothing
        assert two.sender.ok("verify", "--envelope")["counts"]["entries"] == before
    head = two.file("wednesday.checkpoint")
    assert two.sender.ok("verify", "--envelope", "--against", head)["result"] == "intact"


def test_without_its_proof_or_with_anothers_a_head_is_not_cosigned_and_nobody_accused(
    two: Pair,
) -> None:
    monday = sealed(two, "monday")
    two.receiver.ok(*monday, *AS)
    tuesday = sealed(two, "tuesday")
    two.sender.ok("pupil", "rename", ZOE, "--preferred", "Zo", "--reason", "she likes it", *AS)
    wednesday = sealed(two, "wednesday")
    for words in (wednesday[:3], (*wednesday[:4], monday[4]), (*wednesday[:4], tuesday[4])):
        two.receiver.refused(11, "no-consistency-proof", *words, *AS)
    two.receiver.refused(6, "bad-consistency", *wednesday[:4], wednesday[2], *AS)
    two.receiver.ok(*wednesday, *AS)
    two.receiver.refused(11, "older-head", *monday, *AS)


def test_a_fork_of_one_size_is_refused_and_its_proof_kept(two: Pair) -> None:
    two.sender.ok("log", "checkpoint")
    other = SchoolHome(two.folder / "other")
    shutil.copytree(two.sender.folder, other.folder)
    renamed = ("pupil", "rename", ZOE, "--reason", "she likes it", *AS, "--preferred")
    two.sender.ok(*renamed, "Zo")
    two.receiver.ok(*sealed(two, "true"), *AS)
    shutil.rmtree(two.sender.folder)  # else the other is a copy, and cannot be written
    other.ok(*renamed, "Zed")
    forked = sealed(two, "false", other)
    said = two.receiver.run(*forked, "--json", *AS)
    assert said.exit_code == 10, said.output
    assert "The proof is kept here" in said.stderr
    assert two.receiver.ok("verify", *AS)["result"] == "intact"
