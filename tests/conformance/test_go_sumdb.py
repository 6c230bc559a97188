"""Go's sumdb/note and sumdb/tlog read our notes and proofs, and write the same proofs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from ledger.formats.checkpoint import Checkpoint, cosigner_name, origin_of
from ledger.formats.encoding import b64
from ledger.formats.signed_note import ED25519, VerifierKey
from ledger.formats.tlog_proof import TlogProof
from ledger.seal.checkpoints import cosign, sign_checkpoint
from ledger.seal.ed25519 import SigningKey
from ledger.seal.tree import (
    Frontier,
    LeafHashes,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
)

Judge = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]

PROGRAM = Path(__file__).parent / "go" / "sumdb.go"
GOPATH = Path("/usr/share/gocode")  # where Debian's golang-golang-x-mod-dev puts its source

ORIGIN = origin_of(bytes(range(16)))
LOG = SigningKey(sha256(b"log").digest())
COSIGNER = SigningKey(sha256(b"cosigner").digest())
VKEY = VerifierKey(name=ORIGIN, type=ED25519, public=LOG.public).text()
RECORDS = [str(number).encode() for number in range(70)]
LEAVES = [leaf_hash(record) for record in RECORDS]
NODES = LeafHashes(LEAVES)


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """Build the Go program once; give a function from requests to its answers."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("go is not on this machine (Debian: golang-go)")
    if not (GOPATH / "src" / "golang.org" / "x" / "mod" / "sumdb" / "tlog").is_dir():
        pytest.skip("golang.org/x/mod is not here (Debian: golang-golang-x-mod-dev)")
    folder = tmp_path_factory.mktemp("go")
    environment = os.environ | {
        "GO111MODULE": "off",
        "GOPATH": str(GOPATH),
        "GOCACHE": str(folder / "cache"),
        "GOFLAGS": "",
    }
    built = folder / "sumdb"
    subprocess.run([go, "build", "-o", built, PROGRAM], check=True, env=environment)

    def answers(requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
        lines = "".join(json.dumps(request) + "\n" for request in requests)
        done = subprocess.run([built], input=lines, capture_output=True, text=True, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    return answers


def _head(size: int) -> Checkpoint:
    root = Frontier.empty().extend(LEAVES[:size]).root()
    return Checkpoint(origin=ORIGIN, size=size, root=root)


def _note(size: int) -> bytes:
    return sign_checkpoint(_head(size), LOG.sign, LOG.public)


def _cosigned(note: bytes) -> bytes:
    name = cosigner_name(origin_of(bytes(16)))
    return note + cosign(note, name, COSIGNER.sign, COSIGNER.public, 1_772_539_200).encode()


def _request(index: int, old: int, size: int) -> dict[str, Any]:
    # what a proof file and two notes hold, as a reader of their bytes finds it
    proof = TlogProof.parse(
        TlogProof(
            index=index,
            hashes=tuple(prove_inclusion(NODES, index, size)),
            checkpoint_note=_cosigned(_note(size)),
        ).to_bytes()
    )
    return {
        "Vkey": VKEY,
        "Note": proof.checkpoint_note.decode(),
        "Leaf": b64(RECORDS[proof.index]),
        "Index": proof.index,
        "Inclusion": [b64(one) for one in proof.hashes],
        "OldNote": _note(old).decode(),
        "Consistency": [b64(one) for one in prove_consistency(NODES, old, size)],
    }


def test_go_opens_our_notes_and_accepts_our_proofs(judge: Judge) -> None:
    cases = [(0, 1, 1), (3, 3, 7), (6, 4, 7), (7, 1, 8), (0, 32, 33), (69, 69, 70), (12, 70, 70)]
    answers = judge([_request(*case) for case in cases])
    for (_index, _old, size), answer in zip(cases, answers, strict=True):
        assert answer["Error"] == ""
        assert answer["Text"] == _head(size).text()


def test_go_refuses_what_was_altered(judge: Judge) -> None:
    good = _request(3, 5, 7)
    other = b64(b"\xa5" * 32)
    forked = sign_checkpoint(replace(_head(5), root=b"\xa5" * 32), LOG.sign, LOG.public)
    another_key = VerifierKey(name=ORIGIN, type=ED25519, public=COSIGNER.public).text()
    altered: list[dict[str, Any]] = [
        {"Leaf": b64(b"another")},
        {"Index": 2},
        {"Inclusion": good["Inclusion"][:-1]},
        {"Inclusion": [other, *good["Inclusion"][1:]]},
        {"Consistency": [other, *good["Consistency"][1:]]},
        {"Consistency": good["Consistency"][:-1]},
        {"OldNote": forked.decode()},
        {"Note": good["Note"].replace("\n7\n", "\n8\n")},
        {"Vkey": another_key},
    ]
    answers = judge([good, *(good | change for change in altered)])
    assert [bool(answer["Error"]) for answer in answers] == [False, *[True] * len(altered)]


def test_go_makes_the_same_proofs_as_we_do(judge: Judge) -> None:
    cases = [(index, index + 1, size) for size in range(1, 41) for index in range(size)]
    requests = [{"Index": index, "Old": old, "Size": size} for index, old, size in cases]
    for (index, old, size), answer in zip(cases, judge(requests), strict=True):
        assert answer["Error"] == ""
        assert answer["Root"] == b64(_head(size).root)
        assert (answer["Inclusion"] or []) == [
            b64(one) for one in prove_inclusion(NODES, index, size)
        ]
        assert (answer["Consistency"] or []) == [
            b64(one) for one in prove_consistency(NODES, old, size)
        ]
