"""A proof folder: what a stranger holds of one statement."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.mini_verifier.encoding import Refused, b64url, sha256, thumbprint, unb64
from tests.mini_verifier.log import Checkpoint, Policy, VKey, read_checkpoint, read_policy
from tests.mini_verifier.logged import (
    Proof,
    check_claims,
    check_correction,
    check_names,
    check_sums,
    demand,
    judge_with_authority,
    load,
    load_stream,
    open_checkpoint,
    read,
)
from tests.mini_verifier.statement import Statement, read_statement
from tests.mini_verifier.time_stamps import can_check, check_token

if TYPE_CHECKING:
    from pathlib import Path

SPKI = bytes.fromhex("302a300506032b6570032100")
"""What stands before an Ed25519 key in its SubjectPublicKeyInfo."""
NAMES = (
    r"SHA256SUMS|README\.txt|verify\.sh|(?:anchor/)?checkpoint(?:\.cosigned)?"
    r"|(?:anchor/)?tokens/[A-Za-z0-9_-]{1,64}\.tsr|keys/(?:actor|log|[A-Za-z0-9_-]{43})\.pem"
    r"|policy/(?:policy\.txt|tsa-roots\.pem|genesis\.sha256)"
    r"|(?:statement|stream/(?:[0-9]{4,}|head)|authority/(?:[0-9]{4,}|head|countersignature))"
    r"\.(?:sd-jwt|tlog-proof)"
)
FILES = ("README.txt", "verify.sh", "statement.sd-jwt", "statement.tlog-proof", "checkpoint")
"""Besides these: SHA256SUMS, `keys/`, `policy/`, `authority/`, and the others where they apply."""


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
    check_sums(proof, path)
    with proof.catching():
        files = [one for one in path.rglob("*") if one.is_file()]
        check_names([one.relative_to(path).as_posix() for one in files], NAMES)
    with proof.catching():
        known = read_policy(read(trusted / "policy.txt"))
        open_checkpoint(proof, known, path)
        _check_statements(proof, path, known, trusted / "genesis.sha256")
        _check_time(proof, path, trusted, known)
    with proof.catching():
        _check_claims(proof, path)
    return proof


def _check_claims(proof: Proof, path: Path) -> None:
    for name in FILES:
        read(path / name)
    check_claims(proof, path)


def _check_statements(proof: Proof, path: Path, known: Policy, genesis: Path) -> None:
    statement = load(proof, known, path / "statement")
    others = [statement]
    if (path / "stream").exists():
        stream, stream_head = load_stream(proof, known, path / "stream")
        same = any(one.statement.jwt == statement.statement.jwt for one in stream)
        demand("stream-incomplete", "it does not hold the statement", same)
        told = all("event" in one.fields for one in stream)
        demand("stream-incomplete", "an event of the stream is withheld", told)
        record = {one.statement.payload["seq"]: one for one in stream}
        for one in [statement, *stream]:
            with proof.catching(one.index):
                check_correction(one, record)
        others += [*stream, stream_head]
    every = judge_with_authority(proof, known, path, genesis, others)
    _check_keys(proof, path, statement.statement, {one.statement.kid for one in every})


def _pem(path: Path) -> bytes:
    """Read a key in the one form of RFC 8410 that OpenSSL writes."""
    start, end = b"-----BEGIN PUBLIC KEY-----\n", b"\n-----END PUBLIC KEY-----\n"
    data = read(path)
    written = data.startswith(start) and data.endswith(end)
    demand("bad-key-file", path.name, written)
    der = unb64(data[len(start) : -len(end)].decode("ascii", "replace"), len(SPKI) + 32)
    demand("bad-key-file", path.name, der.startswith(SPKI))
    return der[len(SPKI) :]


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
            demand("bad-key-file", file.name, right)


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
    quoted = read_statement(read(path / "statement.sd-jwt").partition(b"~")[0]).payload["anchor"]
    demand("anchor-wrong", "the statement quotes no anchor", quoted)
    if not (path / "anchor" / "checkpoint").exists():
        raise Refused("unverifiable", "the earlier checkpoint is not in the folder")
    anchor = read_checkpoint(read(path / "anchor" / "checkpoint"), known.vkeys)
    head = anchor.size, b64url(anchor.root)
    demand("anchor-wrong", "another head", head == (quoted["size"], quoted["root"]))
    held = [sha256(one.read_bytes()) for one in (path / "anchor" / "tokens").glob("*.tsr")]
    held_all = all(b64url(one) in quoted["tokens"] for one in held)
    demand("anchor-wrong", "a token that the statement does not quote", held_all)
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
        cosigned = read_checkpoint(read(copy), known.vkeys)
        begins = read(copy).startswith(read(folder / "checkpoint"))
        demand("other-checkpoint", copy.name, begins and cosigned.head == checkpoint.head)
        signers |= cosigned.note.signers
    return {
        key: (line, datetime.fromtimestamp(time, UTC))
        for key, (line, time) in signers.items()
        if key in known.witnesses.values()
    }
