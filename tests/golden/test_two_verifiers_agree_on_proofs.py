"""Product and mini-verifier come to one result on a proof folder and on each altered copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledger.errors import InputRefused
from ledger.verify.proof_folder import verify_proof_folder
from tests.mini_verifier.proof_folder import check_proof_folder
from tests.support.ledger_builder import build_ledger
from tests.unit.evidence.proof_ledgers import (
    consent,
    index_of,
    outside_policy,
    policy_txt,
    prove,
    resum,
    seal,
    write_folder,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Files = dict[str, bytes]

NAMES = [
    "README.txt",
    "SHA256SUMS",
    "anchor/checkpoint",
    "anchor/checkpoint.cosigned",
    "authority/0001.sd-jwt",
    "authority/0001.tlog-proof",
    "authority/0015.sd-jwt",
    "authority/head.sd-jwt",
    "authority/head.tlog-proof",
    "checkpoint",
    "checkpoint.cosigned",
    "keys/actor.pem",
    "keys/log.pem",
    "policy/genesis.sha256",
    "policy/policy.txt",
    "statement.sd-jwt",
    "statement.tlog-proof",
    "stream/0001.sd-jwt",
    "stream/0001.tlog-proof",
    "stream/head.sd-jwt",
    "stream/head.tlog-proof",
]


@pytest.fixture(scope="module")
def proved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Files, Files]:
    """A folder that claims "in force", with an anchor, cosigned; and a policy from outside."""
    built = build_ledger(tmp_path_factory.mktemp("home"))
    pupil = built.pupil(7)
    consent(built, pupil)
    seal(built)
    witness = built.add_cosignature()
    built.anchor()
    record = consent(built, pupil)
    seal(built)
    built.add_cosignature()
    claimed = policy_txt(built, witness, "council")
    files = prove(built, index_of(built, record), in_force=True, policy_txt=claimed)
    policy = outside_policy(built, witness, "council")
    built.close()
    return files, policy


def compare(folder: Path, files: Files, policy: Files | None) -> str:
    """Let both verify, and demand that they agree; give the product's result."""
    trusted = write_folder(policy, folder / "policy") if policy else None
    proof = check_proof_folder(write_folder(files, folder / "proof"), trusted)
    try:
        report = verify_proof_folder(files, policy)
    except InputRefused:  # a policy from outside that is none
        assert proof.result == "altered", proof.found
        return "refused"
    if "unknown-log-key" in proof.codes:  # the mini-verifier reads no further
        assert report.result != "intact", report.findings
    else:
        assert proof.result == report.result, (proof.found, report.findings)
    return report.result


def test_a_sound_folder_is_intact_to_both(tmp_path: Path, proved: tuple[Files, Files]) -> None:
    files, policy = proved
    assert set(NAMES) <= set(files)
    assert compare(tmp_path, files, policy) == "intact"


def test_without_a_policy_from_outside_it_is_unanchored_to_both(
    tmp_path: Path, proved: tuple[Files, Files]
) -> None:
    assert compare(tmp_path, proved[0], None) == "unanchored"


def _flip(part: int) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        place = (len(data) - 1) * part // 8
        return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]

    return change


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    **{f"a byte flipped at {part} eighths": _flip(part) for part in range(9)},
    "cut short": lambda data: data[:-3],
    "emptied": lambda _: b"",
    "a line repeated": lambda data: data + data.splitlines(keepends=True)[-1],
}


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("name", NAMES)
def test_both_come_to_one_result_on_an_altered_file(
    tmp_path: Path, proved: tuple[Files, Files], name: str, what: str
) -> None:
    files, policy = proved
    altered = {**files, name: CHANGES[what](files[name])}
    compare(tmp_path, altered if name == "SHA256SUMS" else resum(altered), policy)


@pytest.mark.parametrize("name", NAMES)
def test_both_come_to_one_result_without_a_file(
    tmp_path: Path, proved: tuple[Files, Files], name: str
) -> None:
    files, policy = proved
    rest = {other: data for other, data in files.items() if other != name}
    compare(tmp_path, rest if name == "SHA256SUMS" else resum(rest), policy)


@pytest.mark.parametrize(
    "name", ["authority/0099.tlog-proof", "stream/0099.tlog-proof", "notes.txt", "keys/more.pem"]
)
def test_both_refuse_a_file_that_nobody_reads(
    tmp_path: Path, proved: tuple[Files, Files], name: str
) -> None:
    files, policy = proved
    more = {name: files["statement.tlog-proof"]}
    assert compare(tmp_path, resum({**files, **more}), policy) == "altered"


@pytest.mark.parametrize("name", ["policy.txt", "genesis.sha256"])
@pytest.mark.parametrize("what", CHANGES)
def test_both_come_to_one_result_under_an_altered_policy(
    tmp_path: Path, proved: tuple[Files, Files], name: str, what: str
) -> None:
    files, policy = proved
    compare(tmp_path, files, {**policy, name: CHANGES[what](policy[name])})
