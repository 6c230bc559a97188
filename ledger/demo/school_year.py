"""The school year of each school: the scripts, and what needs more than a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.aggregates.pupil import RankedNeed
from ledger.application.entries import correct_entry
from ledger.application.proposal import decline_proposal, sign_proposal
from ledger.demo.keys_and_staff import lose_a_key, renew_the_key, senco_appointed, senco_left
from ledger.demo.register_import import import_register
from ledger.demo.rounds import known_code, reviews_by, tell_parents
from ledger.demo.schools import SENDER
from ledger.demo.script import read_script
from ledger.demo.stage import Scene, Stage
from ledger.formats.statement import statement_hash
from ledger.values.need_type import NeedType

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.values.code import Code

SENCO_ON = {"autumn": "first-senco", "spring": "senco", "summer": "senco"}


def play_year(stage: Stage) -> None:
    """Play a school's year, in the order of its days."""
    senco = "first-senco" if stage.school.key == SENDER else "senco"
    scenes = [
        _scene(stage, "09-03", lambda one: import_register(one, senco)),
        _scene(stage, "09-09", lambda one: tell_parents(one, senco)),
        *read_script(stage.school.key, stage.played),
    ]
    if stage.school.key == SENDER:
        scenes += [*reviews_by(SENCO_ON, stage.played), *_only_the_sender(stage)]
    else:
        scenes += reviews_by(dict.fromkeys(SENCO_ON, "senco"), stage.played)
    scenes += [Scene(term.last, seal) for term in stage.played.terms()]
    stage.play(scenes)


def seal(stage: Stage) -> None:
    """Seal everything recorded so far, as a school does on a schedule."""
    stage.seats.take("head").session.seal()


def _scene(stage: Stage, day: str, play: Callable[[Stage], None]) -> Scene:
    return Scene(stage.played.on(day), play)


def _only_the_sender(stage: Stage) -> list[Scene]:
    told: dict[str, Callable[[Stage], None]] = {
        "09-08": _confirm_upn,
        "09-22": _office_proposes,
        "09-24": _senco_answers,
        "10-08": _record_wrong_needs,
        "10-15": _correct_needs,
        "12-15": senco_appointed,
        "01-05": senco_left,
        "02-09": lose_a_key,
        "02-11": renew_the_key,
    }
    return [_scene(stage, day, play) for day, play in told.items()]


def _confirm_upn(stage: Stage) -> None:
    """Record the right UPN for the one whose check letter was mistyped."""
    for key, made_up in stage.made_up.items():
        if made_up.upn_in_file != str(made_up.upn):
            fields = {"scheme": "upn", "value": str(made_up.upn), "standing": "current"}
            drafted = stage.draft("pupil.identifier_recorded.v1", key, fields)
            stage.add("first-senco", [drafted])
            stage.count("upns_confirmed")


def _office_proposes(stage: Stage) -> None:
    """Let the office key two changes of status: they wait for the SENCO (D-REG-10)."""
    for key, grounds in (
        ("thijs", "Class teacher asks for support with reading, twice a week."),
        ("a-q", "Parent says a cousin has dyslexia."),
    ):
        fields = {
            "status": _status("K"),
            "grounds": grounds,
            "decided_by": "to be decided by the SENCO",
            "evidence": (),
        }
        drafted = stage.draft("pupil.sen_status_changed.v1", key, fields)
        stage.recorded[f"{key}-proposal"] = stage.add("office", [drafted])[0]
        stage.count("proposals")


def _senco_answers(stage: Stage) -> None:
    """Sign one of the office's entries, decline the other; tell the parents."""
    desk = stage.seats.take("first-senco").desk
    signed = sign_proposal(desk, stage.remembered("thijs-proposal").stream)
    decline_proposal(
        desk,
        stage.remembered("a-q-proposal").stream,
        "A relative's difficulty is no need of the pupil's own; the class teacher is content.",
    )
    stage.count("proposals_signed")
    stage.count("proposals_declined")
    stage.add("first-senco", [stage.draft("pupil.needs_recorded.v1", "thijs", _needs("SPLD"))])
    notice = {
        "to_name": stage.made_up["thijs"].parents[0].name,
        "to_capacity": "parent",
        "regarding": "pupil.sen_status_changed",
        "regarding_stream": stage.pupils["thijs"].bytes,
        "regarding_seq": signed.seq,
        "means": known_code("contact_means", "meeting"),
        "wording": "Thijs now gets SEN support with reading, twice a week.",
    }
    stage.add("first-senco", [stage.draft("notification.given.v1", "thijs", notice)])


def _record_wrong_needs(stage: Stage) -> None:
    """Write down the needs of the other pupil called John Smith."""
    drafted = stage.draft("pupil.needs_recorded.v1", "john-1", _needs("SEMH", "HI"))
    stage.recorded["john-1-wrong"] = stage.add("first-senco", [drafted])[0]


def _correct_needs(stage: Stage) -> None:
    """Put that right: both entries stay visible."""
    seat, wrong = stage.seats.take("first-senco"), stage.remembered("john-1-wrong")
    stored = seat.view.reader.place(wrong.stream.bytes, wrong.seq)
    correct_entry(
        seat.desk,
        stream=wrong.stream,
        seq=wrong.seq,
        statement=statement_hash(stored.statement),
        reason="Meant for another pupil of the same name.",
        wrong_type="pupil.needs_recorded.v1",
        pupil=wrong.stream,
        instead=stage.draft("pupil.needs_recorded.v1", "john-1", _needs("MLD", "SLCN")),
    )
    stage.count("corrections")


def _needs(*codes: str) -> dict[str, object]:
    needs = []
    for rank, text in enumerate(codes, 1):
        need = NeedType.parse(text)
        needs.append(RankedNeed(rank, need.code, need.area, None, None))
    return {"needs": tuple(needs), "grounds": "Assessed by class teacher and SENCO"}


def _status(text: str) -> Code:
    return known_code("sen_status", text)
