"""Proof folders drawn from the small log, by hand: no line of `ledger/evidence/` is in them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ledger.formats.checkpoint import cosigner_name, origin_of
from ledger.formats.signed_note import COSIGNATURE_ED25519, ED25519, VerifierKey
from ledger.seal.checkpoints import cosign
from ledger.seal.ed25519 import SigningKey
from ledger.seal.pem import spki_pem
from tests.golden.fixed import fixed_bytes
from tests.golden.small_log import AUTHORITY, LID, SmallLog, key_of

if TYPE_CHECKING:
    from pathlib import Path

WITNESS = SigningKey(fixed_bytes("witness of another school"))
WITNESS_NAME = cosigner_name("send-ledger/v1/" + "A" * 22)


def vkey(name: str, kind: int, public: bytes) -> str:
    return VerifierKey(name=name, type=kind, public=public).text()


def write_policy(folder: Path, log: SmallLog, quorum: str = "school") -> None:
    """Write a policy that trusts the log, and one other school as its witness."""
    folder.mkdir()
    lines = [
        f"log {vkey(origin_of(LID), ED25519, key_of('log').public)}",
        f"witness school {vkey(WITNESS_NAME, COSIGNATURE_ED25519, WITNESS.public)}",
        f"quorum {quorum}",
    ]
    (folder / "policy.txt").write_text("\n".join([*lines, ""]))
    (folder / "tsa-roots.pem").write_text("")
    genesis = hashlib.sha256(log.leaves[0]).hexdigest()
    (folder / "genesis.sha256").write_text(f"{genesis}\n")


def write_sums(folder: Path) -> None:
    """List every file, as `sha256sum` does."""
    files = sorted(one for one in folder.rglob("*") if one.is_file() and one.name != "SHA256SUMS")
    lines = [
        f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.relative_to(folder)}\n"
        for one in files
    ]
    (folder / "SHA256SUMS").write_text("".join(lines))


def proved(log: SmallLog) -> int:
    """Log index of the consent that is proved: the second of its stream."""
    return log.indexes_of("consent")[1]


def write_folder(folder: Path, log: SmallLog, *, cosigned: bool = True) -> None:
    """Write the proof of the second consent, with its stream and the authority stream."""
    note = log.checkpoint()
    if cosigned:
        note += cosign(note, WITNESS_NAME, WITNESS.sign, WITNESS.public, 1772557200).encode()
    folder.mkdir()
    (folder / "checkpoint").write_bytes(note)
    log.write_entry(folder / "statement", proved(log), note)
    heads = log.indexes_of("heads")
    for name, stream, head in (("stream", "consent", heads[0]), ("authority", AUTHORITY, heads[1])):
        for number, index in enumerate(log.indexes_of(stream), 1):
            log.write_entry(folder / name / f"{number:04}", index, note)
        log.write_entry(folder / name / "head", head, note)
    keys = {"actor": "senco", "log": "log"}
    keys |= {key_of(person).kid: person for person in ("root", "head", "system", "senco")}
    for name in ("README.txt", "verify.sh"):
        (folder / name).write_text("words\n")
    (folder / "keys").mkdir()
    for name, person in keys.items():
        (folder / "keys" / f"{name}.pem").write_bytes(spki_pem(key_of(person).public))
    write_policy(folder / "policy", log)
    write_sums(folder)


def write_folder_with_last_heads(folder: Path, log: SmallLog) -> None:
    """As `write_folder`, with the newest heads of both streams."""
    write_folder(folder, log)
    note = (folder / "checkpoint").read_bytes()
    stream, authority = log.indexes_of("heads")[-2:]
    log.write_entry(folder / "stream" / "head", stream, note)
    log.write_entry(folder / "authority" / "head", authority, note)
    write_sums(folder)
