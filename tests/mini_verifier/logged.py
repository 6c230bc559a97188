"""Statements that came with their proofs, in a folder of files: read, placed, judged in order.

Proof folders, bundles and receipts all hold `authority/` and statements beside one
`checkpoint`: `docs/formats/authority.md`, "In a proof or bundle".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.mini_verifier.authority import Authority
from tests.mini_verifier.encoding import Refused, sha256
from tests.mini_verifier.findings import Findings
from tests.mini_verifier.log import (
    Checkpoint,
    Policy,
    check_tlog_proof,
    read_checkpoint,
    read_policy,
)
from tests.mini_verifier.said import check_type, signers
from tests.mini_verifier.statement import (
    AUTHORITY,
    Statement,
    check_sd_jwt,
    read_statement,
)
from tests.mini_verifier.walk import countersigns

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path


@dataclass(frozen=True)
class Logged:
    """A statement of the folder, its place in the log, and the fields that it shows."""

    statement: Statement
    index: int
    fields: dict[str, Any]


@dataclass
class Proof(Findings):
    """What a folder proves: findings, and the instants between which it was recorded."""

    after: list[datetime] = field(default_factory=list)
    before: list[datetime] = field(default_factory=list)
    checkpoint: Checkpoint | None = None
    copy: bytes = b""
    """The checkpoint as proofs quote it, with its cosignatures where there are any."""
    authority: Authority = field(default_factory=Authority)


def read_genesis(path: Path) -> str:
    """Read the hash of a log's first statement, as `sha256sum` prints it."""
    found = re.fullmatch(rb"([0-9a-f]{64})(?:  [!-~]+)?\n?", read(path))
    if not found:
        raise Refused("bad-genesis-hash", "not as sha256sum prints it")
    return found[1].decode()


def read(path: Path) -> bytes:
    """Read a file that has to be there."""
    try:
        return path.read_bytes()
    except OSError:
        raise Refused("missing-file", path.name) from None


def demand(code: str, words: str, truth: object) -> None:
    """Refuse what is not so."""
    if not truth:
        raise Refused(code, words)


def check_names(names: Iterable[str], known: str) -> None:
    """Demand that the format has each file, and that each proof stands beside its statement."""
    held = set(names)
    demand("unexpected-file", "no file of it", all(re.fullmatch(known, name) for name in held))
    beside = {name.replace(".tlog-proof", ".sd-jwt") for name in held}
    demand("unexpected-file", "a proof of nothing", beside <= held)


def check_sums(proof: Proof, path: Path) -> None:
    """Hold every file of a folder against SHA256SUMS."""
    with proof.catching():
        listed: dict[str, str] = {}
        lines = read(path / "SHA256SUMS").decode("utf-8", "replace").split("\n")
        demand("checksum", "SHA256SUMS is cut short", lines.pop() == "")
        for line in lines:
            found = re.fullmatch(r"([0-9a-f]{64})  (?:\./)?(.+)", line)
            demand("checksum", "a line of SHA256SUMS", found and found[2] not in listed)
            assert found
            listed[found[2]] = found[1]
        present = {one.relative_to(path).as_posix() for one in path.rglob("*") if one.is_file()}
        demand("checksum", "files and list differ", set(listed) == present - {"SHA256SUMS"})
        for name, value in listed.items():
            demand("checksum", name, sha256(read(path / name)).hex() == value)


def load(proof: Proof, known: Policy, path: Path) -> Logged:
    """Read `path`.sd-jwt and prove, with `path`.tlog-proof, that it is in the log."""
    checkpoint = proof.checkpoint
    assert checkpoint is not None
    data = read(path.with_name(path.name + ".sd-jwt"))
    _, fields = check_sd_jwt(data)
    statement = read_statement(data.partition(b"~")[0])
    evidence = read(path.with_name(path.name + ".tlog-proof"))
    index, _ = check_tlog_proof(evidence, statement.jwt, known.vkeys)
    top, _, note = evidence.partition(b"\n\n")
    demand("other-checkpoint", path.name, note == proof.copy and b"\nextra " not in top)
    origin = f"send-ledger/v1/{statement.payload['lid']}"
    demand("other-ledger", path.name, origin == checkpoint.origin)
    return Logged(statement, index, fields)


def load_stream(proof: Proof, known: Policy, folder: Path) -> tuple[list[Logged], Logged]:
    """Read a whole stream from its first statement to a logged head that names its last."""
    names = sorted(one.stem for one in folder.glob("*.sd-jwt") if one.stem.isdigit())
    demand("stream-incomplete", f"{folder.name} is empty", names)
    numbered = names == [f"{number:04d}" for number in range(1, len(names) + 1)]
    demand("chain-broken", f"{folder.name} has a gap", numbered)
    entries = [load(proof, known, folder / name) for name in names]
    head = load(proof, known, folder / "head")
    check_chain(entries, head)
    return entries, head


def check_chain(entries: list[Logged], head: Logged) -> None:
    """Demand a stream without a gap, and a later head that names its last entry."""
    stream = entries[0].statement.payload["stream"]
    before: Logged | None = None
    for number, one in enumerate(entries, 1):
        payload = one.statement.payload
        found = payload["stream"], payload["seq"], payload["prev"]
        link = before.statement.hash if before else None
        demand("chain-broken", f"entry {number}", found == (stream, number, link))
        demand("chain-broken", "indexes fall", before is None or before.index < one.index)
        before = one
    assert before is not None
    place = {"stream": stream, "seq": len(entries), "hash": before.statement.hash}
    named = head.statement.kind == "stream-head" and head.statement.payload["head"] == place
    demand("head-wrong", "the head names another end", named)
    demand("head-wrong", "the head is older than its stream", head.index > before.index)


def open_checkpoint(proof: Proof, known: Policy, path: Path) -> None:
    """Open the one checkpoint of a folder under a log key that counts."""
    try:
        proof.checkpoint = read_checkpoint(read(path / "checkpoint"), known.vkeys)
    except Refused as refused:
        code = "unknown-log-key" if refused.word == "unknown-key" else refused.word
        raise Refused(code, refused.why) from None
    cosigned = path / "checkpoint.cosigned"
    proof.copy = read(cosigned if cosigned.exists() else path / "checkpoint")


def judge_with_authority(
    proof: Proof, known: Policy, path: Path, genesis: Path, others: list[Logged]
) -> list[Logged]:
    """Read `authority/` and judge everything by it; give every statement of the folder."""
    entries, head = load_stream(proof, known, path / "authority")
    kinds = {one.statement.kind for one in entries}
    demand("stream-incomplete", "authority/ holds something else", kinds <= AUTHORITY)
    if genesis.exists():
        same = read_genesis(genesis) == sha256(entries[0].statement.jwt).hex()
        demand("other-genesis", "leaf 0 is not the one that is trusted", same)
    else:
        proof.add("unverifiable", 0, "the policy names no genesis")
    demand("bad-genesis", "the authority stream starts later", entries[0].index == 0)
    body, wanted = None, [head, *others]
    if any((path / "authority").glob("countersignature.*")):
        body = load(proof, known, path / "authority" / "countersignature")
        right = countersigns(body.statement, entries[0].statement)
        demand("countersignature-wrong", "it is of something else, or not a body's", right)
        wanted.append(body)
    late = [one for one in wanted if one.index > head.index]
    in_time = all(one.statement.kind == "stream-head" for one in late)
    demand("authority-cut", "no authority head after it", in_time)
    judge_all(proof, entries, wanted)
    every = [*entries, *wanted]
    for one in every:
        with proof.catching(one.index):
            check_type(one.statement, one.fields)
    tell_root(proof, body)
    return every


def check_claims(proof: Proof, path: Path) -> None:
    """What a folder says of itself proves nothing, but it must be said, and be true."""
    claimed = set(read_policy(read(path / "policy" / "policy.txt")).logs)
    signed = proof.checkpoint is None or proof.checkpoint.log_keys & claimed
    demand("claims-wrong", "policy.txt lacks the log", signed)
    first = read(path / "authority" / "0001.sd-jwt").partition(b"~")[0]
    said = read_genesis(path / "policy" / "genesis.sha256")
    demand("claims-wrong", "genesis.sha256", said == sha256(first).hex())


def check_correction(one: Logged, record: dict[int, Logged]) -> None:
    """Demand that a correction names an entry of its own record, and might be signed so.

    Args:
        one: any entry.
        record: the entries of its stream, all of them, by sequence number.
    """
    if one.fields.get("event") != "entry.corrected.v1" or "corrects_seq" not in one.fields:
        return
    wrong = record.get(one.fields["corrects_seq"])
    fits = wrong is not None and wrong.statement.hash == one.fields.get("corrects_hash")
    demand("correction-wrong", "it corrects what is not there", fits)
    assert wrong is not None
    base = re.sub(r"\.v[0-9]+\Z", "", str(wrong.fields.get("event")))
    may = one.statement.payload["role"] in signers(base)
    demand("type-not-permitted", "it corrects what its role may not sign", may)


def tell_root(proof: Proof, body: Logged | None) -> None:
    """Say whether a responsible body countersigned the log's beginning."""
    if body is not None and body.statement.kid not in proof.authority.keys:
        return  # found as altered already
    if body is None or proof.authority.is_disputed(body.statement, body.index):
        proof.add("self-rooted", 0, "no countersignature of the genesis stands in the folder")
    else:
        proof.add("countersigned", body.index, "a responsible body countersigned the genesis")


def judge_all(proof: Proof, entries: list[Logged], wanted: list[Logged]) -> None:
    """Judge every statement at its index, the authority stream's own included."""
    auth: dict[str, Any] | None = None
    clock = ""
    authority = {one.index for one in entries}
    every = {one.index: one for one in [*entries, *wanted]}
    for index, one in sorted(every.items()):
        with proof.catching(index):
            proof.authority.judge(one.statement, index)
        with proof.catching(index):
            right = one.statement.payload["auth"] == auth
            demand("auth-wrong", "not the authority stream's head before it", right)
        with proof.catching(index):
            payload = one.statement.payload
            quoted, clock_before = payload["anchor"], clock
            clock = max(clock, payload["recorded_at"])
            demand("anchor-wrong", "from after itself", not quoted or quoted["size"] <= index)
            demand("clock-backwards", "dated too early", payload["recorded_at"] >= clock_before)
        if index in authority:
            auth = {"seq": one.statement.payload["seq"], "hash": one.statement.hash}
    for index, one in every.items():
        known = one.statement.kid in proof.authority.keys
        if known and proof.authority.is_disputed(one.statement, index):
            proof.add("disputed", index, "its key or role was taken back from before it")
    for number, (origin, size) in enumerate(proof.authority.continued, 1):
        proof.add("continues", number, f"{origin} from size {size}")
    checkpoint, day = proof.checkpoint, every[max(every)].statement.payload["recorded_at"][:10]
    assert checkpoint is not None
    granted = proof.authority.publics_of("log", checkpoint.size, day)
    if not granted & {key.public for key in checkpoint.log_keys}:
        proof.add("log-key-not-granted", words="the checkpoint's key does not hold the role log")
