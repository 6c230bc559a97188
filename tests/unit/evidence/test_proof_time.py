"""The seals above and below an entry: which of them bound it, and to what they must belong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from ledger.errors import AlterationFound
from ledger.formats.checkpoint import Checkpoint
from ledger.formats.signed_note import COSIGNATURE_ED25519, SignedNote, VerifierKey
from ledger.seal.ed25519 import SigningKey
from ledger.verify.findings import Findings
from ledger.verify.proof_folder import examine_proof_folder
from ledger.verify.proof_time import Seal, TimeBracket, TimeCheck, cosignature_lines
from ledger.verify.trust_policy import read_trust_policy
from tests.support.ledger_builder import drawn

if TYPE_CHECKING:
    from ledger.formats.statement import Anchor
    from tests.unit.evidence.conftest import Proved


def seal(hour: int) -> Seal:
    return Seal(datetime(2026, 3, 3, hour, tzinfo=UTC), "somebody", "time-stamp")


def test_the_widest_span_holds_if_but_one_seal_of_each_side_is_right() -> None:
    bracket = TimeBracket(below=(seal(9), seal(8), seal(10)), above=(seal(12), seal(13), seal(11)))
    assert (bracket.after, bracket.before) == (seal(8).at, seal(13).at)
    assert (TimeBracket((), ()).after, TimeBracket((), ()).before) == (None, None)


def found(proved: Proved, quoted: Anchor | None, **other: Any) -> set[str]:
    """Check the folder's times as if its entry quoted something else, or its log were another."""
    findings = Findings()
    head = Checkpoint.parse(SignedNote.parse(proved.files["checkpoint"]).text)
    times = TimeCheck(findings, proved.files, read_trust_policy(proved.policy))
    times.bracket(quoted, replace(head, **other), None)
    return set(findings.report("proof folder").codes)


def proved_anchor(proved: Proved) -> Anchor:
    statement = examine_proof_folder(proved.files, proved.policy).statement
    assert statement is not None
    assert statement.statement.anchor is not None
    return statement.statement.anchor


def test_the_earlier_checkpoint_is_the_very_one_that_the_entry_quotes(proved: Proved) -> None:
    quoted = proved_anchor(proved)
    assert found(proved, quoted) == set()
    assert found(proved, replace(quoted, root=bytes(32))) == {"anchor-wrong"}
    assert found(proved, replace(quoted, size=quoted.size + 1)) == {"anchor-wrong"}
    assert found(proved, replace(quoted, tokens=())) == {"anchor-wrong"}
    assert found(proved, None) == {"anchor-wrong"}


def test_nor_does_a_seal_of_another_log_bound_the_entry(proved: Proved) -> None:
    other = "send-ledger/v1/AAAAAAAAAAAAAAAAAAAAAA"
    assert found(proved, proved_anchor(proved), origin=other) == {"anchor-wrong"}


@pytest.mark.parametrize(
    "cosigned", [b"head\n", b"head\nline", b"other\nline\n", b"", b"line\nhead\n"]
)
def test_a_cosigned_copy_is_the_checkpoint_with_lines_beneath(cosigned: bytes) -> None:
    assert cosignature_lines(b"head\n", b"head\none\ntwo\n") == [b"one", b"two"]
    with pytest.raises(AlterationFound) as refused:
        cosignature_lines(b"head\n", cosigned)
    assert refused.value.kind == "cosigned-copy-wrong"


def test_below_the_quorum_no_cosignature_counts_as_a_seal(proved: Proved) -> None:
    other = SigningKey(drawn("another cosigner"))
    key = VerifierKey(name="other", type=COSIGNATURE_ED25519, public=other.public)
    lines = (f"witness other {key.text()}", "group both all council other", "quorum both", "")
    asked = proved.policy["policy.txt"].replace(b"quorum council\n", "\n".join(lines).encode())
    head = Checkpoint.parse(SignedNote.parse(proved.files["checkpoint"]).text)
    for text, codes, sealed in (
        (proved.policy["policy.txt"], set(), True),
        (asked, {"quorum-unmet", "unanchored"}, False),
    ):
        findings = Findings()
        policy = read_trust_policy({**proved.policy, "policy.txt": text})
        bracket = TimeCheck(findings, proved.files, policy).bracket(
            proved_anchor(proved), head, None
        )
        assert set(findings.report("proof folder").codes) == codes
        assert bool(bracket.above) is sealed
