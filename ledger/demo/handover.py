"""One pupil moves to the other school, with her whole record, and the papers come back signed."""

from __future__ import annotations

import hashlib
from importlib import resources
from typing import TYPE_CHECKING

from ledger.aggregates.consent import FamilyAct
from ledger.application.entries import Batch
from ledger.bootstrap.exchanges import exchange_of
from ledger.bundles.acknowledge import acknowledge, complete
from ledger.bundles.receive import accept_record, receive_bundle
from ledger.bundles.send import Sending, send_record
from ledger.demo.played_year import weekday_until
from ledger.demo.rounds import known_code
from ledger.errors import LedgerError
from ledger.formats.bundle_layout import Attachment
from ledger.formats.encoding import b64url
from ledger.seal.private_files import write_private

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from ledger.application.entries import Draft, Recorded
    from ledger.bundles.exchange import Exchange
    from ledger.demo.places import Places
    from ledger.demo.pupils import MadeUpPupil
    from ledger.demo.stage import Stage

MOVER = "zoe"
"""The pupil who moves: one whose address is protected, and who has told her My Story."""


def ask_for_consent(sender: Stage, receiver: Stage, places: Places) -> Recorded:
    """Record the consent under which My Story may go along: the one that is proved later."""
    pupil, school = sender.made_up[MOVER], receiver.school
    form = resources.files("ledger.demo").joinpath("consent_form.txt").read_text("utf-8")
    wording = form.split("---\n")[1].strip()
    signed = form.format(
        parent=pupil.parents[0].name, pupil=pupil.name, school=school.facts.name,
        day=f"{sender.clock().date():%d.%m.%Y}",
    )
    write_private(places.consent_form, signed.encode("utf-8"))
    fields = {
        "giver_name": pupil.parents[0].name,
        "giver_capacity": "parental_responsibility",
        "giver_stream": sender.remembered(f"{MOVER}-parent-1").stream.bytes,
        "items": tuple(
            known_code("consent_item", one)
            for one in ("my_story", "support_plan", "specialist_report")
        ),
        "purpose": "The move to the new school",
        "recipient": school.facts.name,
        "wording_version": "Form M1",
        "wording": wording,
        "method": known_code("contact_means", "hand"),
        "act": FamilyAct(
            kind="signed_form",
            words=None,
            document=hashlib.sha256(signed.encode("utf-8")).digest(),
            reference="SEN file of the pupil; a scan goes along",
        ),
        "witness": None,
        "expires_on": None,
    }
    given = sender.add("senco", [sender.draft("consent.given.v1", MOVER, fields)])[0]
    sender.recorded["proved"] = given
    return given


def leave(sender: Stage, receiver: Stage) -> None:
    """Take the pupil off the roll of the one school and put her on the other's."""
    day = weekday_until(sender.clock().date())
    gone = {
        "destination": receiver.school.facts.name,
        "destination_urn": receiver.school.facts.urn,
        "grounds": "The family has moved.",
    }
    drafted = sender.draft("pupil.left.v1", MOVER, gone)
    sender.add("senco", [drafted])
    receiver.pupils[MOVER] = _enrol(receiver, sender.made_up[MOVER])
    sender.played.on("09-01") <= day  # noqa: B015


def _enrol(receiver: Stage, pupil: MadeUpPupil) -> UUID:
    raise NotImplementedError
