"""Two programs that record in the same second what only one may: the second is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ledger.bundles import build, receive
from ledger.recorder.event_store import SealingEventStore
from tests.support.school_home import SchoolHome

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.handover import Pair

UPN = "A203102209135"
OTHER_UPN = "D203102209137"
NEW = ("pupil", "add", "--given", "Ann", "--born", "2016-02-03", "--as", "senco")
ZOE = ("pupil", "upn", "Zoë", UPN, "--as", "senco")
FACTS = ("--authority", "Durham", "--provision", "15 hours", "--placement", "St Thomas")
PLAN = ("ehc-plan", "issue", "Zoë", *FACTS, "--as", "senco")
CEASE = ("ehc-plan", "cease", "Zoë", "--reason", "moved away", "--as", "senco")


def just_before_the_next_save(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Let another program record something when the next one has checked all it checks."""
    put = SealingEventStore.put

    def put_second(store: SealingEventStore, *events: Any, **how: Any) -> Any:
        monkeypatch.setattr(SealingEventStore, "put", put)
        act()
        return store.put(*events, **how)

    monkeypatch.setattr(SealingEventStore, "put", put_second)


def add(family: str, *words: str) -> tuple[str, ...]:
    return (*NEW, "--family", family, *words)


@pytest.mark.parametrize("second", [add("Second", "--upn", UPN), ZOE])
@pytest.mark.parametrize("first", [add("First", "--upn", UPN)])
def test_whoever_comes_second_is_refused(
    school: SchoolHome,
    monkeypatch: pytest.MonkeyPatch,
    first: tuple[str, ...],
    second: tuple[str, ...],
) -> None:
    just_before_the_next_save(monkeypatch, lambda: school.ok(*first))
    result = school.run(*second, "--json")
    assert (result.exit_code, '"duplicate-upn"' in result.stderr) == (7, True), result.output
    holders = school.ok("register", "--everyone", "--as", "senco")["pupils"]
    assert [one["upn"] for one in holders].count(UPN) == 1


@pytest.mark.parametrize(("words", "kind"), [(PLAN, "plan-in-force"), (add("Same"), "pupil-known")])
def test_a_second_plan_or_the_same_pupil_is_refused_too(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], kind: str
) -> None:
    just_before_the_next_save(monkeypatch, lambda: school.ok(*words))
    result = school.run(*words, "--json")
    assert (result.exit_code, f'"{kind}"' in result.stderr) == (7, True), result.output


@pytest.mark.parametrize(
    "second",
    [
        add("Second", "--upn", UPN),
        add("First", "--upn", UPN, "--another"),
        (*PLAN, "--on", "2026-03-01", "--late-reason", "it lay in the post"),
    ],
    ids=["a pupil", "a namesake", "a plan"],
)
def test_what_another_program_records_meanwhile_hinders_nobody(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch, second: tuple[str, ...]
) -> None:
    just_before_the_next_save(monkeypatch, lambda: school.ok(*add("First", "--upn", OTHER_UPN)))
    school.ok(*second)
    everyone = school.ok("register", "--everyone", "--as", "senco")["pupils"]
    assert OTHER_UPN in {one["upn"] for one in everyone}


def test_of_two_plans_that_were_proposed_one_is_signed(school: SchoolHome) -> None:
    for _ in range(2):
        school.ok(*PLAN[:-1], "office")
    result = school.run("proposal", "sign", "--all", "--as", "senco", "--json")
    assert (result.exit_code, '"plan-in-force"' in result.stdout) == (3, True), result.output
    assert school.ok(*CEASE)


def test_a_plan_whose_entry_is_corrected_does_not_stand_in_its_own_way(
    school: SchoolHome,
) -> None:
    entry = school.ok(*PLAN)["recorded"][0]["entry"]
    fields = ("--reason", "a slip", "--field", "provision=an hour a day", "--as", "senco")
    school.ok("correct", str(entry), *fields)


def test_a_plan_that_ceased_is_corrected_beside_the_next_and_not_revived(
    school: SchoolHome,
) -> None:
    issued = school.ok(*PLAN)["recorded"][0]["entry"]
    ceased = school.ok(*CEASE)["recorded"][0]["entry"]
    school.ok(*PLAN)
    right = ("--reason", "a slip", "--field", "provision=an hour a day", "--as", "senco")
    school.ok("correct", str(issued), *right)
    withdrawn = ("correct", str(ceased), "--reason", "of another pupil", "--withdraw")
    school.refused(7, "plan-in-force", *withdrawn, "--as", "senco")
    school.ok(*CEASE)
    school.ok(*withdrawn, "--as", "senco")


def test_a_proposal_is_not_signed_when_somebody_else_has_the_upn_by_then(
    school: SchoolHome,
) -> None:
    proposed = ("pupil", "add", "--given", "Bo", "--born", "2016-02-03", "--family", "First")
    school.ok(*proposed, "--upn", UPN, "--as", "office")
    school.ok(*add("Second", "--upn", UPN))
    result = school.run("proposal", "sign", "--all", "--as", "senco", "--json")
    assert (result.exit_code, '"duplicate-upn"' in result.stdout) == (3, True), result.output


def test_an_import_is_refused_whole_when_somebody_was_quicker(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = f"UPN,Surname,Forename,DOB,Year\n{UPN},Row,One,03/02/2016,4\n"
    file = school.write("more.csv", rows)
    just_before_the_next_save(monkeypatch, lambda: school.ok(*add("First", "--upn", UPN)))
    result = school.run("import", file, "--as", "senco", "--json")
    assert (result.exit_code, '"conflict"' in result.stderr) == (8, True), result.output
    school.ok("import", file, "--as", "senco")  # now it finds the pupil who has the UPN
    everyone = school.ok("register", "--everyone", "--as", "senco")["pupils"]
    assert [one["upn"] for one in everyone].count(UPN) == 1


def test_an_import_adds_nobody_whom_somebody_else_added_meanwhile(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = school.write("more.csv", "Surname,Forename,DOB,Year\nFirst,Ann,03/02/2016,4\n")
    just_before_the_next_save(monkeypatch, lambda: school.ok(*add("First")))
    result = school.run("import", file, "--as", "senco", "--json")
    assert (result.exit_code, '"conflict"' in result.stderr) == (8, True), result.output


def test_of_two_proposals_of_one_pupil_one_is_signed(school: SchoolHome) -> None:
    for _ in range(2):
        school.ok(*add("Same")[:-4], "--family", "Same", "--as", "office")
    result = school.run("proposal", "sign", "--all", "--as", "senco", "--json")
    assert (result.exit_code, '"pupil-known"' in result.stdout) == (3, True), result.output
    (waiting, _) = school.ok("proposal", "list", "--as", "senco")["proposals"]
    named = ("proposal", "sign", str(waiting["proposal"]), "--another", "--as", "senco")
    school.refused(2, "proposals-unclear", "proposal", "sign", "--all", *named[3:])
    assert school.ok(*named)["signed"] == 1
    everyone = school.ok("register", "--everyone", "--as", "senco")["pupils"]
    assert [one["family_name"] for one in everyone].count("Same") == 2


def test_a_bundle_that_two_programs_receive_at_once_is_received_once(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep, left = receive._keep, [1]

    def overtaken(*words: Any, **how: Any) -> Any:
        if left[0]:
            left[0] -= 1
            pair.receiver.ok("transfer", "receive", pair.file("zoe.age"), *first, "--as", "senco")
        return keep(*words, **how)

    first, second = (("--receipt", pair.file(name)) for name in ("first", "second"))
    monkeypatch.setattr(receive, "_keep", overtaken)
    again = ("transfer", "receive", pair.file("zoe.age"), *second, "--as", "senco", "--json")
    result = pair.receiver.run(*again)
    assert (result.exit_code, '"received-before"' in result.stderr) == (6, True), result.output
    assert left == [0]
    assert len(pair.receiver.ok("transfer", "list", "--as", "senco")) == 1


def test_an_entry_recorded_while_a_bundle_is_built_is_left_to_the_next(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifested, left = build._manifested, [1]
    words = ("pupil", "status", "Zoë", "E", "--reason", "plan issued", "--as", "senco")

    def overtaken(request: build.BundleRequest) -> build.Contents:
        if left[0]:
            left[0] -= 1
            pair.sender.ok(*words)
        return manifested(request)

    monkeypatch.setattr(build, "_manifested", overtaken)
    out = ("--to", "106653", "--out", pair.file("again.age"), "--as", "senco")
    pair.sender.ok("transfer", "send", "Zoë", *out)
    assert left == [0]
    received = ("--receipt", pair.file("again.receipt"), "--as", "senco")
    pair.receiver.ok("transfer", "receive", pair.file("again.age"), *received)
