"""A small log with every rule in it, and the folder that proves one of its entries."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ledger.formats import kinds
from ledger.formats.checkpoint import Checkpoint, origin_of
from ledger.formats.disclosure import Disclosure, fill_digests, make_disclosures
from ledger.formats.encoding import b64url
from ledger.formats.sd_jwt import write_sd_jwt
from ledger.formats.statement import (
    Anchor,
    ClearPart,
    StreamPlace,
    finish,
    read_anchor,
    read_statement,
    statement_hash,
    unsigned,
)
from ledger.formats.tlog_proof import TlogProof
from ledger.seal.checkpoints import sign_checkpoint
from ledger.seal.ed25519 import SigningKey, jwk, prove_possession
from ledger.seal.tree import LeafHashes, leaf_hash, prove_inclusion
from tests.golden.fixed import CounterEntropy, fixed_bytes
from tests.mini_verifier.said import KIND_OF

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LID = fixed_bytes("small ledger", 16)
START = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
AUTHORITY = "authority"


def key_of(person: str) -> SigningKey:
    """Give the fixed key of a person; `name#2` is their second."""
    return SigningKey(fixed_bytes(f"small log key {person}"))


def id_of(name: str) -> bytes:
    """Give the fixed id of a person or stream."""
    return fixed_bytes(f"small log id {name.partition('#')[0]}", 16)


TYPES = {kind: f"{base}.v1" for base, kind in KIND_OF.items()}
"""The type that statements of some kinds say."""


@dataclass
class SmallLog:
    """A log that grows as a home's does, with room for whoever cheats.

    Attributes:
        leaves: the issuer-signed JWTs, in log order.
        shown: the disclosures of each.
        streams: name → its newest place.
        anchor: the newest anchor logged.
    """

    leaves: list[bytes] = field(default_factory=list)
    shown: list[list[Disclosure]] = field(default_factory=list)
    streams: dict[str, StreamPlace] = field(default_factory=dict)
    anchor: Anchor | None = None

    def add(
        self,
        kind: str,
        signer: str,
        role: str,
        further: Mapping[str, object] | None = None,
        stream: str = AUTHORITY,
        **changes: Any,
    ) -> int:
        """Log one statement and return its index; `changes` are what a cheat would write."""
        index = len(self.leaves)
        entropy = CounterEntropy(f"small log {index}")
        fields = {"event": TYPES.get(kind, f"{kind}.example.v1"), "subject_name": "Ada Example"}
        disclosures = make_disclosures(fields, entropy)
        key, last = key_of(signer), self.streams.get(stream)
        members: dict[str, Any] = {
            "kind": kind,
            "kid": key.kid,
            "lid": LID,
            "stream": id_of(stream),
            "seq": last.seq + 1 if last else 1,
            "prev": last.hash if last else None,
            "recorded_at": START + timedelta(minutes=index),
            "anchor": self.anchor,
            "auth": self.streams.get(AUTHORITY),
            "role": role,
            "further": further or {},
            "digests": fill_digests([one.text for one in disclosures], entropy),
        }
        text = unsigned(ClearPart(**(members | changes)))
        jwt = finish(text, key.sign(text))
        self.leaves.append(jwt)
        self.shown.append(disclosures)
        place = StreamPlace(read_statement(jwt).seq, statement_hash(jwt))
        self.streams[stream] = place
        if kind == kinds.ANCHOR:
            self.anchor = read_anchor(read_statement(jwt).payload)
        return index

    def register(self, key: str, signer: str, role: str, **changes: Any) -> int:
        """Register the key of that name for the person before its `#`."""
        return self.add(kinds.KEY_REGISTERED, signer, role, registration(key), **changes)

    def grant(
        self,
        person: str,
        granted: str,
        signer: str,
        role: str,
        days: tuple[str, str | None] = ("2026-03-01", None),
    ) -> int:
        """Grant a role, from a first day to a last one."""
        further: dict[str, object] = {"person": b64url(id_of(person)), "granted": granted}
        further |= {"from": days[0], "until": days[1]}
        return self.add(kinds.ROLE_GRANTED, signer, role, further)

    def withdraw(self, person: str, role: str, start: int, signer: str, under: str) -> int:
        """Withdraw a role from an index on."""
        further = {"person": b64url(id_of(person)), "withdrawn": role, "from_index": start}
        return self.add(kinds.ROLE_WITHDRAWN, signer, under, further)

    def revoke(self, key: str, start: int, signer: str, role: str) -> int:
        """Revoke a key from an index on."""
        further = {"kid": key_of(key).kid, "from_index": start, "reason": "compromised"}
        return self.add(kinds.KEY_REVOKED, signer, role, further)

    def event(self, stream: str, signer: str = "senco", role: str = "senco", **changes: Any) -> int:
        """Log an event."""
        return self.add(kinds.EVENT, signer, role, {}, stream, **changes)

    def stream_head(self, stream: str) -> int:
        """Log the head of a stream."""
        place = self.streams[stream]
        head = {"stream": b64url(id_of(stream)), "seq": place.seq, "hash": b64url(place.hash)}
        return self.add(kinds.STREAM_HEAD, "system", "system", {"head": head}, "heads")

    def log_anchor(self, *tokens: bytes) -> int:
        """Log an anchor over the log as it is, with the hashes of its tokens."""
        size = len(self.leaves)
        further = {
            "size": size,
            "root": b64url(self.root(size)),
            "tokens": [b64url(hashlib.sha256(token).digest()) for token in tokens],
        }
        return self.add(kinds.ANCHOR, "system", "system", further, "anchors")

    def nodes(self, size: int) -> LeafHashes:
        """The tree over the first leaves."""
        return LeafHashes([leaf_hash(leaf) for leaf in self.leaves[:size]])

    def root(self, size: int) -> bytes:
        """The root over the first leaves, by recursion (RFC 9162 §2.1.1)."""
        return _root([leaf_hash(leaf) for leaf in self.leaves[:size]])

    def checkpoint(self, size: int = 0, signer: str = "log") -> bytes:
        """Sign the head of a size, the whole log's by default."""
        size = size or len(self.leaves)
        key = key_of(signer)
        head = Checkpoint(origin=origin_of(LID), size=size, root=self.root(size))
        return sign_checkpoint(head, key.sign, key.public)

    def proof(self, index: int, note: bytes) -> bytes:
        """Write the tlog-proof of one leaf in the whole log."""
        size = len(self.leaves)
        hashes = tuple(prove_inclusion(self.nodes(size), index, size))
        return TlogProof(index=index, hashes=hashes, checkpoint_note=note).to_bytes()

    def write_entry(self, path: Path, index: int, note: bytes) -> None:
        """Write `path`.sd-jwt and `path`.tlog-proof."""
        path.parent.mkdir(parents=True, exist_ok=True)
        shown = write_sd_jwt(self.leaves[index], self.shown[index])
        path.with_name(path.name + ".sd-jwt").write_bytes(shown)
        path.with_name(path.name + ".tlog-proof").write_bytes(self.proof(index, note))

    def indexes_of(self, stream: str) -> list[int]:
        """Give the log indexes of a stream's statements."""
        name = b64url(id_of(stream))
        return [
            index
            for index, jwt in enumerate(self.leaves)
            if read_statement(jwt).payload["stream"] == name
        ]


def registration(key: str) -> dict[str, object]:
    """Give the further members that register a key."""
    made, person = key_of(key), id_of(key)
    return {
        "person": b64url(person),
        "jwk": jwk(made.public),
        "custody": "passphrase",
        "possession": b64url(prove_possession(made, LID, person)),
    }


def _root(hashes: list[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    both = _root(hashes[:split]) + _root(hashes[split:])
    return hashlib.sha256(b"\x01" + both).digest()


def staffed_log() -> SmallLog:
    """Give a log with a root, a head, two machines and a SENCO, and no event yet."""
    log = SmallLog()
    log.register("root", "root", "root")
    for person, role in (("head", "head"), ("log", "log"), ("system", "system")):
        log.register(person, "root", "root")
        log.grant(person, role, "root", "root")
    log.register("senco", "head", "head")
    log.grant("senco", "senco", "head", "head")
    return log


def small_log() -> SmallLog:
    """Give a sound log: its people, two streams, an anchor, the heads of two streams."""
    log = staffed_log()
    log.event("consent")
    log.event("support plan")
    log.log_anchor(b"a token")
    log.event("consent")
    log.event("support plan")
    for stream in ("consent", AUTHORITY):
        log.stream_head(stream)
    return log
