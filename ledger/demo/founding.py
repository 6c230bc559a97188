"""The homes are made, the staff appointed, each with a passphrase file of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.aggregates.school import School, TermDatesRecorded
from ledger.application.staff import Grant, designate_senco
from ledger.bootstrap.create import NewHome, create_home
from ledger.bootstrap.staffing import Newcomer, add_person
from ledger.demo.pupils import made_up_pupils
from ledger.demo.seats import DemoHome, Seats
from ledger.demo.stage import Stage
from ledger.seal.private_files import make_private_folder, write_private
from ledger.seal.recovery import fingerprint_words
from ledger.values.code import Code

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.bootstrap.home import Entropy
    from ledger.demo.places import SchoolPlaces
    from ledger.demo.played_year import DemoClock, PlayedYear
    from ledger.demo.schools import DemoSchool

WORDS_IN_PASSPHRASE = 6
NATIONAL_AWARD = Code(
    scheme="senco-award", code="nasenco", label="National Award for SEN Co-ordination"
)
NPQ = Code(
    scheme="senco-award",
    code="npq-senco",
    label="National Professional Qualification for SENCOs (from 1 September 2024)",
)


def found(
    school: DemoSchool,
    places: SchoolPlaces,
    state_folder: Path,
    story: tuple[DemoClock, PlayedYear],
    entropy: Entropy,
) -> Stage:
    """Make a school's home at the beginning of the school year, and appoint its staff.

    Args:
        school: whose.
        places: where.
        state_folder: where this computer keeps high-water marks.
        story: the clock to give the home, and the year that is played.
        entropy: gives random bytes.
    """
    clock, played = story
    make_private_folder(places.people)
    passphrases = {one.handle: _passphrase(entropy) for one in school.people}
    for handle, words in passphrases.items():
        write_private(places.passphrase_file(handle), f"{words}\n".encode("ascii"))
    root = _passphrase(entropy)
    write_private(places.people / "root-key.passphrase", f"{root}\n".encode("ascii"))
    clock.turn_to(played.on("09-01"))
    head = school.people[0]
    make_private_folder(places.home)
    made = create_home(
        NewHome(
            path=places.home,
            facts=school.facts,
            head_name=head.name,
            head_handle=head.handle,
            head_passphrase=passphrases[head.handle],
            root_key_path=places.people / "root-key.json",
            root_passphrase=root,
        ),
        state_folder,
        clock,
        entropy,
    )
    sheet = "\n".join(made.recovery_lines) + "\n"
    write_private(places.people / "recovery-sheet.txt", sheet.encode("utf-8"))
    home = DemoHome(places.home, made.home.file, state_folder, clock, entropy)
    stage = Stage(
        school=school,
        places=places,
        home=home,
        clock=clock,
        played=played,
        seats=Seats(home, passphrases),
        made_up={one.key: one for one in made_up_pupils(school, played)},
    )
    for person in school.people[1:]:
        if person.joins == head.joins:
            appoint(stage, person.handle)
    _record_terms(stage)
    return stage


def appoint(stage: Stage, handle: str) -> None:
    """Let the head appoint somebody from the day on which they join; a SENCO with their footing."""
    person = stage.school.person(handle)
    session = stage.seats.take("head").session
    joins = max(stage.played.day(person.joins), stage.clock().date())
    person_id = add_person(
        session,
        Newcomer(
            name=person.name,
            handle=handle,
            job_title=person.job_title,
            passphrase=stage.seats.passphrases[handle],
            grant=Grant(role=person.role, from_=joins),
        ),
    )
    if person.role == "senco":
        first = handle != "senco"
        footing = {
            "from_day": joins,
            "until_day": None,
            "qualified_teacher": True,
            "award": NATIONAL_AWARD if first else NPQ,
            "award_started": stage.played.on("-3/09-20" if first else "09-22"),
            "award_completed": stage.played.on("-2/07-05") if first else None,
        }
        designate_senco(session.desk, person_id, footing)


def new_passphrase(stage: Stage, handle: str) -> str:
    """Make up a new passphrase for somebody, and write it where theirs was."""
    words = _passphrase(stage.home.entropy)
    stage.seats.passphrases[handle] = words
    file = stage.places.passphrase_file(handle)
    write_private(file, f"{words}\n".encode("ascii"), replace=True)
    return words


def _record_terms(stage: Stage) -> None:
    """Record this school year's term dates and the next one's; clocks of school days need them."""
    desk = stage.seats.take("head").desk
    school = desk.load(School, desk.streams.school)
    for played in (stage.played, stage.played.following()):
        terms = played.terms()
        school.record(
            TermDatesRecorded,
            desk.entry(),
            academic_year=str(played.year),
            terms=terms,
            closed_on=(terms[0].first,),
        )
    desk.save(school)


def _passphrase(entropy: Entropy) -> str:
    return "-".join(fingerprint_words(entropy(32)).split()[:WORDS_IN_PASSPHRASE])
