"""One ledger for the whole folder of tests, and the proof of one of its consents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.support.ledger_builder import new_ledger
from tests.unit.evidence.proof_ledgers import (
    consent,
    index_of,
    outside_policy,
    policy_txt,
    prove,
    seal,
)

if TYPE_CHECKING:
    from ledger.aggregates.consent import Consent
    from tests.support.ledger_builder import BuiltLedger


@dataclass(frozen=True)
class Proved:
    """A sealed ledger, and the folder that proves the second of its consents.

    Attributes:
        built: the ledger; tests only read it.
        first: a consent given before the first seal; it quotes no anchor.
        second: the consent that is proved, in force, entered late.
        files: its proof folder.
        policy: the policy of a reader who trusts this log and asks for the council's cosignature.
    """

    built: BuiltLedger
    first: Consent
    second: Consent
    index: int
    files: dict[str, bytes]
    policy: dict[str, bytes]


@pytest.fixture(scope="session")
def proved(tmp_path_factory: pytest.TempPathFactory) -> Proved:
    """Build a ledger with two seals, each cosigned, and prove one entry of it."""
    built = new_ledger(tmp_path_factory.mktemp("proved") / "home")
    pupil = built.pupil(1)
    first = consent(built, pupil)
    seal(built)
    witness = built.add_cosignature()
    built.anchor()
    second = consent(built, pupil, days_ago=20)
    seal(built)
    built.add_cosignature()
    index = index_of(built, second)
    files = prove(
        built,
        index,
        in_force=True,
        fields=["items", "recipient", "act"],
        policy_txt=policy_txt(built, witness, "council"),
    )
    return Proved(built, first, second, index, files, outside_policy(built, witness, "council"))
