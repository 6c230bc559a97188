"""Trust policies that follow from the checked cards of schools."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.aggregates.school import PartnerTrusted
from ledger.formats.card import Card
from ledger.formats.signed_note import VerifierKey
from ledger.formats.tlog_policy import (
    NO_QUORUM,
    PolicyLog,
    PolicyWitness,
    TlogPolicy,
)
from ledger.seal.time_stamps import read_roots
from ledger.verify.trust_policy import (
    GENESIS_NAME,
    POLICY_NAME,
    ROOTS_NAME,
    TrustPolicy,
    read_trust_policy,
    write_genesis_hash,
)


def policy_of_partner(partner: PartnerTrusted) -> TrustPolicy:
    """Give the trust policy that follows from a card checked by telephone."""
    return read_trust_policy(
        policy_files(
            VerifierKey.parse(partner.log_key),
            [VerifierKey.parse(partner.cosigner_key)],
            partner.genesis,
        )
    )


def policy_files(
    log: VerifierKey, cosigners: Iterable[VerifierKey], genesis: bytes
) -> dict[str, bytes]:
    """Write the files of a trust policy for one log; its cosigners are listed, not demanded."""
    policy = TlogPolicy(
        logs=(PolicyLog(log),),
        witnesses=tuple(PolicyWitness(name=one.name, key=one) for one in cosigners),
        groups=(),
        quorum=NO_QUORUM,
    )
    return {POLICY_NAME: policy.to_bytes(), GENESIS_NAME: write_genesis_hash(genesis)}


def outside_policy(card: Card, witnesses: Iterable[Card], roots: bytes | None) -> dict[str, bytes]:
    """Write the files of the trust policy of somebody outside, from public cards.

    Args:
        card: of the school whose ledger is trusted.
        witnesses: of the schools whose signature under its heads counts as well.
        roots: root certificates of time-stamp authorities, PEM, or None.

    Raises:
        MalformedInput: the roots are no certificates.
    """
    files = policy_files(card.log_key, [one.cosigner_key for one in witnesses], card.genesis)
    if roots is not None:
        read_roots(roots)
        files[ROOTS_NAME] = roots
    return files
