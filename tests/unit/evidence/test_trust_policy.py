"""A trust policy: read from its files, and never half."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledger.errors import InputRefused, MalformedInput, NotFound
from ledger.formats.tlog_policy import MAX_POLICY_BYTES
from ledger.verify.trust_policy import load_trust_policy, read_trust_policy, write_genesis_hash

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.evidence.conftest import Proved

DIGEST = bytes(range(32))


def test_a_policy_is_read_with_its_keys_and_first_statement(proved: Proved) -> None:
    policy = read_trust_policy(proved.policy)
    assert policy.logs == (proved.built.log_vkey,)
    assert [key.name for key in policy.witnesses] == ["council.example/witness"]
    assert policy.roots == ()
    assert policy.genesis == bytes.fromhex(proved.policy["genesis.sha256"][:64].decode())
    assert not policy.quorum_met(())


def test_a_policy_without_keys_is_not_found() -> None:
    with pytest.raises(NotFound) as refused:
        read_trust_policy({"genesis.sha256": write_genesis_hash(DIGEST)})
    assert refused.value.kind == "no-policy"


def test_only_the_keys_are_needed(proved: Proved) -> None:
    policy = read_trust_policy({"policy.txt": proved.policy["policy.txt"]})
    assert policy.genesis is None


@pytest.mark.parametrize("text", [DIGEST.hex(), f"{DIGEST.hex()}\n", f"{DIGEST.hex()}  genesis\n"])
def test_the_first_statement_is_read_as_sha256sum_prints_it(proved: Proved, text: str) -> None:
    files = {**proved.policy, "genesis.sha256": text.encode()}
    assert read_trust_policy(files).genesis == DIGEST


@pytest.mark.parametrize(
    "text", ["", DIGEST.hex().upper(), DIGEST.hex()[:-1], f"{DIGEST.hex()} x", "x" * 64]
)
def test_anything_else_is_refused(proved: Proved, text: str) -> None:
    with pytest.raises(MalformedInput) as refused:
        read_trust_policy({**proved.policy, "genesis.sha256": text.encode()})
    assert refused.value.kind == "bad-genesis-hash"


def test_roots_that_are_no_certificates_are_refused(proved: Proved) -> None:
    with pytest.raises(MalformedInput) as refused:
        read_trust_policy({**proved.policy, "tsa-roots.pem": b"no certificate"})
    assert refused.value.kind == "roots-malformed"


def test_an_empty_list_of_roots_is_no_root(proved: Proved) -> None:
    assert read_trust_policy({**proved.policy, "tsa-roots.pem": b"\n"}).roots == ()


def test_a_folder_is_loaded_without_what_does_not_belong(proved: Proved, tmp_path: Path) -> None:
    for name, data in proved.policy.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "notes.txt").write_text("not part of it")
    assert load_trust_policy(tmp_path) == proved.policy


def test_a_folder_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        load_trust_policy(tmp_path / "nowhere")


def test_a_policy_larger_than_any_real_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "policy.txt").write_bytes(b"#" * (MAX_POLICY_BYTES + 1))
    with pytest.raises(InputRefused):
        load_trust_policy(tmp_path)
