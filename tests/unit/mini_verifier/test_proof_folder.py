"""The mini-verifier accepts a sound proof folder, and names each way to break one."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from ledger.formats.checkpoint import origin_of
from ledger.formats.signed_note import ED25519
from ledger.seal.checkpoints import cosign
from ledger.seal.pem import spki_pem
from tests.golden.small_log import AUTHORITY, SmallLog, key_of, small_log
from tests.golden.small_proof import (
    WITNESS,
    WITNESS_NAME,
    proved,
    vkey,
    write_folder,
    write_folder_with_last_heads,
    write_policy,
    write_sums,
)
from tests.mini_verifier.proof_folder import check_proof_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def log() -> SmallLog:
    return small_log()


@pytest.fixture
def folder(tmp_path: Path, log: SmallLog) -> Path:
    write_folder(tmp_path / "proof", log)
    return tmp_path / "proof"


@pytest.fixture
def policy(tmp_path: Path, log: SmallLog) -> Path:
    write_policy(tmp_path / "policy", log)
    return tmp_path / "policy"


def test_a_sound_folder_is_intact_under_a_policy_from_outside(folder: Path, policy: Path) -> None:
    proof = check_proof_folder(folder, policy)
    assert proof.codes == {"self-rooted"}
    assert proof.result == "intact"


def test_without_a_policy_from_outside_it_is_self_asserted(folder: Path) -> None:
    proof = check_proof_folder(folder)
    assert proof.codes == {"self-asserted", "self-rooted"}
    assert proof.result == "unanchored"


def test_without_a_cosignature_or_a_token_it_is_unanchored(tmp_path: Path, log: SmallLog) -> None:
    write_folder(tmp_path / "proof", log, cosigned=False)
    write_policy(tmp_path / "policy", log, quorum="none")
    proof = check_proof_folder(tmp_path / "proof", tmp_path / "policy")
    assert proof.codes == {"unanchored", "self-rooted"}


def test_under_the_policy_of_another_log_its_key_is_unknown(folder: Path, policy: Path) -> None:
    origin = origin_of(bytes(16))
    other = vkey(origin, ED25519, WITNESS.public)
    (policy / "policy.txt").write_text(f"log {other}\nquorum none\n")
    proof = check_proof_folder(folder, policy)
    assert "unknown-log-key" in proof.codes
    assert proof.result == "unanchored"


def test_under_a_policy_with_another_genesis_it_is_altered(folder: Path, policy: Path) -> None:
    (policy / "genesis.sha256").write_text("0" * 64 + "\n")
    proof = check_proof_folder(folder, policy)
    assert "other-genesis" in proof.codes
    assert proof.result == "altered"


def _replace(name: str, old: bytes, new: bytes) -> Callable[[Path, SmallLog], object]:
    def change(folder: Path, _log: SmallLog) -> None:
        data = (folder / name).read_bytes()
        assert old in data
        (folder / name).write_bytes(data.replace(old, new, 1))

    return change


def _remove(*names: str) -> Callable[[Path, SmallLog], None]:
    def change(folder: Path, _log: SmallLog) -> None:
        for name in names:
            (folder / name).unlink()

    return change


def _put(name: str, index: int) -> Callable[[Path, SmallLog], None]:
    def change(folder: Path, log: SmallLog) -> None:
        log.write_entry(folder / name, index, (folder / "checkpoint").read_bytes())

    return change


def _other_actor(folder: Path, _log: SmallLog) -> None:
    (folder / "keys" / "actor.pem").write_bytes(spki_pem(key_of("head").public))


def _older_checkpoint(folder: Path, log: SmallLog) -> None:
    (folder / "checkpoint").write_bytes(log.checkpoint(len(log.leaves) - 1))


def _withhold_event(folder: Path, _log: SmallLog) -> None:
    path = folder / "stream" / "0001.sd-jwt"
    jwt, event, name, end = path.read_bytes().split(b"~")
    del event
    path.write_bytes(b"~".join([jwt, name, end]))


def _remove_quorum(folder: Path, _log: SmallLog) -> None:
    path = folder / "policy" / "policy.txt"
    path.write_text(path.read_text().replace("quorum school\n", ""))


def _old_stream_head(folder: Path, log: SmallLog) -> None:
    """The right words, but at an index that lies before the stream's last entry."""
    path = folder / "stream" / "head.tlog-proof"
    last = proved(log)
    moved = SmallLog([*log.leaves], [*log.shown])
    head = log.indexes_of("heads")[0]
    moved.leaves.insert(last, moved.leaves.pop(head))
    moved.shown.insert(last, moved.shown.pop(head))
    _rewrite(folder, moved)
    moved.write_entry(path.with_name("head"), last, (folder / "checkpoint").read_bytes())


def _old_authority_head(folder: Path, log: SmallLog) -> None:
    """The authority's head, moved in the log to a place before the statement."""
    moved = SmallLog([*log.leaves], [*log.shown])
    head = log.indexes_of("heads")[1]
    early = proved(log) - 1
    moved.leaves.insert(early, moved.leaves.pop(head))
    moved.shown.insert(early, moved.shown.pop(head))
    _rewrite(folder, moved)
    note = (folder / "checkpoint").read_bytes()
    moved.write_entry(folder / "authority" / "head", early, note)
    shutil.rmtree(folder / "stream")


def _rewrite(folder: Path, log: SmallLog) -> None:
    """Draw the folder anew from a log whose leaves were moved, under the real log key."""
    note = log.checkpoint()
    note += cosign(note, WITNESS_NAME, WITNESS.sign, WITNESS.public, 1772557200).encode()
    (folder / "checkpoint").write_bytes(note)
    log.write_entry(folder / "statement", log.indexes_of("consent")[1], note)
    for name, stream in (("stream", "consent"), ("authority", AUTHORITY)):
        for number, index in enumerate(log.indexes_of(stream), 1):
            log.write_entry(folder / name / f"{number:04}", index, note)
    for name, index in zip(("stream", "authority"), log.indexes_of("heads"), strict=True):
        log.write_entry(folder / name / "head", index, note)


def _cut(name: str) -> tuple[str, ...]:
    return (f"{name}.sd-jwt", f"{name}.tlog-proof")


CHANGES: dict[str, tuple[str, Callable[[Path, SmallLog], object]]] = {
    "a proof of another entry": (
        "bad-inclusion",
        _replace("statement.tlog-proof", b"index 12\n", b"index 11\n"),
    ),
    "another statement": ("stream-incomplete", _put("statement", 13)),
    "another checkpoint": ("other-checkpoint", _older_checkpoint),
    "a checkpoint with another size": (
        "bad-signature",
        _replace("checkpoint", b"\n16\n", b"\n17\n"),
    ),
    "the stream's last entry left out": ("head-wrong", _remove(*_cut("stream/0002"))),
    "the stream's first entry left out": ("chain-broken", _remove(*_cut("stream/0001"))),
    "the authority's last entry left out": ("head-wrong", _remove(*_cut("authority/0009"))),
    "a head of another stream": ("head-wrong", _put("stream/head", 13)),
    "a head that is older than its stream": ("head-wrong", _old_stream_head),
    "the authority up to a head before the statement": ("authority-cut", _old_authority_head),
    "no head": ("missing-file", _remove(*_cut("stream/head"))),
    "an event withheld in the stream": ("stream-incomplete", _withhold_event),
    "another actor's key": ("bad-key-file", _other_actor),
    "no statement": ("missing-file", _remove("statement.sd-jwt")),
    "no words": ("missing-file", _remove("README.txt")),
    "no key of a signer": ("missing-file", _remove(f"keys/{key_of('head').kid}.pem")),
    "a claim of another genesis": (
        "claims-wrong",
        lambda folder, _: (folder / "policy" / "genesis.sha256").write_text("0" * 64 + "\n"),
    ),
    "a claim that is no policy": ("malformed-policy", _remove_quorum),
}


@pytest.mark.parametrize("what", CHANGES)
def test_each_change_is_found_and_named_though_the_sums_are_made_anew(
    what: str, folder: Path, policy: Path, log: SmallLog
) -> None:
    code, change = CHANGES[what]
    change(folder, log)
    write_sums(folder)
    proof = check_proof_folder(folder, policy)
    assert code in proof.codes
    assert proof.result == "altered"


@pytest.mark.parametrize("name", ["statement.sd-jwt", "policy/policy.txt", "keys/log.pem"])
def test_a_file_that_its_sum_does_not_fit_is_found(folder: Path, policy: Path, name: str) -> None:
    with (folder / name).open("ab") as file:
        file.write(b" ")
    assert "checksum" in check_proof_folder(folder, policy).codes


def test_a_file_that_is_not_listed_is_found(folder: Path, policy: Path) -> None:
    (folder / "stream" / "0003.sd-jwt.bak").write_bytes(b"")
    assert "checksum" in check_proof_folder(folder, policy).codes


def test_a_revocation_that_reaches_back_makes_the_proof_disputed(tmp_path: Path) -> None:
    log = small_log()
    log.revoke("senco", proved(log), "head", "head")
    log.stream_head("consent")
    log.stream_head(AUTHORITY)
    write_folder_with_last_heads(tmp_path / "proof", log)
    write_policy(tmp_path / "policy", log)
    proof = check_proof_folder(tmp_path / "proof", tmp_path / "policy")
    assert proof.codes == {"self-rooted", "disputed"}


def test_a_statement_of_another_ledger_is_found_though_this_log_holds_it(tmp_path: Path) -> None:
    log = small_log()
    log.event("foreign", lid=bytes(16))
    log.stream_head(AUTHORITY)
    write_folder(tmp_path / "proof", log)
    note = (tmp_path / "proof" / "checkpoint").read_bytes()
    log.write_entry(tmp_path / "proof" / "statement", log.indexes_of("foreign")[0], note)
    write_sums(tmp_path / "proof")
    write_policy(tmp_path / "policy", log)
    assert "other-ledger" in check_proof_folder(tmp_path / "proof", tmp_path / "policy").codes


def test_a_log_key_that_nobody_granted_is_found(tmp_path: Path) -> None:
    log = small_log()
    log.withdraw("log", "log", len(log.leaves), "root", "root")
    log.stream_head("consent")
    log.stream_head(AUTHORITY)
    write_folder_with_last_heads(tmp_path / "proof", log)
    write_policy(tmp_path / "policy", log)
    proof = check_proof_folder(tmp_path / "proof", tmp_path / "policy")
    assert "log-key-not-granted" in proof.codes


def test_a_key_that_signed_the_statement_but_was_registered_after_it_does_not_count(
    tmp_path: Path,
) -> None:
    log = small_log()
    log.event("consent", "friend", "senco")
    late = len(log.leaves) - 1
    log.register("friend", "root", "root")
    log.grant("friend", "senco", "head", "head")
    log.stream_head("consent")
    log.stream_head(AUTHORITY)
    write_folder_with_last_heads(tmp_path / "proof", log)
    (tmp_path / "proof" / "keys" / f"{key_of('friend').kid}.pem").write_bytes(
        spki_pem(key_of("friend").public)
    )
    log.write_entry(
        tmp_path / "proof" / "statement", late, (tmp_path / "proof" / "checkpoint").read_bytes()
    )
    (tmp_path / "proof" / "keys" / "actor.pem").write_bytes(spki_pem(key_of("friend").public))
    write_sums(tmp_path / "proof")
    write_policy(tmp_path / "policy", log)
    assert "unknown-key" in check_proof_folder(tmp_path / "proof", tmp_path / "policy").codes
