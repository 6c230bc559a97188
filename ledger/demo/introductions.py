"""The two schools come to trust each other's keys, and sign each other's newest head."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.application.log import newest_checkpoint
from ledger.application.school import trust_card
from ledger.bootstrap.cards import school_card
from ledger.bootstrap.sealing import cosign_checkpoint, keep_cosignature, prove_continuation
from ledger.bundles.card import fingerprint, read_card
from ledger.seal.private_files import write_private

if TYPE_CHECKING:
    from ledger.demo.stage import Stage


def exchange_cards(one: Stage, other: Stage) -> None:
    """Let each school write its card, and trust the other's after comparing twelve words."""
    for stage in (one, other):
        write_private(stage.places.card, school_card(stage.seats.take("senco").view))
    _trust(one, other)
    _trust(other, one)


def _trust(truster: Stage, trusted: Stage) -> None:
    card = read_card(trusted.places.card.read_bytes())
    telephone = (
        f"by telephone with {trusted.school.person('senco').name}, on the number that GIAS gives"
    )
    trust_card(truster.seats.take("senco").desk, card, fingerprint(card), telephone)
    truster.count("schools_trusted")


def witness(witness_stage: Stage, shown_stage: Stage) -> None:
    """Let one school sign the other's newest head, and the other keep that signature.

    From then on the other cannot rewrite what came before without being found out by the one.
    """
    session = witness_stage.seats.take("senco").session
    with shown_stage.home.reading() as reader:
        _, note = newest_checkpoint(reader)
    line = cosign_checkpoint(session, note, prove_continuation(shown_stage.home))
    cosigner = read_card(witness_stage.places.card.read_bytes()).cosigner_key
    keep_cosignature(shown_stage.seats.take("head").session, line, cosigner)
