"""The mini-verifier finds the worked example of `docs/formats/log.md` to be what it says."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from tests.mini_verifier.encoding import Refused
from tests.mini_verifier.log import (
    Tree,
    check_consistency,
    check_tlog_proof,
    leaf_hash,
    open_note,
    read_checkpoint,
    read_policy,
)

DOCUMENT = Path(__file__).parents[2] / "docs" / "formats" / "log.md"
EXAMPLE = DOCUMENT.read_text(encoding="utf-8").partition("<!-- worked example: begin -->")[2]
BLOCKS = re.findall(r"```text\n(.*?)```", EXAMPLE, re.DOTALL)
_, LEAVES, HASHES, OLDER, NEWER, CONSISTENCY, PROOF, POLICY, *_ = [one.encode() for one in BLOCKS]
KNOWN = read_policy(POLICY)


def test_the_leaf_hashes_and_both_roots_are_those_of_the_leaves() -> None:
    tree = Tree()
    tree.leaves += [leaf_hash(leaf) for leaf in LEAVES.splitlines()]
    assert tree.leaves == [base64.b64decode(line) for line in HASHES.splitlines()]
    for note in (OLDER, NEWER):
        head = read_checkpoint(note, KNOWN.vkeys)
        assert tree.root(head.size) == head.root


def test_the_proof_leads_to_the_checkpoint_and_meets_the_quorum() -> None:
    index, head = check_tlog_proof(PROOF, LEAVES.splitlines()[2], KNOWN.vkeys)
    assert index == 2
    assert head == read_checkpoint(NEWER, KNOWN.vkeys)
    assert KNOWN.met(head.note.signers)
    assert not KNOWN.met(read_checkpoint(OLDER, KNOWN.vkeys).note.signers)


def test_the_consistency_proof_joins_both_heads() -> None:
    older, newer = (read_checkpoint(note, KNOWN.vkeys) for note in (OLDER, NEWER))
    path = [base64.b64decode(line) for line in CONSISTENCY.splitlines()]
    check_consistency(older.size, newer.size, path, older.root, newer.root)
    with pytest.raises(Refused):
        check_consistency(older.size, newer.size, path[::-1], older.root, newer.root)


@pytest.mark.parametrize("place", range(0, len(NEWER), 7))
def test_a_changed_byte_of_the_checkpoint_is_refused_or_in_a_line_that_is_passed_over(
    place: int,
) -> None:
    changed = NEWER[:place] + bytes([NEWER[place] ^ 1]) + NEWER[place + 1 :]
    try:
        note = open_note(changed, KNOWN.vkeys)
    except Refused:
        return
    assert note.text.encode() == NEWER.partition(b"\n\n")[0] + b"\n"
    assert len(note.signers) == 1
