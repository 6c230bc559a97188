"""A SENCO leaves and another begins; a laptop is stolen, and with it a teacher's key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.application.staff import record_leaving
from ledger.bootstrap.staffing import replace_key, revoke_and_close, withdraw_and_close
from ledger.demo.founding import appoint, new_passphrase
from ledger.demo.rounds import known_code
from ledger.formats.encoding import b64url

if TYPE_CHECKING:
    from ledger.bootstrap.session import Acting
    from ledger.demo.stage import Stage
    from ledger.projections.people import Person


def senco_appointed(stage: Stage) -> None:
    """Appoint the SENCO who begins in January."""
    appoint(stage, "senco")


def senco_left(stage: Stage) -> None:
    """Record that the first SENCO has left: role and key count no more from now on."""
    seat = stage.seats.take_caught_up("head")
    person = _person(seat, "first-senco")
    index = seat.view.reader.size
    withdraw_and_close(
        seat.view,
        seat.session,
        person,
        role="senco",
        from_index=index,
        why="left at Christmas",
    )
    last_day = stage.played.on("12-31")
    record_leaving(seat.desk, stage.home.locate("first-senco").person, last_day, "moved away")
    (kid,) = stage.home.authority().live_keys(person.person)
    revoke_and_close(
        seat.view,
        seat.session,
        kid,
        from_index=seat.view.reader.size,
        reason="left",
        why="left the school at Christmas",
    )
    stage.count("keys_revoked")
    # Whoever was at work holds class keys that are no longer the home's.
    stage.seats.leave()


def lose_a_key(stage: Stage) -> None:
    """Revoke a teacher's key from the entry on that was made when the laptop was gone."""
    made_up = stage.made_up["chidi"]
    review = {
        "meeting_kind": known_code("meeting_kind", "parents"),
        "lead": stage.school.person("teacher").name,
        "present": (made_up.parents[0].name,),
        "parent_views": None,
        "pupil_views": None,
        "pupil_views_method": None,
        "outcomes": "No support is needed any more.",
        "actions": (),
        "given_to_parents_on": None,
    }
    doubtful = stage.add("teacher", [stage.draft("review.held.v1", "chidi", review)])[0]
    stage.recorded["doubtful"] = doubtful
    seat = stage.seats.take_caught_up("head")
    (kid,) = seat.view.authority.live_keys(_person(seat, "teacher").person)
    revoke_and_close(
        seat.view,
        seat.session,
        kid,
        from_index=doubtful.index,
        reason="compromised",
        why="The laptop was stolen on the way home; this entry was made after that.",
    )
    stage.count("keys_revoked")
    stage.count("entries_disputed")
    stage.seats.leave()


def renew_the_key(stage: Stage) -> None:
    """Give the teacher a new key, under a new passphrase."""
    seat = stage.seats.take_caught_up("head")
    passphrase = new_passphrase(stage, "teacher")
    replace_key(seat.session, _person(seat, "teacher"), passphrase)
    stage.count("keys_renewed")


def _person(seat: Acting, handle: str) -> Person:
    wanted = b64url(seat.session.home.locate(handle).person)
    return seat.view.people()[wanted]
