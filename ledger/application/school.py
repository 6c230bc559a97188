"""What a school records of itself: its identity, its calendar, its rules, whom it trusts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.aggregates.school import PartnerTrusted, School

if TYPE_CHECKING:
    from ledger.aggregates.event import Event
    from ledger.application.desk import Desk
    from ledger.formats.card import Card


def record_of_school(desk: Desk, event: type[Event], **fields: Any) -> None:
    """Record one event of the school's own.

    Args:
        desk: of somebody who may sign it.
        event: one of `ledger.aggregates.school`.
        fields: its fields.

    Raises:
        RuleRefused: see `School`.
    """
    school = desk.load(School, desk.streams.school)
    school.record(event, desk.entry(), **fields)
    desk.save(school)


def trust_card(desk: Desk, card: Card, fingerprint: str, checked_how: str) -> None:
    """Trust another school by its card.

    Args:
        desk: of somebody who may sign it.
        card: the other school's, its own signature checked.
        fingerprint: its twelve words, compared with the other school.
        checked_how: how and with whom they were compared.
    """
    record_of_school(
        desk,
        PartnerTrusted,
        **facts_of_card(card),
        fingerprint=fingerprint,
        checked_how=checked_how,
    )


def facts_of_card(card: Card) -> dict[str, Any]:
    """Give what is recorded of a card that is trusted, by the names of `PartnerTrusted`."""
    return {
        "name": card.name,
        "urn": str(card.urn),
        "laestab": str(card.laestab),
        "log_origin": card.origin,
        "genesis": card.genesis,
        "log_key": card.log_key.text(),
        "cosigner_key": card.cosigner_key.text(),
        "recipient": card.recipient,
    }
