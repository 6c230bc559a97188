"""Whose word counts: the trust policy that a reader brings, or that a folder claims for itself.

A policy is a folder of up to three files:

    policy.txt       logs, cosigners and quorum (C2SP tlog-policy)
    tsa-roots.pem    root certificates of time-stamp authorities, PEM; may be absent
    genesis.sha256   SHA-256 of the log's first statement, as `sha256sum` prints it

Keys inside a proof only show that it agrees with itself; so a policy has to come
from someone other than whoever hands over the proof.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledger.errors import InputRefused, MalformedInput, NotFound
from ledger.formats.tlog_policy import MAX_POLICY_BYTES, TlogPolicy
from ledger.seal.time_stamps import read_roots

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from cryptography import x509

    from ledger.formats.signed_note import VerifierKey
    from ledger.seal.checkpoints import VerifiedCosignature

POLICY_NAME: Final = "policy.txt"
ROOTS_NAME: Final = "tsa-roots.pem"
GENESIS_NAME: Final = "genesis.sha256"
POLICY_NAMES: Final = (POLICY_NAME, ROOTS_NAME, GENESIS_NAME)

_GENESIS: Final = re.compile(rb"([0-9a-f]{64})(?:  [!-~]+)?\n?")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustPolicy:
    """The keys, roots and first statement that a reader trusts.

    Attributes:
        tlog: logs, cosigners and quorum.
        roots: root certificates of time-stamp authorities; none is possible.
        genesis: SHA-256 of the first statement's ASCII bytes, 32 bytes; None
            where the policy names none.
    """

    tlog: TlogPolicy
    roots: tuple[x509.Certificate, ...]
    genesis: bytes | None

    @property
    def logs(self) -> tuple[VerifierKey, ...]:
        """The keys of the logs that are accepted."""
        return tuple(log.key for log in self.tlog.logs)

    @property
    def witnesses(self) -> tuple[VerifierKey, ...]:
        """The keys of the cosigners that may count."""
        return tuple(witness.key for witness in self.tlog.witnesses)

    def quorum_met(self, verified: Iterable[VerifiedCosignature]) -> bool:
        """Tell whether enough cosigners agreed (C2SP tlog-policy, "Defining the quorum")."""
        return self.tlog.quorum_met(self.tlog.names_of(one.key for one in verified))


def read_trust_policy(files: Mapping[str, bytes]) -> TrustPolicy:
    """Read a policy.

    Args:
        files: name → bytes of the policy folder's files; others are passed over.

    Raises:
        NotFound: kind "no-policy": there is no `policy.txt`.
        MalformedInput: kind "bad-tlog-policy", "roots-malformed" or "bad-genesis-hash".
    """
    text = files.get(POLICY_NAME)
    if text is None:
        raise NotFound(
            "There is no policy.txt in the trust policy.",
            "It names the log keys that count.",
            "Name the folder that the trust, the council or the other school gave you.",
            kind="no-policy",
        )
    roots = files.get(ROOTS_NAME, b"")
    genesis = files.get(GENESIS_NAME)
    return TrustPolicy(
        tlog=TlogPolicy.parse(text),
        roots=read_roots(roots) if roots.strip() else (),
        genesis=None if genesis is None else _read_genesis(genesis),
    )


def load_trust_policy(folder: Path) -> dict[str, bytes]:
    """Load a policy folder's files, for `read_trust_policy`.

    Args:
        folder: as `--policy` names it.

    Raises:
        NotFound: kind "no-policy": there is no such folder.
        InputRefused: kind "policy-too-large"; or "policy-no-file": one of its files
            is a link, a folder or a device.
    """
    if not folder.is_dir():
        raise NotFound(
            "There is no such folder with a trust policy.",
            remedy="Name a folder with policy.txt in it.",
            kind="no-policy",
        )
    found = {}
    for name in POLICY_NAMES:
        file = folder / name
        if not file.exists() and not file.is_symlink():
            continue
        if file.is_symlink() or not file.is_file():
            raise InputRefused(
                f"{name} of the trust policy is no file of its own.",
                "It is a link, a folder or a device, so what it says may change.",
                "Copy the file itself into the folder.",
                kind="policy-no-file",
            )
        if file.stat().st_size > MAX_POLICY_BYTES:
            raise InputRefused(f"{name} is larger than any real one.", kind="policy-too-large")
        found[name] = file.read_bytes()
    return found


def write_genesis_hash(digest: bytes) -> bytes:
    """Write `genesis.sha256` for the SHA-256 (32 bytes) of a first statement."""
    return f"{digest.hex()}  genesis\n".encode("ascii")


def _read_genesis(data: bytes) -> bytes:
    match = _GENESIS.fullmatch(data)
    if match is None:
        raise MalformedInput(
            "The file genesis.sha256 is not a SHA-256 as sha256sum prints it.",
            remedy="Get the file again from whoever gave you the trust policy.",
            kind="bad-genesis-hash",
        )
    return bytes.fromhex(match[1].decode("ascii"))
