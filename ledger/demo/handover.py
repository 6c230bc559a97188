"""One pupil moves to the other school with her whole record, and the papers come back signed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ledger.application.entries import Batch, Draft
from ledger.bootstrap.exchanges import exchange_of
from ledger.bundles.acknowledge import acknowledge, complete
from ledger.bundles.documents import attach
from ledger.bundles.receive import accept_record, receive_bundle
from ledger.bundles.send import Sending, send_record
from ledger.demo.played_year import weekday_until
from ledger.demo.rounds import known_code
from ledger.errors import LedgerError
from ledger.seal.private_files import write_private

if TYPE_CHECKING:
    from ledger.bundles.exchange import Exchange
    from ledger.demo.places import Places
    from ledger.demo.pupils import MadeUpPupil
    from ledger.demo.stage import Stage

MOVER = "zoe"
"""The pupil who moves: one with a protected address, and with a My Story."""
NEW_YEAR_GROUP = "7"


def change_roll(sender: Stage, receiver: Stage) -> None:
    """Take the pupil off the one school's roll and put her on the other's."""
    facts = receiver.school.facts
    gone = {
        "destination": facts.name,
        "destination_urn": facts.urn,
        "grounds": "The family has moved; she joins the year group of her age.",
    }
    day = weekday_until(sender.clock().date())
    drafted = sender.draft("pupil.left.v1", MOVER, gone)
    sender.add("senco", [replace(drafted, occurred_on=day)])
    receiver.pupils[MOVER] = _enrol(receiver, sender.made_up[MOVER])


def _enrol(stage: Stage, pupil: MadeUpPupil) -> UUID:
    """Register the pupil as the new school knows her from her admission form."""
    batch = Batch(stage.seats.take("senco").desk)
    stream = batch.start_pupil()
    told: dict[str, dict[str, Any]] = {
        "pupil.registered.v1": {
            "family_name": pupil.family,
            "given_names": pupil.given,
            "preferred_name": pupil.preferred or None,
            "born": pupil.born,
            "sex": known_code("sex", pupil.sex),
        },
        "pupil.identifier_recorded.v1": {
            "scheme": "upn",
            "value": str(pupil.upn),
            "standing": "current",
        },
        "pupil.enrolled.v1": {"year_group": NEW_YEAR_GROUP, "class_name": "7PGS"},
    }
    for type_name, fields in told.items():
        batch.add(Draft(type=type_name, fields=fields, stream=stream))
    batch.save()
    return stream


def hand_over(sender: Stage, receiver: Stage, places: Places) -> None:
    """Send, receive, accept, acknowledge, confirm, complete: five files between two schools."""
    _send(sender, receiver, places)
    bundle = places.bundle.read_bytes()
    received = receive_bundle(_exchange(receiver, "office", unattended=True), bundle)
    write_private(places.received_receipt, received.receipt)
    receiver.count("statements_received", len(received.bundle.statements))
    accepted = accept_record(
        _exchange(receiver, "senco"), received.transfer, receiver.pupils[MOVER]
    )
    write_private(places.receipt, accepted)
    acknowledge(_exchange(sender, "senco"), received.receipt)
    done = acknowledge(_exchange(sender, "senco"), accepted)
    if done.confirmation is None:
        raise LedgerError("The acceptance was not confirmed.", kind="demo-handover")
    write_private(places.confirmation, done.confirmation)
    complete(_exchange(receiver, "senco"), done.confirmation)
    for stage in (sender, receiver):
        stage.count("handovers_complete")


def _send(sender: Stage, receiver: Stage, places: Places) -> None:
    exchange = _exchange(sender, "senco")
    sender.size_before_sending = exchange.reader.size
    form = attach(places.consent_form.name, places.consent_form.read_bytes(), sender.home.entropy)
    sent = send_record(
        exchange,
        Sending(
            pupil=sender.pupils[MOVER],
            partner=exchange.find_partner(receiver.school.facts.urn),
            checked_by=sender.school.person("senco").name,
            attachments=(form,),
        ),
    )
    write_private(places.bundle, sent.bundle)
    sender.count("statements_sent", sent.statements)


def _exchange(stage: Stage, handle: str, *, unattended: bool = False) -> Exchange:
    seat = stage.seats.take(handle)
    return exchange_of(seat.session, seat.view.models, seat.view.reader, unattended=unattended)
