"""The mini-verifier against published vectors: nobody here wrote both sides."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.mini_verifier.encoding import Refused, check_signature, sound_key
from tests.mini_verifier.log import HASH, check_consistency, check_inclusion

if TYPE_CHECKING:
    from pathlib import Path


def _bytes(texts: list[str] | None) -> list[bytes]:
    return [base64.b64decode(text) for text in texts or []]


def _is_refused(case: dict[str, Any], kind: str) -> bool:
    path = _bytes(case["proof"])
    try:
        if kind == "inclusion":
            leaf, root = _bytes([case["leafHash"], case["root"]])
            check_inclusion(leaf, case["leafIdx"], case["treeSize"], path, root)
        else:
            roots = _bytes([case["root1"], case["root2"]])
            check_consistency(case["size1"], case["size2"], path, *roots)
    except Refused:
        return True
    return False


@pytest.mark.parametrize("kind", ["inclusion", "consistency"])
def test_merkle_proofs_of_transparency_dev(vectors: Path, kind: str) -> None:
    counted = 0
    for path in sorted((vectors / "transparency-dev-merkle" / "testdata" / kind).rglob("*.json")):
        case = json.loads(path.read_bytes())
        roots = _bytes([case[name] for name in ("root", "root1", "root2") if name in case])
        # We enforce hashes of 32 bytes; one vector has other bytes as roots, and "don't care".
        wanted = case["wantErr"] or any(len(root) != HASH for root in roots)
        assert _is_refused(case, kind) == wanted, path.name
        counted += 1
    assert counted > 50


def test_every_low_order_or_non_canonical_key_of_cctv_is_refused(vectors: Path) -> None:
    cases = json.loads((vectors / "cctv-ed25519" / "ed25519vectors.json").read_bytes())
    weak = {"low_order_A", "non_canonical_A"}
    for case in cases:
        if weak & set(case["flags"] or []):
            with pytest.raises(Refused, match="weak-key"):
                sound_key(bytes.fromhex(case["key"]))
        else:
            sound_key(bytes.fromhex(case["key"]))


def test_ed25519_signatures_of_wycheproof(vectors: Path) -> None:
    groups = json.loads((vectors / "wycheproof" / "ed25519_test.json").read_bytes())["testGroups"]
    for group in groups:
        public = bytes.fromhex(group["publicKey"]["pk"])
        for case in group["tests"]:
            signature, message = bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"])
            try:
                check_signature(public, signature, message)
                told = "valid"
            except Refused:
                told = "invalid"
            assert told == case["result"], case["comment"]
