"""The mini-verifier judges time stamps and cosignatures on both sides of a statement."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from ledger.seal.checkpoints import cosign
from tests.golden.small_log import AUTHORITY, staffed_log
from tests.golden.small_proof import WITNESS, WITNESS_NAME, write_folder, write_policy, write_sums
from tests.mini_verifier.proof_folder import check_proof_folder
from tests.support.programs import needs

if TYPE_CHECKING:
    from pathlib import Path

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


@needs("openssl")
def test_tokens_bound_the_statement_from_both_sides(
    tmp_path: Path, tsa: TimeStampAuthority
) -> None:
    proof = check_proof_folder(*_stamped(tmp_path, tsa))
    assert proof.codes == {"self-rooted"}
    assert proof.result == "intact"
    assert proof.after[0] <= proof.before[0]


@needs("openssl")
def test_a_token_over_another_file_is_refused(tmp_path: Path, tsa: TimeStampAuthority) -> None:
    folder, policy = _stamped(tmp_path, tsa)
    shutil.copy(folder / "anchor" / "tokens" / "one.tsr", folder / "tokens" / "one.tsr")
    write_sums(folder)
    assert "bad-token" in check_proof_folder(folder, policy).codes


@needs("openssl")
def test_a_token_of_an_authority_that_is_not_trusted_is_refused(
    tmp_path: Path, tsa: TimeStampAuthority
) -> None:
    folder, policy = _stamped(tmp_path, tsa)
    shutil.copy(TimeStampAuthority(tmp_path / "other").root, policy / "tsa-roots.pem")
    assert "bad-token" in check_proof_folder(folder, policy).codes


@needs("openssl")
def test_an_earlier_checkpoint_that_the_statement_does_not_quote_is_refused(
    tmp_path: Path, tsa: TimeStampAuthority
) -> None:
    folder, policy = _stamped(tmp_path, tsa)
    shutil.copy(folder / "checkpoint", folder / "anchor" / "checkpoint")
    shutil.copy(folder / "tokens" / "one.tsr", folder / "anchor" / "tokens" / "one.tsr")
    write_sums(folder)
    proof = check_proof_folder(folder, policy)
    assert [one.words for one in proof.found if one.code == "anchor-wrong"] == ["another head"]


def test_a_cosignature_that_the_statement_quotes_bounds_it_from_below(tmp_path: Path) -> None:
    log = staffed_log()
    note = log.checkpoint()
    line = cosign(note, WITNESS_NAME, WITNESS.sign, WITNESS.public, 1772470800)
    log.log_anchor(line.removesuffix("\n").encode())
    for _ in range(2):
        log.event("consent")
    for stream in ("consent", AUTHORITY):
        log.stream_head(stream)
    folder = tmp_path / "proof"
    write_folder(folder, log)
    (folder / "anchor").mkdir()
    (folder / "anchor" / "checkpoint").write_bytes(note + line.encode())
    write_sums(folder)
    write_policy(tmp_path / "policy", log)
    proof = check_proof_folder(folder, tmp_path / "policy")
    assert proof.codes == {"self-rooted"}
    assert [one.isoformat() for one in proof.after] == ["2026-03-02T17:00:00+00:00"]
    assert [one.isoformat() for one in proof.before] == ["2026-03-03T17:00:00+00:00"]


@needs("openssl")
def test_an_anchor_token_that_the_statement_does_not_quote_is_refused(
    tmp_path: Path, tsa: TimeStampAuthority
) -> None:
    folder, policy = _stamped(tmp_path, tsa)
    tsa.stamp(folder / "anchor" / "checkpoint", folder / "anchor" / "tokens" / "two.tsr")
    write_sums(folder)
    assert "anchor-wrong" in check_proof_folder(folder, policy).codes
