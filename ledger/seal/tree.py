"""The Merkle tree of RFC 9162 §2.1 over SHA-256: hashes, frontier, proofs, tiles.

A tree of n leaves splits at the largest power of two below n (§2.1.1), so its
left parts are complete subtrees that never change again.  Their roots are all
that appending needs (`Frontier`), any proof is made of them (`Nodes`), and 256
neighbours stored together, a tile, yield every one above them (`TileNodes`).

An odd last node is carried up as it is, never paired with itself: duplicating it
would give two lists of leaves one root.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Protocol

from ledger.errors import AlterationFound, MalformedInput
from ledger.formats.checkpoint import HASH_BYTES, MAX_TREE_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
TILES_KEPT: Final = 64
EMPTY_ROOT: Final = sha256(b"").digest()  # RFC 9162 §2.1.1: MTH({}) = HASH()


class ProofMismatch(AlterationFound):
    """A proof of the right shape leads to another root than the log signed."""

    kind = "proof-mismatch"


class Nodes(Protocol):
    """Whatever can tell the hashes of complete subtrees: memory, tiles, a database."""

    def __call__(self, level: int, index: int, /) -> bytes:
        """Give the root of the subtree of 2**level leaves from leaf index * 2**level on."""


def leaf_hash(data: bytes) -> bytes:
    """Hash the bytes of one leaf (RFC 9162 §2.1.1: `MTH({d[0]}) = HASH(0x00 || d[0])`)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into the one above (RFC 9162 §2.1.1: `HASH(0x01 || left || right)`)."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """A tree of any size, held as the roots of its complete subtrees.

    Appending gives a new frontier, so a failed transaction has nothing to take back.

    Attributes:
        size: how many leaves.
        roots: one root for each bit set in `size`, largest subtree first.
    """

    size: int
    roots: tuple[bytes, ...]

    def __post_init__(self) -> None:
        """Refuse roots that do not belong to the size (`MalformedInput`)."""
        _demand_size(self.size)
        _demand_hashes(self.roots)
        if len(self.roots) != self.size.bit_count():
            raise _malformed("bad-frontier", "A tree state does not fit its size.")

    @classmethod
    def empty(cls) -> Frontier:
        """Give the tree without leaves."""
        return cls(0, ())

    @classmethod
    def from_bytes(cls, size: int, data: bytes) -> Frontier:
        """Read what `to_bytes` wrote; what does not fit the size is `MalformedInput`."""
        return cls(size, tuple(hashes_in(data)))

    def to_bytes(self) -> bytes:
        """Write the roots one after another; the size is kept beside them."""
        return b"".join(self.roots)

    def append(self, leaf: bytes) -> Frontier:
        """Give the frontier with one more leaf hash at the right."""
        return self.extend([leaf])

    def extend(self, leaves: Sequence[bytes]) -> Frontier:
        """Give the frontier with more leaf hashes (32 bytes each) at the right."""
        _demand_hashes(leaves)
        below, left, right = self.size, list(self.roots), list[bytes]()
        level = list(leaves)
        while level:  # a whole level of the tree at a time
            if below & 1:  # the tree so far ends in a subtree of this height: it comes first
                level.insert(0, left.pop())
            if len(level) & 1:  # RFC 9162 §2.1.1: the odd last node stands for itself
                right.append(level[-1])
            level = _parents(level)
            below >>= 1
        return Frontier(self.size + len(leaves), (*left, *reversed(right)))

    def root(self) -> bytes:
        """Compute the Merkle Tree Hash of all leaves (RFC 9162 §2.1.1)."""
        return _fold(self.roots) if self.roots else EMPTY_ROOT


class LeafHashes:
    """Nodes over a list of leaf hashes in memory; each level is computed once."""

    __slots__ = ("_levels",)

    def __init__(self, leaves: Iterable[bytes]) -> None:
        """Take the leaf hashes in log order; one not of 32 bytes is `MalformedInput`."""
        self._levels = [list(leaves)]
        _demand_hashes(self._levels[0])

    def __call__(self, level: int, index: int, /) -> bytes:
        """Give one node; where no complete subtree is, raise `MalformedInput`."""
        while len(self._levels) <= level and len(self._levels[-1]) > 1:
            self._levels.append(_parents(self._levels[-1]))
        if not (0 <= level < len(self._levels) and 0 <= index < len(self._levels[level])):
            raise _no_such_node(level, index)
        return self._levels[level][index]


class TileNodes:
    """Nodes over tiles (C2SP tlog-tiles, "Merkle Tree"): one tile answers for eight levels.

    Made for one read transaction: a partial tile that it keeps does not grow with the log.
    """

    __slots__ = ("_kept", "_tile")

    def __init__(self, tile: Callable[[int, int], bytes]) -> None:
        """Take the source of tiles.

        Args:
            tile: (tile level, index) → the hashes of up to 256 nodes at tree level
                8 * tile level from node index * 256 on, one after another.
        """
        self._tile = tile
        self._kept: dict[tuple[int, int], LeafHashes] = {}

    def __call__(self, level: int, index: int, /) -> bytes:
        """Give one node; a tile that is malformed or ends before it is `MalformedInput`."""
        if level < 0 or index < 0:
            raise _no_such_node(level, index)
        tile_level, height = divmod(level, TILE_HEIGHT)
        tile_index, place = divmod(index, TILE_WIDTH >> height)
        return self._nodes_of(tile_level, tile_index)(height, place)

    def _nodes_of(self, tile_level: int, tile_index: int) -> LeafHashes:
        nodes = self._kept.get((tile_level, tile_index))
        if nodes is None:
            data = self._tile(tile_level, tile_index)
            if len(data) > TILE_WIDTH * HASH_BYTES:
                raise _malformed("bad-tile", "A tile of the log is too wide.")
            nodes = LeafHashes(hashes_in(data))
            if len(self._kept) == TILES_KEPT:
                self._kept.clear()
            self._kept[tile_level, tile_index] = nodes
        return nodes


def prove_inclusion(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """Prove that a leaf is in a tree: the hashes beside its path, its sibling first.

    Args:
        nodes: the tree, at least of that size.
        index: place of the leaf, from 0.
        size: size of the tree to prove it in.

    Raises:
        MalformedInput: no such leaf in a tree of that size.
    """
    _demand_leaf(index, size)
    start, end, path = 0, size, list[bytes]()  # RFC 9162 §2.1.3.1
    while end - start > 1:
        split = start + _split(end - start)
        if index < split:  # PATH(m, D_n) = PATH(m, D[0:k]) : MTH(D[k:n])
            path.append(_range_root(nodes, split, end))
            end = split
        else:  # PATH(m, D_n) = PATH(m - k, D[k:n]) : MTH(D[0:k])
            path.append(_range_root(nodes, start, split))
            start = split
    return path[::-1]


def check_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that a leaf is in the tree that a head names (RFC 9162 §2.1.3.2).

    Args:
        leaf: the leaf hash, computed from the leaf's own bytes.
        index: place of the leaf, from 0.
        size: size of the tree, from the signed head and nowhere else.
        proof: what `prove_inclusion` gives.
        root: root hash of the signed head.

    Raises:
        ProofMismatch: the proof leads to another root.
        MalformedInput: a hash is not 32 bytes, the index is outside, the length is wrong.
    """
    _demand_leaf(index, size)
    _demand_hashes((leaf, root, *proof))
    fn, sn, computed = index, size - 1, leaf  # §2.1.3.2 steps 2 and 3
    for sibling in proof:  # step 4
        if sn == 0:  # the root is reached
            raise _wrong_length()
        if fn & 1 or fn == sn:
            computed = node_hash(sibling, computed)
            fn, sn = _skip_missing(fn, sn)
        else:
            computed = node_hash(computed, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:  # step 5
        raise _wrong_length()
    if computed != root:
        raise ProofMismatch(
            "An inclusion proof does not lead to the root hash of the log.",
            "The entry, its place, the proof or the log itself was altered.",
            "Compare with another copy of the entry and its proof.",
        )


def prove_consistency(nodes: Nodes, old: int, new: int) -> list[bytes]:
    """Prove that a tree only grew.

    Args:
        nodes: the tree, at least of the later size.
        old: the earlier size, at least 1.
        new: the later size; where it is the same, the proof is empty.

    Raises:
        MalformedInput: sizes out of range; from size 0 nothing can be proved.
    """
    _demand_growth(old, new)
    start, end, path = 0, new, list[bytes]()  # RFC 9162 §2.1.4.1
    while old != end:
        split = start + _split(end - start)
        if old <= split:  # SUBPROOF(m, D_n, b) = SUBPROOF(m, D[0:k], b) : MTH(D[k:n])
            path.append(_range_root(nodes, split, end))
            end = split
        else:  # SUBPROOF(m, D_n, b) = SUBPROOF(m - k, D[k:n], false) : MTH(D[0:k])
            path.append(_range_root(nodes, start, split))
            start = split
    if start != 0:  # SUBPROOF(m, D_m, false) = {MTH(D_m)}; with b true the reader has it
        path.append(_range_root(nodes, start, end))
    return path[::-1]


def root_of(nodes: Nodes, size: int) -> bytes:
    """Give the root hash of the tree of the first `size` leaves (RFC 9162 §2.1.1)."""
    _demand_size(size)
    return _range_root(nodes, 0, size) if size else EMPTY_ROOT


def check_consistency(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the tree of one head begins with the tree of an older (RFC 9162 §2.1.4.2).

    Args:
        old: the earlier size, at least 1.
        old_root: root hash at that size.
        new: the later size, at least the earlier.
        new_root: root hash at that size.
        proof: what `prove_consistency` gives.

    Raises:
        ProofMismatch: the later tree does not begin with the earlier one.
        MalformedInput: a hash is not 32 bytes, sizes are off, the length is wrong.
    """
    _demand_growth(old, new)
    _demand_hashes((old_root, new_root, *proof))
    if old != new:
        computed = grown_roots(old, old_root, new, proof)
    elif proof:
        raise _wrong_length()
    else:  # one size has one tree
        computed = [old_root, old_root]
    if computed != [old_root, new_root]:  # §2.1.4.2 step 7
        raise ProofMismatch(
            "Nothing shows that the later head of the log continues the earlier one.",
            "The proof is for other heads, or damaged; or the log was rewritten.",
            "Keep both heads and the proof, and ask whose log it is for a proof that fits.",
        )


def grown_roots(old: int, old_root: bytes, new: int, proof: Sequence[bytes]) -> list[bytes]:
    """Give old and new root as a proof has them (RFC 9162 §2.1.4.2); compares nothing."""
    if not proof:  # step 1
        raise _wrong_length()
    path = [old_root, *proof] if old.bit_count() == 1 else proof  # step 2: a power of two
    fn, sn = old - 1, new - 1  # step 3
    while fn & 1:  # step 4
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]  # step 5
    for node in path[1:]:  # step 6
        if sn == 0:
            raise _wrong_length()
        if fn & 1 or fn == sn:
            fr, sr = node_hash(node, fr), node_hash(node, sr)
            fn, sn = _skip_missing(fn, sn)
        else:
            sr = node_hash(sr, node)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:  # step 7
        raise _wrong_length()
    return [fr, sr]


def _skip_missing(fn: int, sn: int) -> tuple[int, int]:
    # RFC 9162 §2.1.3.2 step 4: right-shift over levels at which the last node has no sibling.
    while fn and not fn & 1:
        fn, sn = fn >> 1, sn >> 1
    return fn, sn


def _split(size: int) -> int:
    # RFC 9162 §2.1.1: k is the largest power of two smaller than n.
    return 1 << ((size - 1).bit_length() - 1)


def _range_root(nodes: Nodes, start: int, end: int) -> bytes:
    # MTH(D[start:end]) for a range that _split has cut: start is a multiple of the
    # largest power of two within it, so it falls into complete subtrees.
    roots = []
    while start < end:
        level = (end - start).bit_length() - 1
        roots.append(nodes(level, start >> level))
        start += 1 << level
    return _fold(roots)


def _fold(roots: Sequence[bytes]) -> bytes:
    # RFC 9162 §2.1.1 read from the right: each subtree is the left part of what follows.
    computed = roots[-1]
    for left in reversed(roots[:-1]):
        computed = node_hash(left, computed)
    return computed


def _parents(level: Sequence[bytes]) -> list[bytes]:
    # node_hash written out: this line is run once for every leaf of the log.
    return [
        sha256(b"\x01" + left + right).digest()
        for left, right in zip(level[::2], level[1::2], strict=False)
    ]


def hashes_in(data: bytes) -> list[bytes]:
    """Part hashes that stand one after another, as in a tile."""
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def _demand_hashes(hashes: Iterable[bytes]) -> None:
    if not set(map(len, hashes)) <= {HASH_BYTES}:
        raise _malformed("bad-hash-size", "A hash of the log is not 32 bytes long.")


def _demand_size(size: int) -> None:
    if not 0 <= size <= MAX_TREE_SIZE:
        raise _malformed("bad-tree-size", f"{size} is not the size of a tree.")


def _demand_leaf(index: int, size: int) -> None:
    _demand_size(size)
    if not 0 <= index < size:
        raise _malformed("index-out-of-tree", f"A tree of {size} leaves has no leaf {index}.")


def _demand_growth(old: int, new: int) -> None:
    _demand_size(new)
    if old == 0:  # every tree begins with the empty tree
        raise _malformed("consistency-from-nothing", "Consistency from size 0 proves nothing.")
    if not 0 < old <= new:
        raise _malformed("bad-tree-size", f"No tree grows from {old} to {new} leaves.")


def _no_such_node(level: int, index: int) -> MalformedInput:
    return _malformed("no-such-node", f"No complete subtree {index} at level {level}.")


def _wrong_length() -> MalformedInput:
    return _malformed("wrong-proof-length", "A proof has too many or too few hashes for its size.")


def _malformed(kind: str, what: str) -> MalformedInput:
    return MalformedInput(
        what,
        "The tree of the log is that of RFC 9162 §2.1; these bytes cannot belong to one.",
        "Get the proof or the tree state again from its source.",
        kind=kind,
    )
