"""The mini-verifier accepts a sound proof folder, and names each way to break one."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from ledger.formats.checkpoint import cosigner_name, origin_of
from ledger.formats.signed_note import COSIGNATURE_ED25519, ED25519, VerifierKey
from ledger.seal.checkpoints import cosign
from ledger.seal.ed25519 import SigningKey, spki_pem
from tests.golden.fixed import fixed_bytes
from tests.golden.small_log import AUTHORITY, LID, SmallLog, key_of, small_log, staffed_log
from tests.mini_verifier.proof_folder import check_proof_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WITNESS = SigningKey(fixed_bytes("witness of another school"))
WITNESS_NAME = cosigner_name("send-ledger/v1/" + "A" * 22)


def _vkey(name: str, kind: int, public: bytes) -> str:
    return VerifierKey(name=name, type=kind, public=public).text()


def write_policy(folder: Path, log: SmallLog, quorum: str = "school") -> None:
    """Write a policy that trusts the log, and one other school as its witness."""
    folder.mkdir()
    lines = [
        f"log {_vkey(origin_of(LID), ED25519, key_of('log').public)}",
        f"witness school {_vkey(WITNESS_NAME, COSIGNATURE_ED25519, WITNESS.public)}",
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


@pytest.fixture
def log() -> SmallLog:
    return small_log()


@pytest.fixture
def folder(tmp_path: Path, log: SmallLog) -> Path:
    write_folder(tmp_path / "proof", log)
    return tmp_path / "proof"


@pytest.fixture
def policy(tmp_path: Path, log: SmallLog) -> Path:
    write_policy(tmp_path / "policy", log)
    return tmp_path / "policy"


def test_a_sound_folder_is_intact_under_a_policy_from_outside(folder: Path, policy: Path) -> None:
    proof = check_proof_folder(folder, policy)
    assert proof.codes == {"self-rooted"}
    assert proof.result == "intact"


def test_without_a_policy_from_outside_it_is_self_asserted(folder: Path) -> None:
    proof = check_proof_folder(folder)
    assert proof.codes == {"self-asserted", "self-rooted"}
    assert proof.result == "unanchored"


def test_without_a_cosignature_or_a_token_it_is_unanchored(tmp_path: Path, log: SmallLog) -> None:
    write_folder(tmp_path / "proof", log, cosigned=False)
    write_policy(tmp_path / "policy", log, quorum="none")
    proof = check_proof_folder(tmp_path / "proof", tmp_path / "policy")
    assert proof.codes == {"unanchored", "self-rooted"}


def test_under_the_policy_of_another_log_its_key_is_unknown(folder: Path, policy: Path) -> None:
    origin = origin_of(bytes(16))
    other = _vkey(origin, ED25519, WITNESS.public)
    (policy / "policy.txt").write_text(f"log {other}\nquorum none\n")
    proof = check_proof_folder(folder, policy)
    assert "unknown-log-key" in proof.codes
    assert proof.result == "unanchored"


def test_under_a_policy_with_another_genesis_it_is_altered(folder: Path, policy: Path) -> None:
    (policy / "genesis.sha256").write_text("0" * 64 + "\n")
    proof = check_proof_folder(folder, policy)
    assert "other-genesis" in proof.codes
    assert proof.result == "altered"


def _replace(name: str, old: bytes, new: bytes) -> Callable[[Path, SmallLog], object]:
    def change(folder: Path, _log: SmallLog) -> None:
        data = (folder / name).read_bytes()
        assert old in data
        (folder / name).write_bytes(data.replace(old, new, 1))

    return change


def _remove(*names: str) -> Callable[[Path, SmallLog], None]:
    def change(folder: Path, _log: SmallLog) -> None:
        for name in names:
            (folder / name).unlink()

    return change


def _put(name: str, index: int) -> Callable[[Path, SmallLog], None]:
    def change(folder: Path, log: SmallLog) -> None:
        log.write_entry(folder / name, index, (folder / "checkpoint").read_bytes())

    return change


def _other_actor(folder: Path, _log: SmallLog) -> None:
    (folder / "keys" / "actor.pem").write_bytes(spki_pem(key_of("head").public))


def _older_checkpoint(folder: Path, log: SmallLog) -> None:
    (folder / "checkpoint").write_bytes(log.checkpoint(len(log.leaves) - 1))


def _withhold_event(folder: Path, _log: SmallLog) -> None:
    path = folder / "stream" / "0001.sd-jwt"
    jwt, event, name, end = path.read_bytes().split(b"~")
    del event
    path.write_bytes(b"~".join([jwt, name, end]))


def _remove_quorum(folder: Path, _log: SmallLog) -> None:
    path = folder / "policy" / "policy.txt"
    path.write_text(path.read_text().replace("quorum school\n", ""))


def _cut(name: str) -> tuple[str, ...]:
    return (f"{name}.sd-jwt", f"{name}.tlog-proof")


CHANGES: dict[str, tuple[str, Callable[[Path, SmallLog], object]]] = {
    "a proof of another entry": (
        "bad-inclusion",
        _replace("statement.tlog-proof", b"index 12\n", b"index 11\n"),
    ),
    "another statement": ("stream-incomplete", _put("statement", 13)),
    "another checkpoint": ("other-checkpoint", _older_checkpoint),
    "a checkpoint with another size": (
        "bad-signature",
        _replace("checkpoint", b"\n16\n", b"\n17\n"),
    ),
    "the stream's last entry left out": ("head-wrong", _remove(*_cut("stream/0002"))),
    "the stream's first entry left out": ("chain-broken", _remove(*_cut("stream/0001"))),
    "the authority's last entry left out": ("head-wrong", _remove(*_cut("authority/0009"))),
    "a head of another stream": ("head-wrong", _put("stream/head", 13)),
    "no head": ("missing-file", _remove(*_cut("stream/head"))),
    "an event withheld in the stream": ("stream-incomplete", _withhold_event),
    "another actor's key": ("bad-key-file", _other_actor),
    "no statement": ("missing-file", _remove("statement.sd-jwt")),
    "no words": ("missing-file", _remove("README.txt")),
    "no key of a signer": ("missing-file", _remove(f"keys/{key_of('head').kid}.pem")),
    "a claim of another genesis": (
        "claims-wrong",
        lambda folder, _: (folder / "policy" / "genesis.sha256").write_text("0" * 64 + "\n"),
    ),
    "a claim that is no policy": ("malformed-policy", _remove_quorum),
}


@pytest.mark.parametrize("what", CHANGES)
def test_each_change_is_found_and_named_though_the_sums_are_made_anew(
    what: str, folder: Path, policy: Path, log: SmallLog
) -> None:
    code, change = CHANGES[what]
    change(folder, log)
    write_sums(folder)
    proof = check_proof_folder(folder, policy)
    assert code in proof.codes
    assert proof.result == "altered"


@pytest.mark.parametrize("name", ["statement.sd-jwt", "policy/policy.txt", "keys/log.pem"])
def test_a_file_that_its_sum_does_not_fit_is_found(folder: Path, policy: Path, name: str) -> None:
    with (folder / name).open("ab") as file:
        file.write(b" ")
    assert "checksum" in check_proof_folder(folder, policy).codes


def test_a_file_that_is_not_listed_is_found(folder: Path, policy: Path) -> None:
    (folder / "stream" / "0003.sd-jwt.bak").write_bytes(b"")
    assert "checksum" in check_proof_folder(folder, policy).codes


def test_a_revocation_that_reaches_back_makes_the_proof_disputed(tmp_path: Path) -> None:
    log = small_log()
    log.revoke("senco", proved(log), "head", "head")
    log.stream_head("consent")
    log.stream_head(AUTHORITY)
    write_folder_with_last_heads(tmp_path / "proof", log)
    write_policy(tmp_path / "policy", log)
    proof = check_proof_folder(tmp_path / "proof", tmp_path / "policy")
    assert proof.codes == {"self-rooted", "disputed"}


def write_folder_with_last_heads(folder: Path, log: SmallLog) -> None:
    """As `write_folder`, with the newest heads of both streams."""
    write_folder(folder, log)
    note = (folder / "checkpoint").read_bytes()
    stream, authority = log.indexes_of("heads")[-2:]
    log.write_entry(folder / "stream" / "head", stream, note)
    log.write_entry(folder / "authority" / "head", authority, note)
    write_sums(folder)


def test_a_log_key_that_nobody_granted_is_found(tmp_path: Path) -> None:
    log = small_log()
    log.withdraw("log", "log", len(log.leaves), "root", "root")
    log.stream_head("consent")
    log.stream_head(AUTHORITY)
    write_folder_with_last_heads(tmp_path / "proof", log)
    write_policy(tmp_path / "policy", log)
    proof = check_proof_folder(tmp_path / "proof", tmp_path / "policy")
    assert "log-key-not-granted" in proof.codes


TSA_CONFIG = """
[tsa]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""


class TimeStampAuthority:
    """A time-stamp authority of our own, made with openssl."""

    def __init__(self, folder: Path) -> None:
        """Make its key and its certificate."""
        folder.mkdir()
        self.folder, self.root = folder, folder / "root.pem"
        (folder / "serial").write_text("01\n")
        (folder / "tsa.cnf").write_text(TSA_CONFIG.format(folder=folder))
        self._run(
            *("req", "-x509", "-nodes", "-days", "2"),
            *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-subj", "/CN=Test TSA", "-addext", "extendedKeyUsage=critical,timeStamping"),
            *("-keyout", "tsa.key", "-out", "root.pem"),
        )

    def _run(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

    def stamp(self, data: Path, token: Path) -> None:
        """Write a token over a file."""
        token.parent.mkdir(parents=True, exist_ok=True)
        self._run("ts", "-query", "-data", str(data), "-sha256", "-cert", "-out", "query.tsq")
        self._run(
            *("ts", "-reply", "-config", "tsa.cnf", "-section", "tsa", "-queryfile", "query.tsq"),
            *("-signer", "root.pem", "-inkey", "tsa.key", "-out", str(token)),
        )


needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")


@pytest.fixture
def tsa(tmp_path: Path) -> TimeStampAuthority:
    return TimeStampAuthority(tmp_path / "tsa")


def _stamped(tmp_path: Path, tsa: TimeStampAuthority) -> tuple[Path, Path]:
    """Give a folder whose statement quotes a stamped head, and which is itself stamped."""
    log = staffed_log()
    earlier = tmp_path / "earlier"
    earlier.write_bytes(log.checkpoint())
    tsa.stamp(earlier, tmp_path / "earlier.tsr")
    log.log_anchor((tmp_path / "earlier.tsr").read_bytes())
    log.event("consent")
    log.event("consent")
    for stream in ("consent", AUTHORITY):
        log.stream_head(stream)
    folder, policy = tmp_path / "proof", tmp_path / "policy"
    write_folder(folder, log, cosigned=False)
    (folder / "anchor" / "tokens").mkdir(parents=True)
    shutil.copy(earlier, folder / "anchor" / "checkpoint")
    shutil.copy(tmp_path / "earlier.tsr", folder / "anchor" / "tokens" / "one.tsr")
    tsa.stamp(folder / "checkpoint", folder / "tokens" / "one.tsr")
    write_sums(folder)
    write_policy(policy, log, quorum="none")
    shutil.copy(tsa.root, policy / "tsa-roots.pem")
    return folder, policy


@needs_openssl
def test_tokens_bound_the_statement_from_both_sides(
    tmp_path: Path, tsa: TimeStampAuthority
) -> None:
    proof = check_proof_folder(*_stamped(tmp_path, tsa))
    assert proof.codes == {"self-rooted"}
    assert proof.result == "intact"
    assert proof.after[0] <= proof.before[0]


@needs_openssl
def test_a_token_over_another_file_is_refused(tmp_path: Path, tsa: TimeStampAuthority) -> None:
    folder, policy = _stamped(tmp_path, tsa)
    shutil.copy(folder / "anchor" / "tokens" / "one.tsr", folder / "tokens" / "one.tsr")
    write_sums(folder)
    assert "bad-token" in check_proof_folder(folder, policy).codes


@needs_openssl
def test_a_token_of_an_authority_that_is_not_trusted_is_refused(
    tmp_path: Path, tsa: TimeStampAuthority
) -> None:
    folder, policy = _stamped(tmp_path, tsa)
    shutil.copy(TimeStampAuthority(tmp_path / "other").root, policy / "tsa-roots.pem")
    assert "bad-token" in check_proof_folder(folder, policy).codes


@needs_openssl
def test_an_anchor_token_that_the_statement_does_not_quote_is_refused(
    tmp_path: Path, tsa: TimeStampAuthority
) -> None:
    folder, policy = _stamped(tmp_path, tsa)
    tsa.stamp(folder / "anchor" / "checkpoint", folder / "anchor" / "tokens" / "two.tsr")
    write_sums(folder)
    assert "anchor-wrong" in check_proof_folder(folder, policy).codes


def test_a_key_that_signed_the_statement_but_was_registered_after_it_does_not_count(
    tmp_path: Path,
) -> None:
    log = small_log()
    log.event("consent", "friend", "senco")
    late = len(log.leaves) - 1
    log.register("friend", "root", "root")
    log.grant("friend", "senco", "head", "head")
    log.stream_head("consent")
    log.stream_head(AUTHORITY)
    write_folder_with_last_heads(tmp_path / "proof", log)
    (tmp_path / "proof" / "keys" / f"{key_of('friend').kid}.pem").write_bytes(
        spki_pem(key_of("friend").public)
    )
    log.write_entry(
        tmp_path / "proof" / "statement", late, (tmp_path / "proof" / "checkpoint").read_bytes()
    )
    (tmp_path / "proof" / "keys" / "actor.pem").write_bytes(spki_pem(key_of("friend").public))
    write_sums(tmp_path / "proof")
    write_policy(tmp_path / "policy", log)
    assert "unknown-key" in check_proof_folder(tmp_path / "proof", tmp_path / "policy").codes
