"""A proof folder: what a stranger holds of one statement."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from tests.mini_verifier.authority import Authority
from tests.mini_verifier.encoding import Refused, b64url, sha256, thumbprint
from tests.mini_verifier.findings import Findings
from tests.mini_verifier.log import (
    Checkpoint,
    Policy,
    VKey,
    check_tlog_proof,
    read_checkpoint,
    read_policy,
)
from tests.mini_verifier.said import check_type
from tests.mini_verifier.statement import Statement, check_sd_jwt, read_statement
from tests.mini_verifier.time_stamps import can_check, check_token
from tests.mini_verifier.walk import countersigns

if TYPE_CHECKING:
    from pathlib import Path

FILES = ("README.txt", "verify.sh", "statement.sd-jwt", "statement.tlog-proof", "checkpoint")
"""Besides these: SHA256SUMS, `keys/`, `policy/`, `authority/`, and the others where they apply."""


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
    authority: Authority = field(default_factory=Authority)


def check_proof_folder(path: Path, policy: Path | None = None) -> Proof:
    """Check a folder, against a policy from outside where there is one.

    Args:
        path: the folder.
        policy: a folder with `policy.txt`, `tsa-roots.pem` and `genesis.sha256`;
            without it the folder's own claims are used, and that is said.
    """
    proof = Proof()
    if policy is None:
        proof.add("self-asserted", words="no trust policy from outside")
    trusted = policy or path / "policy"
    _check_sums(proof, path)
    with proof.catching():
        known = read_policy(_read(trusted / "policy.txt"))
        try:
            proof.checkpoint = read_checkpoint(_read(path / "checkpoint"), known.vkeys)
        except Refused as refused:
            code = "unknown-log-key" if refused.word == "unknown-key" else refused.word
            raise Refused(code, refused.why) from None
        _check_statements(proof, path, known, trusted / "genesis.sha256")
        _check_time(proof, path, trusted, known)
    with proof.catching():
        _check_claims(path)
    return proof


def _check_claims(path: Path) -> None:
    """What the folder says of itself proves nothing, but it must be said, and be true."""
    for name in FILES:
        _read(path / name)
    claimed = {key.public for key in read_policy(_read(path / "policy" / "policy.txt")).logs}
    _demand("claims-wrong", "policy.txt lacks the log", _pem(path / "keys" / "log.pem") in claimed)
    genesis = _read(path / "authority" / "0001.sd-jwt").partition(b"~")[0]
    said = _genesis(path / "policy" / "genesis.sha256")
    _demand("claims-wrong", "genesis.sha256", said == sha256(genesis).hex())


def _genesis(path: Path) -> str:
    found = re.fullmatch(rb"([0-9a-f]{64})(?:  [!-~]+)?\n?", _read(path))
    if not found:
        raise Refused("bad-genesis-hash", "not as sha256sum prints it")
    return found[1].decode()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise Refused("missing-file", path.name) from None


def _demand(code: str, words: str, truth: object) -> None:
    if not truth:
        raise Refused(code, words)


def _check_sums(proof: Proof, path: Path) -> None:
    with proof.catching():
        listed: dict[str, str] = {}
        lines = _read(path / "SHA256SUMS").decode("utf-8", "replace").split("\n")
        _demand("checksum", "SHA256SUMS is cut short", lines.pop() == "")
        for line in lines:
            found = re.fullmatch(r"([0-9a-f]{64})  (?:\./)?(.+)", line)
            _demand("checksum", "a line of SHA256SUMS", found and found[2] not in listed)
            assert found
            listed[found[2]] = found[1]
        present = {one.relative_to(path).as_posix() for one in path.rglob("*") if one.is_file()}
        _demand("checksum", "files and list differ", set(listed) == present - {"SHA256SUMS"})
        for name, value in listed.items():
            _demand("checksum", name, sha256(_read(path / name)).hex() == value)


def _load(proof: Proof, known: Policy, path: Path) -> Logged:
    """Read `path`.sd-jwt and prove, with `path`.tlog-proof, that it is in the log."""
    checkpoint = proof.checkpoint
    assert checkpoint is not None
    data = _read(path.with_name(path.name + ".sd-jwt"))
    _, fields = check_sd_jwt(data)
    statement = read_statement(data.partition(b"~")[0])
    evidence = _read(path.with_name(path.name + ".tlog-proof"))
    index, head = check_tlog_proof(evidence, statement.jwt, known.vkeys)
    _demand("other-checkpoint", path.name, head.head == checkpoint.head)
    origin = f"send-ledger/v1/{statement.payload['lid']}"
    _demand("other-ledger", path.name, origin == checkpoint.origin)
    return Logged(statement, index, fields)


def _load_stream(proof: Proof, known: Policy, folder: Path) -> tuple[list[Logged], Logged]:
    """Read a whole stream from its first statement to a logged head that names its last."""
    names = sorted(one.stem for one in folder.glob("*.sd-jwt") if one.stem.isdigit())
    _demand("stream-incomplete", f"{folder.name} is empty", names)
    entries = [_load(proof, known, folder / name) for name in names]
    stream = entries[0].statement.payload["stream"]
    before: Logged | None = None
    for number, one in enumerate(entries, 1):
        payload = one.statement.payload
        found = payload["stream"], payload["seq"], payload["prev"]
        link = before.statement.hash if before else None
        _demand("chain-broken", f"{folder.name} {number}", found == (stream, number, link))
        _demand("chain-broken", "indexes fall", before is None or before.index < one.index)
        before = one
    assert before is not None
    head = _load(proof, known, folder / "head")
    place = {"stream": stream, "seq": len(entries), "hash": before.statement.hash}
    named = head.statement.kind == "stream-head" and head.statement.payload["head"] == place
    _demand("head-wrong", f"the head of {folder.name} names another end", named)
    _demand("head-wrong", "the head is older than its stream", head.index > before.index)
    return entries, head


def _check_statements(proof: Proof, path: Path, known: Policy, genesis: Path) -> None:
    entries, authority_head = _load_stream(proof, known, path / "authority")
    if genesis.exists():
        same = _genesis(genesis) == sha256(entries[0].statement.jwt).hex()
        _demand("other-genesis", "leaf 0 is not the one that is trusted", same)
    else:
        proof.add("unverifiable", 0, "the policy names no genesis")
    _demand("bad-genesis", "the authority stream starts later", entries[0].index == 0)
    statement = _load(proof, known, path / "statement")
    _demand("authority-cut", "no authority head after it", authority_head.index > statement.index)
    wanted = [statement, authority_head]
    if (path / "stream").exists():
        stream, stream_head = _load_stream(proof, known, path / "stream")
        same = any(one.statement.jwt == statement.statement.jwt for one in stream)
        _demand("stream-incomplete", "it does not hold the statement", same)
        told = all("event" in one.fields for one in stream)
        _demand("stream-incomplete", "an event of the stream is withheld", told)
        latest = authority_head.index > stream_head.index or authority_head is stream_head
        _demand("authority-cut", "no authority head after the stream's", latest)
        wanted += [*stream, stream_head]
    body = None
    if any((path / "authority").glob("countersignature.*")):
        body = _load(proof, known, path / "authority" / "countersignature")
        right = countersigns(body.statement, entries[0].statement)
        _demand("countersignature-wrong", "it is of something else, or not a body's", right)
        _demand("authority-cut", "no authority head after it", authority_head.index > body.index)
        wanted.append(body)
    _judge_all(proof, entries, wanted)
    for one in [*entries, *wanted]:
        with proof.catching(one.index):
            check_type(one.statement, one.fields)
    kids = {one.statement.kid for one in [*entries, *wanted]}
    _check_keys(proof, path, statement.statement, kids)
    _tell_root(proof, body)


def _tell_root(proof: Proof, body: Logged | None) -> None:
    if body is not None and body.statement.kid not in proof.authority.keys:
        return  # found as altered already
    if body is None or proof.authority.is_disputed(body.statement, body.index):
        proof.add("self-rooted", 0, "no countersignature of the genesis stands in the folder")
    else:
        proof.add("countersigned", body.index, "a responsible body countersigned the genesis")


def _judge_all(proof: Proof, entries: list[Logged], wanted: list[Logged]) -> None:
    """Judge every statement at its index, the authority stream's own included."""
    auth: dict[str, Any] | None = None
    authority = {one.index for one in entries}
    every = {one.index: one for one in [*entries, *wanted]}
    for index, one in sorted(every.items()):
        with proof.catching(index):
            proof.authority.judge(one.statement, index)
        with proof.catching(index):
            right = one.statement.payload["auth"] == auth
            _demand("auth-wrong", "not the authority stream's head before it", right)
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


def _pem(path: Path) -> bytes:
    try:
        key = load_pem_public_key(_read(path))
    except ValueError:
        raise Refused("bad-key-file", path.name) from None
    _demand("bad-key-file", path.name, isinstance(key, Ed25519PublicKey))
    assert isinstance(key, Ed25519PublicKey)
    return key.public_bytes_raw()


def _check_keys(proof: Proof, path: Path, statement: Statement, kids: set[str]) -> None:
    """Keys in a folder prove nothing; but they must be the keys that were used."""
    assert proof.checkpoint is not None
    logs = {key.public for key in proof.checkpoint.log_keys}
    files = {path / "keys" / f"{name}.pem" for name in {"actor", "log", *kids}}
    with proof.catching():
        for file in sorted(files | set((path / "keys").glob("*.pem"))):
            public = _pem(file)
            name = {"actor": statement.kid}.get(file.stem, file.stem)
            right = public in logs if name == "log" else thumbprint(public) == name
            _demand("bad-key-file", file.name, right)


def _check_time(proof: Proof, path: Path, trusted: Path, known: Policy) -> None:
    checkpoint = proof.checkpoint
    assert checkpoint is not None
    roots = trusted / "tsa-roots.pem"
    tokens = _tokens(proof, path, roots)
    witnessed = _witnessed(path, checkpoint, known)
    proof.before += tokens + [time for _, time in witnessed.values()]
    cosigned = known.quorum != "none" and known.met(witnessed)
    if known.quorum != "none" and not cosigned:
        proof.add("quorum-unmet", words="the policy's cosigners are not all there")
    if not tokens and not cosigned:
        proof.add("unanchored", words="no time stamp and no cosignature that counts")
    if (path / "anchor").exists():
        _check_lower_bound(proof, path, roots, known)


def _tokens(proof: Proof, path: Path, roots: Path) -> list[datetime]:
    tokens = sorted((path / "tokens").glob("*.tsr"))
    if tokens and not (can_check() and roots.is_file() and roots.stat().st_size):
        proof.add("tokens-unchecked", words="no openssl, or no roots to check them against")
        return []
    found = []
    for token in tokens:
        with proof.catching(prefix=f"{token.name}: "):
            found.append(check_token(token, path / "checkpoint", roots))
    return found


def _check_lower_bound(proof: Proof, path: Path, roots: Path, known: Policy) -> None:
    """The statement quotes tokens of an earlier head: it is younger than they are."""
    quoted = read_statement(_read(path / "statement.sd-jwt").partition(b"~")[0]).payload["anchor"]
    _demand("anchor-wrong", "the statement quotes no anchor", quoted)
    if not (path / "anchor" / "checkpoint").exists():
        raise Refused("unverifiable", "the earlier checkpoint is not in the folder")
    anchor = read_checkpoint(_read(path / "anchor" / "checkpoint"), known.vkeys)
    head = anchor.size, b64url(anchor.root)
    _demand("anchor-wrong", "another head", head == (quoted["size"], quoted["root"]))
    held = [sha256(one.read_bytes()) for one in (path / "anchor" / "tokens").glob("*.tsr")]
    held_all = all(b64url(one) in quoted["tokens"] for one in held)
    _demand("anchor-wrong", "a token that the statement does not quote", held_all)
    proof.after += _tokens(proof, path / "anchor", roots)
    tokens = set(quoted["tokens"])
    witnessed = _witnessed(path / "anchor", anchor, known)
    proof.after += [
        time for line, time in witnessed.values() if b64url(sha256(line.encode())) in tokens
    ]


def _witnessed(
    folder: Path, checkpoint: Checkpoint, known: Policy
) -> dict[VKey, tuple[str, datetime]]:
    """Which witnesses saw a head, in what line, and when; in the file stamped or its copy."""
    signers = dict(checkpoint.note.signers)
    copy = folder / "checkpoint.cosigned"
    if copy.exists():
        cosigned = read_checkpoint(_read(copy), known.vkeys)
        _demand("other-checkpoint", copy.name, cosigned.head == checkpoint.head)
        signers |= cosigned.note.signers
    return {
        key: (line, datetime.fromtimestamp(time, UTC))
        for key, (line, time) in signers.items()
        if key in known.witnesses.values()
    }
