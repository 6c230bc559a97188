"""The log (`docs/formats/log.md`): RFC 9162 tree, C2SP notes, checkpoints, policies, proofs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.mini_verifier.encoding import (
    MAX_INT,
    Refused,
    check_signature,
    read_decimal,
    sha256,
    unb64,
)

if TYPE_CHECKING:
    from collections.abc import Collection

HASH = 32
LOG_KEY, COSIGNER_KEY, POST_QUANTUM_KEY = 0x01, 0x04, 0x06
KEY_BYTES = {LOG_KEY: 32, COSIGNER_KEY: 32, POST_QUANTUM_KEY: 1312}
MAX_SIGNATURES = 100
MAX_NOTE = 1_048_576
MAX_PROOF = 1_179_648
MAX_EXTRA = 65_536
MAX_POLICY_ENTRIES = 1024


def leaf_hash(data: bytes) -> bytes:
    """RFC 9162 §2.1.1."""
    return sha256(b"\x00" + data)


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 9162 §2.1.1."""
    return sha256(b"\x01" + left + right)


class Tree:
    """All leaf hashes of a log, and the root at any size it ever had."""

    def __init__(self) -> None:
        """Start empty."""
        self.leaves: list[bytes] = []
        self._full: dict[tuple[int, int], bytes] = {}

    def root(self, size: int) -> bytes:
        """MTH(D[0:size]), RFC 9162 §2.1.1."""
        return self._hash(0, size) if size else sha256(b"")

    def _hash(self, start: int, end: int) -> bytes:
        width = end - start
        if width == 1:
            return self.leaves[start]
        if (start, end) in self._full:
            return self._full[start, end]
        split = start + (1 << (width - 1).bit_length() - 1)
        made = node_hash(self._hash(start, split), self._hash(split, end))
        if width & (width - 1) == 0:  # a complete subtree is the same in every larger tree
            self._full[start, end] = made
        return made


def check_inclusion(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> None:
    """RFC 9162 §2.1.3.2; hashes of 32 bytes only."""
    hashes = all(len(one) == HASH for one in [leaf, root, *path])
    if not hashes or not 0 <= index < size <= MAX_INT:
        raise Refused("malformed-proof", "an index or a hash is out of bounds")
    fn, sn, made = index, size - 1, leaf
    for sibling in path:
        if sn == 0:
            raise Refused("malformed-proof", "too long")
        if fn & 1 or fn == sn:
            made = node_hash(sibling, made)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            made = node_hash(made, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise Refused("malformed-proof", "too short")
    if made != root:
        raise Refused("bad-inclusion", "the proof does not lead to the root")


def check_consistency(old: int, new: int, path: list[bytes], root: bytes, new_root: bytes) -> None:
    """RFC 9162 §2.1.4.2: the tree of `old` leaves is the start of that of `new`."""
    hashes = all(len(one) == HASH for one in [root, new_root, *path])
    if not hashes or not 0 < old <= new <= MAX_INT or bool(path) != (old < new):
        raise Refused("malformed-proof", "a size, a hash or the length is out of bounds")
    if old & (old - 1) == 0:  # the old tree is one whole subtree: its root starts the path
        path = [root, *path]
    roots = _both_roots(old, new, path) if old < new else (root, root)
    if roots != (root, new_root):
        raise Refused("bad-consistency", "the proof does not join the two roots")


def _both_roots(old: int, new: int, path: list[bytes]) -> tuple[bytes, bytes]:
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for one in path[1:]:
        if sn == 0:
            raise Refused("malformed-proof", "too long")
        if fn & 1 or fn == sn:
            fr, sr = node_hash(one, fr), node_hash(one, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, one)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise Refused("malformed-proof", "too short")
    return fr, sr


@dataclass(frozen=True)
class VKey:
    """A verifier key of a signed note: its name and the algorithm are part of it."""

    name: str
    type: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that stand before a signature."""
        return sha256(f"{self.name}\n".encode() + bytes([self.type]) + self.public)[:4]


def _good_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(map(str.isspace, name))


def read_vkey(text: str) -> VKey:
    """C2SP signed-note, "Verifier keys": name+hex id+base64(type, key)."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    data = unb64(encoded)
    key = VKey(name, data[0] if data else 0, data[1:])
    good = KEY_BYTES.get(key.type) == len(key.public) and _good_name(name)
    if not good or key_id != key.id.hex():
        raise Refused("malformed-vkey", "not a verifier key of a known type")
    return key


@dataclass(frozen=True)
class Note:
    """A note, and the known keys whose signatures fit: each with its line, and a time or 0."""

    text: str
    signers: dict[VKey, tuple[str, int]]


def open_note(note: bytes, vkeys: list[VKey]) -> Note:
    """C2SP signed-note: an unknown key is ignored, a known one must fit, one must be there."""
    if len(note) > MAX_NOTE:
        raise Refused("malformed-note", "too long")
    try:
        text, dash, tail = note.decode("utf-8", "strict").rpartition("\n\n")
    except UnicodeDecodeError:
        raise Refused("malformed-note", "not UTF-8") from None
    text += "\n"
    lines = tail.split("\n")
    controls = any(char < " " and char != "\n" for char in text + tail)
    if not dash or lines.pop() or not lines or controls or len(lines) > MAX_SIGNATURES:
        raise Refused("malformed-note", "not a text, an empty line and signature lines")
    known = {(key.name, key.id): key for key in vkeys if key.type != POST_QUANTUM_KEY}
    signers: dict[VKey, tuple[str, int]] = {}
    for line in lines:
        name, data = _read_signature_line(line)
        key = known.get((name, data[:4]))
        if key is not None:
            signers[key] = line, _check_note_signature(key, data[4:], text)
    if not signers:
        raise Refused("unknown-key", "no signature by a known key")
    return Note(text, signers)


def _read_signature_line(line: str) -> tuple[str, bytes]:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "\u2014" or not _good_name(parts[1]):
        raise Refused("malformed-note", "a signature line")
    data = unb64(parts[2])
    if len(data) < 5:
        raise Refused("malformed-note", "a signature without a key id")
    return parts[1], data


def _check_note_signature(key: VKey, signature: bytes, text: str) -> int:
    message, time = text.encode(), 0
    if key.type == COSIGNER_KEY:  # C2SP tlog-cosignature, "Ed25519 signed message"
        time, signature = int.from_bytes(signature[:8], "big"), signature[8:]
        message = f"cosignature/v1\ntime {time}\n".encode() + message
        if time > MAX_INT:
            raise Refused("bad-signature", "a time without end")
    check_signature(key.public, signature, message)
    return time


@dataclass(frozen=True)
class Checkpoint:
    """A signed head of a log (C2SP tlog-checkpoint without extension lines)."""

    origin: str
    size: int
    root: bytes
    note: Note

    @property
    def head(self) -> tuple[str, int, bytes]:
        """What two copies of one checkpoint must share."""
        return self.origin, self.size, self.root

    @property
    def log_keys(self) -> set[VKey]:
        """The keys that signed it as its log: named after its origin."""
        return {k for k in self.note.signers if k.type == LOG_KEY and k.name == self.origin}


def read_checkpoint(data: bytes, vkeys: list[VKey]) -> Checkpoint:
    """Open a checkpoint that a known log signed."""
    note = open_note(data, vkeys)
    lines = note.text.split("\n")
    if len(lines) != 4 or not lines[0]:
        raise Refused("malformed-checkpoint", "not origin, size and root")
    made = Checkpoint(lines[0], read_decimal(lines[1]), unb64(lines[2], HASH), note)
    if not made.log_keys:
        raise Refused("unknown-key", "not signed by a known log of that origin")
    return made


def check_tlog_proof(proof: bytes, leaf: bytes, vkeys: list[VKey]) -> tuple[int, Checkpoint]:
    """C2SP tlog-proof: `leaf` stands in the log at the index that is returned."""
    if len(proof) > MAX_PROOF:
        raise Refused("malformed-proof", "too long")
    top, dash, note = proof.partition(b"\n\n")
    try:
        lines = top.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise Refused("malformed-proof", "not ASCII") from None
    if not dash or lines.pop(0) != "c2sp.org/tlog-proof@v1":
        raise Refused("malformed-proof", "not a tlog-proof")
    extra = lines.pop(0)[6:] if lines and lines[0].startswith("extra ") else ""
    if len(unb64(extra)) > MAX_EXTRA:
        raise Refused("malformed-proof", "too much extra")
    if not lines or not lines[0].startswith("index "):
        raise Refused("malformed-proof", "no index")
    index = read_decimal(lines.pop(0).removeprefix("index "))
    checkpoint = read_checkpoint(note, vkeys)
    path = [unb64(line, HASH) for line in lines]
    check_inclusion(leaf_hash(leaf), index, checkpoint.size, path, checkpoint.root)
    return index, checkpoint


@dataclass
class Policy:
    """Whose keys count (C2SP tlog-policy)."""

    logs: list[VKey] = field(default_factory=list)
    witnesses: dict[str, VKey] = field(default_factory=dict)
    groups: dict[str, tuple[int, list[str]]] = field(default_factory=dict)
    quorum: str | None = None

    @property
    def vkeys(self) -> list[VKey]:
        """Every key that it names."""
        return [*self.logs, *self.witnesses.values()]

    def met(self, signers: Collection[VKey], name: str | None = None) -> bool:
        """Tell whether these signatures make up the quorum."""
        name = self.quorum if name is None else name
        if name == "none" or name in self.witnesses:
            return name == "none" or self.witnesses[name] in signers
        least, members = self.groups[name or ""]
        return sum(self.met(signers, member) for member in members) >= least


def read_policy(data: bytes) -> Policy:
    """C2SP tlog-policy; a line that it does not know refuses the whole."""
    if (
        len(data) > MAX_NOTE
        or re.search(rb"[^\t\n\x20-\x7e\x80-\xff]", data)
        or not data.endswith(b"\n")
    ):
        raise Refused("malformed-policy", "a control character, or no final newline")
    policy, used = Policy(), set[str]()
    for line in data.decode("latin-1").split("\n"):
        words = [word for word in re.split(r"[ \t]+", line) if word]
        if words and not words[0].startswith("#"):
            _policy_line(policy, used, words)
    publics = [key.public for key in policy.logs], [k.public for k in policy.witnesses.values()]
    entries = len(policy.logs) + len(policy.witnesses) + len(policy.groups)
    if (
        entries > MAX_POLICY_ENTRIES
        or policy.quorum is None
        or any(len(set(keys)) < len(keys) for keys in publics)
    ):
        raise Refused("malformed-policy", "too long, no quorum, or a key twice")
    return policy


def _policy_line(policy: Policy, used: set[str], words: list[str]) -> None:
    match words:
        case ["log", vkey, *url] if len(url) < 2:
            policy.logs.append(_typed(vkey, LOG_KEY))
        case ["witness", name, vkey, *url] if len(url) < 2 and _new(policy, name):
            policy.witnesses[name] = _typed(vkey, COSIGNER_KEY)
        case ["group", name, least, *members] if members and _new(policy, name):
            number = {"any": 1, "all": len(members)}.get(least) or read_decimal(least)
            known = all(one in policy.witnesses or one in policy.groups for one in members)
            once = len(used | set(members)) == len(used) + len(members)
            if not known or not once or not 1 <= number <= len(members):
                raise Refused("malformed-policy", "a group's members or number")
            used.update(members)
            policy.groups[name] = number, members
        case ["quorum", name] if policy.quorum is None and (
            name == "none" or not _new(policy, name)
        ):
            policy.quorum = name
        case _:
            raise Refused("malformed-policy", "an unknown line")


def _new(policy: Policy, name: str) -> bool:
    return name not in policy.witnesses and name not in policy.groups and name != "none"


def _typed(text: str, kind: int) -> VKey:
    key = read_vkey(text.encode("latin-1").decode("utf-8", "replace"))
    if key.type not in (kind, POST_QUANTUM_KEY):
        raise Refused("malformed-policy", "a key of the wrong kind")
    return key
