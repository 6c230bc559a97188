"""A whole log, leaf after leaf."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.mini_verifier.authority import BODY, Authority
from tests.mini_verifier.encoding import Refused, b64url, sha256
from tests.mini_verifier.findings import Findings
from tests.mini_verifier.log import Tree, leaf_hash
from tests.mini_verifier.statement import AUTHORITY, Statement, read_statement

if TYPE_CHECKING:
    from collections.abc import Iterable

RESERVED = {"erasure", "hold", "access-record", "directory"}


@dataclass
class Walk(Findings):
    """The findings of a whole log, and what was learnt on the way."""

    tree: Tree = field(default_factory=Tree)
    authority: Authority = field(default_factory=Authority)
    statements: dict[int, Statement] = field(default_factory=dict)
    heads: dict[str, dict[str, Any]] = field(default_factory=dict)
    anchors: list[dict[str, Any]] = field(default_factory=list)
    auth: dict[str, Any] | None = None
    outside: tuple[str, int] | None = None
    genesis: Statement | None = None
    clock: str = ""

    @property
    def index(self) -> int:
        """Log index of the leaf at hand."""
        return len(self.tree.leaves) - 1

    @property
    def root(self) -> bytes:
        """The root hash over every leaf."""
        return self.tree.root(len(self.tree.leaves))


def walk_log(jwts: Iterable[bytes]) -> Walk:
    """Check every statement of a log against all that stand before it."""
    walk = Walk()
    for index, jwt in enumerate(jwts):
        walk.tree.leaves.append(leaf_hash(jwt))
        with walk.catching(index):
            _step(walk, read_statement(jwt))
    for index, statement in walk.statements.items():
        if walk.authority.is_disputed(statement, index):
            walk.add("disputed", index, "its key or role was taken back later, from before it")
    for number, (origin, size) in enumerate(walk.authority.continued, 1):
        walk.add("continues", number, f"{origin} from size {size}")
    _tell_self_rooted(walk)
    return walk


def _step(walk: Walk, statement: Statement) -> None:
    payload, index = statement.payload, walk.index
    if index == 0:
        walk.genesis = statement
    with walk.catching(index):
        walk.authority.judge(statement, index)
        walk.statements[index] = statement
    for check in (_check_place, _check_auth, _check_anchor, _check_contents):
        with walk.catching(index):
            check(walk, statement)
    place = {"seq": payload["seq"], "hash": statement.hash}
    walk.heads[payload["stream"]] = place
    if statement.kind in AUTHORITY:
        walk.auth = place
    if statement.kind == "anchor":
        walk.anchors.append({name: payload[name] for name in ("size", "root", "tokens")})
    walk.clock = max(walk.clock, payload["recorded_at"])


def _demand(code: str, words: str, truth: object) -> None:
    if not truth:
        raise Refused(code, words)


def _check_place(walk: Walk, statement: Statement) -> None:
    payload, genesis = statement.payload, walk.genesis
    before = walk.heads.get(payload["stream"])
    expected = (before["seq"] + 1, before["hash"]) if before else (1, None)
    found = payload["seq"], payload["prev"]
    _demand("chain-broken", "not the successor of its stream's last", found == expected)
    _demand(
        "clock-backwards", "recorded before its predecessor", payload["recorded_at"] >= walk.clock
    )
    _demand("bad-genesis", "leaf 0 cannot be read", genesis)
    assert genesis is not None
    _demand("other-ledger", "the lid of another", payload["lid"] == genesis.payload["lid"])
    outside = walk.outside is not None and payload["stream"] == walk.outside[0]
    _demand("head-wrong", "a head said that its stream stands outside the log", not outside)
    authority = payload["stream"] == genesis.payload["stream"]
    _demand(
        "stream-mixed",
        "authority statements, and nothing else, make up the authority stream",
        authority == (statement.kind in AUTHORITY),
    )


def _check_auth(walk: Walk, statement: Statement) -> None:
    newest = statement.payload["auth"] == walk.auth
    _demand("auth-wrong", "not the authority stream's head before it", newest)


def _check_anchor(walk: Walk, statement: Statement) -> None:
    anchor = statement.payload["anchor"]
    if anchor == (walk.anchors[-1] if walk.anchors else None):
        return
    known = anchor is None or (anchor in walk.anchors and anchor["size"] <= walk.index)
    _demand("anchor-wrong", "it quotes an anchor that was not logged before", known)
    raise Refused("older-anchor", "a newer anchor stood in the log")


def _check_contents(walk: Walk, statement: Statement) -> None:
    payload = statement.payload
    if statement.kind == "stream-head":
        _demand("head-wrong", "not that stream's newest statement", _is_head(walk, payload["head"]))
    if statement.kind == "anchor":
        size = payload["size"]
        right = size <= walk.index and b64url(walk.tree.root(size)) == payload["root"]
        _demand("anchor-wrong", "it names a head that this log never had", right)
    _demand("reserved-kind", "its rules are not written yet", statement.kind not in RESERVED)


def _is_head(walk: Walk, head: dict[str, Any]) -> bool:
    stream, seq = head["stream"], head["seq"]
    if stream in walk.heads:
        return walk.heads[stream] == {"seq": seq, "hash": head["hash"]}
    # Of the one stream that the log names and does not hold: the access log.
    known, least = walk.outside or (stream, 0)
    if known != stream or seq < least:
        return False
    walk.outside = (stream, seq)
    return True


def _tell_self_rooted(walk: Walk) -> None:
    if walk.genesis is None:
        return
    standing = [
        index
        for index, one in walk.statements.items()
        if countersigns(one, walk.genesis) and not walk.authority.is_disputed(one, index)
    ]
    for index in standing:
        walk.add("countersigned", index, "a responsible body countersigned the genesis")
    if not standing:
        walk.add("self-rooted", 0, "no trust or council countersigned the genesis")


def countersigns(statement: Statement, genesis: Statement) -> bool:
    """Tell whether it is a body's, and names that genesis."""
    payload = statement.payload
    signer = (statement.kind, payload["role"]) == ("countersignature", BODY)
    return signer and payload["of"] == b64url(sha256(genesis.jwt))
