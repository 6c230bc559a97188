"""Every proof vector of transparency-dev/merkle: 518 files, malformed proofs included.

The vectors come in four folders.  `inclusion` and `consistency` are the proofs of
RFC 9162.  `subtreeinclusion` and `subtreeconsistency` are about a part [start, end)
of a tree.  A part of a tree hashes like a tree of its own, so the same functions
answer; of the consistency vectors only those that start at 0 hold a proof.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from ledger.errors import MalformedInput
from ledger.seal.tree import ProofMismatch, check_consistency, check_inclusion

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# Vectors that pass there and are refused here, each for the reason given.
STRICTER = {
    "consistency/additional/sizes-are-equal-one-and-proof-is-empty.json": "bad-hash-size",
    "subtreeconsistency/additional/sizes-are-equal-one-and-proof-is-empty.json": "bad-hash-size",
    "subtreeconsistency/additional/"
    "subtree-is-empty-sizes-are-equal-zero-subtree-root-valid-proof-is-empty.json": (
        "consistency-from-nothing"
    ),
    "subtreeconsistency/additional/"
    "subtree-is-empty-sizes-are-equal-zero-subtree-root-valid-tree-root-random-"
    "proof-is-empty.json": "consistency-from-nothing",
}


def _cases(vectors: Path, folder: str) -> dict[str, dict[str, Any]]:
    root = vectors / "transparency-dev-merkle" / "testdata"
    files = sorted((root / folder).rglob("*.json"))
    return {str(file.relative_to(root)): json.loads(file.read_text("utf-8")) for file in files}


def _bytes(text: str | None) -> bytes:
    return base64.b64decode(text or "", validate=True)


def _proof(case: dict[str, Any]) -> list[bytes]:
    return [_bytes(text) for text in case["proof"] or []]


def _judge(name: str, case: dict[str, Any], check: Callable[..., None], *arguments: Any) -> None:
    refusal = ""
    try:
        check(*arguments)
    except (MalformedInput, ProofMismatch) as refused:
        refusal = refused.kind
    if name in STRICTER:
        assert not case["wantErr"], name
        assert refusal == STRICTER[name], name
    else:
        assert bool(refusal) == case["wantErr"], (name, refusal)


def _is_part(start: int, end: int) -> bool:
    # draft-ietf-plants-merkle-tree-certs, "Subtrees": the part starts at a multiple of
    # the smallest power of two that is not below its width
    return 0 <= start < end and start % (1 << (end - start - 1).bit_length()) == 0


def _check_part(start: int, end: int, leaf: bytes, index: int, *proof: Any) -> None:
    if not _is_part(start, end):
        raise MalformedInput("no subtree", kind="no-subtree")
    check_inclusion(leaf, index - start, end - start, *proof)


def test_every_inclusion_vector_is_judged_as_published(vectors: Path) -> None:
    cases = _cases(vectors, "inclusion")
    assert len(cases) == 98
    for name, case in cases.items():
        leaf, root = _bytes(case["leafHash"]), _bytes(case["root"])
        place = leaf, case["leafIdx"], case["treeSize"]
        _judge(name, case, check_inclusion, *place, _proof(case), root)


def test_every_consistency_vector_is_judged_as_published(vectors: Path) -> None:
    cases = _cases(vectors, "consistency")
    assert len(cases) == 98
    for name, case in cases.items():
        heads = case["size1"], _bytes(case["root1"]), case["size2"], _bytes(case["root2"])
        _judge(name, case, check_consistency, *heads, _proof(case))


def test_every_subtree_inclusion_vector_is_judged_as_published(vectors: Path) -> None:
    cases = _cases(vectors, "subtreeinclusion")
    assert len(cases) == 204
    for name, case in cases.items():
        leaf, root = _bytes(case["leafHash"]), _bytes(case["root"])
        place = case["start"], case["end"], leaf, case["leafIdx"]
        _judge(name, case, _check_part, *place, _proof(case), root)


def test_every_subtree_consistency_vector_with_a_proof_is_judged_as_published(
    vectors: Path,
) -> None:
    cases = _cases(vectors, "subtreeconsistency")
    of_trees = {name: case for name, case in cases.items() if case["start"] == 0}
    assert (len(cases), len(of_trees)) == (118, 102)
    for name, case in of_trees.items():
        heads = case["end"], _bytes(case["root1"]), case["size"], _bytes(case["root2"])
        _judge(name, case, check_consistency, *heads, _proof(case))
    for name in cases.keys() - of_trees.keys():
        assert not _is_part(cases[name]["start"], cases[name]["end"]), name


def test_every_vector_that_is_refused_here_and_passes_there_is_among_the_published(
    vectors: Path,
) -> None:
    published = _cases(vectors, "")
    assert len(published) == 518
    assert published.keys() >= STRICTER.keys()
