"""Whose signature under a head counts, where an old home is continued."""

from __future__ import annotations

import pytest

from ledger.bootstrap.succession import _log_keys, _Note, _opened
from ledger.errors import InputRefused
from ledger.formats.checkpoint import Checkpoint
from ledger.seal.authority import Authority
from ledger.seal.authority_records import KeyRecord, RoleRecord
from ledger.seal.checkpoints import sign_checkpoint
from ledger.seal.ed25519 import SigningKey

ORIGIN = "send-ledger/v1/AAAAAAAAAAAAAAAAAAAAAA"
FORMER, PRESENT, UNKNOWN, SENCO = (SigningKey(bytes([seed]) * 32) for seed in range(1, 5))
AUTHORITY = Authority(
    keys={
        FORMER.kid: KeyRecord(FORMER.public, "log", "device", 4, revoked=90, revoked_from=90),
        PRESENT.kid: KeyRecord(PRESENT.public, "log", "device", 89),
        SENCO.kid: KeyRecord(SENCO.public, "senco", "passphrase", 9),
    },
    roles={
        "log": [RoleRecord("log", 5, "2026-01-05", None)],
        "senco": [RoleRecord("senco", 10, "2026-01-05", None)],
    },
)


def head_by(key: SigningKey) -> _Note:
    head = Checkpoint(origin=ORIGIN, size=120, root=bytes(32))
    return _Note("checkpoint held elsewhere", sign_checkpoint(head, key.sign, key.public))


@pytest.mark.parametrize("key", [FORMER, PRESENT], ids=["former", "present"])
def test_a_head_signed_with_any_key_that_the_log_is_known_to_have_had_counts(
    key: SigningKey,
) -> None:
    assert _opened(head_by(key), _log_keys(ORIGIN, AUTHORITY)).size == 120


@pytest.mark.parametrize("key", [UNKNOWN, SENCO], ids=["unknown", "not the log's"])
def test_a_head_signed_with_a_key_that_the_old_home_does_not_know_for_its_log_is_refused(
    key: SigningKey,
) -> None:
    with pytest.raises(InputRefused) as refused:
        _opened(head_by(key), _log_keys(ORIGIN, AUTHORITY))
    assert refused.value.kind == "not-its-checkpoint"
