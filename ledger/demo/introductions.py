"""The two schools come to trust each other's keys, and sign each other's newest head."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.aggregates.school import PartnerTrusted, School
from ledger.application.log import add_cosignature, newest_checkpoint
from ledger.application.witnessing import CosignerKey, ShownHead, witness_head
from ledger.bootstrap.cards import school_card
from ledger.bundles.card import fingerprint, read_card
from ledger.formats.checkpoint import origin_of
from ledger.formats.signed_note import VerifierKey
from ledger.seal.private_files import write_private
from ledger.seal.proofs import LogProver

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
    desk = truster.seats.take("senco").desk
    school = desk.load(School, desk.streams.school)
    school.record(
        PartnerTrusted,
        desk.entry(),
        name=card.name,
        urn=str(card.urn),
        laestab=str(card.laestab),
        log_origin=card.origin,
        genesis=card.genesis,
        log_key=card.log_key.text(),
        cosigner_key=card.cosigner_key.text(),
        recipient=card.recipient,
        fingerprint=fingerprint(card),
        checked_how=f"by telephone with {trusted.school.person('senco').name}, "
        "on the number that GIAS gives",
    )
    desk.save(school)
    truster.count("schools_trusted")


def witness(witness_stage: Stage, shown_stage: Stage) -> None:
    """Let one school sign the other's newest head, and the other keep that signature.

    From then on the other cannot rewrite what came before without being found out by the one.
    """
    origin = origin_of(shown_stage.home.lid)
    desk = witness_stage.seats.take("senco").desk
    key = witness_stage.home.machine_key("cosigner")
    school = desk.load(School, desk.streams.school)
    seen = school.witnessed.get(origin)
    session = shown_stage.seats.take("head").session
    with shown_stage.home.reading() as reader:
        size, note = newest_checkpoint(reader)
        shown = ShownHead(
            note=note,
            consistency=LogProver(reader).consistency(seen.tree_size, size) if seen else None,
            log_key=VerifierKey.parse(school.partners[origin].log_key),
        )
        line = witness_head(desk, CosignerKey(key.public, key.sign), shown)
        add_cosignature(session.system_desk(), reader, session.store, size, line)
