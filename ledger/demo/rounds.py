"""What is done for many pupils at once: the letter of September, the reviews of each term."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ledger.demo.stage import Scene, Stage
from ledger.formats.encoding import b64url
from ledger.projections.register import ON_REGISTER, read_register
from ledger.values.code_set import code_set

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledger.application.entries import Draft
    from ledger.demo.played_year import PlayedYear
    from ledger.values.code import Code

REVIEWS = (("11-18", "autumn"), ("03-11", "spring"), ("06-24", "summer"))
MISSED = frozenset({("leilani", "summer")})
"""Reviews that did not take place: the shortfall shows in what is due (D-REV-1)."""


def known_code(name: str, text: str) -> Code:
    """Give a code that the project's own lists have."""
    entry = code_set(name).find(text)
    if entry is None:
        raise LookupError(f"{name} has no {text}")
    return entry.code


def reviews_by(senco_on: Mapping[str, str], played: PlayedYear) -> list[Scene]:
    """Give the three rounds of reviews; each is recorded by whoever is SENCO then.

    Args:
        senco_on: term → handle.
        played: the school year.
    """
    return [
        Scene(played.on(day), partial(_review, handle=senco_on[term], term=term))
        for day, term in REVIEWS
    ]


def tell_parents(stage: Stage, handle: str) -> None:
    """Tell the parents of every pupil on the register, once its statuses were brought in."""
    keys = [key for key, one in stage.made_up.items() if one.status in ON_REGISTER]
    stage.add(handle, [_letter(stage, key) for key in keys])


def _letter(stage: Stage, key: str) -> Draft:
    made_up, status = stage.made_up[key], stage.remembered(f"{key}-status")
    return stage.draft(
        "notification.given.v1",
        key,
        {
            "to_name": made_up.parents[0].name,
            "to_capacity": "parent",
            "regarding": "pupil.sen_status_changed",
            "regarding_stream": status.stream.bytes,
            "regarding_seq": status.seq,
            "means": known_code("contact_means", "letter"),
            "wording": f"Your child is on our SEN register with the status {made_up.status}. "
            "This term's support is described in the enclosed sheet.",
        },
    )


def _review(stage: Stage, *, handle: str, term: str) -> None:
    models = stage.seats.take_caught_up(handle).view.models
    register = read_register(models, as_of=stage.clock().date())
    listed = {row.pupil for row in register if row.status in ON_REGISTER}
    keys = [
        key
        for key, stream in stage.pupils.items()
        if b64url(stream.bytes) in listed and (key, term) not in MISSED
    ]
    name = stage.school.person(handle).name
    stage.add(handle, [_review_of(stage, key, name, term) for key in keys])


def _review_of(stage: Stage, key: str, lead: str, term: str) -> Draft:
    made_up = stage.made_up[key]
    called = made_up.preferred or made_up.given
    return stage.draft(
        "review.held.v1",
        key,
        {
            "meeting_kind": known_code("meeting_kind", "both"),
            "lead": "Class teacher" if stage.school.facts.phase == "Primary" else lead,
            "present": (made_up.parents[0].name, lead),
            "parent_views": "Content with the support, and would like to hear sooner.",
            "pupil_views": "I know who helps me.",
            "pupil_views_method": known_code("views_method", "talk"),
            "outcomes": f"{called} has made some of the progress that was hoped for this {term}.",
            "actions": ("Support goes on as planned", "Next meeting next term"),
            "given_to_parents_on": stage.clock().date(),
        },
    )
