"""Inclusion and consistency proofs of RFC 9162 §2.1.3 and §2.1.4."""

from __future__ import annotations

import pytest

from ledger.errors import MalformedInput
from ledger.seal.tree import (
    Frontier,
    LeafHashes,
    ProofMismatch,
    check_consistency,
    check_inclusion,
    leaf_hash,
    node_hash,
    prove_consistency,
    prove_inclusion,
)

LEAVES = [leaf_hash(bytes([n])) for n in range(40)]
NODES = LeafHashes(LEAVES)
ROOTS = [Frontier.empty().extend(LEAVES[:n]).root() for n in range(41)]
OTHER = b"\xa5" * 32


def _refusal_of_inclusion(
    leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes
) -> str:
    with pytest.raises((MalformedInput, ProofMismatch)) as refused:
        check_inclusion(leaf, index, size, proof, root)
    return refused.value.kind


def _refusal_of_consistency(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: list[bytes]
) -> str:
    with pytest.raises((MalformedInput, ProofMismatch)) as refused:
        check_consistency(old, old_root, new, new_root, proof)
    return refused.value.kind


def test_every_leaf_of_every_small_tree_is_proved() -> None:
    for size in range(1, 41):
        for index in range(size):
            proof = prove_inclusion(NODES, index, size)
            check_inclusion(LEAVES[index], index, size, proof, ROOTS[size])


def test_every_growth_of_every_small_tree_is_proved() -> None:
    for new in range(1, 41):
        for old in range(1, new + 1):
            proof = prove_consistency(NODES, old, new)
            check_consistency(old, ROOTS[old], new, ROOTS[new], proof)


def test_the_seven_leaf_example_of_the_rfc_has_the_proofs_that_it_names() -> None:
    # RFC 9162 §2.1.5: leaves d0 to d6 hash to a, b, c, d, e, f, j
    a, b, c, d, e, f, j = LEAVES[:7]
    g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k, el = node_hash(g, h), node_hash(i, j)
    assert ROOTS[7] == node_hash(k, el)
    assert prove_inclusion(NODES, 0, 7) == [b, h, el]
    assert prove_inclusion(NODES, 3, 7) == [c, g, el]
    assert prove_inclusion(NODES, 4, 7) == [f, j, k]
    assert prove_inclusion(NODES, 6, 7) == [i, k]
    assert prove_consistency(NODES, 3, 7) == [c, d, g, el]
    assert prove_consistency(NODES, 4, 7) == [el]
    assert prove_consistency(NODES, 6, 7) == [i, j, k]


@pytest.mark.parametrize(("index", "size"), [(0, 1), (0, 7), (6, 7), (4, 5), (12, 40)])
def test_an_inclusion_proof_with_one_thing_changed_leads_elsewhere(index: int, size: int) -> None:
    leaf, proof, root = LEAVES[index], prove_inclusion(NODES, index, size), ROOTS[size]
    assert _refusal_of_inclusion(OTHER, index, size, proof, root) == "proof-mismatch"
    assert _refusal_of_inclusion(leaf, index, size, proof, OTHER) == "proof-mismatch"
    for place in range(len(proof)):
        altered = [*proof[:place], OTHER, *proof[place + 1 :]]
        assert _refusal_of_inclusion(leaf, index, size, altered, root) == "proof-mismatch"


def test_a_mismatch_is_an_alteration() -> None:
    with pytest.raises(ProofMismatch) as found:
        check_inclusion(OTHER, 0, 1, [], ROOTS[1])
    assert found.value.exit_code == 10


def test_a_proof_for_one_place_does_not_prove_another() -> None:
    proof = prove_inclusion(NODES, 2, 8)
    for index in (0, 1, 3, 4, 5, 6, 7):
        assert _refusal_of_inclusion(LEAVES[2], index, 8, proof, ROOTS[8]) == "proof-mismatch"


def test_an_interior_node_is_not_taken_for_a_leaf() -> None:
    node = NODES(1, 0)
    assert _refusal_of_inclusion(node, 0, 8, [NODES(1, 1), NODES(2, 1)], ROOTS[8]) == (
        "wrong-proof-length"
    )


@pytest.mark.parametrize(("index", "size"), [(0, 1), (3, 7), (6, 7), (39, 40)])
def test_an_inclusion_proof_of_another_length_is_malformed(index: int, size: int) -> None:
    leaf, proof, root = LEAVES[index], prove_inclusion(NODES, index, size), ROOTS[size]
    longer = [*proof, OTHER]
    assert _refusal_of_inclusion(leaf, index, size, longer, root) == "wrong-proof-length"
    if proof:
        assert _refusal_of_inclusion(leaf, index, size, proof[:-1], root) == "wrong-proof-length"


@pytest.mark.parametrize(
    ("index", "size", "kind"),
    [
        (7, 7, "index-out-of-tree"),
        (-1, 7, "index-out-of-tree"),
        (0, 0, "index-out-of-tree"),
        (0, -1, "bad-tree-size"),
        (0, 2**63, "bad-tree-size"),
    ],
)
def test_a_place_outside_the_tree_is_malformed_in_proving_and_in_checking(
    index: int, size: int, kind: str
) -> None:
    assert _refusal_of_inclusion(LEAVES[0], index, size, [], ROOTS[7]) == kind
    with pytest.raises(MalformedInput) as refused:
        prove_inclusion(NODES, index, size)
    assert refused.value.kind == kind


def test_the_last_leaf_of_the_largest_tree_has_63_hashes() -> None:
    size, leaf = 2**63 - 1, LEAVES[0]
    root, proof = leaf, [OTHER] * 62
    for sibling in proof:
        root = node_hash(sibling, root)
    check_inclusion(leaf, size - 1, size, proof, root)
    first = [OTHER] * 63
    assert _refusal_of_inclusion(leaf, 0, size, first, root) == "proof-mismatch"


@pytest.mark.parametrize("wrong", [b"", b"x" * 31, b"x" * 33])
def test_a_hash_that_is_not_32_bytes_is_malformed_wherever_it_stands(wrong: bytes) -> None:
    proof = prove_inclusion(NODES, 2, 7)
    assert _refusal_of_inclusion(wrong, 2, 7, proof, ROOTS[7]) == "bad-hash-size"
    assert _refusal_of_inclusion(LEAVES[2], 2, 7, proof, wrong) == "bad-hash-size"
    assert _refusal_of_inclusion(LEAVES[2], 2, 7, [wrong, *proof[1:]], ROOTS[7]) == (
        "bad-hash-size"
    )
    path = prove_consistency(NODES, 3, 7)
    assert _refusal_of_consistency(3, wrong, 7, ROOTS[7], path) == "bad-hash-size"
    assert _refusal_of_consistency(3, ROOTS[3], 7, wrong, path) == "bad-hash-size"
    assert _refusal_of_consistency(3, ROOTS[3], 7, ROOTS[7], [wrong, *path[1:]]) == (
        "bad-hash-size"
    )


@pytest.mark.parametrize(("old", "new"), [(1, 2), (3, 7), (4, 7), (6, 8), (31, 40), (32, 40)])
def test_a_consistency_proof_with_one_thing_changed_leads_elsewhere(old: int, new: int) -> None:
    proof = prove_consistency(NODES, old, new)
    assert _refusal_of_consistency(old, OTHER, new, ROOTS[new], proof) == "proof-mismatch"
    assert _refusal_of_consistency(old, ROOTS[old], new, OTHER, proof) == "proof-mismatch"
    for place in range(len(proof)):
        altered = [*proof[:place], OTHER, *proof[place + 1 :]]
        assert _refusal_of_consistency(old, ROOTS[old], new, ROOTS[new], altered) == (
            "proof-mismatch"
        )


@pytest.mark.parametrize(("old", "new"), [(1, 2), (3, 7), (4, 7), (31, 40), (32, 40)])
def test_a_consistency_proof_of_another_length_is_malformed(old: int, new: int) -> None:
    proof = prove_consistency(NODES, old, new)
    for other in ([], proof[:-1], [*proof, OTHER]):
        assert _refusal_of_consistency(old, ROOTS[old], new, ROOTS[new], other) == (
            "wrong-proof-length"
        )


def test_two_heads_of_one_size_agree_only_when_their_roots_do() -> None:
    check_consistency(5, ROOTS[5], 5, ROOTS[5], [])
    assert prove_consistency(NODES, 5, 5) == []
    assert _refusal_of_consistency(5, ROOTS[5], 5, OTHER, []) == "proof-mismatch"
    assert _refusal_of_consistency(4, ROOTS[4], 4, ROOTS[4], [OTHER]) == "wrong-proof-length"


def test_a_rewritten_log_is_not_consistent_with_what_it_signed_before() -> None:
    rewritten = LeafHashes([*LEAVES[:3], OTHER, *LEAVES[4:8]])
    new_root = Frontier.empty().extend([*LEAVES[:3], OTHER, *LEAVES[4:8]]).root()
    proof = prove_consistency(rewritten, 6, 8)
    assert _refusal_of_consistency(6, ROOTS[6], 8, new_root, proof) == "proof-mismatch"


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (0, 7, "consistency-from-nothing"),
        (0, 0, "consistency-from-nothing"),
        (8, 7, "bad-tree-size"),
        (-1, 7, "bad-tree-size"),
        (1, 2**63, "bad-tree-size"),
        (1, -1, "bad-tree-size"),
    ],
)
def test_sizes_between_which_no_tree_grows_are_malformed_in_proving_and_in_checking(
    old: int, new: int, kind: str
) -> None:
    assert _refusal_of_consistency(old, ROOTS[0], new, ROOTS[0], []) == kind
    with pytest.raises(MalformedInput) as refused:
        prove_consistency(NODES, old, new)
    assert refused.value.kind == kind
