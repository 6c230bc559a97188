"""The consent that is proved at the end: asked on paper, the day before the pupil moves."""

from __future__ import annotations

import hashlib
from importlib import resources
from typing import TYPE_CHECKING

from ledger.aggregates.consent import FamilyAct
from ledger.demo.rounds import known_code
from ledger.seal.private_files import write_private
from ledger.values.dates import day_words

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.demo.stage import Stage

ITEMS = ("my_story", "support_plan", "specialist_report")
PROVED = "proved"
SHOWN = (
    "giver_name",
    "giver_capacity",
    "items",
    "purpose",
    "recipient",
    "wording_version",
    "wording",
    "act",
    "expires_on",
)
"""Fields that the proof shows; the others stay withheld."""
_RULE = "---\n"


def ask_for_consent(sender: Stage, receiver: Stage, pupil: str, form: Path) -> None:
    """Record that the mother signed the form: My Story may go to the new school.

    Args:
        sender: the school that asks.
        receiver: the school that My Story is for.
        pupil: key of the pupil.
        form: where the made-up scan goes.
    """
    made_up = sender.made_up[pupil]
    signed = _signed_form(
        pupil=made_up.name,
        school=receiver.school.facts.name,
        parent=made_up.parents[0].name,
        day=day_words(sender.clock().date()),
    )
    write_private(form, signed)
    fields = {
        "giver_name": made_up.parents[0].name,
        "giver_capacity": "parental_responsibility",
        "giver_stream": sender.remembered(f"{pupil}-parent-1").stream.bytes,
        "items": tuple(known_code("consent_item", one) for one in ITEMS),
        "purpose": "The move to the new school",
        "recipient": receiver.school.facts.name,
        "wording_version": "Form M1",
        "wording": _form().split(_RULE)[1].strip(),
        "method": known_code("contact_means", "hand"),
        "act": FamilyAct(
            kind="signed_form",
            words=None,
            document=hashlib.sha256(signed).digest(),
            reference="SEN file of the pupil; the scan goes along",
        ),
        "witness": None,
        "expires_on": None,
    }
    drafted = sender.draft("consent.given.v1", pupil, fields)
    sender.recorded[PROVED] = sender.add("senco", [drafted])[0]


def _form() -> str:
    return resources.files("ledger.demo").joinpath("consent_form.txt").read_text("utf-8")


def _signed_form(**told: str) -> bytes:
    return _form().format(**told).encode("utf-8")
