"""A bundle, opened: the ZIP inside its age file.  `docs/formats/bundle.md`."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from tests.mini_verifier.archive import read_archive, write_archive
from tests.mini_verifier.encoding import MAX_INT, b64url, read_decimal, sha256, unb64, unb64url
from tests.mini_verifier.event_fields import fields_due
from tests.mini_verifier.log import Policy, read_checkpoint, read_policy
from tests.mini_verifier.logged import (
    Logged,
    Proof,
    check_chain,
    check_claims,
    check_correction,
    check_names,
    check_sums,
    demand,
    judge_with_authority,
    load,
    open_checkpoint,
    read,
)
from tests.mini_verifier.time_stamps import can_check, check_token

if TYPE_CHECKING:
    from collections.abc import Mapping

PROVED = r"\.(?:sd-jwt|tlog-proof)"
AUTHORITY_AND_POLICY = (
    rf"authority/(?:[0-9]{{4,19}}|head|countersignature){PROVED}"
    r"|policy/(?:policy\.txt|genesis\.sha256|tsa-roots\.pem)|checkpoint|SHA256SUMS"
)
NAMES = (
    rf"manifest{PROVED}|statements/(?:head-)?[0-9]{{6,19}}{PROVED}|{AUTHORITY_AND_POLICY}"
    r"|checkpoint\.cosigned|consistency|tokens/[A-Za-z0-9_-]{1,64}\.tsr|record\.html|padding"
    r"|attachments\.txt|attachments/[A-Za-z0-9_-]{1,64}"
)
STANDING_SENTENCE = (
    "Items of a restricted class, such as a protected address, are never part of a transfer, "
    "My Story leaves only under its own consent, and child-protection files are no part of this "
    "record; this sentence stands in every manifest, whether or not there are any."
)
KEPT_BACK = {"event", "occurred_on", "subject_name", "subject_born", "subject_id"}
KEPT_BACK |= {"pupil", "corrects_seq", "corrects_hash", "replaced_by_seq"}


def unpack(members: Mapping[str, bytes], names: str, folder: Path) -> None:
    """Write the files of an archive into a folder; only those that the format has."""
    check_names(members, names)
    for name, data in members.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def check_bundle(data: bytes, policy: Path | None = None, recipient: str | None = None) -> Proof:
    """Check an opened bundle, all but what `record.html` draws.

    Args:
        data: the ZIP.
        policy: a folder with a trust policy from outside, or None.
        recipient: origin of the log of the school that it should be for, or None.
    """
    proof = Proof()
    if policy is None:
        proof.add("self-asserted", words="no trust policy from outside")
    with TemporaryDirectory() as name, proof.catching():
        path = Path(name)
        members = read_archive(data)
        with proof.catching():
            _check_padding(members)
        unpack(members, NAMES, path)
        check_sums(proof, path)
        trusted = policy or path / "policy"
        known = read_policy(read(trusted / "policy.txt"))
        open_checkpoint(proof, known, path)
        _check_quorum(proof, known, path)
        _check_seals(proof, path, trusted / "tsa-roots.pem")
        with proof.catching():
            _check_consistency(proof, read(path / "consistency"))
        with proof.catching():
            check_claims(proof, path)
        _check_statements(proof, known, path, trusted, recipient)
        read(path / "record.html")
    return proof


def _check_padding(members: dict[str, bytes]) -> None:
    size = len(write_archive(members)) + 1
    zeros = not members.get("padding", b"x").strip(b"\0")
    demand("padding-wrong", "not zeros to a power of two", zeros and size >= 2**20)
    demand("padding-wrong", "another length", size & (size - 1) == 0)


def _check_quorum(proof: Proof, known: Policy, path: Path) -> None:
    signers: set[Any] = set()
    if (path / "checkpoint.cosigned").exists():
        with proof.catching():
            begins = proof.copy.startswith(read(path / "checkpoint"))
            demand("cosigned-copy-wrong", "another checkpoint", begins)
            signers = set(read_checkpoint(proof.copy, known.vkeys).note.signers)
    if not known.met(signers):
        proof.add("quorum-unmet", words="the policy's cosigners are not all there")


def _check_seals(proof: Proof, path: Path, roots: Path) -> None:
    if can_check() and roots.is_file() and roots.stat().st_size:
        for token in sorted((path / "tokens").glob("*.tsr")):
            with proof.catching(prefix=f"{token.name}: "):
                check_token(token, path / "checkpoint", roots)


def _check_consistency(proof: Proof, data: bytes) -> None:
    assert proof.checkpoint is not None
    if data == b"none\n":
        return
    text = data.decode("ascii", "replace")
    demand("bad-consistency", "not lines", text.endswith("\n") and not text.endswith("\n\n"))
    blocks = text[:-1].split("\n\n")
    demand("bad-consistency", "too many", len(blocks) <= 1024)
    for block in blocks:
        old, new, *hashes = [*block.split("\n"), "", ""] if "\n" not in block else block.split("\n")
        sizes = read_decimal(old), read_decimal(new)
        demand("bad-consistency", "sizes", 1 <= sizes[0] <= sizes[1] <= MAX_INT)
        demand("bad-consistency", "another head", sizes[1] == proof.checkpoint.size)
        demand("bad-consistency", "too long", len(hashes) <= 64)
        for one in hashes:
            unb64(one, 32)


def _numbered(path: Path, prefix: str) -> list[Path]:
    stems = [one.stem.removeprefix(prefix) for one in path.glob(f"{prefix}*.sd-jwt")]
    return [path / f"{prefix}{one}" for one in sorted(filter(str.isdigit, stems), key=int)]


def _check_statements(
    proof: Proof, known: Policy, path: Path, trusted: Path, recipient: str | None
) -> None:
    manifest = load(proof, known, path / "manifest")
    entries = _load_all(proof, known, path / "statements", "")
    heads = _load_all(proof, known, path / "statements", "head-")
    genesis = trusted / "genesis.sha256"
    judge_with_authority(proof, known, path, genesis, [manifest, *entries, *heads])
    streams: dict[str, list[Logged]] = defaultdict(list)
    for one in entries:
        streams[one.statement.payload["stream"]].append(one)
    with proof.catching():
        _check_streams(streams, heads)
    for stream in streams.values():
        record = {one.statement.payload["seq"]: one for one in stream}
        for one in stream:
            with proof.catching(one.index):
                check_correction(one, record)
    said = manifest.fields
    sound = manifest.statement.kind == "manifest" and said.get("event") == "handover.manifest.v1"
    demand("bad-manifest", "it is none", sound and said.get("subject_name"))
    demand("field-withheld", "of the manifest", fields_due(said["event"]) <= said.keys())
    with proof.catching():
        _check_manifest(proof, manifest, entries, path)
    with proof.catching():
        _check_shown(said, entries)
    with proof.catching():
        _check_pupil(said["pupil"], entries)
    if recipient is not None:
        demand("not-for-this-school", "another receiver", said["to_origin"] == recipient)


def _load_all(proof: Proof, known: Policy, folder: Path, prefix: str) -> list[Logged]:
    found = []
    for path in _numbered(folder, prefix):
        one = load(proof, known, path)
        demand("index-wrong", path.name, path.name == f"{prefix}{one.index:06d}")
        found.append(one)
    return found


def _check_streams(streams: dict[str, list[Logged]], heads: list[Logged]) -> None:
    ends = {one.statement.payload.get("head", {}).get("stream"): one for one in heads}
    whole = len(ends) == len(heads) and ends.keys() == streams.keys()
    demand("stream-incomplete", "records and heads differ", whole)
    for stream, entries in streams.items():
        check_chain(entries, ends[stream])


def _check_manifest(proof: Proof, manifest: Logged, entries: list[Logged], path: Path) -> None:
    assert proof.checkpoint is not None
    said, listed = manifest.fields, b""
    if (path / "attachments.txt").exists():
        listed = read(path / "attachments.txt")
    jwts = b"".join(sha256(one.statement.jwt) for one in entries)
    for name, value in {
        "from_origin": proof.checkpoint.origin,
        "statements_count": len(entries),
        "statements_digest": b64url(sha256(jwts)),
        "attachments_count": listed.count(b"\n"),
        "attachments_digest": b64url(sha256(listed)),
        "standing_sentence": STANDING_SENTENCE,
    }.items():
        demand("manifest-disagrees", name, said[name] == value)
    own = any(one.statement.payload["stream"] == said["pupil"] for one in entries)
    demand("manifest-disagrees", "the pupil's own record is not here", own)
    late = any(one.index >= manifest.index for one in entries)
    demand("manifest-disagrees", "an entry from after the manifest", not late)
    _check_attachments(listed, path / "attachments")


def _check_attachments(listed: bytes, folder: Path) -> None:
    names = []
    for line in listed.decode("ascii", "replace").split("\n")[:-1]:
        found = re.fullmatch(r"([0-9a-f]{64})  [a-z0-9-]{1,32}  ([A-Za-z0-9_-]{1,64})", line)
        demand("attachments-malformed", "a line of the list", found)
        assert found
        demand("attachments-malformed", "sum", sha256(read(folder / found[2])).hex() == found[1])
        names.append(found[2])
    held = sorted(one.name for one in folder.glob("*"))
    demand("attachments-malformed", "list and files differ", names == held)


def _check_shown(said: dict[str, Any], entries: list[Logged]) -> None:
    kept = set()
    for one in said["omissions"]:
        found = re.fullmatch(r"(?s)Entry (0|[1-9][0-9]{0,18}): .*", one["reason"])
        if one["category"] == "entry_texts" and found:
            kept.add(int(found[1]))
    here = {one.index for one in entries}
    demand("manifest-disagrees", "an entry that is not here was kept back", kept <= here)
    for one in entries:
        due, shown = fields_due(one.fields.get("event")), one.fields.keys()
        if one.index in kept:
            demand("manifest-disagrees", "shows what was kept back", shown <= KEPT_BACK)
            due &= KEPT_BACK
        demand("field-withheld", f"of entry {one.index}", due <= shown)


def _check_pupil(pupil: str, entries: list[Logged]) -> None:
    unb64url(pupil, 16)
    for one in entries:
        payload, named = one.statement.payload, one.fields.get("pupil")
        own = payload["stream"] == pupil
        right = named == pupil or (named is None and (own or payload["seq"] > 1))
        astray = not own and str(one.fields.get("event")).startswith("pupil.")
        demand("other-pupil", f"entry {one.index}", right and not astray)
