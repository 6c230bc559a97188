"""What leaves for a stranger: the proof of one consent, and what the stranger knows already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.bootstrap.exchanges import own_policy
from ledger.bootstrap.own_school import own_school
from ledger.bundles.card import read_card
from ledger.bundles.policies import outside_policy
from ledger.demo.consent_form import PROVED, SHOWN
from ledger.evidence.proof_folder import ProofRequest, build_proof
from ledger.seal.private_files import write_private_folder
from ledger.verify.trust_policy import POLICY_NAME, ROOTS_NAME

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.demo.stage import Stage


def prove_consent(sender: Stage, folder: Path) -> None:
    """Write the folder that proves, offline, that the consent was given and is in force."""
    seat = sender.seats.take("senco")
    claims = own_policy(sender.home, seat.view.reader, own_school(seat.view))
    files = build_proof(
        ProofRequest(
            reader=seat.view.reader,
            data_key=seat.view.keys.data_key,
            index=sender.remembered(PROVED).index,
            fields=SHOWN,
            in_force=True,
            policy_txt=claims[POLICY_NAME],
            tsa_roots=claims.get(ROOTS_NAME),
        )
    )
    write_private_folder(folder, files)
    sender.counts["proof_files"] = len(files)


def write_outside_policy(
    folder: Path, school: Stage, witness: Stage, roots: bytes | None
) -> dict[str, bytes]:
    """Write the trust policy of somebody outside, from the two schools' public cards.

    Args:
        folder: where.
        school: the school whose ledger is trusted.
        witness: the school whose signature under its heads counts as well.
        roots: root certificate of the time-stamp authority, PEM, or None.
    """
    card, witness_card = (read_card(one.places.card.read_bytes()) for one in (school, witness))
    files = outside_policy(card, [witness_card], roots)
    write_private_folder(folder, files)
    return files
