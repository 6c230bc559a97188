"""A proof folder with time stamps and cosignatures on both sides, and a shell to check it in."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledger.demo.local_tsa import LocalTimeStampAuthority
from ledger.seal.time_stamps import build_query
from tests.support.ledger_builder import BuiltLedger, new_ledger
from tests.unit.evidence.proof_ledgers import (
    consent,
    index_of,
    outside_policy,
    policy_txt,
    prove,
    seal,
    write_folder,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.formats.signed_note import VerifierKey

Folder = dict[str, bytes]
PROGRAMS = (
    *("bash", "awk", "sed", "grep", "openssl"),
    *("base64", "cut", "date", "dirname", "head", "mktemp", "rm", "sha256sum", "sort"),
    *("tail", "tr", "wc"),
)
"""What the README asks for, and nothing else."""


@dataclass(frozen=True)
class Stamped:
    """A ledger whose two heads were each stamped twice and cosigned.

    Attributes:
        built: the ledger.
        files: the proof folder of its second consent.
        policy: the policy of a reader who trusts log, council and both authorities.
        roots: the root of each authority.
        other: the proof folder of another consent of the same ledger.
    """

    built: BuiltLedger
    files: Folder
    policy: Folder
    roots: tuple[bytes, bytes]
    other: Folder


@dataclass(frozen=True)
class Shell:
    """Runs the script of a folder with few programs at hand.

    Attributes:
        programs: a folder with links to them: the whole PATH.
        folder: where the reader keeps the folder and the policy.
    """

    programs: Path
    folder: Path

    def check(self, files: Folder, policy: Folder | None) -> subprocess.CompletedProcess[str]:
        """Write a folder and check it with the script in it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        write_folder(files, self.folder / "proof")
        if policy is None:
            return self.run("proof/verify.sh")
        write_folder(policy, self.folder / "policy")
        return self.run("proof/verify.sh", "--policy", "policy")

    def run(self, script: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a script."""
        return subprocess.run(
            ["bash", script, *words],
            cwd=self.folder,
            env={"PATH": str(self.programs), "TMPDIR": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
        )


def link_programs(folder: Path) -> Path:
    """Make a PATH that holds nothing but what the README asks for."""
    for name in PROGRAMS:
        if found := shutil.which(name):
            (folder / name).symlink_to(Path(found).resolve())
    return folder


def make_stamped(folder: Path) -> Stamped:
    """Build the ledger and its folders; needs openssl."""
    authorities = [LocalTimeStampAuthority(folder / name, name) for name in ("first", "second")]
    for authority in authorities:
        authority.create()
    built = new_ledger(folder / "home")
    pupil = built.pupil(1)
    first = consent(built, pupil)
    witness = _seal_and_stamp(built, authorities)
    built.anchor()
    second = consent(built, pupil, days_ago=20)
    built.withdraw_consent(first)
    _seal_and_stamp(built, authorities)
    roots = (authorities[0].root_pem, authorities[1].root_pem)
    claims: dict[str, Any] = {
        "policy_txt": policy_txt(built, witness, "council"),
        "tsa_roots": b"".join(roots),
        "in_force": True,
    }
    return Stamped(
        built=built,
        files=prove(built, index_of(built, second), fields=["items", "recipient"], **claims),
        policy=outside_policy(built, witness, "council", b"".join(roots)),
        roots=roots,
        other=prove(built, index_of(built, first), **claims),
    )


def _seal_and_stamp(
    built: BuiltLedger, authorities: Sequence[LocalTimeStampAuthority]
) -> VerifierKey:
    note = seal(built)
    for authority in authorities:
        token = authority.stamp(build_query(note, os.urandom))
        built.seals.add_token(built.sealed, token)
    return built.add_cosignature()
