"""Recording about a pupil at the command line, from the options to what is said."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from tests.support.cli_home import CliHome, copy_home, make_template

UPN = "A203102209083"
OTHER_UPN = "E934421412007"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("entries"))


@pytest.fixture
def school(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliHome:
    return copy_home(template, tmp_path / "school", monkeypatch)


def add_zoe(school: CliHome, *more: str, who: str = "senco") -> None:
    words = ("pupil", "add", "--family", "O'Neill", "--given", "Zoë", "--born", "29/02/2016")
    school.done(*words, "--upn", UPN, "--year-group", "4", *more, who=who)


def put_on_register(school: CliHome, *more: str) -> int:
    return school.entry("pupil", "status", UPN, "K", "--reason", "speech programme", *more)


def entries(school: CliHome) -> int:
    with sqlite3.connect(school.path / "ledger.db") as connection:
        size: int = connection.execute("SELECT size FROM tree").fetchone()[0]
    connection.close()
    return size


def test_a_new_pupil_is_recorded_in_one_save(school: CliHome) -> None:
    before = entries(school)
    add_zoe(school)
    assert entries(school) == before + 3
    (pupil,) = school.data("pupil", "list")["pupils"]
    assert (pupil["name"], pupil["upn"], pupil["on_roll"]) == ("Zoë O'Neill", UPN, True)


def test_the_same_request_twice_adds_nothing(school: CliHome) -> None:
    add_zoe(school, "--request-id", "form-17")
    before = entries(school)
    words = ("pupil", "add", "--family", "O'Neill", "--given", "Zoë", "--born", "29/02/2016")
    further = ("--upn", UPN, "--year-group", "4", "--request-id", "form-17")
    school.later(1)
    assert school.done(*words, *further).startswith("Already recorded as entry ")
    assert entries(school) == before


def test_a_request_id_never_stands_for_something_else(school: CliHome) -> None:
    add_zoe(school, "--request-id", "r1")
    before = entries(school)
    for words in (
        ("pupil", "status", UPN, "K", "--reason", "speech programme"),
        ("pupil", "add", "--family", "Li", "--given", "X", "--born", "2016-01-01"),
    ):
        said = school.refused(*words, "--request-id", "r1")
        assert (said["exit_code"], said["error"]) == (2, "request-id-reused")
    assert entries(school) == before
    # What failed before it was recorded has not used its id up.
    school.refused("pupil", "status", UPN, "K", "--reason", "x", "--request-id", "r2", who="office")
    put_on_register(school, "--request-id", "r2")


def test_a_consent_under_the_same_request_id_is_recorded_once(school: CliHome) -> None:
    add_zoe(school)
    given = (
        *("consent", "give", UPN, "--by", "Anna O'Neill", "--capacity", "parental_responsibility"),
        *(
            "--not-recorded",
            "--item",
            "photographs",
            "--purpose",
            "website",
            "--recipient",
            "the website",
        ),
        *("--wording", "May we?", "--wording-version", "P2", "--evidence", "none"),
        *("--method", "email", "--request-id", "c", "--not-recorded"),
    )
    school.done(*given)
    before = entries(school)
    assert school.done(*given).startswith("Already recorded as entry ")
    assert entries(school) == before


def test_a_request_is_known_again_though_the_rules_would_refuse_it_now(school: CliHome) -> None:
    add_zoe(school)
    first = put_on_register(school, "--request-id", "k")
    again = school.data(
        "pupil", "status", UPN, "K", "--reason", "speech programme", "--request-id", "k"
    )
    assert again == {
        "already_recorded": True,
        "proposed": False,
        "recorded": [{"entry": first}],
    }


@pytest.mark.parametrize("wrong", ["B203102209083", "A20310220908", "not a UPN"])
def test_a_mistyped_upn_is_refused_with_a_remedy(school: CliHome, wrong: str) -> None:
    words = ("pupil", "add", "--family", "Li", "--given", "X", "--born", "2016-01-01")
    said = school.refused(*words, "--upn", wrong)
    assert said["exit_code"] == 6
    assert said["try"]
    assert school.data("pupil", "list")["pupils"] == []


def test_a_upn_of_another_pupil_is_refused_without_naming_anybody(school: CliHome) -> None:
    add_zoe(school)
    words = ("pupil", "add", "--family", "Li", "--given", "X", "--born", "2016-01-01")
    said = school.refused(*words, "--upn", UPN)
    assert (said["error"], said["exit_code"]) == ("duplicate-upn", 7)
    assert not {"Zoë", "O'Neill", UPN} & set(" ".join(map(str, said.values())).split())


def test_a_new_upn_makes_the_old_one_a_former_one(school: CliHome) -> None:
    add_zoe(school)
    assert len(school.data("pupil", "upn", UPN, OTHER_UPN)["recorded"]) == 2
    (pupil,) = school.data("pupil", "list")["pupils"]
    assert (pupil["upn"], pupil["upn_standing"]) == (OTHER_UPN, "current")
    words = ("pupil", "add", "--family", "Li", "--given", "X", "--born", "2016-01-01")
    assert school.refused(*words, "--upn", UPN)["error"] == "duplicate-upn"


def test_a_pupil_is_found_by_part_of_the_name_but_never_guessed(school: CliHome) -> None:
    add_zoe(school)
    assert "Zoë O'Neill" in school.done("history", "zoe")
    school.done("pupil", "add", "--family", "ONeill", "--given", "Ada", "--born", "2015-01-01")
    said = school.refused("history", "oneill")
    assert (said["error"], said["exit_code"]) == ("ambiguous-pupil", 2)
    assert not {"Zoë", "Ada", "O'Neill", UPN} & set(" ".join(map(str, said.values())).split())
    assert school.refused("history", "nobody")["exit_code"] == 5


@pytest.mark.parametrize(
    "words",
    [
        ("pupil", "status", "Zoë", "K", "--reason", "x"),
        ("pupil", "status", UPN, "K", "--reason", "x", "--on", "2026-01-05"),
        ("correct", "1", "--reason", "x", "--withdraw"),
        (
            *("consent", "give", "Zoë", "--item", "my_story", "--recipient", "The council"),
            *(
                "--by",
                "Anna",
                "--capacity",
                "parental_responsibility",
                "--evidence",
                "witnessed_words",
            ),
            *("--words", "Yes.", "--witness", "P Crook"),
            *("--purpose", "x", "--wording", "x", "--wording-version", "1"),
            *("--method", "letter", "--on", "2026-01-05"),
        ),
    ],
)
def test_t2_a_clock_set_back_far_is_named_and_hides_nobody(
    school: CliHome, words: tuple[str, ...]
) -> None:
    add_zoe(school)
    school.later(-400)
    said = school.refused(*words)
    assert (said["error"], said["exit_code"]) == ("clock-set-back", 7)
    assert "Zoë O'Neill" in school.done("history", "zoe")


@pytest.mark.parametrize(
    ("stated", "shown"),
    [
        ("2026-01-02", "2026-01-02"),
        ("2/1/2026", "2026-01-02"),
        ("2 Jan 2026", "2026-01-02"),
        ("January 2026", "2026-01"),
        ("2026", "2026"),
    ],
)
def test_d_reg_8_the_date_of_a_change_is_stated_apart_from_its_recording(
    school: CliHome, stated: str, shown: str
) -> None:
    add_zoe(school)
    put_on_register(school, "--on", stated)
    change = school.data("history", UPN)["entries"]
    (found,) = [one for one in change if one["type"] == "pupil.sen_status_changed.v1"]
    assert found["occurred_on"] == shown
    assert found["recorded_at"].startswith("2026-01-05T")


def test_a_late_entry_needs_its_reason_and_shows_it(school: CliHome) -> None:
    add_zoe(school)
    words = ("pupil", "status", UPN, "K", "--reason", "speech", "--on", "13/12/2025")
    assert school.refused(*words)["error"] == "late-without-reason"
    assert "entered 23 days later" in school.done(*words, "--late-reason", "form found")
    assert "entered 23 days later: form found" in school.done("history", UPN)


def test_a_date_in_the_future_is_refused(school: CliHome) -> None:
    add_zoe(school)
    words = ("pupil", "status", UPN, "K", "--reason", "speech", "--on", "2027-01-01")
    assert school.refused(*words)["error"] == "future-date"


@pytest.mark.parametrize("role", ["teacher", "administrator"])
def test_d_reg_7_only_the_senco_changes_status_and_others_propose(
    school: CliHome, role: str
) -> None:
    add_zoe(school)
    words = ("pupil", "status", UPN, "K", "--reason", "speech", "--decided-by", "Paul Crook")
    said = school.data(*words, who=role)
    assert said["proposed"]
    (pupil,) = school.data("pupil", "list")["pupils"]
    assert pupil["status"] == ""


@pytest.mark.parametrize("role", ["inspector", "governor"])
def test_a_role_that_only_reads_records_nothing(school: CliHome, role: str) -> None:
    add_zoe(school)
    before = entries(school)
    said = school.refused("pupil", "status", UPN, "K", "--reason", "x", who=role)
    assert (said["error"], said["exit_code"]) == ("read-only-role", 7)
    assert entries(school) == before


def test_d_reg_10_a_signed_proposal_names_keyer_and_senco(school: CliHome) -> None:
    add_zoe(school)
    words = ("pupil", "status", UPN, "K", "--reason", "speech", "--decided-by", "Paul Crook")
    proposal = school.entry(*words, who="administrator")
    (waiting,) = school.data("proposal", "list")["proposals"]
    assert (waiting["proposal"], waiting["by"]) == (proposal, "Ada Okafor")
    signed = school.data("proposal", "sign", str(proposal))["reports"][0]["entry"]
    (entry,) = [one for one in school.data("history", UPN)["entries"] if one["entry"] == signed]
    assert (entry["keyed_by"], entry["signed_by"], entry["role"]) == (
        "Ada Okafor",
        "Paul Crook",
        "senco",
    )
    assert school.data("proposal", "list")["proposals"] == []
    assert "was signed already" in school.done("proposal", "sign", str(proposal))


def test_several_proposals_are_signed_and_each_is_reported(school: CliHome) -> None:
    add_zoe(school)
    for status in ("K", "K"):
        words = ("pupil", "status", UPN, status, "--reason", "x", "--decided-by", "P Crook")
        school.done(*words, who="administrator")
    result = school.run("proposal", "sign", "--all")
    assert result.exit_code == 3
    assert "is signed, as entry" in result.stdout
    assert "was not signed: The pupil's status is K already." in result.stdout


def test_a_declined_proposal_is_never_signed(school: CliHome) -> None:
    add_zoe(school)
    words = ("pupil", "status", UPN, "K", "--reason", "x", "--decided-by", "P Crook")
    proposal = str(school.entry(*words, who="administrator"))
    assert school.refused("proposal", "decline", proposal, "--reason", "no", who="teacher")
    school.done("proposal", "decline", proposal, "--reason", "another pupil")
    assert school.refused("proposal", "sign", proposal)["error"] == "proposal-closed"
    (row,) = school.data("proposal", "list", "--all")["proposals"]
    assert row["state"] == "declined"


def test_a_protected_address_is_never_proposed_nor_shown_to_a_teacher(school: CliHome) -> None:
    add_zoe(school)
    words = ("address", "add", UPN, "--postcode", "DH1 1AA", "--lines")
    said = school.refused(*words, "1 Secret Street", who="administrator")
    assert said["error"] == "restricted-class"
    school.done(*words, "@-", typed="1 Secret Street\nDurham\n")
    assert "protected address" not in school.done("history", UPN, who="teacher")
    assert "Secret" not in school.done("history", UPN)
    assert "1 Secret Street, Durham" in school.done("history", UPN, "--show-address")


def test_needs_are_ranked_in_the_order_typed(school: CliHome) -> None:
    add_zoe(school)
    words = ("pupil", "needs", UPN, "--need", "slcn", "--need", "MLD")
    school.done(*words, "--barrier", "SLCN=loses long instructions")
    (pupil,) = school.data("pupil", "list")["pupils"]
    assert (pupil["primary_need"], pupil["further_needs"]) == ("SLCN", ["MLD"])
    said = school.refused("pupil", "needs", UPN, "--need", "MLD")
    assert said["error"] == "reason-missing"
    assert school.refused("pupil", "needs", UPN, "--need", "NSA")["error"] == "need-not-with-status"


def test_a_cycle_is_found_without_naming_it(school: CliHome) -> None:
    add_zoe(school)
    assert school.refused("cycle", "close", UPN, "--reason", "x")["error"] == "no-record"
    school.done("cycle", "open", UPN)
    school.done("cycle", "assess", UPN, "--source", "teacher", "--findings", "loses words")
    target = ("--target", "two steps", "4 of 5", "teacher")
    provision = ("--provision", "pictures", "Jo Hart", "3 × 20 min", "--cost", "120.50")
    rest = ("--teacher", "Tim Reed", "--impact", "joins in", "--review-on", "27/03/2026")
    school.done("cycle", "plan", UPN, *target, *provision, *rest)
    school.done("cycle", "start", UPN)
    outcome = ("--outcome", "two steps", "met", "4 of 5 in March", "--lessons", "pictures help")
    rest = ("--lead", "Tim Reed", "--impact", "joins in", "--next-step", "another_cycle")
    school.done("cycle", "review", UPN, *outcome, *rest, who="teacher")
    school.done("cycle", "open", UPN)
    assert [(one["cycle"], one["step"]) for one in school.data("cycle", "list")] == [
        (1, "reviewed"),
        (2, "opened"),
    ]


def test_a_cost_that_belongs_to_no_provision_is_a_usage_error(school: CliHome) -> None:
    add_zoe(school)
    rest = ("--teacher", "T", "--impact", "x", "--review-on", "27/03/2026", "--cost", "1.00")
    said = school.refused("cycle", "plan", UPN, "--target", "a", "b", "c", *rest)
    assert (said["error"], said["exit_code"]) == ("costs-do-not-fit", 2)


def test_d_reg_4_a_change_of_status_is_due_to_be_told_until_it_was(school: CliHome) -> None:
    add_zoe(school)
    change = put_on_register(school)
    (duty,) = [one for one in school.data("due", UPN)["duties"] if one["rule"] == "D-REG-4"]
    assert (duty["status"], duty["entry"]) == ("due", change)
    school.later(1)
    (duty,) = [one for one in school.data("due")["duties"] if one["rule"] == "D-REG-4"]
    assert duty["status"] == "overdue"
    notice = ("notice", "add", UPN, "--to", "Ada O'Neill", "--means", "letter")
    told = school.entry(*notice, "--wording", "We have put Zoë on the register.")
    duties = school.data("due", "--show", "met")["duties"]
    assert [(one["rule"], one["met_by_entry"]) for one in duties] == [("D-REG-4", told)]


def test_a_notice_about_nothing_is_refused(school: CliHome) -> None:
    add_zoe(school)
    words = ("notice", "add", UPN, "--to", "Ada", "--means", "letter", "--wording", "x")
    assert school.refused(*words)["error"] == "nothing-regarded"
    assert school.refused(*words, "--about", "3")["error"] == "nothing-regarded"


def test_an_ehc_plan_runs_through_its_annual_review(school: CliHome) -> None:
    add_zoe(school)
    content = ("--provision", "speech therapy", "--placement", "St Thomas")
    school.done("ehc-plan", "issue", UPN, "--authority", "Durham", *content)
    invite = ("--meeting-on", "12/05/2026", "--invited", "Ada O'Neill")
    school.done("annual-review", "invite", UPN, *invite)
    school.done("annual-review", "held", UPN, "--recommendation", "amend")
    school.done("annual-review", "report", UPN, "--to", "Durham")
    decision = ("--decision", "amend", "--notified-on", "05/01/2026")
    school.done("annual-review", "decide", UPN, *decision)
    assert school.refused("annual-review", "decide", UPN, *decision)["error"] == "no-record"
    school.done("ehc-plan", "amend", UPN, *content, "--reason", "annual review")
    school.done("ehc-plan", "cease", UPN, "--reason", "outcomes met")
    assert school.refused("ehc-plan", "cease", UPN, "--reason", "x")["error"] == "no-record"


PLAN = ("--authority", "Durham", "--provision", "speech therapy", "--placement", "St Thomas")


def test_d_ar_6_the_report_is_recorded_after_the_decision_and_is_then_no_longer_due(
    school: CliHome,
) -> None:
    add_zoe(school)
    school.done("ehc-plan", "issue", UPN, *PLAN)
    school.done("annual-review", "held", UPN, "--recommendation", "maintain")
    decision = ("--decision", "maintain", "--notified-on", "05/01/2026")
    school.done("annual-review", "decide", UPN, *decision)
    assert "D-AR-6" in {one["rule"] for one in school.data("due")["duties"]}
    school.done("annual-review", "report", UPN, "--to", "Durham")
    assert "D-AR-6" not in {one["rule"] for one in school.data("due")["duties"]}
    assert school.refused("annual-review", "report", UPN, "--to", "x")["error"] == "no-record"
    again = ("--to", "Ada O'Neill", "--held-on", "05/01/2026")
    school.done("annual-review", "report", UPN, *again)
    on_it = (*decision, "--held-on", "05/01/2026")
    assert school.refused("annual-review", "decide", UPN, *on_it)["error"] == "already-decided"
    wrong = school.refused("annual-review", "report", UPN, "--to", "x", "--held-on", "06/01/2026")
    assert wrong["error"] == "no-record"


def test_a_second_ehc_plan_while_one_is_in_force_is_refused(school: CliHome) -> None:
    add_zoe(school)
    school.done("ehc-plan", "issue", UPN, *PLAN)
    said = school.refused("ehc-plan", "issue", UPN, *PLAN)
    assert (said["error"], said["exit_code"]) == ("plan-in-force", 7)
    assert "ehc-plan amend" in said["try"]
    school.later(1)
    school.done("ehc-plan", "cease", UPN, "--reason", "moved")
    school.done("ehc-plan", "issue", UPN, *PLAN)


def test_an_earlier_plan_can_be_entered_late_and_is_then_named_by_its_entry(
    school: CliHome,
) -> None:
    add_zoe(school)
    school.done("ehc-plan", "issue", UPN, *PLAN)
    late = ("--on", "1/9/2022", "--late-reason", "found in the folder")
    old = school.entry("ehc-plan", "issue", UPN, *PLAN, *late)
    said = school.refused("ehc-plan", "cease", UPN, "--reason", "x")
    assert said["error"] == "ambiguous-record"
    assert f" {old}" in said["try"]
    school.done("ehc-plan", "cease", UPN, "--reason", "new plan", "--plan", str(old))
    school.done("annual-review", "held", UPN, "--recommendation", "maintain")
    wrong = ("--reason", "x", "--plan", "1")
    assert school.refused("ehc-plan", "cease", UPN, *wrong)["error"] == "no-record"


def test_a_ceased_plan_gives_the_hint_to_change_the_status(school: CliHome) -> None:
    add_zoe(school)
    school.done("pupil", "status", UPN, "E", "--reason", "plan issued")
    school.done("ehc-plan", "issue", UPN, *PLAN)
    (advice,) = school.data("ehc-plan", "cease", UPN, "--reason", "moved")["advice"]
    assert "still has the status E" in advice
    school.done("pupil", "status", UPN, "K", "--reason", "SEN support goes on")
    school.done("ehc-plan", "issue", UPN, *PLAN)
    assert school.data("ehc-plan", "cease", UPN, "--reason", "moved")["advice"] == []


def test_plans_reviews_stories_and_parents_are_recorded(school: CliHome) -> None:
    add_zoe(school)
    plan = ("--strengths", "s", "--needs", "n", "--provision", "p", "--review-on", "17/07/2026")
    school.done("plan", "finalise", UPN, *plan)
    assert "version 2" in school.done("plan", "finalise", UPN, *plan)
    assert "version 2" in school.done("plan", "circulate", UPN, "--to", "Tim", "--means", "email")
    review = ("--kind", "both", "--lead", "Tim Reed", "--outcomes", "reads")
    school.done("review", "add", UPN, *review)
    story = ("--version", "younger", "--text", "I like trains", "--owner", "Zoë")
    school.done("my-story", "add", UPN, *story)
    parent = ("--name", "Ada O'Neill", "--relationship", "mother", "--evidence", "certificate")
    assert school.refused("parent", "add", UPN, *parent)["error"] == "responsibility-not-said"
    twice = ("parent", "add", UPN, *parent, "--responsibility")
    assert school.data(*twice)["advice"] == []
    again = school.data(*twice)
    assert "is recorded already" in again["advice"][0]
    school.done("correct", str(again["recorded"][0]["entry"]), "--reason", "twice", "--withdraw")
    school.done("parent", "end", UPN, "ada oneill", "--reason", "court order")
    assert school.refused("parent", "end", UPN, "Ada O'Neill", "--reason", "x")["exit_code"] == 5


def test_a_correction_keeps_both_entries_and_says_which_counts(school: CliHome) -> None:
    add_zoe(school)
    wrong = put_on_register(school)
    said = school.data(
        "correct", str(wrong), "--reason", "typing slip", "--field", "grounds=reading programme"
    )
    correction, right = (one["entry"] for one in said["recorded"])
    entries_ = {one["entry"]: one for one in school.data("history", UPN)["entries"]}
    assert entries_[wrong]["corrected_by"] == correction
    assert entries_[right]["fields"]["grounds"] == "reading programme"
    assert f"corrected by entry {correction}" in school.done("history", UPN)
    again = school.refused("correct", str(wrong), "--reason", "x", "--withdraw")
    assert again["error"] == "cannot-correct"


def test_the_first_entry_of_a_record_can_be_put_right_too(school: CliHome) -> None:
    add_zoe(school)
    first = school.data("history", UPN)["entries"][0]["entry"]
    words = ("correct", str(first), "--reason", "as on the birth certificate", "--field")
    school.done(*words, "born=28/02/2016")
    (pupil,) = school.data("pupil", "list")["pupils"]
    assert (pupil["born"], pupil["upn"], pupil["on_roll"]) == ("2016-02-28", UPN, True)
    cycle = school.entry("cycle", "open", UPN)
    school.done("cycle", "assess", UPN, "--source", "teacher", "--findings", "x")
    school.done("correct", str(cycle), "--reason", "wrong day", "--on", "02/01/2026")
    assert [one["step"] for one in school.data("cycle", "list")] == ["assessed"]
    assert school.data("projections", "check")["result"] == "intact"


def test_a_withdrawn_entry_no_longer_counts(school: CliHome) -> None:
    add_zoe(school)
    wrong = put_on_register(school)
    school.done("correct", str(wrong), "--reason", "another pupil", "--withdraw")
    assert school.data("register")["pupils"] == []
    assert school.data("due", UPN)["duties"] == []


def test_what_cannot_be_corrected_is_refused(school: CliHome) -> None:
    add_zoe(school)
    status = str(put_on_register(school))
    withdraw = ("--reason", "x", "--withdraw")
    assert school.refused("correct", "0", *withdraw)["error"] == "cannot-correct"
    assert school.refused("correct", "9999", *withdraw)["exit_code"] == 5
    assert school.refused("correct", "x", *withdraw)["exit_code"] == 2
    assert school.refused("correct", status, "--reason", "x")["error"] == "correction-unclear"
    assert school.refused("correct", status, *withdraw, who="teacher")["exit_code"] == 7
    words = ("correct", status, "--reason", "x", "--field")
    assert school.refused(*words, "colour=red")["error"] == "no-such-field"
    assert school.refused(*words, "status=P")["error"] == "bad-field-value"


def test_d_reg_10_a_pupil_added_by_the_office_is_begun_when_the_senco_signs(
    school: CliHome,
) -> None:
    add_zoe(school, who="administrator")
    numbers = [str(one["proposal"]) for one in school.data("proposal", "list")["proposals"]]
    assert school.data("pupil", "list")["pupils"] == []
    assert school.refused("proposal", "sign", numbers[1])["error"] == "record-not-begun"
    school.later(20)
    assert school.data("proposal", "sign", "--all")["signed"] == 3
    (pupil,) = school.data("pupil", "list")["pupils"]
    assert (pupil["name"], pupil["upn"], pupil["on_roll"]) == ("Zoë O'Neill", UPN, True)
    assert "entered 20 days later: proposed earlier, signed now" in school.done("history", UPN)


def test_a_correction_under_the_same_request_id_is_made_once(school: CliHome) -> None:
    add_zoe(school)
    wrong = str(put_on_register(school))
    words = ("correct", wrong, "--reason", "slip", "--withdraw", "--request-id", "c-1")
    school.done(*words)
    before = entries(school)
    assert school.done(*words).startswith("Already recorded as entry ")
    assert entries(school) == before


def test_a_consent_is_asked_about_today_where_no_day_is_named(school: CliHome) -> None:
    add_zoe(school)
    asked = ("consent", "check", UPN, "--item", "photographs", "--recipient", "the website")
    school.later(3)
    said = school.run(*asked)
    assert (said.exit_code, said.stdout.split(".")[0]) == (1, "NO, on 8 January 2026")
    named = school.run(*asked, "--on", "2026-01-06", "--json")
    assert json.loads(named.stdout)["on"] == "2026-01-06"
