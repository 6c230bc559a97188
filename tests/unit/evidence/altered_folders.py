"""Ways to alter a proof folder; who uses them writes its checksums anew, as a forger would."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from ledger.formats.sd_jwt import read_sd_jwt, write_sd_jwt
from ledger.formats.signed_note import VerifierKey
from ledger.formats.tlog_proof import TlogProof
from ledger.seal.ed25519 import SigningKey
from ledger.seal.pem import spki_pem
from tests.support.ledger_builder import drawn
from tests.unit.evidence.stamped_proofs import Folder, Stamped

Change: TypeAlias = Callable[[Stamped, bytes], bytes]
Alteration: TypeAlias = Callable[[Stamped], Folder]


def changed(name: str, change: Change) -> Alteration:
    """Change one file."""
    return lambda stamped: {**stamped.files, name: change(stamped, stamped.files[name])}


def _without(*starts: str) -> Alteration:
    return lambda stamped: {
        name: data for name, data in stamped.files.items() if not name.startswith(starts)
    }


def flip(place: int) -> Change:
    """Flip a bit of the byte at a place."""

    def flipped(_stamped: Stamped, data: bytes) -> bytes:
        at = place % len(data)
        return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]

    return flipped


def _flip_in_signature(stamped: Stamped, data: bytes) -> bytes:
    return flip(data.index(b"~") - 40)(stamped, data)


def _flip_in_time(stamped: Stamped, data: bytes) -> bytes:
    generalized_time = data.index(b"\x18\x0f20")  # DER: tag, length, year
    return flip(generalized_time + 12)(stamped, data)


def _bare(_stamped: Stamped, data: bytes) -> bytes:
    return write_sd_jwt(read_sd_jwt(data).statement.jwt, [])


def _of_other_folder(name: str) -> Change:
    return lambda stamped, _data: stamped.other[name]


def _of_same_folder(name: str) -> Change:
    return lambda stamped, _data: stamped.files[name]


def _other_index(_stamped: Stamped, data: bytes) -> bytes:
    proof = TlogProof.parse(data)
    note = proof.checkpoint_note
    return TlogProof(index=proof.index ^ 1, hashes=proof.hashes, checkpoint_note=note).to_bytes()


def _foreign_field(stamped: Stamped, data: bytes) -> bytes:
    return data + stamped.other["statement.sd-jwt"].split(b"~")[1] + b"~"


def _foreign_claim(stamped: Stamped, data: bytes) -> bytes:
    key = stamped.built.log_vkey
    other = VerifierKey(name=key.name, type=1, public=SigningKey(drawn("stranger")).public)
    return data.replace(key.text().encode(), other.text().encode())


def _other_entry(stamped: Stamped) -> Folder:
    names = ("statement.sd-jwt", "statement.tlog-proof")
    return {**stamped.files, **{name: stamped.other[name] for name in names}}


def _repeated_authority_entry(stamped: Stamped) -> Folder:
    last = _last_authority(stamped)
    kinds = ("sd-jwt", "tlog-proof")
    more = {f"authority/{last + 1:04d}.{kind}": _authority(stamped, last, kind) for kind in kinds}
    return {**stamped.files, **more}


def _last_authority(stamped: Stamped) -> int:
    return max(int(name[10:14]) for name in stamped.files if name.startswith("authority/0"))


def _authority(stamped: Stamped, number: int, kind: str) -> bytes:
    return stamped.files[f"authority/{number:04d}.{kind}"]


def _newest_authority_entry_left_out(stamped: Stamped) -> Folder:
    return _without(f"authority/{_last_authority(stamped):04d}")(stamped)


def _everywhere(line: str) -> Alteration:
    """Flip a bit in a signature line of the checkpoint, in each copy and each proof."""

    def everywhere(stamped: Stamped) -> Folder:
        note = stamped.files["checkpoint.cosigned"].decode("utf-8")
        (old,) = (one for one in note.splitlines() if line in one)
        new = old[:-9] + ("B" if old[-9] == "A" else "A") + old[-8:]
        texts = {name: data for name, data in stamped.files.items() if "tokens/" not in name}
        swapped = {name: data.replace(old.encode(), new.encode()) for name, data in texts.items()}
        return {**stamped.files, **swapped}

    return everywhere


def _strangers_key(stamped: Stamped) -> Folder:
    stranger = SigningKey(drawn("stranger"))
    return {**stamped.files, f"keys/{stranger.kid}.pem": spki_pem(stranger.public)}


ALTERATIONS: dict[str, Alteration] = {
    "a signature": changed("statement.sd-jwt", _flip_in_signature),
    "a payload": changed("statement.sd-jwt", flip(400)),
    "a shown field": changed("statement.sd-jwt", flip(-30)),
    "a field of another entry": changed("statement.sd-jwt", _foreign_field),
    "a field twice": changed("statement.sd-jwt", lambda _s, d: d + d.split(b"~")[1] + b"~"),
    "another entry's text": changed("statement.sd-jwt", _of_other_folder("statement.sd-jwt")),
    "another entry": _other_entry,
    "an index": changed("statement.tlog-proof", _other_index),
    "a hash of a proof": changed("statement.tlog-proof", flip(60)),
    "more in a proof": changed(
        "statement.tlog-proof", lambda _s, d: d.replace(b"\nindex", b"\nextra AAAA\nindex", 1)
    ),
    "an event of the stream withheld": changed("stream/0001.sd-jwt", _bare),
    "the stream's head left out": _without("stream/head"),
    "the newest authority entry left out": _newest_authority_entry_left_out,
    "an authority entry repeated": _repeated_authority_entry,
    "the first statement": changed("authority/0001.sd-jwt", flip(-700)),
    "the root hash": changed("checkpoint", flip(45)),
    "the signature of the log": changed("checkpoint", flip(-20)),
    "a cosignature": changed("checkpoint.cosigned", flip(-20)),
    "a cosignature, in every proof": _everywhere("— council.example"),
    "the signature of the log, in every proof": _everywhere("— send-ledger/v1"),
    "a claim of another log": changed("policy/policy.txt", _foreign_claim),
    "a byte that is not text": changed("checkpoint", lambda _s, d: d.replace(b"\n\n", b"\n\0\n")),
    "a token over the earlier head": changed(
        "tokens/1.tsr", _of_same_folder("anchor/tokens/1.tsr")
    ),
    "a token that is not quoted": changed("anchor/tokens/1.tsr", _of_same_folder("tokens/1.tsr")),
    "the time of a token": changed("tokens/1.tsr", _flip_in_time),
    "no token at all": changed("tokens/1.tsr", lambda _s, _d: b"nothing"),
    "the later head as the earlier": changed("anchor/checkpoint", _of_same_folder("checkpoint")),
    "the signer's key": changed("keys/actor.pem", _of_same_folder("keys/log.pem")),
    "the log's key": changed("keys/log.pem", _of_same_folder("keys/actor.pem")),
    "a stranger's key": _strangers_key,
    "the fingerprint claimed": changed("policy/genesis.sha256", flip(3)),
    "a file too many": lambda stamped: {**stamped.files, "notes.txt": b"hello"},
}
